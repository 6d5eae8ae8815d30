# SPDX-License-Identifier: BSD-3-Clause
"""Whether a stent can be cut as drawn: one sentence with what, where and the allowed range."""

from __future__ import annotations

import math
from typing import NoReturn

import numpy as np

from meshes.devices.stent.crown import node_corner
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.zigzag import Zigzag
from meshes.errors import DesignInfeasible
from meshes.types import Array

PATTERNS = ("peak_to_peak", "peak_to_valley", "offset", "joined")
LARGEST_LINK_ANGLE = math.radians(70.0)
"""Angle from the apex up to which a connector may cover a crown."""
LEAST_JOINT_ANGLE = math.radians(10.0)
"""Angle from the apex to the corner of a shared node: narrower ones are a tip, not a node."""
SAMPLES = 400


def check_design(design: StentDesign) -> None:
    """Refuse a drawing that cannot be made.

    Raises:
        DesignInfeasible: the first rule that is broken, in words.
    """
    _check_tube(design)
    _check_finishing(design)
    _check_counts(design)
    for ring in range(design.rings):
        _check_ring(design, ring)
    if design.rings > 1:
        _check_gap(design)
        if design.connector_pattern == "joined":
            _check_joined(design)
        else:
            _check_links(design)


def check_crimped(design: StentDesign, diameter: float) -> None:
    """Refuse a crimped outer diameter [m] at which the struts of a ring overlap.

    Raises:
        DesignInfeasible: it is smaller than the diameter at which they touch.
    """
    if diameter < design.least_crimped_diameter:
        _refuse(
            "crimping",
            f"at a crimped diameter of {_mm(diameter)} the {2 * design.crowns} struts of a ring "
            f"overlap: they touch at {_mm(design.least_crimped_diameter)}",
        )


def _refuse(where: str, sentence: str) -> NoReturn:
    raise DesignInfeasible(f"{where}: {sentence}", where)


def _mm(length: float) -> str:
    return f"{1e3 * length:.4g} mm"


def _um(length: float) -> str:
    return f"{1e6 * length:.4g} um"


def _check_tube(design: StentDesign) -> None:
    lengths = {
        "tube_outer_diameter": design.tube_outer_diameter,
        "wall_thickness": design.wall_thickness,
        "strut_width": design.strut_width,
        "crown_radius": design.crown_radius,
        "connector_width": design.link_width,
        "kerf": design.kerf,
    }
    for name, length in lengths.items():
        if not (math.isfinite(length) and length > 0.0):
            _refuse("tube", f"{name} is {_mm(length)}, it must be above 0 mm")
    if design.wall_thickness > 0.25 * design.tube_outer_diameter:
        _refuse(
            "tube",
            f"a wall of {_um(design.wall_thickness)} leaves no lumen in a tube of "
            f"{_mm(design.tube_outer_diameter)}: at most a quarter of the diameter, "
            f"{_um(0.25 * design.tube_outer_diameter)}",
        )
    if not 0.5 <= design.apex_width_factor <= 3.0:
        _refuse(
            "crown",
            f"apex_width_factor is {design.apex_width_factor:.3g}, it must lie between 0.5 and 3",
        )


def _check_finishing(design: StentDesign) -> None:
    narrowest = min(design.strut_width, design.apex_width, design.link_width)
    for what, removed, original in (
        ("wall", design.polish_thickness, design.wall_thickness),
        ("width of a strut", design.polish_width, narrowest),
    ):
        if not 0.0 <= removed < 0.8 * original:
            _refuse(
                "finishing",
                f"taking {_um(removed)} off the {what} of {_um(original)} is not possible: from 0 "
                f"to below {_um(0.8 * original)}",
            )


def _check_counts(design: StentDesign) -> None:
    if design.crowns < 2 or design.rings < 1:
        _refuse(
            "rings",
            f"{design.rings} rings of {design.crowns} crowns are no stent: at least 1 ring of 2 "
            f"crowns",
        )
    if (design.ring_height is None) == (design.strut_length is None):
        _refuse("rings", "give either ring_height or strut_length, not both or neither")
    given = design.ring_height if design.strut_length is None else design.strut_length
    if isinstance(given, tuple | list) and len(given) != design.rings:
        _refuse("rings", f"{len(given)} ring heights or strut lengths for {design.rings} rings")
    if design.connector_pattern not in PATTERNS:
        _refuse(
            "connectors",
            f"connector_pattern is {design.connector_pattern!r}, known are {', '.join(PATTERNS)}",
        )
    if design.rings > 1 and not 1 <= design.connectors <= design.crowns:
        _refuse(
            "connectors",
            f"{design.connectors} connectors per gap for {design.crowns} crowns: from 1 to "
            f"{design.crowns}",
        )


