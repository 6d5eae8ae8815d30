# SPDX-License-Identifier: BSD-3-Clause
"""Mid-surface of a deformed device, unrolled, and the edges of the metal on it.

The mesh is cut by the cylinder in the middle of its wall in the reference state; the triangles of
the cut are carried to the deformed place, mirrored around the circumference and unrolled with the
mean deformed radius R: s = R theta along the circumference, z along the axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

OFF_MIDDLE = 0.013
"""Cut beside the middle of the wall, in wall thicknesses: structured meshes have nodes there."""

SAME = 1e-6
"""Distance below which points of neighbouring copies are one, over the radius."""


@dataclass(frozen=True)
class MidSurface:
    """Triangles of the metal in the unrolled plane, counter-clockwise.

    Attributes:
        points: (n, 2) s, z [m]; s grows without wrapping.
        triangles: (m, 3) point numbers.
        radius: mean deformed radius [m].
        angle: of the sector that ``points`` cover [rad]; 2 pi for the whole circumference.
    """

    points: Array
    triangles: Integers
    radius: float
    angle: float

    @property
    def period(self) -> float:
        """Length of the circumference [m]."""
        return 2.0 * np.pi * self.radius

    @property
    def areas(self) -> Array:
        """Area of each triangle (m,) [m2]."""
        return _areas(self.points, self.triangles)

    @property
    def length(self) -> float:
        """Extent along the axis [m]."""
        return float(np.ptp(self.points[:, 1]))

    def coverage(self) -> float:
        """Area of the metal over that of the cylinder between its ends."""
        return float(self.areas.sum() / (self.radius * self.angle * self.length))


def mid_surface(grid: pv.UnstructuredGrid, info: dict[str, Any]) -> MidSurface:
    """Mid-surface of the model in a deformed state.

    Args:
        grid: reference mesh with point data ``displacement`` [m].
        info: of the bundle; ``inner_radius``, ``outer_radius``, ``sector_angle``.
    """
    reference = np.asarray(grid.points, dtype=float)
    carrier = grid.copy(deep=False)
    carrier.clear_data()
    carrier.point_data["radius"] = np.hypot(reference[:, 0], reference[:, 1])
    carrier.point_data["place"] = reference
    carrier.point_data["displacement"] = np.asarray(grid.point_data["displacement"], dtype=float)
    wall = info["outer_radius"] - info["inner_radius"]
    middle = 0.5 * (info["outer_radius"] + info["inner_radius"]) + OFF_MIDDLE * wall
    cut = carrier.contour([middle], scalars="radius").triangulate()
    place = np.asarray(cut.point_data["place"], dtype=float)
    moved = place + np.asarray(cut.point_data["displacement"], dtype=float)
    theta = _deformed_angle(place, moved, info["sector_angle"])
    radii = np.hypot(moved[:, 0], moved[:, 1])
    triangles = np.asarray(cut.regular_faces, dtype=np.int64)
    if info["sector_angle"] > 2.0 * np.pi - 1e-9:
        theta, moved, radii, triangles = _cut_seam(theta, moved, radii, triangles)
    weights = _areas(np.column_stack([radii.mean() * theta, moved[:, 2]]), triangles)
    radius = float(np.average(radii[triangles].mean(axis=1), weights=np.abs(weights)))
    points = np.column_stack([radius * theta, moved[:, 2]])
    return MidSurface(points, _oriented(points, triangles), radius, float(info["sector_angle"]))


def _deformed_angle(place: Array, moved: Array, sector: float) -> Array:
    """Deformed angle (n,), in step with the reference angle and exact on the sector's planes."""
    before = np.arctan2(place[:, 1], place[:, 0]) % (2.0 * np.pi)
    before[before > 2.0 * np.pi - 1e-6] = 0.0
    turn = np.arctan2(moved[:, 1], moved[:, 0]) - before
    after = before + (turn + np.pi) % (2.0 * np.pi) - np.pi
    if sector < 2.0 * np.pi - 1e-9:
        for plane in (0.0, sector):
            after[np.abs(before - plane) < 1e-6] = plane
    return after


def _cut_seam(
    theta: Array, moved: Array, radii: Array, triangles: Integers
) -> tuple[Array, Array, Array, Integers]:
    """Corners of their own for each triangle, so that none spans the jump from 2 pi to 0."""
    corners = theta[triangles]
    corners += 2.0 * np.pi * np.round((corners[:, :1] - corners) / (2.0 * np.pi))
    own = np.arange(triangles.size, dtype=np.int64).reshape(-1, 3)
    return corners.ravel(), moved[triangles.ravel()], radii[triangles.ravel()], own


