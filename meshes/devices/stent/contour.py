# SPDX-License-Identifier: BSD-3-Clause
"""The contour to which a frame is heat-set: outer radius along the axis, and along the meridian."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from meshes.types import Array

SAMPLES = 4001


class Contour:
    """A surface of revolution through given diameters, without overshoot between them.

    Beyond its ends the diameter is that of the end.
    """

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        """Interpolate.

        Args:
            points: pairs of the axial position from the proximal end of the frame and the outer
                diameter there [m]; positions grow.
        """
        z, diameter = np.asarray(points, float).T
        self._radius = PchipInterpolator(z, 0.5 * diameter)
        self._ends = float(z[0]), float(z[-1])
        self._z = np.linspace(*self._ends, SAMPLES)
        steps = np.hypot(np.diff(self._z), np.diff(self.radius(self._z)))
        self._length = np.concatenate([[0.0], np.cumsum(steps)])

    def radius(self, z: Array | float) -> Array:
        """Outer radius at axial positions [m]."""
        return self._radius(np.clip(z, *self._ends))

    def axial(self, length: Array | float) -> Array:
        """Axial position at a length along the meridian from z = 0 [m]."""
        start = np.interp(0.0, self._z, self._length)
        total, along = self._length[-1], np.asarray(length, float) + start
        inside = np.interp(along, self._length, self._z)
        return inside + np.minimum(along, 0.0) + np.maximum(along - total, 0.0)

    def wall(self, length: Array, depth: Array | float) -> tuple[Array, Array]:
        """Radius and axial position at a depth under the outer face, along its normal.

        Args:
            length: along the meridian [m].
            depth: below the outer face [m].

        Returns:
            Radius and axial position, each like ``length`` [m].
        """
        z = self.axial(length)
        inside = (z > self._ends[0]) & (z < self._ends[1])
        slope = np.where(inside, self._radius(np.clip(z, *self._ends), 1), 0.0)
        across = depth / np.hypot(1.0, slope)
        return self.radius(z) - across, z + slope * across
