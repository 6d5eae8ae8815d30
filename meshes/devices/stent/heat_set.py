# SPDX-License-Identifier: BSD-3-Clause
"""The shape of a self-expanding stent after heat setting: the same struts at a larger diameter."""

from __future__ import annotations

import math
from dataclasses import replace

from scipy.optimize import brentq

from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.zigzag import Zigzag
from meshes.errors import DesignInfeasible


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
