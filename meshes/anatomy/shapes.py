# SPDX-License-Identifier: BSD-3-Clause
"""Implicit bodies of the synthetic anatomies: negative inside, roughly a distance, in metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from meshes.types import Array


def smooth_union(first: Array, second: Array, blend: float) -> Array:
    """Quadratic polynomial minimum of two fields: a fillet where the bodies meet.

    Args:
        first: (n,) field values [m].
        second: (n,) field values [m].
        blend: width of the fillet [m]; fields that differ by more are left alone.

    Returns:
        (n,) field of the union [m].
    """
    overlap = np.maximum(blend - np.abs(first - second), 0.0)
    return np.minimum(first, second) - overlap**2 / (4.0 * blend)


@dataclass(frozen=True)
class Ball:
    """Solid sphere.

    Attributes:
        centre: (3,) [m].
        radius: [m].
    """

    centre: Array
    radius: float

    def field(self, points: Array) -> Array:
        """Distance to the sphere [m], negative inside."""
        return np.linalg.norm(points - self.centre, axis=1) - self.radius


@dataclass(frozen=True)
class Meridian:
    """Half-width profile of a sac in one plane through its axis: an arc of an ellipse.

    It has the half-width ``neck`` at height 0, its widest half-width ``dome`` above and closes at
    the height ``length`` of the sac.

    Attributes:
        neck: half-width at the neck [m].
        dome: largest half-width [m], at least ``neck``.
        length: height of the sac [m].
    """

    neck: float
    dome: float
    length: float

    @property
    def semi_axis(self) -> float:
        """Semi-axis of the ellipse along the sac axis [m]."""
        return self.length / (1.0 + np.sqrt(1.0 - (self.neck / self.dome) ** 2))

    def spread(self, height: Array) -> tuple[Array, Array]:
        """Squared half-width over the distance from the top [m], and its slope."""
        axis = self.semi_axis
        scale = (self.dome / axis) ** 2
        return scale * (height + 2.0 * axis - self.length), np.full_like(height, scale)


@dataclass(frozen=True)
class Sac:
    """Saccular dome on a neck, different in the two planes along and across the vessel.

    Sections across the axis are ellipses whose half-widths follow a meridian each; below the neck
    plane the body continues as a straight collar into the vessel.

    Attributes:
        origin: (3,) centre of the neck, on the vessel wall [m].
        axis: (3,) unit vector from the neck to the top.
        along: (3,) unit vector across the axis, in the plane of axis and vessel.
        meridian_along: profile in the plane of ``along``.
        meridian_across: profile in the other plane.
        depth: how far the collar reaches below the neck plane [m].
    """

    origin: Array
    axis: Array
    along: Array
    meridian_along: Meridian
    meridian_across: Meridian
    depth: float

    def field(self, points: Array) -> Array:
        """First-order distance to the sac wall [m], negative inside."""
        arm = points - self.origin
        across = np.cross(self.axis, self.along)
        x, y, z = arm @ self.along, arm @ across, arm @ self.axis
        # Smooth positive part: the collar turns into the dome without an edge.
        soft = 0.25 * self.meridian_across.neck
        root = np.sqrt(z**2 + soft**2)
        height, slope = 0.5 * (z + root), 0.5 * (1.0 + z / root)
        p, dp = self.meridian_along.spread(height)
        q, dq = self.meridian_across.spread(height)
        # x^2/p + y^2/q = top - height, with p and q the squared half-widths per unit of that drop.
        body = x**2 / p + y**2 / q - (self.meridian_along.length - height)
        dz = slope * (1.0 - x**2 * dp / p**2 - y**2 * dq / q**2)
        steepness = np.sqrt((2.0 * x / p) ** 2 + (2.0 * y / q) ** 2 + dz**2)
        return np.maximum(body / np.maximum(steepness, 0.2), -self.depth - z)

    def wall(self, heights: int = 24, angles: int = 36) -> Array:
        """Sample points (k, 3) of the wall above the neck plane [m]."""
        length = self.meridian_along.length
        z = np.linspace(0.0, length, heights)
        drop = length - z
        half_along = np.sqrt(self.meridian_along.spread(z)[0] * drop)
        half_across = np.sqrt(self.meridian_across.spread(z)[0] * drop)
        turn = np.linspace(0.0, 2.0 * np.pi, angles, endpoint=False)
        across = np.cross(self.axis, self.along)
        return (
            self.origin
            + z[:, None, None] * self.axis
            + (half_along[:, None] * np.cos(turn))[:, :, None] * self.along
            + (half_across[:, None] * np.sin(turn))[:, :, None] * across
        ).reshape(-1, 3)
