# SPDX-License-Identifier: BSD-3-Clause
"""One self-contained HTML page per study, written also when patients failed."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd
import yaml
from PIL import Image

from trial import figures
from trial.comparators import COMPARATORS
from trial.config import Study
from trial.endpoints import REDUCTION, REGISTRY, lookup
from trial.facts import NUMERICS, QUALITY, patient_facts
from trial.formats import FILTERS
from trial.methods import limitations, methods, revisions, software, wall_times
from trial.patients import PICTURES, PatientRecord, inflow_curve, read_json, read_patients
from trial.statistics import ALL
from trial.tables import endpoint_columns

TEMPLATES = Path(__file__).resolve().parents[1] / "report"

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

PICTURE_WIDTH = 640
"""Width of an embedded picture in pixels; the files keep their full size."""

ILLUSTRATED = 24
"""Most patients shown with pictures, spread evenly over the reductions."""


def write_report(study_root: Path, study: Study) -> Path:
    """Write ``report/index.html`` from ``statistics.json``, the tables and the result tree.

    Args:
        study_root: folder of the study.
        study: resolved configuration.

    Returns:
        The file written.
    """
    statistics = read_json(study_root / "statistics.json")
    table = pd.read_parquet(study_root / "endpoints.parquet")
    cohort = statistics["plan"]["cohort"]
    patients = read_patients(study_root, study, cohort["patients"])
    labels = {name: arm.label for name, arm in study.arms.items()}
    lost = merge_lost(statistics["flow"]["lost"], labels)
    context = {
        "study": study,
        "labels": labels,
        "statistics": statistics,
        "comparisons": [
            comparison_context(comparison, table, labels, statistics["plan"])
            for comparison in statistics["comparisons"].values()
        ],
        "lost": lost,
        "patients": [patient_context(patient, table, lost) for patient in patients],
        "numerics_columns": NUMERICS,
        "quality_columns": QUALITY,
        "columns": [lookup(name) for name in PATIENT_COLUMNS if name in table],
        "waveforms": waveform_figure(patients),
        "comparators": COMPARATORS,
        "registry": [REDUCTION, *REGISTRY.values()],
        "methods": methods(study, patients),
        "limitations": limitations(study, statistics, patients),
        "provenance": provenance(study_root, study, patients),
    }
    mark_illustrated(context["patients"], statistics["comparisons"])
    page = environment().get_template("report.html.j2").render(context)
    path = study_root / "report" / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def environment() -> jinja2.Environment:
    """Template environment that escapes everything and refuses undefined names."""
    result = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    result.filters |= FILTERS
    result.filters["picture"] = picture
    result.globals |= {"PICTURES": PICTURES, "lookup": lookup, "ALL": ALL}
    return result


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
    rows = table[table["patient"] == patient.name].set_index("arm")
    values = {
        arm: {
            name: None if pd.isna(rows.loc[arm, name]) else float(rows.loc[arm, name])
            for name in endpoint_columns(table)
        }
        for arm in patient.arms
    }
    return {
        "record": patient,
        "facts": patient_facts(patient),
        "values": values,
        "status": rows["status"].to_dict(),
        "lost": [row for row in lost if row["patient"] == patient.name],
        "illustrated": True,
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


def merge_lost(
    lost: Sequence[Mapping[str, Any]], labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Losses with equal patient and reason as one row that lists its arms."""
    merged: dict[tuple[str, ...], dict[str, Any]] = {}
    for item in lost:
        key = tuple(item[k] for k in ("patient", "stage", "code", "message"))
        row = merged.setdefault(key, {**item, "arms": []})
        row["arms"].append(labels[item["arm"]])
    return list(merged.values())


def waveform_figure(patients: Sequence[PatientRecord]) -> str | None:
    """Inflow of all meshed patients as a data URI; None when there is none."""
    curves = {patient.name: inflow_curve(patient) for patient in patients}
    known = {name: curve for name, curve in curves.items() if curve}
    return svg_uri(figures.waveforms(known)) if known else None


def provenance(study_root: Path, study: Study, patients: Sequence[PatientRecord]) -> dict[str, Any]:
    """What computed the study and the digests of what it left."""
    names = ("config.yaml", "endpoints.csv", "endpoints.parquet", "missing.tsv", "statistics.json")
    return {
        "files": {n: digest(study_root / n) for n in names if (study_root / n).exists()},
        "software": software(patients),
        "revisions": revisions(patients),
        "wall_times": wall_times(patients),
        "config": yaml.safe_dump(
            study.plain(), sort_keys=False, allow_unicode=True, default_flow_style=None, width=96
        ),
    }


def digest(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def svg_uri(svg: str) -> str:
    """SVG text as a data URI."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def picture(path: Path) -> str:
    """Picture file as a data URI, reduced to the width shown."""
    with Image.open(path) as image:
        image = image.convert("RGB")
        height = round(image.height * PICTURE_WIDTH / image.width)
        if image.width > PICTURE_WIDTH:
            image = image.resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        image.save(stream, "webp", quality=82, method=6)
    return f"data:image/webp;base64,{base64.b64encode(stream.getvalue()).decode()}"
