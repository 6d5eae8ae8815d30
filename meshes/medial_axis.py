# SPDX-License-Identifier: BSD-3-Clause
"""Axes of a closed vessel surface between its openings, on a voxel grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter1d, label, map_coordinates
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from meshes.centreline import Tube
from meshes.errors import SurfaceInvalid
from meshes.types import Array, Opening, ScalarField

VOXELS_PER_RADIUS = 8.0
"""Fineness of the grid: voxels per radius of the inlet."""
RECENTRINGS = 40
"""Rounds of recentring and smoothing of a voxel path."""


class InnerGrid:
    """Voxels inside a closed surface with their distance to the wall.

    Attributes:
        origin: (3,) centre of voxel (0, 0, 0) [m].
        spacing: voxel size [m].
        inside: (i, j, k) True for voxels whose centre lies in the lumen.
        depth: (i, j, k) distance to the nearest voxel outside [m].
    """

    def __init__(self, surface: pv.PolyData, spacing: float) -> None:
        """Voxelise a closed surface with cubes of a given size [m]."""
        box = np.asarray(surface.bounds).reshape(3, 2)
        self.spacing = spacing
        self.origin = box[:, 0] - 2.0 * spacing
        count = np.ceil((box[:, 1] - box[:, 0]) / spacing).astype(int) + 5
        grid = pv.ImageData(dimensions=count, spacing=(spacing,) * 3, origin=self.origin)
        mask = surface.voxelize_binary_mask(reference_volume=grid)
        self.inside = np.asarray(mask["mask"]).reshape(count, order="F") > 0
        self._measure()

    def _measure(self) -> None:
        # The wall runs about half a voxel before the centre of the first voxel outside.
        self.depth = (distance_transform_edt(self.inside) - 0.5).clip(0.0) * self.spacing

    def centres(self, index: NDArray[np.int64]) -> Array:
        """Positions (n, 3) of voxels (n, 3) [m]."""
        return self.origin + self.spacing * index

    def depth_at(self, points: Array) -> Array:
        """Interpolated wall distance at points (n, 3) [m]."""
        return map_coordinates(self.depth, ((points - self.origin) / self.spacing).T, order=1)

    def close(self, level_set: ScalarField, seed: Array) -> None:
        """Take the region out that holds a seed on the positive side of a level set.

        Raises:
            SurfaceInvalid: the seed is not in the lumen.
        """
        index = np.argwhere(self.inside)
        behind = np.zeros_like(self.inside)
        behind[tuple(index[level_set(self.centres(index)) > 0.0].T)] = True
        regions, _ = label(behind)
        at = tuple(np.round((seed - self.origin) / self.spacing).astype(int))
        inside = all(0 <= i < n for i, n in zip(at, regions.shape, strict=True))
        if not inside or regions[at] == 0:
            where = 1e3 * np.asarray(seed)
            raise SurfaceInvalid(
                f"the point ({where[0]:.2f}, {where[1]:.2f}, {where[2]:.2f}) mm does not lie in "
                "the lumen behind its plane",
                "device surface",
            )
        self.inside &= regions != regions[at]
        self._measure()

    def paths(self, start: Array, ends: Sequence[Array]) -> list[Array]:
        """Cheapest paths, each (n, 3) [m], from one point of the lumen to others.

        A path costs its length over the wall distance cubed.

        Raises:
            SurfaceInvalid: the lumen does not connect them.
        """
        index = np.argwhere(self.inside)
        number = np.full(self.inside.shape, -1)
        number[tuple(index.T)] = np.arange(len(index))
        cost = (self.depth[tuple(index.T)] + 0.1 * self.spacing) ** -3.0
        rows, columns, weights = [], [], []
        for shift in np.argwhere(np.ones((3, 3, 3))) - 1:
            if tuple(shift) <= (0, 0, 0):
                continue
            other = number[tuple((index + shift).T)]
            linked = np.flatnonzero(other >= 0)
            rows.append(linked)
            columns.append(other[linked])
            length = np.linalg.norm(shift)
            weights.append(0.5 * length * (cost[linked] + cost[other[linked]]))
        graph = coo_matrix(
            (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))),
            shape=(len(index), len(index)),
        ).tocsr()
        centres = self.centres(index)
        first = int(np.argmin(np.linalg.norm(centres - start, axis=1)))
        _, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
        paths = []
        for end in ends:
            walk = [int(np.argmin(np.linalg.norm(centres - end, axis=1)))]
            while walk[-1] != first:
                if before[walk[-1]] < 0:
                    raise SurfaceInvalid("the lumen does not connect the openings", "centreline")
                walk.append(int(before[walk[-1]]))
            paths.append(centres[walk[::-1]])
        return paths


def smooth_axis(
    surface: pv.PolyData, grid: InnerGrid, path: Array, ends: Sequence[Opening]
) -> Tube:
    """Axis and inscribed radius of a vessel along a voxel path.

    The path is moved towards the ridge of the wall distance and smoothed in turns.

    Args:
        surface: closed surface [m].
        grid: its voxels; regions closed off there (sac, branches) do not attract the axis, which
            passes a neck as if the wall went on.
        path: (n, 3) voxels from the first to the second opening [m].
        ends: the openings.
    """
    radius = ends[0].radius
    points = path.copy()
    points[0], points[-1] = ends[0].centre, ends[1].centre
    points = _resample(points, 0.5 * radius)
    for _ in range(RECENTRINGS):
        points = _recentred(points, grid, (-ends[0].normal, ends[1].normal))
    points = _resample(points, 0.25 * radius)
    points[1:-1] = gaussian_filter1d(points, 1.0, axis=0, mode="nearest")[1:-1]
    _, wall = surface.find_closest_cell(points, return_closest_point=True)
    inscribed = np.linalg.norm(points - wall, axis=1)
    return Tube(points, gaussian_filter1d(inscribed, 2.0, mode="nearest"))


def _resample(points: Array, spacing: float) -> Array:
    """Evenly spaced points along a polyline."""
    travelled = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    even = np.linspace(0.0, travelled[-1], max(round(travelled[-1] / spacing), 4) + 1)
    return np.column_stack([np.interp(even, travelled, column) for column in points.T])


def _recentred(points: Array, grid: InnerGrid, ends: tuple[Array, Array]) -> Array:
    """One step uphill in wall distance across the axis, followed by smoothing."""
    step = 2.0 * grid.spacing
    slope = np.column_stack(
        [
            grid.depth_at(points + step * unit) - grid.depth_at(points - step * unit)
            for unit in np.eye(3)
        ]
    ) / (2.0 * step)
    tangent = np.gradient(points, axis=0)
    tangent[0], tangent[-1] = ends
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    slope -= np.einsum("ij,ij->i", slope, tangent)[:, None] * tangent
    # Within a step of the ridge the measured slope is the distance from it over the step.
    moved = points + 0.8 * step * slope
    smooth = moved.copy()
    smooth[1:-1] = 0.25 * moved[:-2] + 0.5 * moved[1:-1] + 0.25 * moved[2:]
    smooth[0], smooth[-1] = points[0], points[-1]
    return smooth