def _check_ring(design: StentDesign, ring: int) -> None:
    where = f"ring {ring}"
    kerf, least = design.kerf, 0.5 * (design.strut_width + design.kerf)
    if design.crown_radius < least:
        _refuse(
            where,
            f"a crown radius of {_um(design.crown_radius)} is too small for struts "
            f"{_um(design.strut_width)} wide: at least {_um(least)}, half the strut width and half "
            f"the kerf",
        )
    height = design.heights[ring]
    if math.isnan(height):
        length = design.strut_length
        length = length[ring] if isinstance(length, tuple | list) else length
        across = design.half_pitch**2 - 4.0 * design.crown_radius**2
        least = math.sqrt(max(across, 0.0)) + 2.0 * design.apex_reach - design.apex_width
        _refuse(
            where,
            f"a strut of {_mm(length)} does not reach from a peak to the next valley: longer than "
            f"{_mm(least)}, the half pitch and what the crowns add",
        )
    shape = design.zigzag(ring, finished=False)
    if math.isnan(shape.straight):
        rise = math.sqrt(max(design.crown_radius**2 - 0.25 * design.half_pitch**2, 0.0))
        least = 2.0 * (rise + design.apex_reach)
        _refuse(
            where,
            f"a height of {_mm(height)} has no room for a strut between two crowns of "
            f"{_um(design.crown_radius)} radius: above {_mm(least)}",
        )
    free = least_cut(shape)
    if free < kerf:
        _refuse(
            where,
            f"{2 * design.crowns} struts {_um(design.strut_width)} wide with crowns of "
            f"{_um(design.crown_radius)} radius "
            + (f"leave cuts of {_um(free)}" if free > 0.0 else f"overlap by {_um(-free)}")
            + f": at least {_um(kerf)}, the kerf",
        )


def strut_edges(shape: Zigzag) -> tuple[Array, Array]:
    """Points (n, 2) of the edge of a strut inside its peak and of the one outside [m]."""
    angles = np.linspace(0.0, shape.arc_angle, SAMPLES)
    end = np.array([shape.half_pitch, 0.0])
    inner, outer = shape.edge(angles, -1), shape.edge(angles, 1)
    share = np.linspace(0.0, 1.0, SAMPLES)[:, None]
    below, above = end - outer[::-1], end - inner[::-1]
    return (
        np.concatenate([inner, inner[-1] + share * (below[0] - inner[-1]), below]),
        np.concatenate([outer, outer[-1] + share * (above[0] - outer[-1]), above]),
    )


def least_cut(shape: Zigzag) -> float:
    """Narrowest cut between neighbouring struts of a ring [m]; negative where they overlap."""
    inner, _ = strut_edges(shape)
    beside = inner[inner[:, 1] <= shape.rise, 0]
    return 2.0 * min(float(beside.min()), float(shape.edge_distance(0.0, -1)))


def _check_gap(design: StentDesign) -> None:
    joined = design.connector_pattern == "joined"
    if joined and design.gap != 0.0:
        _refuse("gap", f"joined rings leave no gap, gap is {_um(design.gap)}: 0 um")
    if joined and design.connectors != design.crowns:
        _refuse(
            "connectors",
            f"joined rings touch at every crown, connectors is {design.connectors}: "
            f"{design.crowns}",
        )
    if not joined and design.gap < design.kerf:
        _refuse(
            "gap",
            f"a gap of {_um(design.gap)} between rings is narrower than the kerf: at least "
            f"{_um(design.kerf)}",
        )


def _check_joined(design: StentDesign) -> None:
    reach = design.apex_reach
    for ring in range(design.rings):
        across, _ = node_corner(design.zigzag(ring), reach)
        angle = math.atan2(across, reach)
        if angle < LEAST_JOINT_ANGLE:
            _refuse(
                f"ring {ring}",
                f"its struts meet the next ring in a node {_um(2.0 * max(across, 0.0))} wide: at "
                f"least {_um(2.0 * reach * math.tan(LEAST_JOINT_ANGLE))}; higher rings or larger "
                f"crown radii widen it",
            )


def _check_links(design: StentDesign) -> None:
    inward = design.connector_pattern == "peak_to_valley"
    for ring in range(design.rings):
        shape = design.zigzag(ring, finished=False)
        for side in (1, -1) if inward else (1,):
            last = min(LARGEST_LINK_ANGLE, shape.arc_angle)
            widest = 2.0 * float(shape.edge_distance(last, side)) * math.sin(last)
            if design.link_width > widest:
                _refuse(
                    f"ring {ring}",
                    f"a connector of {_um(design.link_width)} is too wide for the "
                    f"{'outer' if side > 0 else 'inner'} edge of a crown: at most {_um(widest)}",
                )
        if inward:
            _check_passage(design, ring, shape)
    if design.connector_pattern == "offset":
        _check_slope(design)


def _check_passage(design: StentDesign, ring: int, shape: Zigzag) -> None:
    """A connector to the inner side of a peak passes between the struts below it."""
    inner, _ = strut_edges(shape)
    attached = shape.edge(np.array([shape.edge_angle(0.5 * design.link_width, -1)]), -1)[0, 1]
    # Near its end the connector meets the edge; the cut counts one width below it.
    beside = inner[inner[:, 1] < attached - design.link_width]
    if not len(beside):
        return
    free = float(beside[:, 0].min()) - 0.5 * design.link_width
    if free < design.kerf:
        _refuse(
            f"ring {ring}",
            f"a connector of {_um(design.link_width)} leaves {_um(free)} to the struts it passes: "
            f"at least {_um(design.kerf)}, the kerf",
        )


def _check_slope(design: StentDesign) -> None:
    """A curved connector keeps clear of itself and of the neighbouring crowns."""
    # The S is steepest in its middle, where it runs 1.5 times as flat as its chord.
    normal = math.hypot(design.gap, 1.5 * design.half_pitch)
    clear = design.gap * design.half_pitch / normal - 0.5 * (design.link_width + design.apex_width)
    least = 2.0 * design.link_width
    if design.gap < least or clear < design.kerf:
        _refuse(
            "gap",
            f"curved connectors of {_um(design.link_width)} between crowns "
            f"{_mm(design.half_pitch)} apart do not fit into a gap of {_um(design.gap)}: a wider "
            f"gap (at least {_um(least)}), narrower connectors or peak_to_peak",
        )
