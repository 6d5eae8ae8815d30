# SPDX-License-Identifier: BSD-3-Clause
"""The shape of a self-expanding stent after heat setting: the same struts at a larger diameter."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from meshes.devices.stent.contour import Contour
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.zigzag import Zigzag
from meshes.errors import DesignInfeasible

PITCH_ROUNDS = 8
"""The pitch of a ring on a contour and its height settle each other to 1e-6 in so many rounds."""


def as_modelled(design: StentDesign) -> StentDesign:
    """The drawing of the stress-free shape.

    Every strut keeps the length of its centreline and the radius of its crowns and turns outwards.
    Cuts run towards the axis of the heat-set frame, not of the tube; the drawn width is changed so
    that the mean width over the wall is that of the cut strut.

    Args:
        design: feasible as cut.

    Returns:
        The design itself where it is not heat-set.

    Raises:
        DesignInfeasible: the heat-set diameter is below that of the tube or beyond what the struts
            reach.
    """
    if design.heat_set_contour is not None:
        return _contoured(design)
    if design.heat_set_diameter is None:
        return design
    if design.heat_set_diameter < 2.0 * design.outer_radius:
        raise DesignInfeasible(
            f"heat setting: {1e3 * design.heat_set_diameter:.4g} mm is below the diameter of the "
            f"finished tube, {2e3 * design.outer_radius:.4g} mm",
            "heat setting",
        )
    tube = design.heat_set_diameter + design.polish_thickness
    set_up = replace(design, tube_outer_diameter=tube, heat_set_diameter=None)
    narrowing = _mean_share(design) / _mean_share(set_up)
    width = design.polish_width + narrowing * (design.strut_width - design.polish_width)
    opened = replace(
        set_up,
        strut_width=width,
        apex_width_factor=design.apex_width / width,
        connector_width=design.link_width,
    )
    rises = [
        _rise(design, design.zigzag(ring, finished=False), opened.half_pitch)
        for ring in range(design.rings)
    ]
    heights = tuple(2.0 * (rise + opened.apex_reach) for rise in rises)
    return replace(opened, strut_length=None, ring_height=heights)


def _contoured(design: StentDesign) -> StentDesign:
    """The drawing of a frame on a contour: each ring at the mean pitch of its two ends."""
    if design.connector_pattern != "joined":
        raise DesignInfeasible(
            f"heat setting: a contour is for shared apices (joined), not for connectors "
            f"{design.connector_pattern}",
            "heat setting",
        )
    places, diameters = zip(*design.heat_set_contour, strict=True)
    if len(places) < 2 or any(b <= a for a, b in pairwise(places)):
        raise DesignInfeasible(
            "heat setting: a contour needs two points or more, whose positions must grow",
            "heat setting",
        )
    contour = Contour(design.heat_set_contour)
    straight = replace(design, heat_set_contour=None)
    for diameter in (min(diameters), max(diameters)):
        opened = as_modelled(replace(straight, heat_set_diameter=diameter))
    heights, pitches, place = [], [], 0.0
    for ring in range(design.rings):
        cut = design.zigzag(ring, finished=False)

        def height(pitch: float, cut: Zigzag = cut) -> float:
            return 2.0 * (_rise(straight, cut, pitch) + opened.apex_reach)

        pitch = np.pi * float(contour.radius(contour.axial(place))) / design.crowns
        for _ in range(PITCH_ROUNDS):
            ends = contour.axial(place + np.array([0.0, height(pitch)]))
            pitch = np.pi * float(contour.radius(ends).mean()) / design.crowns
        heights.append(height(pitch))
        pitches.append(pitch)
        place += heights[-1] + design.gap
    return replace(
        opened,
        ring_height=tuple(heights),
        heat_set_contour=design.heat_set_contour,
        ring_pitches=tuple(pitches),
    )


def _mean_share(design: StentDesign) -> float:
    """Mean width over the wall of a radially cut strut over its drawn width."""
    return 0.5 * (design.inner_radius + design.outer_radius) / design.drawing_radius


def _centreline(shape: Zigzag) -> float:
    return shape.straight + 2.0 * shape.radius * shape.arc_angle


def _rise(design: StentDesign, cut: Zigzag, half_pitch: float) -> float:
    """Half the axial distance of the crown centres of ``cut`` at another pitch [m]."""
    length, radius = _centreline(cut), cut.radius

    def excess(rise: float) -> float:
        return (
            _centreline(replace(cut, half_pitch=half_pitch, height=2.0 * (rise + radius))) - length
        )

    lowest = math.sqrt(max(radius**2 - 0.25 * half_pitch**2, 0.0)) * (1.0 + 1e-9)
    if half_pitch >= length or excess(lowest) > 0.0:
        widest = 2.0 * design.crowns * length / math.pi
        raise DesignInfeasible(
            f"heat setting: struts of {1e3 * length:.4g} mm do not reach around "
            f"{1e3 * design.heat_set_diameter:.4g} mm: below {1e3 * widest:.4g} mm",
            "heat setting",
        )
    return brentq(excess, lowest, length, xtol=1e-15)
