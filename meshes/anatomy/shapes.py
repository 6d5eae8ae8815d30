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

    It has the half-width ``neck`` at the height ``base`` and below, its widest half-width ``dome``
    above and closes at the height ``top``.

    Attributes:
        neck: half-width at the neck [m].
        dome: largest half-width [m], at least ``neck``.
        base: height of the neck along the sac axis [m].
        top: height of the top [m].
    """

    neck: float
    dome: float
    base: float
    top: float

    @property
    def semi_axis(self) -> float:
        """Semi-axis of the ellipse along the sac axis [m]."""
        return (self.top - self.base) / (1.0 + np.sqrt(1.0 - (self.neck / self.dome) ** 2))

    def clamped(self, z: Array) -> Array:
        """Height that stops at the base; rounded, so that the collar joins without an edge."""
        soft = 0.2 * (self.top - self.base)
        above = z - self.base
        rounded = np.clip(above + soft, 0.0, None) ** 2 / (4.0 * soft)
        return self.base + np.where(above < soft, rounded, above)

    def spread(self, height: Array) -> Array:
        """Squared half-width over the distance to the top [m] at a clamped height."""
        axis = self.semi_axis
        return (self.dome / axis) ** 2 * (height - self.top + 2.0 * axis)


@dataclass(frozen=True)
class Sac:
    """Saccular dome on a neck, different in the two planes along and across the vessel.

    Sections across the axis are ellipses whose half-widths follow a meridian each; below the neck
    the body continues as a straight collar into the vessel.

    Attributes:
        origin: (3,) on the vessel wall at the neck centre, height 0 [m].
        axis: (3,) unit vector from the neck to the top.
        along: (3,) unit vector across the axis, in the plane of axis and vessel.
        meridian_along: profile in the plane of ``along``.
        meridian_across: profile in the other plane, same top.
        depth: how far the collar reaches below the origin [m].
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
        x, y, z = arm @ self.along, arm @ np.cross(self.axis, self.along), arm @ self.axis
        level, slope_x, slope_y = self._level(x, y, z)
        step = 1.0e-3 * self.meridian_along.top
        slope_z = (self._level(x, y, z + step)[0] - level) / step
        steepness = np.sqrt(slope_x**2 + slope_y**2 + slope_z**2)
        return np.maximum(level / np.maximum(steepness, 0.2), -self.depth - z)

    def _level(self, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
        """Level function with its slopes in x and y.

        It is x^2/A^2 + y^2/B^2 - 1 times the distance to the top, which cancels the zero that the
        squared half-widths A^2 and B^2 have there.
        """
        first, second = self.meridian_along, self.meridian_across
        height, other = first.clamped(z), second.clamped(z)
        drop = first.top - height
        # Both clamps let go below the top, where the ratio is 0/0 and its limit 1.
        same = np.abs(drop) < 1.0e-9
        ratio = np.where(same, 1.0, drop / np.where(same, 1.0, first.top - other))
        p, q = first.spread(height), second.spread(other) / ratio
        return x**2 / p + y**2 / q - drop, 2.0 * x / p, 2.0 * y / q

    def wall(self, heights: int = 24, angles: int = 36) -> Array:
        """Sample points (k, 3) of the wall above the origin [m]."""
        top = self.meridian_along.top
        z = np.linspace(0.0, top, heights)
        half_along, half_across = (
            np.sqrt(m.spread(m.clamped(z)) * np.maximum(top - m.clamped(z), 0.0))
            for m in (self.meridian_along, self.meridian_across)
        )
        turn = np.linspace(0.0, 2.0 * np.pi, angles, endpoint=False)
        across = np.cross(self.axis, self.along)
        return (
            self.origin
            + z[:, None, None] * self.axis
            + (half_along[:, None] * np.cos(turn))[:, :, None] * self.along
            + (half_across[:, None] * np.sin(turn))[:, :, None] * across
        ).reshape(-1, 3)
