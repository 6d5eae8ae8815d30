# SPDX-License-Identifier: BSD-3-Clause
"""The drawing of a laser-cut stent as a set of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from meshes.devices.stent.zigzag import Zigzag

Pattern = Literal["peak_to_peak", "peak_to_valley", "offset", "joined"]


@dataclass(frozen=True)
class StentDesign:
    """Rings of zigzag struts cut from a tube, joined by connectors.

    The pattern is drawn on the unrolled outer surface of the tube, as a laser cuts it: lengths in
    the plane (widths, radii, pitch) hold there, and cuts run towards the axis. All lengths in m.

    Attributes:
        tube_outer_diameter: of the tube before finishing.
        wall_thickness: of the tube before finishing.
        strut_width: as cut.
        crowns: peaks of a ring; it has twice as many struts.
        rings: number of rings.
        crown_radius: of the centreline of a strut where it turns into a crown; the inner edge of a
            crown is a circle of this radius less half the strut width.
        ring_height: from the outer edge of the valleys to that of the peaks, one value or one per
            ring; give either this or ``strut_length``.
        strut_length: length of the straight part plus what two crowns add to it in a ring of axial
            struts, up to the middles of their apices. One value or one per ring.
        apex_width_factor: width at the apex of a crown over that of the strut, added outside.
        connectors: per gap between two rings.
        connector_width: as cut; the strut width when None.
        connector_pattern: ``peak_to_peak``: rings in opposite phase, straight connectors between
            apices that face each other; ``peak_to_valley``: rings in phase, straight connectors
            from a peak to the inner side of the next peak; ``offset``: rings in phase, curved
            connectors to the valley half a pitch further; ``joined``: rings in opposite phase share
            their apices (closed cells, gap 0, as many connectors as crowns).
        connector_shift: crowns by which the connectors of a gap are turned from those of the gap
            before; None for half of their spacing.
        gap: between the outer edges of neighbouring rings.
        polish_thickness: taken off the wall by finishing, half on either face.
        polish_width: taken off the width of struts by finishing, half on either side.
        kerf: least width of a cut.
        heat_set_diameter: outer diameter at which a self-expanding stent is free of stress; it is
            modelled at this diameter. None: that of the tube.
        heat_set_contour: instead of one diameter, pairs of the axial position from the proximal end
            of the heat-set frame and its outer diameter there; for shared apices.
        ring_pitches: half the circumference per crown of each ring of a heat-set contour; made by
            heat setting, not by hand.
    """

    tube_outer_diameter: float
    wall_thickness: float
    strut_width: float
    crowns: int
    rings: int
    crown_radius: float
    ring_height: float | tuple[float, ...] | None = None
    strut_length: float | tuple[float, ...] | None = None
    apex_width_factor: float = 1.2
    connectors: int = 0
    connector_width: float | None = None
    connector_pattern: Pattern = "peak_to_peak"
    connector_shift: int | None = None
    gap: float = 0.0
    polish_thickness: float = 0.0
    polish_width: float = 0.0
    kerf: float = 10.0e-6
    heat_set_diameter: float | None = None
    heat_set_contour: tuple[tuple[float, float], ...] | None = None
    ring_pitches: tuple[float, ...] | None = None

    @property
    def drawing_radius(self) -> float:
        """Radius of the surface on which the pattern is drawn [m]."""
        return 0.5 * self.tube_outer_diameter

    @property
    def half_pitch(self) -> float:
        """Distance from a peak to the next valley on the drawing [m]."""
        return math.pi * self.drawing_radius / self.crowns

    @property
    def apex_width(self) -> float:
        """Width at the apex of a crown as cut [m]."""
        return self.apex_width_factor * self.strut_width

    @property
    def link_width(self) -> float:
        """Width of a connector as cut [m]."""
        return self.strut_width if self.connector_width is None else self.connector_width

    @property
    def outer_radius(self) -> float:
        """After finishing [m]."""
        return self.drawing_radius - 0.5 * self.polish_thickness

    @property
    def inner_radius(self) -> float:
        """After finishing [m]."""
        return self.outer_radius - self.thickness

    @property
    def thickness(self) -> float:
        """Wall thickness after finishing [m]."""
        return self.wall_thickness - self.polish_thickness

    @property
    def heights(self) -> tuple[float, ...]:
        """Height of each ring as cut [m]; not a number where the strut does not span the pitch."""
        given = self.ring_height if self.strut_length is None else self.strut_length
        each = tuple(given) if isinstance(given, tuple | list) else (given,) * self.rings
        if self.strut_length is None:
            return each
        return tuple(self._height(length) for length in each)

    @property
    def apex_reach(self) -> float:
        """Distance of the outer edge of an apex from the centre of its crown as cut [m]."""
        return self.crown_radius - 0.5 * self.strut_width + self.apex_width

    def _height(self, strut_length: float) -> float:
        straight = strut_length - 2.0 * self.apex_reach + self.apex_width
        rise = straight**2 + 4.0 * self.crown_radius**2 - self.half_pitch**2
        if straight <= 0.0 or rise < 0.0:
            return math.nan
        return math.sqrt(rise) + 2.0 * self.apex_reach

    def zigzag(self, ring: int, *, finished: bool = True) -> Zigzag:
        """Shape of a ring on the drawing, after finishing or as cut."""
        removed = self.polish_width if finished else 0.0
        return Zigzag(
            half_pitch=self.half_pitch if self.ring_pitches is None else self.ring_pitches[ring],
            height=self.heights[ring] - 2.0 * (self.apex_reach - self.crown_radius),
            radius=self.crown_radius,
            strut_width=self.strut_width - removed,
            apex_width=self.apex_width - removed,
        )

    def ring_centre(self, ring: int) -> float:
        """Axial position of the middle of a ring [m]; the middle of the device is at 0."""
        heights = self.heights
        before = sum(heights[:ring]) + ring * self.gap + 0.5 * heights[ring]
        return before - 0.5 * self.cut_length

    @property
    def cut_length(self) -> float:
        """Length of the device as cut [m]."""
        return sum(self.heights) + (self.rings - 1) * self.gap

    @property
    def least_crimped_diameter(self) -> float:
        """Outer diameter at which all struts of a ring touch at their luminal edges [m]."""
        width = (self.strut_width - self.polish_width) * self.inner_radius / self.drawing_radius
        return 2.0 * self.crowns * width / math.pi + 2.0 * self.thickness
