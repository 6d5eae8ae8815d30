# SPDX-License-Identifier: BSD-3-Clause
"""One row per patient and arm, read from the result tree; who was lost and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trial.endpoints import REDUCTION, lookup, read_endpoints

if TYPE_CHECKING:
    from trial.statistics import AnalysisPlan

STAGES = ("sampled", "meshed", "deployed", "solved", "analysed")
"""What a patient-arm passes through; the stage names of the patient flow."""

KEYS = ("patient", "kind", "arm", "status")
ANALYSED = "analysed"
NOT_RUN = "not_run"

SAME_SAC = 1e-6
"""Largest relative difference between the sac volumes of two arms of one patient."""


class TableError(ValueError):
    """Results that must not be compared."""


def patient_kind(patient: str) -> str:
    """``synthetic`` for p001..., ``surface`` for s001... (docs/architecture.md)."""
    return "surface" if patient.startswith("s") else "synthetic"


def outcome_paths(study_root: Path, patient: str, arm: str) -> dict[str, Path]:
    """File that holds the outcome of each stage."""
    folder = study_root / "patients" / patient
    return {
        "sampled": study_root / "cohort" / f"{patient}.json",
        "meshed": folder / "anatomy" / "outcome.json",
        "deployed": folder / "arms" / arm / "deployment" / "outcome.json",
        "solved": folder / "arms" / arm / "fluid" / "outcome.json",
        "analysed": folder / "arms" / arm / "endpoints.json",
    }


def read_outcome(path: Path) -> dict[str, Any]:
    """Outcome stored in a file, alone or under the key ``outcome``."""
    if not path.exists():
        return {"status": "failed", "code": NOT_RUN, "message": f"{path.name} does not exist"}
    record = json.loads(path.read_text())
    return record.get("outcome", record)


def collect_attrition(study_root: Path, plan: AnalysisPlan) -> pd.DataFrame:
    """Stages each patient-arm passed and, for the lost ones, the first failure.

    Returns:
        Columns patient, kind, arm, passed (number of stages passed), stage, code, message, where;
        the last four are empty for analysed patient-arms.
    """
    rows = []
    for patient in plan.patients:
        for arm in plan.arms:
            row: dict[str, Any] = {"patient": patient, "kind": patient_kind(patient), "arm": arm}
            row |= {"passed": len(STAGES), "stage": "", "code": "", "message": "", "where": ""}
            reason = plan.quarantined(patient, arm)
            for passed, stage in enumerate(STAGES):
                outcome = read_outcome(outcome_paths(study_root, patient, arm)[stage])
                if outcome["status"] == "ok":
                    continue
                if reason is not None:
                    outcome = {"code": "quarantined", "message": reason}
                row |= {"passed": passed, "stage": stage}
                row |= {key: outcome.get(key) or "" for key in ("code", "message", "where")}
                break
            rows.append(row)
    return pd.DataFrame(rows)


def collect_endpoints(
    study_root: Path, plan: AnalysisPlan, attrition: pd.DataFrame
) -> pd.DataFrame:
    """Endpoints of every patient-arm in SI, with the STAV reduction against the reference arm.

    Lost patient-arms keep their row, with their code as ``status`` and no values.

    Raises:
        TableError: the arms of a patient were not evaluated on the same sac.
    """
    rows = []
    for lost in attrition.itertuples():
        row = {"patient": lost.patient, "kind": lost.kind, "arm": lost.arm}
        row["status"] = lost.code or ANALYSED
        if not lost.code:
            path = outcome_paths(study_root, lost.patient, lost.arm)["analysed"]
            row |= read_endpoints(path)
        rows.append(row)
    table = pd.DataFrame(rows)
    if "stav" not in table:
        table["stav"] = float("nan")
    _check_same_sac(table)
    reference = table[table["arm"] == plan.reference].set_index("patient")["stav"]
    reduction = 1.0 - table["stav"] / table["patient"].map(reference)
    table[REDUCTION.name] = reduction.where(table["arm"] != plan.reference)
    return table


def endpoint_columns(table: pd.DataFrame) -> list[str]:
    """Columns of a table that hold endpoints."""
    return [name for name in table.columns if name not in KEYS]


def write_tables(table: pd.DataFrame, attrition: pd.DataFrame, study_root: Path) -> None:
    """Write ``endpoints.csv``, ``endpoints.parquet`` and ``missing.tsv`` into the study folder.

    Units are in the CSV header, ``stav [m/s]``, and in the field metadata of the Parquet file.
    """
    units = {name: lookup(name).unit for name in endpoint_columns(table)}
    headers = {name: f"{name} [{unit}]" for name, unit in units.items()}
    table.rename(columns=headers).to_csv(study_root / "endpoints.csv", index=False)
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    pq.write_table(
        arrow.cast(pa.schema(_with_units(arrow.schema, units), arrow.schema.metadata)),
        study_root / "endpoints.parquet",
    )
    lost = attrition[attrition["code"] != ""].drop(columns="passed")
    lost.to_csv(study_root / "missing.tsv", sep="\t", index=False)


def _with_units(fields: Iterable[pa.Field], units: Mapping[str, str]) -> list[pa.Field]:
    described = []
    for field in fields:
        if field.name in units:
            metadata = {"unit": units[field.name], "label": lookup(field.name).label}
            field = field.with_metadata(metadata)
        described.append(field)
    return described


def _check_same_sac(table: pd.DataFrame) -> None:
    if "sac_volume" not in table:
        return
    for patient, volumes in table.groupby("patient")["sac_volume"]:
        spread = volumes.max() - volumes.min()
        if spread > SAME_SAC * volumes.max():
            raise TableError(
                f"{patient}: the sac volume differs between arms by {spread:.3g} m3; "
                "arms must share one mesh and one sac mask"
            )
