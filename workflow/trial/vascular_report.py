# SPDX-License-Identifier: BSD-3-Clause
"""What the page about a study of devices in vessels shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trial import figures
from trial.comparators import COMPARATORS
from trial.config import VascularStudy
from trial.endpoints import REDUCTION, REGISTRY, lookup
from trial.facts import NUMERICS, QUALITY, patient_facts
from trial.methods import limitations, methods
from trial.page import svg_uri
from trial.patients import PICTURES, PatientRecord, inflow_curve, read_patients
from trial.tables import patient_results

NOUN = "patient"

SECTIONS = (
    ("result", "Result", "card"),
    ("flow", "Patient flow", "flow"),
    ("arms", "Arms compared", "arms"),
    ("table", "Patients", "table"),
    ("cases", "Case by case", "cases"),
    ("numerics", "Numerics", "numerics"),
    ("context", "Context", "context"),
    ("methods", "Methods", "methods"),
    ("limits", "Limitations", "limits"),
    ("provenance", "Provenance", "provenance"),
)

SLOPES = (
    "stav", "neck_inflow", "turnover_time", "nrfv",
    "tawss_sac", "low_shear_area", "osi_sac", "pressure_drop",
)  # fmt: skip
"""Endpoints drawn as paired slopes."""

PATIENT_COLUMNS = (
    "stav_reduction", "stav", "neck_inflow", "turnover_time", "nrfv", "tawss_sac", "osi_sac",
    "low_shear_area", "pressure_drop",
)  # fmt: skip
"""Endpoints in the table of patients; all of them are in endpoints.csv."""

ILLUSTRATED = 24
"""Most patients shown with pictures, spread evenly over the reductions."""


def context(
    study_root: Path,
    study: VascularStudy,
    statistics: Mapping[str, Any],
    table: pd.DataFrame,
    lost: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything that the templates of this page need beside what all pages have."""
    labels = {name: arm.label for name, arm in study.arms.items()}
    records = read_patients(study_root, study, statistics["plan"]["cohort"]["patients"])
    patients = [patient_context(patient, table, lost) for patient in records]
    mark_illustrated(patients, statistics["comparisons"])
    return {
        "records": records,
        "comparisons": [
            comparison_context(comparison, table, labels, statistics["plan"])
            for comparison in statistics["comparisons"].values()
        ],
        "patients": patients,
        "numerics_columns": NUMERICS,
        "quality_columns": QUALITY,
        "meshes": [((record.name,), record.quality) for record in records if record.quality],
        "columns": [lookup(name) for name in PATIENT_COLUMNS if name in table],
        "waveforms": waveform_figure(records),
        "pictures": PICTURES,
        "comparators": COMPARATORS,
        "registry": [REDUCTION, *REGISTRY.values()],
        "methods": methods(study, records),
        "limitations": limitations(study, statistics, records),
    }


def comparison_context(
    comparison: Mapping[str, Any],
    table: pd.DataFrame,
    labels: Mapping[str, str],
    plan: Mapping[str, Any],
) -> dict[str, Any]:
    """One device arm against the reference arm: labels, numbers and figures."""
    arm, reference = comparison["arm"], comparison["reference"]
    known = {item["patient"] for item in comparison["reductions"]}
    rows = table[table["arm"].isin([arm, reference])]
    missing = {p: missing_code(rows, p) for p in plan["cohort"]["patients"] if p not in known}
    pairs = {name: paired_values(table, name, reference, arm) for name in SLOPES if name in table}
    return {
        **comparison,
        "label": labels[arm],
        "reference_label": labels[reference],
        "missing": missing,
        "primary": comparison["groups"][plan["primary_group"]],
        "primary_group": plan["primary_group"],
        "threshold": plan["threshold"],
        "waterfall": svg_uri(
            figures.waterfall(comparison["reductions"], missing, plan["threshold"])
        ),
        "curve": svg_uri(figures.success_curve(comparison["groups"], plan["threshold"])),
        "slopes": svg_uri(figures.paired_slopes(pairs, (labels[reference], labels[arm]))),
    }


def missing_code(table: pd.DataFrame, patient: str) -> str:
    """Code of the first arm in which a patient was lost, of the arms in the table."""
    status = table.loc[table["patient"] == patient, "status"]
    return str(next(code for code in status if code != "analysed"))


def paired_values(
    table: pd.DataFrame, endpoint: str, reference: str, arm: str
) -> list[dict[str, Any]]:
    """Values of an endpoint of the patients that have both arms, SI."""
    wide = table.pivot(index=["patient", "kind"], columns="arm", values=endpoint)
    wide = wide[[reference, arm]].dropna().reset_index()
    return [
        {"patient": row[0], "kind": row[1], "reference": row[2], "arm": row[3]}
        for row in wide.itertuples(index=False)
    ]


def patient_context(
    patient: PatientRecord, table: pd.DataFrame, lost: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A patient with facts, losses, and the status and endpoint values of each arm."""
    return {
        "record": patient,
        "facts": patient_facts(patient),
        "illustrated": True,
        **patient_results(table, lost, patient.name, patient.arms),
    }


def mark_illustrated(patients: Sequence[dict[str, Any]], comparisons: Mapping[str, Any]) -> None:
    """Beyond a number of patients, keep pictures for an even spread over the reductions."""
    if len(patients) <= ILLUSTRATED:
        return
    order = [item["patient"] for c in comparisons.values() for item in c["reductions"]]
    picks = np.unique(np.linspace(0, max(len(order) - 1, 0), ILLUSTRATED).astype(int))
    chosen = {order[k] for k in picks if k < len(order)}
    for patient in patients:
        patient["illustrated"] = patient["record"].name in chosen


def waveform_figure(patients: Sequence[PatientRecord]) -> str | None:
    """Inflow of all meshed patients as a data URI; None when there is none."""
    curves = {patient.name: inflow_curve(patient) for patient in patients}
    known = {name: curve for name, curve in curves.items() if curve}
    return svg_uri(figures.waveforms(known)) if known else None
