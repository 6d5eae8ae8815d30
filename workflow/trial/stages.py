# SPDX-License-Identifier: BSD-3-Clause
"""The steps every patient-arm passes through, and where each leaves its outcome."""

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
        outcome: path below the study folder, with ``{patient}`` and ``{arm}``.
    """

    name: str
    passed: str
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


_ARM = "patients/{patient}/arms/{arm}"

SOLVE = Stage("solve", "solved", f"{_ARM}/fluid/outcome.json")

STAGES = (
    Stage("sample", "sampled", "cohort/{patient}.json"),
    Stage("mesh", "meshed", "patients/{patient}/anatomy/outcome.json"),
    Stage("deploy", "deployed", f"{_ARM}/deployment/outcome.json"),
    SOLVE,
    Stage("endpoints", "analysed", f"{_ARM}/endpoints.json"),
)
