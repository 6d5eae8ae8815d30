# SPDX-License-Identifier: BSD-3-Clause
"""A vessel axis as a smooth curve: nearest point, swept-sphere field, curvature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.spatial import cKDTree

from meshes.types import Array, Centreline


@dataclass(frozen=True)
class Projection:
    """Nearest points of a curve.

    Attributes:
        foot: (n, 3) nearest point of the axis [m].
        distance: (n,) distance to the axis [m].
        arclength: (n,) position of the foot along the axis [m].
        radius: (n,) vessel radius at the foot [m].
    """

    foot: Array
    distance: Array
    arclength: Array
    radius: Array


class Tube:
    """Volume swept by a sphere of varying radius along a smooth curve.

    The curve is held as closely spaced nodes with tangent and curvature; the nearest point comes
    from the nearest node and a second-order expansion, so distances are smooth across nodes.

    Attributes:
        arclength: (n,) node positions along the curve [m].
        points: (n, 3) nodes [m].
        tangent: (n, 3) unit tangents.
        curvature: (n, 3) curvature vectors, towards the centre of the bend [1/m].
        radius: (n,) [m].
    """

    def __init__(self, points: Array, radius: Array, spacing: float | None = None) -> None:
        """Interpolate a curve through points.

        Args:
            points: (m, 3) ordered points [m], m >= 2.
            radius: (m,) radius at the points [m].
            spacing: distance of the nodes [m]; default a tenth of the smallest radius.
        """
        points = np.asarray(points, dtype=float)
        chord = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
        curve = CubicSpline(chord, points)
        fine = np.linspace(0.0, chord[-1], 20 * len(points))
        length = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(curve(fine), axis=0), axis=1))]
        spacing = spacing or 0.1 * float(np.min(radius))
        count = max(int(np.ceil(length[-1] / spacing)), 2) + 1
        self.arclength = np.linspace(0.0, length[-1], count)
        parameter = np.interp(self.arclength, length, fine)
        self.points = curve(parameter)
        speed, turn = curve(parameter, 1), curve(parameter, 2)
        norm = np.linalg.norm(speed, axis=1, keepdims=True)
        self.tangent = speed / norm
        normal_part = turn - np.sum(turn * self.tangent, axis=1, keepdims=True) * self.tangent
        self.curvature = normal_part / norm**2
        taper = PchipInterpolator(chord, np.asarray(radius, dtype=float))
        self.radius = taper(parameter)
        self._radius_slope = np.gradient(self.radius, self.arclength)
        self._tree = cKDTree(self.points)

    @property
    def length(self) -> float:
        """Length of the curve [m]."""
        return float(self.arclength[-1])

    def project(self, points: Array) -> Projection:
        """Nearest point of the curve for each point (n, 3) [m]; ends are not extrapolated."""
        points = np.asarray(points, dtype=float)
        _, node = self._tree.query(points)
        arm = points - self.points[node]
        along = np.einsum("ij,ij->i", arm, self.tangent[node])
        focus = 1.0 - np.einsum("ij,ij->i", arm, self.curvature[node])
        # The step stays within the node's own cell: farther than a bend radius the expansion fails.
        cell = self.arclength[1]
        step = np.clip(along / np.maximum(focus, 0.2), -cell, cell)
        step = np.where(node == 0, np.maximum(step, 0.0), step)
        step = np.where(node == len(self.points) - 1, np.minimum(step, 0.0), step)
        foot = (
            self.points[node]
            + step[:, None] * self.tangent[node]
            + 0.5 * step[:, None] ** 2 * self.curvature[node]
        )
        return Projection(
            foot=foot,
            distance=np.linalg.norm(points - foot, axis=1),
            arclength=self.arclength[node] + step,
            radius=self.radius[node] + step * self._radius_slope[node],
        )

    def field(self, points: Array) -> Array:
        """Distance to the tube wall [m], negative inside."""
        return self.offset_field(points, 1.0)

    def offset_field(self, points: Array, factor: float) -> Array:
        """Distance to the tube of ``factor`` times the radius [m], negative inside."""
        near = self.project(points)
        return near.distance - factor * near.radius

    def at(self, arclength: float) -> tuple[Array, Array, Array, float]:
        """Point (3,) [m], tangent, curvature vector [1/m] and radius [m] at a position [m]."""
        columns = np.c_[self.points, self.tangent, self.curvature, self.radius]
        row = np.array([np.interp(arclength, self.arclength, column) for column in columns.T])
        return row[:3], row[3:6] / np.linalg.norm(row[3:6]), row[6:9], float(row[9])

    def section(self, start: float, stop: float) -> Centreline:
        """The axis between two positions [m]."""
        inside = (self.arclength > start) & (self.arclength < stop)
        ends = [self.at(start), self.at(stop)]
        points = np.vstack([ends[0][0], self.points[inside], ends[1][0]])
        return Centreline(points, np.r_[ends[0][3], self.radius[inside], ends[1][3]])
