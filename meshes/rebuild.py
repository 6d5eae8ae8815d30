# SPDX-License-Identifier: BSD-3-Clause
"""A clean surface from a defective one, by its distance on a grid.

The side of a grid point is found by flooding from outside, not from the surface normals, so
surfaces that overlap, cut themselves or have small holes come out as their outer hull.
"""

from __future__ import annotations

import numpy as np
import pyvista as pv
from scipy.ndimage import binary_dilation, label
from scipy.spatial import cKDTree

from meshes.errors import MeshFailed
from meshes.implicit import Grid, contour, signed_volume
from meshes.remesh import refine_edges
from meshes.types import Array, ScalarField

SAMPLES_PER_EDGE = 2.0
SHELL = 0.75
"""Distance over the grid spacing that stops the flood; 0.5 is the least that is tight."""
SURFACE_SAMPLING = 0.5
"""Spacing of the points that stand for the surface over the grid spacing."""
LARGEST_GRID = 5e7
MARGIN = 4
"""Grid cells around the surface."""
SMALLEST_SHARE = 0.5
"""Least volume over that of the input; below it the flood has run in."""


def rebuild(surface: pv.PolyData, edge_length: ScalarField) -> pv.PolyData:
    """Outer hull of a surface: closed, without self-intersections, on the surface.

    Args:
        surface: outward-oriented, may overlap itself or have holes below the grid spacing [m].
        edge_length: wanted edge length; half the smallest is the grid spacing, or more where the
            grid would grow too large [m].

    Returns:
        The largest closed piece, outward oriented.

    Raises:
        MeshFailed: the surface does not hold water.
    """
    used, triangles = np.unique(surface.regular_faces, return_inverse=True)
    vertices, triangles = np.asarray(surface.points, dtype=float)[used], triangles.reshape(-1, 3)
    extent = np.ptp(vertices, axis=0)
    spacing = float(edge_length(vertices).min()) / SAMPLES_PER_EDGE
    spacing = max(spacing, float(np.cbrt(extent.prod() / LARGEST_GRID)))
    dense, _, _ = refine_edges(
        vertices, triangles, lambda x: np.full(len(x), spacing), SURFACE_SAMPLING
    )
    hull = pv.PolyData.from_regular_faces(*contour(_offset(dense, spacing))).extract_largest()
    # The hull stands SHELL spacings off; its points go back the shortest way.
    _, points = surface.find_closest_cell(hull.points, return_closest_point=True)
    result = pv.PolyData.from_regular_faces(np.asarray(points, dtype=float), hull.regular_faces)
    volume = signed_volume(result.points, result.regular_faces)
    if volume < SMALLEST_SHARE * abs(signed_volume(vertices, triangles)):
        raise MeshFailed("the surface has holes wider than the grid spacing", "rebuild")
    return result


def _offset(surface: Array, spacing: float) -> Grid:
    """Distance to points on a surface less the shell; negative on and inside the hull."""
    origin = surface.min(axis=0) - MARGIN * spacing
    voxel = np.rint((surface - origin) / spacing).astype(int)
    near = np.zeros(voxel.max(axis=0) + 1 + MARGIN, dtype=bool)
    near[tuple(voxel.T)] = True
    near = binary_dilation(near, np.ones((3, 3, 3)), iterations=2)
    close = np.argwhere(near)
    distance, _ = cKDTree(surface).query(origin + spacing * close)
    values = np.full(near.shape, 2.0 * spacing)
    values[near] = distance - SHELL * spacing
    far, _ = label(values > 0.0)
    inside = (far > 0) & (far != far[0, 0, 0])
    values[inside] *= -1.0
    return Grid(origin, spacing, values)
