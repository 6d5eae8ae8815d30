# SPDX-License-Identifier: BSD-3-Clause
"""One strut of a zigzag ring on the drawing: half a peak, a straight part, half a valley."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from meshes.types import Array


@dataclass(frozen=True)
class Zigzag:
    """Arc-line-arc centreline of a strut, symmetric about its middle. Lengths in m.

    With constant width it runs from the peak at (0, height/2) to the valley at (half_pitch,
    -height/2).

    Attributes:
        half_pitch: distance of peak and valley along the circumference.
        height: axial distance of the crown centres plus two radii.
        radius: of the strut's centreline where it turns into the crown.
        strut_width: along the straight part.
        apex_width: at peak and valley. The inner edge of a crown is a circle; the outer one departs
            from it as the width changes along the arc, as a cosine.
    """

    half_pitch: float
    height: float
    radius: float
    strut_width: float
    apex_width: float

    @property
    def rise(self) -> float:
        """Half the axial distance of the crown centres [m]."""
        return 0.5 * self.height - self.radius

    @property
    def straight(self) -> float:
        """Length of the straight part [m]; not a number where there is none."""
        square = (0.5 * self.half_pitch) ** 2 + self.rise**2 - self.radius**2
        return 2.0 * math.sqrt(square) if square > 0.0 and self.rise >= 0.0 else math.nan

    @property
    def arc_angle(self) -> float:
        """Angle from the apex to the end of the arc [rad]; 90 degrees for axial struts."""
        reach = math.hypot(0.5 * self.half_pitch, self.rise)
        return math.atan2(self.rise, 0.5 * self.half_pitch) + math.asin(self.radius / reach)

    @property
    def apex(self) -> float:
        """Distance of the outer edge at the apex from the centre of the crown [m]."""
        return float(self.edge_distance(0.0, 1))

    @property
    def area(self) -> float:
        """Area of the strut with its two half crowns on the drawing [m2].

        A crown has the area under its outer edge in polar coordinates, with the means of the
        cosine and its square over the arc.
        """
        inner, more = self.radius - 0.5 * self.strut_width, self.apex_width - self.strut_width
        mean = self.strut_width + 0.5 * more
        square = self.strut_width**2 + self.strut_width * more + 0.375 * more**2
        arcs = 2.0 * self.arc_angle * (inner * mean + 0.5 * square)
        return self.strut_width * self.straight + arcs

    def width(self, angle: Array | float) -> Array:
        """Width at an angle from the apex [m]."""
        share = 0.5 * (1.0 + np.cos(np.pi * np.asarray(angle) / self.arc_angle))
        return self.strut_width + (self.apex_width - self.strut_width) * share

    def edge_distance(self, angle: Array | float, side: int) -> Array:
        """Distance of the outer (+1) or inner (-1) edge from the centre of the crown [m]."""
        inner = self.radius - 0.5 * self.strut_width
        return inner + (self.width(angle) if side > 0 else np.zeros_like(np.asarray(angle)))

    def edge_angle(self, offset: float, side: int) -> float:
        """Angle from the apex at which an edge of the crown is ``offset`` [m] off its axis.

        Args:
            offset: distance along the circumference [m].
            side: +1 for the outer edge of the crown, -1 for the inner one.

        Returns:
            [rad]; not a number where the edge does not get that far within the arc.
        """

        def miss(angle: float) -> float:
            return float(self.edge_distance(angle, side)) * math.sin(angle) - offset

        last = min(self.arc_angle, 0.5 * math.pi)
        return float(brentq(miss, 0.0, last)) if miss(last) > 0.0 else math.nan

    def edge(self, angle: Array, side: int) -> Array:
        """Edge (n, 2) of the peak at angles from its apex [m].

        Args:
            angle: (n,) from 0 to ``arc_angle`` [rad].
            side: +1 for the outer edge, -1 for the inner one.
        """
        direction = np.column_stack([np.sin(angle), np.cos(angle)])
        return np.array([0.0, self.rise]) + self.edge_distance(angle, side)[:, None] * direction
