# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness between plates and in three-point bending, from the curve. SI throughout."""

from __future__ import annotations

import numpy as np

from solvers.fields.bench.record import BenchRun, Stage

Values = dict[str, tuple[float, str]]

CRUSH_SHARE = 0.05
"""Part of the outer diameter over which the crush stiffness is taken."""

BEND_SHARE = 0.5
"""Part of the deflection over which the bending stiffness is taken."""


def stiffness_values(run: BenchRun) -> Values:
    """Crush and bending stiffness where the run has them: name -> (value, unit)."""
    values: Values = {}
    for stage in run.of_kind("crush")[:1]:
        before = run.before(stage)
        diameter = before.last("outer_diameter") if before else 2.0 * run.info["outer_radius"]
        slope = slope_from_zero(diameter - stage["tool_gap"], stage["tool_force"],
                                CRUSH_SHARE * diameter)  # fmt: skip
        if slope is not None:
            values["crush_stiffness"] = (slope, "N/m")
    for stage in run.of_kind("bend")[:1]:
        slope = slope_from_zero(*_bending(stage))
        if slope is not None:
            values["bend_stiffness"] = (slope * stage.last("tool_span") ** 3 / 48.0, "N m2")
    return values


def _bending(stage: Stage) -> tuple[np.ndarray, np.ndarray, float]:
    deflection = stage["tool_deflection"]
    return deflection, stage["tool_force"], BEND_SHARE * float(deflection[-1])


def slope_from_zero(travel: np.ndarray, force: np.ndarray, reach: float) -> float | None:
    """Least-squares slope through the origin up to a travel [N/m]; None without contact there.

    Where the first step goes beyond, that step alone.
    """
    touching = (force > 0.0) & (travel > 0.0)
    if not touching.any():
        return None
    travel, force = travel[touching], force[touching]
    near = travel <= max(reach, travel[0]) * (1.0 + 1e-9)
    return float(travel[near] @ force[near] / (travel[near] @ travel[near]))
