# SPDX-License-Identifier: BSD-3-Clause
"""The steps every patient-arm passes through, and where each leaves its outcome.

A patient of a bench study is a specimen of a production lot, and its arms are designs: the mesh is
that of the device itself, so it belongs to the arm, and nothing is deployed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trial.outcome import Outcome

NOT_RUN = "not_run"
"""Code of a step that left no outcome: it never started, or was killed."""


@dataclass(frozen=True)
class Stage:
    """A step whose outcome is a file.

    Attributes:
        name: of the step.
        passed: what a patient that passed it is called in the patient flow.
        rule: that runs it; its logs lie in the folder of that name.
        outcome: path below the study folder, with ``{patient}`` and ``{arm}``.
    """

    name: str
    passed: str
    rule: str
    outcome: str

    @property
    def per_arm(self) -> bool:
        """Whether the step runs once per arm."""
        return "{arm}" in self.outcome

    def path(self, root: Path, patient: str, arm: str) -> Path:
        """Outcome file of one patient (and arm)."""
        return root / self.outcome.format(patient=patient, arm=arm)

    def read(self, root: Path, patient: str, arm: str) -> Outcome:
        """Outcome of one patient and arm; failed as ``not_run`` when there is none."""
        path = self.path(root, patient, arm)
        if path.exists():
            return Outcome.read(path)
        message = f"the {self.name} step left no outcome"
        return Outcome("failed", self.name, code=NOT_RUN, message=message)


_PATIENT = "patients/{patient}"
_ARM = f"{_PATIENT}/arms/{{arm}}"
_SAMPLE = Stage("sample", "sampled", "sample_patient", "cohort/{patient}.json")
_ENDPOINTS = Stage("endpoints", "analysed", "extract_endpoints", f"{_ARM}/endpoints.json")

NOUNS = {"vascular": "patient", "bench": "specimen"}
"""What people call a patient, by kind of study."""

STAGES: dict[str, tuple[Stage, ...]] = {
    "vascular": (
        _SAMPLE,
        Stage("mesh", "meshed", "build_mesh", f"{_PATIENT}/anatomy/outcome.json"),
        Stage("deploy", "deployed", "deploy_device", f"{_ARM}/deployment/outcome.json"),
        Stage("solve", "solved", "solve_flow", f"{_ARM}/fluid/outcome.json"),
        _ENDPOINTS,
    ),
    "bench": (
        _SAMPLE,
        Stage("mesh", "meshed", "build_device", f"{_ARM}/device/outcome.json"),
        Stage("solve", "solved", "solve_bench", f"{_ARM}/bench/outcome.json"),
        _ENDPOINTS,
    ),
}
"""Steps in their order, by kind of study."""


def stage(kind: str, name: str) -> Stage:
    """Step of a kind of study by its name."""
    return next(stage for stage in STAGES[kind] if stage.name == name)
