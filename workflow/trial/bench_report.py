# SPDX-License-Identifier: BSD-3-Clause
"""What the page about a bench study shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from trial import bench_figures
from trial.bench_methods import departure_text, limitations, methods
from trial.bench_records import PICTURES, SpecimenRecord, pictures_of, read_specimens
from trial.config import BenchStudy
from trial.endpoints import lookup
from trial.facts import Column
from trial.formats import NOTHING, SPACE, number, words
from trial.page import svg_uri
from trial.patients import read_json
from trial.tables import endpoint_columns, patient_results
from trial.units import split_unit

NOUN = "specimen"

SECTIONS = (
    ("result", "Result", "bench_card"),
    ("flow", "Specimen flow", "flow"),
    ("designs", "Designs", "bench_designs"),
    ("curves", "Curves", "bench_curves"),
    ("endpoints", "Endpoints", "bench_endpoints"),
    ("arms", "Designs compared", "bench_arms"),
    ("lot", "Lot", "bench_lot"),
    ("table", "Specimens", "table"),
    ("numerics", "Numerics", "numerics"),
    ("methods", "Methods", "methods"),
    ("limits", "Limitations", "limits"),
    ("provenance", "Provenance", "provenance"),
)

HEADLINES = (
    "deployed_diameter", "recoil", "foreshortening", "radial_force_loss_10", "radial_strength",
    "chronic_outward_force", "radial_resistive_force", "plastic_strain_peak", "cell_opening",
    "fatigue_goodman", "fatigue_strain",
)  # fmt: skip
"""Endpoints of the first table and of the table of specimens, where the study has them."""

HEADLINE_COUNT = 7

NUMERICS = (
    Column("Cells", "", ("cells",), digits=0),
    Column("Unknowns", "", ("unknowns",), digits=0),
    Column("Load steps", "", ("load_steps",), digits=0),
    Column("Newton iterations", "", ("newton_iterations",), digits=0),
    Column("Largest penetration", "% of thickness", ("penetration_share",), 1e2, 2),
    Column("Damping over internal energy", "%", ("damping_share",), 1e2, 2),
    Column("Internal energy", "µJ", ("internal_energy",), 1e6),
    Column("Work of contact", "µJ", ("contact_work",), 1e6),
    Column("Ranks", "", ("ranks",), digits=0),
    Column("Wall time", "s", ("wall_time_s",), digits=4),
)
"""From ``bench/summary.json``."""

QUALITY = (
    Column("Cells", "", ("cells",), digits=0),
    Column("Nodes", "", ("nodes",), digits=0),
    Column("Smallest scaled Jacobian", "1", ("minimum_scaled_jacobian",), digits=2),
    Column("Volume of the model", "mm³", ("volume",), 1e9),
)
"""From ``device/mesh/quality.json``."""

FACTS = (
    Column("Rings computed", "", ("rings",), digits=0),
    Column("Crowns", "", ("crowns",), digits=0),
    Column("Outer diameter", "mm", ("outer_radius",), 2e3),
    Column("Length of the model", "mm", ("length",), 1e3),
    Column("Strut width", "µm", ("strut_width",), 1e6),
    Column("Strut thickness", "µm", ("strut_thickness",), 1e6),
    Column("Crown radius", "µm", ("crown_radius",), 1e6),
    Column("Struts touch at", "mm", ("least_crimped_diameter",), 1e3),
)
"""From ``device/mesh/info.json``: what the specimen shown is like."""

FIGURES: tuple[tuple[Callable[[Any], str | None], str], ...] = (
    (
        bench_figures.force_diameter,
        "Radial force of every specimen against the diameter of the tool, by design.",
    ),
    (
        bench_figures.permanent_set,
        "Radial force against the diameter loss imposed, and the loss that is left.",
    ),
    (
        bench_figures.fatigue_clouds,
        "Mean and amplitude of every material point over the last pulsation, one panel to a "
        "design; crosses are beyond the limit.",
    ),
)


def headline_endpoints(found: Sequence[str]) -> list[str]:
    """Endpoints of the first table; radial strength stands for the force at a loss."""
    hidden = {"radial_force_loss_10"} if "radial_strength" in found else set()
    names = [name for name in HEADLINES if name in found and name not in hidden]
    return names[:HEADLINE_COUNT]


def context(
    study_root: Path,
    study: BenchStudy,
    statistics: Mapping[str, Any],
    table: pd.DataFrame,
    lost: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything that the templates of this page need beside what all pages have."""
    records = read_specimens(study_root, study, statistics["plan"]["cohort"]["patients"])
    found = [name for name in endpoint_columns(table) if table[name].notna().any()]
    headlines = headline_endpoints(found)
    shown = read_json(study_root / "designs" / "specimens.json")
    return {
        "records": records,
        "patients": [specimen_context(record, table, lost) for record in records],
        "designs": [design_context(study_root, study, records, shown, arm) for arm in study.arms],
        "figures": figures(study, records),
        "strips": strips(study, table, headlines),
        "found": found,
        "headlines": headlines,
        "comparisons": [
            comparison_context(study, comparison)
            for comparison in statistics["comparisons"].values()
        ],
        "lot": lot_context(study, records),
        "columns": [lookup(name) for name in headlines],
        "waveforms": None,
        "numerics_columns": NUMERICS,
        "quality_columns": QUALITY,
        "meshes": [
            ((record.name, arm.label), arm.quality)
            for record in records
            for arm in record.arms.values()
            if arm.quality
        ],
        "registry": study.obtainable(),
        "methods": methods(study, records),
        "limitations": limitations(study, statistics, records),
    }


