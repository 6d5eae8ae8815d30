# SPDX-License-Identifier: BSD-3-Clause
"""One row per patient and arm, read from the result tree; who was lost and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trial.cohort import Cohort
from trial.endpoints import REDUCTION, REGISTRIES, lookup, read_endpoints

KEYS = ("patient", "kind", "arm", "status")
ANALYSED = "analysed"

SAME_SAC = 1e-6
"""Largest relative difference between the sac volumes of two arms of one patient."""


class TableError(ValueError):
    """Results that must not be compared."""


def patient_kind(patient: str) -> str:
    """``synthetic`` for p001..., ``surface`` for s001... (docs/architecture.md)."""
    return "surface" if patient.startswith("s") else "synthetic"


def collect_attrition(study_root: Path, cohort: Cohort) -> pd.DataFrame:
    """Stages each patient-arm passed and, for the lost ones, the first failure.

    Returns:
        Columns patient, kind, arm, passed (number of stages passed), stage, code, message, where;
        the last four are empty for analysed patient-arms.
    """
    rows = []
    for patient, arm in product(cohort.patients, cohort.arms):
        row: dict[str, Any] = {"patient": patient, "kind": patient_kind(patient), "arm": arm}
        row |= {"passed": len(cohort.stages), "stage": "", "code": "", "message": "", "where": ""}
        excluded = cohort.excluded(patient, arm)
        for passed, stage in enumerate(cohort.stages):
            outcome = stage.read(study_root, patient, arm)
            if outcome.ok:
                continue
            row |= {"passed": passed, "stage": stage.name, "code": outcome.code}
            row |= {"message": outcome.message, "where": outcome.where}
            break
        if excluded is not None:
            row |= {"passed": min(row["passed"], len(cohort.stages) - 1), "code": "quarantined"}
            row |= {"stage": "", "message": excluded.reason, "where": ""}
        rows.append(row)
    return pd.DataFrame(rows)


def collect_endpoints(
    study_root: Path, attrition: pd.DataFrame, cohort: Cohort, reference: str
) -> pd.DataFrame:
    """Endpoints of every patient-arm in SI; of a vascular study also the STAV reduction.

    Lost patient-arms keep their row, with their code as ``status`` and no values.

    Raises:
        TableError: the arms of a patient were not evaluated on the same sac.
    """
    rows = []
    for item in attrition.itertuples():
        row = {"patient": item.patient, "kind": item.kind, "arm": item.arm}
        row["status"] = item.code or ANALYSED
        if not item.code:
            path = cohort.stages[-1].path(study_root, item.patient, item.arm)
            row |= read_endpoints(path, REGISTRIES[cohort.kind])
        rows.append(row)
    table = pd.DataFrame(rows)
    if cohort.kind == "vascular":
        _add_reduction(table, reference)
    return table


def endpoint_columns(table: pd.DataFrame) -> list[str]:
    """Columns of a table that hold endpoints."""
    return [name for name in table.columns if name not in KEYS]


def patient_results(
    table: pd.DataFrame, lost: Iterable[Mapping[str, Any]], patient: str, arms: Iterable[str]
) -> dict[str, Any]:
    """What became of a patient, for the report.

    Returns:
        ``values`` of the endpoints by arm, SI, None where there is none, ``status`` by arm, and
        the ``lost`` arms.
    """
    rows = table[table["patient"] == patient].set_index("arm")
    return {
        "values": {
            arm: {
                name: None if pd.isna(rows.loc[arm, name]) else float(rows.loc[arm, name])
                for name in endpoint_columns(table)
            }
            for arm in arms
        },
        "status": rows["status"].to_dict(),
        "lost": [row for row in lost if row["patient"] == patient],
    }


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


def _add_reduction(table: pd.DataFrame, reference: str) -> None:
    if "stav" not in table:
        table["stav"] = float("nan")
    _check_same_sac(table)
    control = table[table["arm"] == reference].set_index("patient")["stav"]
    reduction = 1.0 - table["stav"] / table["patient"].map(control)
    table[REDUCTION.name] = reduction.where(table["arm"] != reference)


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
