# SPDX-License-Identifier: BSD-3-Clause
"""What the result tree holds about one patient, for the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trial.config import VascularStudy
from trial.outcome import Outcome
from trial.stages import STAGES
from trial.tables import patient_kind
from trial.waveform import Series

PICTURES = {
    "device": "Anatomy and device",
    "speed": "Mean speed on the neck plane",
    "shear": "Wall shear stress",
    "streamlines": "Mean flow in the sac",
}
"""Caption by picture kind, in the order shown."""


@dataclass(frozen=True)
class ArmRecord:
    """Results of one patient in one arm; the mappings are empty where a step failed.

    Attributes:
        name: arm name.
        label: arm name for people.
        outcomes: outcome by stage name.
        summary: content of ``fluid/summary.json``.
        deployment: content of ``deployment/deployment.json``.
        sources: digests of the files the endpoints come from.
        pictures: file by kind.
    """

    name: str
    label: str
    outcomes: Mapping[str, Outcome]
    summary: Mapping[str, Any]
    deployment: Mapping[str, Any]
    sources: Mapping[str, str]
    pictures: Mapping[str, Path]


@dataclass(frozen=True)
class PatientRecord:
    """Results of one patient.

    Attributes:
        name: patient id.
        kind: synthetic or surface.
        title: name of a surface, empty for synthetic patients.
        cohort: content of the patient file.
        info: content of ``info.json`` of the mesh bundle.
        quality: content of ``quality.json`` of the mesh bundle.
        view: content of ``pictures/view.json``.
        arms: by name.
    """

    name: str
    kind: str
    title: str
    cohort: Mapping[str, Any]
    info: Mapping[str, Any]
    quality: Mapping[str, Any]
    view: Mapping[str, Any]
    arms: Mapping[str, ArmRecord]

    @property
    def inlet_area(self) -> float | None:
        """Area of the inlet [m2]; None without a mesh."""
        areas = [o["area"] for o in self.info.get("openings", ()) if o["role"] == "inlet"]
        return areas[0] if areas else None


def read_patients(
    study_root: Path, study: VascularStudy, names: Sequence[str]
) -> list[PatientRecord]:
    """Records of patients of a study, by id."""
    return [read_patient(study_root, study, name) for name in names]


def read_patient(study_root: Path, study: VascularStudy, patient: str) -> PatientRecord:
    """Record of one patient; what a failed step did not write is empty."""
    folder = study_root / "patients" / patient
    kind = patient_kind(patient)
    bundle, pictures = folder / "anatomy" / "mesh", folder / "pictures"
    return PatientRecord(
        name=patient,
        kind=kind,
        title=study.surfaces[int(patient[1:]) - 1].title if kind == "surface" else "",
        cohort=read_json(study_root / "cohort" / f"{patient}.json"),
        info=read_json(bundle / "info.json"),
        quality=read_json(bundle / "quality.json"),
        view=read_json(pictures / "view.json"),
        arms={
            name: _read_arm(study_root, patient, name, arm.label)
            for name, arm in study.arms.items()
        },
    )


def read_json(path: Path) -> dict[str, Any]:
    """Content of a JSON file; empty when there is none."""
    return json.loads(path.read_text()) if path.exists() else {}


def inflow_curve(patient: PatientRecord, samples: int = 200) -> dict[str, Any] | None:
    """Inflow over one cycle: ``kind``, ``time`` [s] and ``flow`` [m3/s]; None without a mesh."""
    physiology, area = patient.cohort.get("physiology"), patient.inlet_area
    if not physiology or area is None:
        return None
    phase = np.linspace(0.0, 1.0, samples)
    series = Series(*(np.array(physiology["waveform"][part]) for part in ("cosine", "sine")))
    mean = physiology["mean_inlet_velocity"] * area
    return {
        "kind": patient.kind,
        "time": (physiology["period"] * phase).tolist(),
        "flow": (mean * series(phase)).tolist(),
    }


def _read_arm(study_root: Path, patient: str, arm: str, label: str) -> ArmRecord:
    folder = study_root / "patients" / patient / "arms" / arm
    outcomes = {stage.name: stage.read(study_root, patient, arm) for stage in STAGES["vascular"]}
    pictures = {
        kind: study_root / "patients" / patient / "pictures" / f"{arm}_{kind}.png"
        for kind in PICTURES
    }
    return ArmRecord(
        name=arm,
        label=label,
        outcomes=outcomes,
        summary=read_json(folder / "fluid" / "summary.json"),
        deployment=read_json(folder / "deployment" / "deployment.json"),
        sources=read_json(folder / "endpoints.json").get("sources", {}),
        pictures={kind: path for kind, path in pictures.items() if path.exists()},
    )
