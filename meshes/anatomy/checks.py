# SPDX-License-Identifier: BSD-3-Clause
"""Reasons why a set of parameters describes no possible anatomy."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
from scipy.spatial import cKDTree

from meshes.anatomy.geometry import DEVICE_OFFSET, IcaGeometry, assemble
from meshes.anatomy.parameters import IcaParameters
from meshes.errors import SurfaceInvalid
from meshes.types import Array

MM = 1.0e3
WIDEST_NECK = 2.0
"""Neck over vessel diameter: beyond it the lesion is fusiform rather than side-wall."""
SHORTEST_SAC = 0.45
"""Sac length over neck diameter."""
LEAN = (35.0, 145.0)
"""Neck-vessel angle [deg]: flatter sacs lie on the parent vessel."""
CLEARANCE = 0.12
"""Smallest gap between two walls over the vessel diameter."""
EXTENSION = 1.2
"""Flow extension in diameters for which collisions are checked."""


def implausible(parameters: IcaParameters) -> str | None:
    """Why the anatomy is geometrically impossible, in one sentence, or None."""
    reason = _out_of_range(parameters)
    if reason:
        return reason
    try:
        geometry = assemble(parameters, EXTENSION)
    except SurfaceInvalid as failure:
        return str(failure)
    for check in (_vessel_collision, _sac_collision, _branch_collision, _fork_collision):
        reason = check(geometry)
        if reason:
            return reason
    return None


def _out_of_range(p: IcaParameters) -> str | None:
    """Limits that need no geometry."""
    numbers = {f.name: getattr(p, f.name) for f in fields(p)}
    wrong = [k for k, v in numbers.items() if isinstance(v, float) and not math.isfinite(v)]
    if wrong:
        return f"{wrong[0]} is not a finite number"
    d, neck = p.vessel_diameter, p.neck_diameter
    tightest = {
        "bend_radius_1": 0.65 * p.inlet_taper * d,
        "bend_radius_2": 0.65 * p.inlet_taper * d,
        "neck_bend_radius": d,
    }
    for name, least in tightest.items():
        if getattr(p, name) < least:
            return (
                f"{name} {MM * getattr(p, name):.2f} mm is too tight for a vessel of "
                f"{MM * d:.2f} mm, at least {MM * least:.2f} mm"
            )
    angle = math.degrees(p.neck_vessel_angle)
    bounds = [
        ("vessel diameter", MM * d, 1.5, 8.0, "mm"),
        ("neck over vessel diameter", neck / d, 0.35, WIDEST_NECK, ""),
        ("sac length over neck diameter", p.sac_length / neck, SHORTEST_SAC, 5.0, ""),
        ("sac width over neck diameter (bulge)", p.bulge, 1.0, 2.5, ""),
        ("neck-vessel angle", angle, *LEAN, "degrees"),
        ("inlet taper", p.inlet_taper, 0.9, 1.6, ""),
        ("outlet taper", p.outlet_taper, 0.6, 1.1, ""),
        ("bleb radius over sac width", p.bleb_radius / (p.bulge * neck), 0.0, 0.35, ""),
        ("branch over vessel diameter", 2.0 * p.branch_radius / d, 0.15, 0.6, ""),
        ("daughter radius ratio", p.daughter_ratio, 0.5, 1.0, ""),
    ]
    for name, value, low, high, unit in bounds:
        if not low <= value <= high:
            return f"{name} is {value:.3g} {unit}".rstrip() + f", allowed {low:g} to {high:g}"
    return None


def _gap(points: Array, centres: Array, radii: Array) -> float:
    """Smallest distance from points (n, 3) to balls (k, 3) with radii (k,) [m]."""
    if len(points) == 0 or len(centres) == 0:
        return math.inf
    distance, nearest = cKDTree(centres).query(points)
    return float(np.min(distance - radii[nearest]))


def _close(one: str, other: str, gap: float) -> str:
    """Sentence about a gap [m] that is too small or an overlap."""
    if gap < 0.0:
        return f"{one} runs {-MM * gap:.2f} mm into {other}"
    return f"{one} comes within {MM * gap:.2f} mm of {other}"


def _sac_wall(geometry: IcaGeometry) -> Array:
    """Points of sac and bleb wall [m]."""
    wall = geometry.sac.wall()
    if geometry.bleb is None:
        return wall
    directions = geometry.sac.wall() - geometry.sac.origin
    directions /= np.linalg.norm(directions, axis=1, keepdims=True) + 1e-30
    return np.vstack([wall, geometry.bleb.centre + geometry.bleb.radius * directions])


def _vessel_collision(geometry: IcaGeometry) -> str | None:
    axis = geometry.axis
    step = slice(None, None, 4)
    s, points, radius = axis.arclength[step], axis.points[step], axis.radius[step]
    gap = np.linalg.norm(points[:, None] - points[None], axis=2) - radius[:, None] - radius
    apart = np.abs(s[:, None] - s) > 3.0 * (radius[:, None] + radius)
    least = float(np.min(gap[apart], initial=math.inf))
    if least < CLEARANCE * geometry.parameters.vessel_diameter:
        return _close("the parent vessel", "itself", least)
    return None


def _sac_collision(geometry: IcaGeometry) -> str | None:
    d, axis = geometry.parameters.vessel_diameter, geometry.axis
    wall = _sac_wall(geometry)
    high = wall[(wall - geometry.sac.origin) @ geometry.sac.axis > 0.0]
    window = 0.5 * geometry.neck_length + 0.75 * d
    far = np.abs(axis.arclength - geometry.neck.arclength) > window
    gap = _gap(high, axis.points[far], axis.radius[far])
    if gap < CLEARANCE * d:
        return _close("the sac", "the parent vessel beyond its neck", gap)
    length = geometry.parameters.sac_length
    upper = high[(high - geometry.sac.origin) @ geometry.sac.axis > 0.5 * length]
    gap = _gap(upper, axis.points, DEVICE_OFFSET * axis.radius)
    if gap < 0.05 * d:
        return _close("the upper half of the sac", "the parent vessel at its neck", gap)
    return None


def _branch_collision(geometry: IcaGeometry) -> str | None:
    branch, d, axis = geometry.branch, geometry.parameters.vessel_diameter, geometry.axis
    if branch is None:
        return None
    clear = CLEARANCE * d
    start = branch.tube.points[0]
    if geometry.parameters.branch == "near_neck":
        reach = np.abs(geometry.parameters.branch_axial)
        if reach > 0.5 * geometry.neck_length + d:
            return f"the branch lies {MM * reach:.2f} mm from the neck, outside the braid"
        gap = _gap(_sac_wall(geometry), branch.tube.points, branch.tube.radius)
        if gap < clear:
            return _close("the branch", "the sac", gap)
        near = np.linalg.norm(branch.tube.points - start, axis=1) < d
        points = branch.tube.points[~near]
    else:
        outside = geometry.sac.field(branch.tube.points) > 0.0
        points = branch.tube.points[outside]
    gap = _gap(points, axis.points, axis.radius) - branch.radius
    if gap < clear:
        return _close("the branch", "the parent vessel", gap)
    return None


def _fork_collision(geometry: IcaGeometry) -> str | None:
    d = geometry.parameters.vessel_diameter
    if geometry.daughter is None:
        return None
    tube = geometry.daughter.tube
    gap = _gap(_sac_wall(geometry), tube.points, tube.radius)
    if gap < CLEARANCE * d:
        return _close("a terminal branch", "the sac", gap)
    if geometry.branch is not None:
        side = geometry.branch.tube
        gap = _gap(side.points, tube.points, tube.radius) - geometry.branch.radius
        if gap < CLEARANCE * d:
            return _close("a terminal branch", "the side branch", gap)
    upstream = geometry.axis.arclength < geometry.neck.arclength
    gap = _gap(tube.points, geometry.axis.points[upstream], geometry.axis.radius[upstream])
    gap -= geometry.daughter.radius
    if gap < CLEARANCE * d:
        return _close("a terminal branch", "the upstream vessel", gap)
    return None
