# SPDX-License-Identifier: BSD-3-Clause
"""A result tree of round numbers: what the steps of a study leave behind, without any field."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trial.cohort import Cohort, Quarantined
from trial.endpoints import REGISTRY
from trial.outcome import Outcome, write_json
from trial.stages import STAGES as ALL_STAGES
from trial.statistics import AnalysisPlan

STAGES = ALL_STAGES["vascular"]
CONTROL, DEVICE = "untreated", "flow_diverter"
PATIENTS = ("p001", "p002", "p003", "p004", "p005", "p006", "s001")
REDUCTIONS = (0.60, 0.50, 0.45, 0.40, 0.30, 0.20, 0.10)
"""STAV reduction of PATIENTS; at 35 % four of six synthetic patients and four of seven succeed."""


@dataclass(frozen=True)
class Loss:
    """A patient-arm that fails; ``arm`` None means both, as before the arms part."""

    patient: str
    stage: str
    code: str
    message: str
    arm: str | None = None


@dataclass(frozen=True)
class AnalyticStudy:
    """Builds a result tree.

    Attributes:
        patients: ids.
        arms: names.
        losses: who fails, where.
        quarantine: exclusions by hand.
        reductions: STAV reduction by patient.
    """

    patients: tuple[str, ...] = PATIENTS
    arms: tuple[str, ...] = (CONTROL, DEVICE)
    losses: tuple[Loss, ...] = ()
    quarantine: tuple[Quarantined, ...] = ()
    reductions: dict[str, float] = field(
        default_factory=lambda: dict(zip(PATIENTS, REDUCTIONS, strict=True))
    )

    @property
    def cohort(self) -> Cohort:
        return Cohort("demo", self.patients, self.arms, self.quarantine)

    @property
    def plan(self) -> AnalysisPlan:
        return AnalysisPlan(
            cohort=self.cohort,
            reference=CONTROL,
            threshold=0.35,
            curve=(0.25, 0.35, 0.45, 0.55, 0.65, 0.75),
            confidence=0.95,
            bootstrap_samples=500,
            seed=1,
        )

    def endpoints(self, patient: str, arm: str) -> dict[str, float]:
        """Endpoint values; the device scales the sac flow of the patient."""
        number = 1 + PATIENTS.index(patient)
        factor = 1.0 if arm == CONTROL else 1.0 - self.reductions[patient]
        inflow = factor * number * 1e-7
        return {
            "stav": factor * 0.02 * number,
            "neck_inflow": inflow,
            "neck_inflow_share": inflow / 4e-6,
            "turnover_time": 1e-7 / inflow,
            "nrfv": 0.5 * factor,
            "tawss_sac": factor,
            "tawss_sac_p99": 3 * factor,
            "tawss_parent": 4.0,
            "tawss_parent_p99": 9.0,
            "osi_sac": 0.05 / factor,
            "osi_sac_p99": 0.1 / factor,
            "osi_parent": 0.01,
            "low_shear_area": 1.0 - 0.6 * factor,
            "pressure_drop": 300.0 + 10.0 * number + 5.0 * (arm == DEVICE),
            "sac_volume": 1e-7,
            "flow_share_outlet_1": 1.0,
            "sac_speed_peak": factor * 0.05 * number,
            "kinetic_energy_sac": factor**2 * 1e-7 * number,
            "tawss_sac_relative": factor / 4.0,
            "low_shear_area_relative": 1.0 - 0.6 * factor,
            "rrt_parent": 0.26,
            "ecap_parent": 0.0025,
            "energy_loss": 1.0e-3 + 2e-5 * (arm == DEVICE),
            "dissipation": 9.0e-4,
            "dissipation_segment": 4.0e-4,
            "dissipation_sac": factor**2 * 1e-5,
        }

    def outcome(self, patient: str, arm: str, stage: str) -> Outcome:
        """How a stage ended."""
        names = [s.name for s in STAGES]
        for loss in self.losses:
            if loss.patient != patient or loss.arm not in (None, arm):
                continue
            if loss.stage == stage:
                return Outcome("failed", stage, code=loss.code, message=loss.message)
            if names.index(loss.stage) < names.index(stage):
                return Outcome(
                    "skipped", stage, code=loss.code, message=loss.message, cause=loss.stage
                )
        return Outcome("ok", stage, wall_time_s=12.0, versions={"silitrial": "test"})

    def write(self, root: Path) -> Path:
        """Write the tree of a study; returns its folder."""
        for patient in self.patients:
            for arm in self.cohort.arms:
                if self.cohort.excluded(patient, arm):
                    continue
                for stage in STAGES[:-1]:
                    path = stage.path(root, patient, arm)
                    content = self.outcome(patient, arm, stage.name)
                    if stage.name == "sample":
                        write_json(path, self.patient_file(patient, content))
                    else:
                        content.write(path)
                self._write_endpoints(root, patient, arm)
        return root

    def patient_file(self, patient: str, outcome: Outcome) -> dict[str, Any]:
        """Content of ``cohort/{patient}.json``."""
        return {
            "patient": patient,
            "kind": "surface" if patient.startswith("s") else "synthetic",
            "seed": 1,
            "outcome": json.loads(json.dumps(outcome.__dict__)),
            "draws": {},
            "rejected": [],
            "demographics": {"age_years": 55.0},
            "anatomy": {},
            "physiology": {
                "mean_inlet_velocity": 0.27,
                "period": 0.9,
                "waveform": {"cosine": [0.0, -0.1], "sine": [0.4, 0.1]},
                "pulsatility_index": 1.0,
                "haematocrit": 0.42,
            },
        }

    def _write_endpoints(self, root: Path, patient: str, arm: str) -> None:
        outcome = self.outcome(patient, arm, "endpoints")
        values = self.endpoints(patient, arm) if outcome.ok else {}
        units = {name: e.unit for name, e in REGISTRY.items()} | {"flow_share_outlet_1": "1"}
        write_json(
            STAGES[-1].path(root, patient, arm),
            {
                "study": "demo",
                "patient": patient,
                "arm": arm,
                "outcome": outcome.__dict__,
                "endpoints": {k: {"value": v, "unit": units[k]} for k, v in values.items()},
                "sources": {"fields.vtu": "0" * 64} if values else {},
            },
        )
