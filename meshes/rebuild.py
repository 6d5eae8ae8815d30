# SPDX-License-Identifier: BSD-3-Clause
"""A clean surface from a defective one, by its distance on a grid.

The side of a grid point is found by flooding from outside, not from the surface normals, so
surfaces that overlap, cut themselves or have small holes come out as their outer hull.
"""

from __future__ import annotations

import numpy as np
import pyvista as pv
from scipy.ndimage import label
from scipy.spatial import cKDTree

from meshes.errors import SurfaceInvalid
from meshes.implicit import Grid, contour, sample, signed_volume
from meshes.remesh import refine_edges
from meshes.types import ScalarField

SAMPLES_PER_EDGE = 2.0
SHELL = 0.75
"""Distance over the grid spacing that stops the flood; 0.5 is the least that is tight."""
SURFACE_SAMPLING = 0.5
"""Spacing of the points that stand for the surface over the grid spacing."""
GRID_LIMIT = 3e8
"""Largest number of grid points; a finer wish is a mistake in the units."""
SMALLEST_SHARE = 0.5
"""Least volume over that of the input; below it the flood has run in."""


def rebuild(surface: pv.PolyData, edge_length: ScalarField) -> pv.PolyData:
    """Outer hull of a surface: closed, without self-intersections, on the surface.

    Args:
        surface: outward-oriented, may overlap itself or have holes below the grid spacing [m].
        edge_length: wanted edge length; half the smallest is the grid spacing [m].

    Returns:
        The largest closed piece, outward oriented.

    Raises:
        SurfaceInvalid: the surface does not hold water, or the edge length asks for too fine a
            grid.
    """
    used, triangles = np.unique(surface.regular_faces, return_inverse=True)
    vertices, triangles = np.asarray(surface.points, dtype=float)[used], triangles.reshape(-1, 3)
    bounds = (vertices.min(axis=0), vertices.max(axis=0))
    spacing = float(edge_length(vertices).min()) / SAMPLES_PER_EDGE
    count = float(np.prod((bounds[1] - bounds[0]) / spacing))
    if count > GRID_LIMIT:
        raise SurfaceInvalid(f"the grid of distances would need {count:.1g} samples", "rebuild")

    dense, _, _ = refine_edges(
        vertices, triangles, lambda x: np.full(len(x), spacing), SURFACE_SAMPLING
    )
    tree = cKDTree(dense)
    grid = sample(lambda x: tree.query(x)[0], bounds, spacing)
    hull = pv.PolyData.from_regular_faces(*contour(_outer(grid))).extract_largest()
    # The hull stands SHELL spacings off; its points go back the shortest way.
    _, points = surface.find_closest_cell(hull.points, return_closest_point=True)
    result = pv.PolyData.from_regular_faces(np.asarray(points, dtype=float), hull.regular_faces)
    volume = signed_volume(result.points, result.regular_faces)
    if volume < SMALLEST_SHARE * abs(signed_volume(vertices, triangles)):
        raise SurfaceInvalid("the surface has holes wider than the grid spacing", "rebuild")
    return result


def _outer(grid: Grid) -> Grid:
    """Signed distance to the surface shifted outwards by the shell; negative inside the hull."""
    shell = SHELL * grid.spacing
    far, _ = label(grid.values > shell)
    outside = far == far[0, 0, 0]
    shifted = grid.values - shell
    return Grid(grid.origin, grid.spacing, np.where(outside, shifted, -np.abs(shifted)))
