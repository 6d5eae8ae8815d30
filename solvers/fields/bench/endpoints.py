# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints of one specimen on the bench from the stored curve and states. SI throughout.

Names and units are those of ``trial.bench_endpoints.BENCH``. A run gives the endpoints of the
procedures that it holds and completed; the others are absent from the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from solvers.fields.bench.cells import crown_angle, find_cells
from solvers.fields.bench.equilibrium import check_radial_force, check_tool_work
from solvers.fields.bench.fatigue import CyclePoints, Fatigue, fatigue_values
from solvers.fields.bench.model import unrolled
from solvers.fields.bench.radial import radial_values
from solvers.fields.bench.record import BenchRun, InconsistentBench
from solvers.fields.bench.shape import shape_values
from solvers.fields.bench.stiffness import stiffness_values
from solvers.fields.endpoints import Weighted, sha256

Values = dict[str, tuple[float, str]]


@dataclass(frozen=True)
class BenchSettings:
    """Thresholds and diameters of the bench endpoints.

    Attributes:
        permanent_loss: irreversible diameter loss that defines the radial strength.
        indicated_diameter: vessel diameter at which outward and resistive force are read [m].
        tool_diameters: further diameters at which the radial force is read [m].
        plastic_strain_limit: bounds the expansion; None leaves that endpoint out.
        crown_angle_limit: bounds the expansion [rad]; None leaves that endpoint out.
        fatigue: criteria of the material; None leaves fatigue out.
    """

    permanent_loss: float = 0.05
    indicated_diameter: float | None = None
    tool_diameters: tuple[float, ...] = ()
    plastic_strain_limit: float | None = None
    crown_angle_limit: float | None = None
    fatigue: Fatigue | None = None


def compute_bench_endpoints(
    solve: Path, bundle: Path, settings: BenchSettings | None = None
) -> dict[str, dict[str, Any]]:
    """Endpoints of one bench run.

    Args:
        solve: folder with ``curve.csv`` and ``states/``.
        bundle: mesh bundle folder of the specimen.
        settings: thresholds; defaults of :class:`BenchSettings` when None.

    Returns:
        ``{name: {"value": float, "unit": str}}``, the ``endpoints`` block of ``endpoints.json``.

    Raises:
        InconsistentBench: files are incomplete, or states and curve contradict each other.
    """
    settings = settings or BenchSettings()
    run = BenchRun.read(solve, bundle)
    check_radial_force(run)
    check_tool_work(run)
    values = {
        **radial_values(
            run, settings.permanent_loss, settings.indicated_diameter, settings.tool_diameters
        ),
        **stiffness_values(run),
        **shape_values(run, settings.plastic_strain_limit, settings.crown_angle_limit),
        **_deployed_values(run),
        **_fatigue_values(run, settings.fatigue),
    }
    return {name: {"value": value, "unit": unit} for name, (value, unit) in values.items()}


def bench_record(
    patient: str, arm: str, solve: Path, bundle: Path, settings: BenchSettings | None = None
) -> dict[str, Any]:
    """Content of ``endpoints.json`` but for its outcome: values and what they come from."""
    sources = [solve / "curve.csv", bundle / "info.json", bundle / "markers.json"]
    states = sorted((solve / "states").iterdir()) if (solve / "states").is_dir() else []
    return {
        "patient": patient,
        "arm": arm,
        "endpoints": compute_bench_endpoints(solve, bundle, settings),
        "sources": {path.name: sha256(path) for path in (*sources, *states)},
    }


def cycle_points(run: BenchRun) -> CyclePoints | None:
    """Material points at the two extremes of the last pulsatile cycle; None without one.

    Raises:
        InconsistentBench: a completed cycle did not keep its two extremes.
    """
    stages = run.of_kind("cycle")
    if not stages:
        return None
    label = stages[-1].label
    paths = sorted((run.folder / "states").glob(f"{label}-*.npz"))
    if len(paths) != 2:
        raise InconsistentBench(
            f"{run.folder}: cycle {label} kept {len(paths)} extreme states, expected 2"
        )
    first, second = (run.material(path.stem) for path in paths)
    return CyclePoints(
        volume=first.volume,
        stresses=(first.stress, second.stress),
        strains=(first.strain, second.strain),
    )


def _deployed_values(run: BenchRun) -> Values:
    """Cells, crowns and plastic strain of the deployed state."""
    if run.deployed is None or not run.has_state(run.deployed.label):
        return {}
    surface = unrolled(run, run.deployed.label)
    values: Values = {"metal_to_artery": (surface.coverage(), "1")}
    if (angle := crown_angle(surface)) is not None:
        values["crown_angle"] = (angle, "rad")
    if cells := find_cells(surface):
        circles = [cell.circle() for cell in cells]
        smallest = min(circles, key=lambda circle: circle.radius)
        values |= {
            "cell_opening": (min(cell.area for cell in cells), "m2"),
            "cell_circle": (2.0 * smallest.radius, "m"),
            "side_branch_area": (smallest.area, "m2"),
            "scaffolding_circle": (2.0 * max(circle.radius for circle in circles), "m"),
        }
    return values | _plastic_values(run, run.deployed.label)


def _plastic_values(run: BenchRun, label: str) -> Values:
    state = run.material(label)
    if "plastic_strain" not in state.outputs or not run.of_kind("expand"):
        return {}
    plastic = Weighted(state.outputs["plastic_strain"], state.volume)
    return {
        "plastic_strain_peak": (float(np.max(plastic.values)), "1"),
        "plastic_strain_p99": (plastic.percentile(99.0), "1"),
    }


def _fatigue_values(run: BenchRun, fatigue: Fatigue | None) -> Values:
    points = None if fatigue is None else cycle_points(run)
    return {} if points is None else fatigue_values(points, run.copies, fatigue)
