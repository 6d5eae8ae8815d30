# SPDX-License-Identifier: BSD-3-Clause
"""The curve of a bench run: one row per converged load step."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

COLUMNS = (
    "procedure",
    "name",
    "kind",
    "step",
    "load",
    "tool_diameter",
    "tool_gap",
    "tool_force",
    "tool_deflection",
    "tool_span",
    "pressure",
    "radial_force",
    "inner_diameter",
    "outer_diameter",
    "end_diameter",
    "middle_diameter",
    "length",
    "peak_plastic_strain",
    "internal_energy",
    "damping_energy",
    "contact_work",
    "penetration",
    "newton_iterations",
)


def write_curve(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write ``curve.csv``; what a row does not have stays empty."""
    aside = path.with_name(f".{path.name}.part")
    with aside.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    aside.replace(path)
