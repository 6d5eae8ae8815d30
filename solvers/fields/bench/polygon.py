# SPDX-License-Identifier: BSD-3-Clause
"""Area and largest circle of a polygon: corners (n, 2) [m], the last joins the first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CELLS = 24
"""Squares along the shorter side of the polygon in the first pass."""

CHUNK = 2_000_000
"""Point-edge pairs measured at a time."""


@dataclass(frozen=True)
class Circle:
    """Centre (2,) and radius, both [m]."""

    centre: Array
    radius: float

    @property
    def area(self) -> float:
        """Area [m2]."""
        return float(np.pi * self.radius**2)


def signed_area(polygon: Array) -> float:
    """Area [m2], positive when the polygon runs counter-clockwise."""
    x, y = (polygon - polygon[0]).T
    return float(0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def signed_distance(points: Array, polygon: Array) -> Array:
    """Distance of points (k, 2) to the polygon's edge (k,) [m], positive inside."""
    step = max(CHUNK // len(polygon), 1)
    parts = [_signed_distance(points[k : k + step], polygon) for k in range(0, len(points), step)]
    return np.concatenate(parts) if parts else np.empty(0)


def largest_circle(polygon: Array, tolerance: float = 1e-5) -> Circle:
    """Largest circle inside a polygon.

    Squares that cannot hold a better centre than the best found are dropped, the others are
    quartered (branch and bound on the distance to the edge, which is 1-Lipschitz).

    Args:
        polygon: simple polygon, either orientation.
        tolerance: error of the radius over the shorter side of the bounding box.

    Raises:
        ValueError: fewer than three corners or no area.
    """
    if len(polygon) < 3 or signed_area(polygon) == 0.0:
        raise ValueError(f"a polygon of {len(polygon)} corners encloses no area")
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    side = float((high - low).min())
    half = 0.5 * side / CELLS
    counts = np.ceil((high - low) / (2 * half)).astype(int)
    axes = [low[k] + half * (2 * np.arange(counts[k]) + 1) for k in (0, 1)]
    centres = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    best = Circle(centres[0], -np.inf)
    while True:
        distance = signed_distance(centres, polygon)
        top = int(distance.argmax())
        if distance[top] > best.radius:
            best = Circle(centres[top], float(distance[top]))
        reach = half * np.sqrt(2.0)
        keep = distance + reach > best.radius + tolerance * side
        if not keep.any():
            return best
        half *= 0.5
        corners = half * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
        centres = (centres[keep][:, None] + corners).reshape(-1, 2)


def _signed_distance(points: Array, polygon: Array) -> Array:
    start, end = polygon, np.roll(polygon, -1, axis=0)
    along = end - start
    length2 = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    away = points[:, None] - start
    share = np.clip((away * along).sum(axis=2) / length2, 0.0, 1.0)
    squared = ((away - share[..., None] * along) ** 2).sum(axis=2)
    distance = np.sqrt(squared.min(axis=1))
    # Crossings of a ray towards +x: an odd number means inside.
    y = points[:, 1:2]
    crosses = (start[:, 1] <= y) != (end[:, 1] <= y)
    height = np.where(along[:, 1] == 0.0, 1.0, along[:, 1])
    meets = start[:, 0] + (y - start[:, 1]) / height * along[:, 0]
    inside = (crosses & (meets > points[:, :1])).sum(axis=1) % 2 == 1
    return np.where(inside, distance, -distance)
