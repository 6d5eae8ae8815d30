# SPDX-License-Identifier: BSD-3-Clause
"""Diameters and lengths of the curve: profile, recoil, foreshortening, dogboning, limits."""

from __future__ import annotations

import numpy as np

from solvers.fields.bench.cells import crown_angle
from solvers.fields.bench.model import unrolled
from solvers.fields.bench.record import BenchRun, Stage

Values = dict[str, tuple[float, str]]

WITH_ENDS = ("segment", "device")
"""Extents of a model that has ends and a middle."""


def shape_values(run: BenchRun, strain_limit: float | None, angle_limit: float | None) -> Values:
    """Endpoints of the curve's diameters and lengths: name -> (value, unit).

    Args:
        run: the bench run.
        strain_limit: plastic strain that bounds the expansion; None leaves that limit out.
        angle_limit: crown angle that bounds the expansion [rad]; None leaves that limit out.
    """
    values: Values = {}
    crimped = _crimped(run)
    if crimped is not None:
        values["crimped_profile"] = (crimped.last("outer_diameter"), "m")
    if run.deployed is not None:
        values["deployed_diameter"] = (run.deployed.last("inner_diameter"), "m")
    expanded = _expanded(run)
    if crimped is not None and expanded is not None and expanded.index > crimped.index:
        lost = 1.0 - expanded.last("length") / crimped.last("length")
        values["foreshortening"] = (lost, "1")
    for inflation in run.of_kind("expand")[-1:]:
        values |= _inflation_values(run, inflation, strain_limit, angle_limit)
    return values


def _crimped(run: BenchRun) -> Stage | None:
    """The end of the last crimp before any expansion, sprung back where a release follows it."""
    expansions = [s.index for s in run.of_kind("expand", "chamber")]
    crimps = [s for s in run.of_kind("crimp") if s.index < min(expansions, default=np.inf)]
    if not crimps:
        return None
    after = run.after(crimps[-1])
    sprung = after is not None and after.kind == "release" and expansions
    return after if sprung else crimps[-1]


def _expanded(run: BenchRun) -> Stage | None:
    """The end of the last expansion; of a self-expanding frame, its chamber or release."""
    return next((found[-1] for kind in ("expand", "chamber", "release")
                 if (found := run.of_kind(kind))), None)  # fmt: skip


def _inflation_values(
    run: BenchRun, stage: Stage, strain_limit: float | None, angle_limit: float | None
) -> Values:
    values: Values = {}
    inflated = stage.last("inner_diameter")
    after = run.after(stage)
    if after is not None and after.kind == "deflate":
        values["recoil"] = (1.0 - after.last("inner_diameter") / inflated, "1")
    if run.info["extent"] in WITH_ENDS:
        excess = stage["end_diameter"] / stage["middle_diameter"] - 1.0
        values["dogboning_transient"] = (float(excess.max()), "1")
        values["dogboning_final"] = (float(excess[-1]), "1")
    if strain_limit is not None:
        limit = first_reached(stage["peak_plastic_strain"], stage["inner_diameter"], strain_limit)
        if limit is not None:
            values["expansion_limit_strain"] = (limit, "m")
    if angle_limit is not None and (limit := _angle_limit(run, stage, angle_limit)) is not None:
        values["expansion_limit_angle"] = (limit, "m")
    return values


def first_reached(values: np.ndarray, diameters: np.ndarray, limit: float) -> float | None:
    """Diameter at which values first reach a limit, between rows linearly; None when never."""
    above = np.flatnonzero(values >= limit)
    if not len(above):
        return None
    k = int(above[0])
    if k == 0:
        return float(diameters[0])
    share = (limit - values[k - 1]) / (values[k] - values[k - 1])
    return float(diameters[k - 1] + share * (diameters[k] - diameters[k - 1]))


def _angle_limit(run: BenchRun, stage: Stage, limit: float) -> float | None:
    """Inner diameter at which the crown angle reaches its limit [m]; None when it does not.

    Straight struts of constant length turn about their crowns: the sine of half the angle grows
    linearly with the diameter between the states before and after the inflation.
    """
    before = run.before(stage)
    if before is None or not all(run.has_state(s.label) for s in (before, stage)):
        return None
    angles = [crown_angle(unrolled(run, s.label)) for s in (before, stage)]
    if None in angles:
        return None
    sines = np.sin(0.5 * np.array(angles, dtype=float))
    diameters = np.array([s.last("inner_diameter") for s in (before, stage)])
    return first_reached(sines, diameters, float(np.sin(0.5 * limit)))