def whole_circumference(model: MidSurface, *, mirrored: bool, copies: int) -> MidSurface:
    """The model and its copies around the axis.

    Args:
        model: one sector.
        mirrored: every other copy is a mirror image, else all are turned.
        copies: sectors in the circumference.
    """
    width = model.radius * model.angle
    parts, triangles = [], []
    for k in range(copies):
        odd = mirrored and k % 2 == 1
        s = (k + 1) * width - model.points[:, 0] if odd else k * width + model.points[:, 0]
        parts.append(np.column_stack([s, model.points[:, 1]]))
        order = [0, 2, 1] if odd else [0, 1, 2]
        triangles.append(model.triangles[:, order] + k * len(model.points))
    return MidSurface(
        np.concatenate(parts), np.concatenate(triangles), model.radius, copies * model.angle
    )


def mirrored_in_z(model: MidSurface, plane: float) -> MidSurface:
    """The model and its mirror image across z = plane [m]."""
    image = model.points * [1.0, -1.0] + [0.0, 2.0 * plane]
    flipped = model.triangles[:, [0, 2, 1]] + len(model.points)
    return MidSurface(
        np.concatenate([model.points, image]),
        np.concatenate([model.triangles, flipped]),
        model.radius,
        model.angle,
    )


@dataclass(frozen=True)
class Edge:
    """A closed line between metal, on its left, and void.

    Attributes:
        points: corners (n, 2) s, z [m], s unwrapped along the line.
        turns: how often it runs around the circumference in the direction of s.
    """

    points: Array
    turns: int


def metal_edges(surface: MidSurface) -> list[Edge]:
    """Edges of the metal of a whole circumference."""
    point, triangles = _merged(surface)
    place = np.zeros((point.max() + 1, 2))
    place[point] = surface.points
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    size = len(place)
    forward, backward = sides[:, 0] * size + sides[:, 1], sides[:, 1] * size + sides[:, 0]
    free = sides[~np.isin(forward, backward)]
    following: dict[int, list[int]] = {}
    for start, end in free.tolist():
        following.setdefault(start, []).append(end)
    edges = []
    while following:
        first = here = next(iter(following))
        chain = []
        while here in following:
            chain.append(here)
            ends = following[here]
            step = ends.pop()
            if not ends:
                del following[here]
            here = step
            if here == first:
                break
        if len(chain) > 2:
            edges.append(_unwrapped(place[chain], surface.period))
    return edges


def _unwrapped(corners: Array, period: float) -> Edge:
    ends = np.roll(corners, -1, axis=0)
    steps = ends - corners
    steps[:, 0] -= period * np.round(steps[:, 0] / period)
    turns = int(np.round(steps[:, 0].sum() / period))
    start = np.array([corners[0, 0] % period, corners[0, 1]])
    return Edge(start + np.concatenate([np.zeros((1, 2)), np.cumsum(steps[:-1], axis=0)]), turns)


def _merged(surface: MidSurface) -> tuple[Integers, Integers]:
    """Number of the place of each point (n,), and triangles of places without the degenerate."""
    tolerance = SAME * surface.radius
    z = surface.points[:, 1] - surface.points[:, 1].min()
    wrapped = np.column_stack([surface.points[:, 0] % surface.period, z])
    wrapped[wrapped[:, 0] >= surface.period, 0] = 0.0
    box = np.array([surface.period, 4.0 * z.max() + surface.period])
    pairs = cKDTree(wrapped, boxsize=box).query_pairs(tolerance, output_type="ndarray")
    count = len(wrapped)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, place = connected_components(links, directed=False)
    place = place.astype(np.int64)
    triangles = place[surface.triangles]
    a, b, c = triangles.T
    return place, triangles[(a != b) & (b != c) & (c != a)]


def _areas(points: Array, triangles: Integers) -> Array:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    (ux, uy), (vx, vy) = (b - a).T, (c - a).T
    return 0.5 * (ux * vy - uy * vx)


def _oriented(points: Array, triangles: Integers) -> Integers:
    turned = _areas(points, triangles) < 0.0
    return np.where(turned[:, None], triangles[:, [0, 2, 1]], triangles)
