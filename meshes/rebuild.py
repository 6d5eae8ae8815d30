# SPDX-License-Identifier: BSD-3-Clause
"""A clean surface from a defective one, by its signed distance on a grid."""

from __future__ import annotations

import numpy as np
import pyvista as pv

from meshes.errors import SurfaceInvalid
from meshes.implicit import surface_from_implicit
from meshes.types import Array, ScalarField

SAMPLES_PER_EDGE = 2.0
GRID_LIMIT = 3e8
"""Largest number of grid points; a finer wish is a mistake in the units."""


def rebuild(surface: pv.PolyData, edge_length: ScalarField) -> pv.PolyData:
    """Zero set of the signed distance to a surface: closed and free of self-intersections.

    Args:
        surface: closed, outward-oriented, may cut or touch itself [m].
        edge_length: wanted edge length; half the smallest is the grid spacing [m].

    Returns:
        The largest closed piece, outward oriented.

    Raises:
        SurfaceInvalid: nothing is left, or the edge length asks for too fine a grid.
    """
    points = np.asarray(surface.points, dtype=float)
    low, high = points.min(axis=0), points.max(axis=0)
    spacing = float(edge_length(points).min()) / SAMPLES_PER_EDGE
    count = float(np.prod((high - low) / spacing))
    if count > GRID_LIMIT:
        raise SurfaceInvalid(f"the signed distance would need {count:.1g} samples", "rebuild")

    def distance(x: Array) -> Array:
        cloud = pv.PolyData(x).compute_implicit_distance(surface)
        return np.asarray(cloud.point_data["implicit_distance"], dtype=float)

    rebuilt = surface_from_implicit(distance, (low, high), spacing)
    return rebuilt.connectivity("largest").extract_surface(algorithm="dataset_surface").clean()