def specimen_context(
    record: SpecimenRecord, table: pd.DataFrame, lost: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A specimen with losses, and the status and endpoint values of each design."""
    return {
        "record": record,
        "illustrated": False,
        **patient_results(table, lost, record.name, record.arms),
    }


def design_context(
    root: Path,
    study: BenchStudy,
    records: Sequence[SpecimenRecord],
    shown: Mapping[str, str],
    arm: str,
) -> dict[str, Any]:
    """A design with the facts and the pictures of the specimen shown of it."""
    analysed = [record.name for record in records if record.arms[arm].outcomes["endpoints"].ok]
    specimen = shown.get(arm) or next(iter(analysed), None)
    info = next((r.arms[arm].info for r in records if r.name == specimen), {})
    device = study.arms[arm].device
    texts = [(column, column.show(info)) for column in FACTS]
    facts = [(c.label, f"{text}{SPACE}{c.unit}".strip()) for c, text in texts if text != NOTHING]
    return {
        "arm": arm,
        "label": study.arms[arm].label,
        "device": device,
        "specimen": specimen,
        "facts": [("Material", device.material.title), *facts],
        "pictures": [(PICTURES[kind], path) for kind, path in pictures_of(root, arm).items()],
    }


def figures(study: BenchStudy, records: Sequence[SpecimenRecord]) -> list[tuple[str, str]]:
    """Figures of the curves as data URIs, with their captions."""
    curves = curves_by_design(study, records)
    ends = study.bench.model.extent in ("segment", "device")
    inflation = partial(bench_figures.expansion, ends=ends)
    drawn = [(inflation, "Inflation of every specimen, by design."), *FIGURES]
    found = [(draw(curves), caption) for draw, caption in drawn]
    return [(svg_uri(svg), caption) for svg, caption in found if svg is not None]


def curves_by_design(
    study: BenchStudy, records: Sequence[SpecimenRecord]
) -> dict[str, list[Mapping[str, Any]]]:
    """Curves of the analysed specimens, by label of the design."""
    return {
        arm.label: [r.arms[name].curves for r in records if r.arms[name].curves]
        for name, arm in study.arms.items()
    }


def strips(study: BenchStudy, table: pd.DataFrame, names: Sequence[str]) -> str | None:
    """Figure of the scatter of the main endpoints as a data URI."""
    values = {
        name: {
            arm.label: table.loc[table["arm"] == key, name].dropna().tolist()
            for key, arm in study.arms.items()
        }
        for name in names
    }
    svg = bench_figures.endpoint_strips(values)
    return None if svg is None else svg_uri(svg)


def comparison_context(study: BenchStudy, comparison: Mapping[str, Any]) -> dict[str, Any]:
    """One design against the reference: labels and paired differences."""
    group = next(iter(comparison["groups"].values()))
    return {
        "label": study.arms[comparison["arm"]].label,
        "reference_label": study.arms[comparison["reference"]].label,
        "paired": group["paired"],
    }


def lot_context(study: BenchStudy, records: Sequence[SpecimenRecord]) -> dict[str, Any]:
    """Distributions of the departures, and what was drawn for every specimen."""
    marginals = study.lot.departures.marginals
    return {
        "title": study.lot.title,
        "departures": [
            {
                "name": words(split_unit(name)[0]),
                "text": departure_text(name, marginal),
                "source": marginal.source,
            }
            for name, marginal in marginals.items()
        ],
        "columns": [(words(split_unit(n)[0]), departure_unit(n)) for n in marginals],
        "draws": [
            (record.name, [number(record.cohort.get("draws", {}).get(n)) for n in marginals])
            for record in records
        ],
    }


def departure_unit(name: str) -> str:
    """Unit of a departure as people write it."""
    return {"um": "µm", "percent": "%", "mpa": "MPa"}[name.rpartition("_")[2]]
