# SPDX-License-Identifier: BSD-3-Clause
"""Curves of a bench run for the figures of the report, as plain numbers in SI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.fields.bench.endpoints import BenchSettings, cycle_points
from solvers.fields.bench.fatigue import AlloyFatigue, Cloud, Fatigue, fatigue_cloud
from solvers.fields.bench.radial import compression, outside_stages, tool_diameters
from solvers.fields.bench.record import BenchRun, Stage

Array = NDArray[np.float64]

RASTER = 70
"""Squares along each axis of the fatigue figure; one point is kept of each."""


def bench_curves(
    solve: Path, bundle: Path, settings: BenchSettings | None = None
) -> dict[str, Any]:
    """What the figures of one specimen draw.

    Args:
        solve: folder with ``curve.csv`` and ``states/``.
        bundle: mesh bundle folder of the specimen.
        settings: as for the endpoints.

    Returns:
        ``radial``: [{name, kind, diameter [m], force [N]}] of tools outside; ``expansion``:
        [{name, kind, tool_diameter, inner_diameter, end_diameter, middle_diameter [m],
        pressure [Pa] or null}]; ``permanent_set``: {loss, force [N], permanent, remaining} or
        null; ``fatigue``: {quantity, mean, amplitude, safety, limits} or null.
    """
    settings = settings or BenchSettings()
    run = BenchRun.read(solve, bundle)
    return {
        "radial": [_radial(stage) for stages in outside_stages(run) for stage in stages],
        "expansion": [_expansion(s) for s in run.of_kind("expand", "deflate")],
        "permanent_set": _permanent(run),
        "fatigue": _fatigue(run, settings.fatigue),
    }


def write_bench_curves(
    solve: Path, bundle: Path, path: Path, settings: BenchSettings | None = None
) -> None:
    """Write :func:`bench_curves` as JSON."""
    path.write_text(json.dumps(bench_curves(solve, bundle, settings)) + "\n")


def thinned(cloud: Cloud) -> Cloud:
    """The point of least safety in each square of the raster over mean and amplitude."""
    order = np.argsort(cloud.safety, kind="stable")
    places = np.stack([_square(v[order]) for v in (cloud.mean, cloud.amplitude)], axis=1)
    _, first = np.unique(places, axis=0, return_index=True)
    kept = order[np.sort(first)]
    return Cloud(cloud.quantity, cloud.mean[kept], cloud.amplitude[kept], cloud.safety[kept])


def _square(values: Array) -> NDArray[np.int64]:
    span = float(np.ptp(values)) or 1.0
    return np.minimum((RASTER * (values - values.min()) / span).astype(np.int64), RASTER - 1)


def _radial(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "kind": stage.kind,
        "diameter": plain(tool_diameters(stage)),
        "force": plain(stage["radial_force"]),
    }


def _expansion(stage: Stage) -> dict[str, Any]:
    names = ("tool_diameter", "inner_diameter", "end_diameter", "middle_diameter")
    pressure = stage["pressure"]
    return {
        "name": stage.name,
        "kind": stage.kind,
        **{name: plain(stage[name]) for name in names},
        "pressure": plain(pressure) if np.isfinite(pressure).all() else None,
    }


def _permanent(run: BenchRun) -> dict[str, Any] | None:
    test = compression(run)
    if test is None:
        return None
    permanent = test.permanent()
    return {
        "loss": plain(test.loss),
        "force": plain(test.force),
        "permanent": None if permanent is None else plain(permanent),
        "remaining": test.remaining,
    }


def _fatigue(run: BenchRun, fatigue: Fatigue | None) -> dict[str, Any] | None:
    points = None if fatigue is None else cycle_points(run)
    if points is None:
        return None
    cloud = thinned(fatigue_cloud(points, fatigue))
    limits = fatigue.strengths if isinstance(fatigue, AlloyFatigue) else fatigue
    safety = np.minimum(cloud.safety, 1e3)  # JSON has no infinity
    return {
        "quantity": cloud.quantity,
        "mean": plain(cloud.mean),
        "amplitude": plain(cloud.amplitude),
        "safety": plain(safety),
        "limits": dict(vars(limits)),
    }


def plain(values: Array) -> list[float | None]:
    """Numbers to six digits; None where there is none."""
    return [float(f"{v:.6g}") if np.isfinite(v) else None for v in values]
