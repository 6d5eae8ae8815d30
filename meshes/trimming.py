# SPDX-License-Identifier: BSD-3-Clause
"""Cut vessels of a surface off at planes."""

from __future__ import annotations

import numpy as np
import pyvista as pv

from meshes.errors import SurfaceInvalid
from meshes.neck import Plane
from meshes.topology import Index, components, unique_edges
from meshes.types import Array


def cut_end(points: Array, triangles: Index, plane: Plane) -> tuple[Array, Index]:
    """Cut a vessel off beyond a plane; other vessels that the infinite plane meets stay whole.

    Args:
        points: (n, 3) [m].
        triangles: (m, 3).
        plane: its point lies in the vessel to cut, its normal points to the end that goes.

    Raises:
        SurfaceInvalid: the plane does not cut the surface.
    """
    edges, _ = unique_edges(triangles)
    length = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    end = triangles_beyond(points, triangles, plane)
    # Vertices close to the plane move onto it: the clip leaves no slivers.
    height = plane.height(points)
    at_end = np.zeros(len(points), dtype=bool)
    at_end[triangles[end]] = True
    snapped = at_end & (np.abs(height) < 0.3 * np.median(length))
    points = points - np.where(snapped, height, 0.0)[:, None] * plane.unit
    clipped = (
        pv.PolyData.from_regular_faces(points, triangles[end])
        .clip(normal=plane.unit, origin=plane.point)
        .triangulate()
    )
    tolerance = 1e-3 * float(np.median(length))
    corners = clipped.regular_faces
    flat = (np.abs(plane.height(clipped.points))[corners] < tolerance).all(axis=1)
    kept = pv.PolyData.from_regular_faces(clipped.points, corners[~flat])
    rest = pv.PolyData.from_regular_faces(points, triangles[~end])
    joined = rest.append_polydata(kept).clean(tolerance=tolerance, absolute=True)
    return np.asarray(joined.points, dtype=float), joined.regular_faces.astype(np.int64)


def triangles_beyond(points: Array, triangles: Index, plane: Plane) -> Array:
    """Mask of the connected triangles beyond a plane, at least in part, that are nearest its point.

    Raises:
        SurfaceInvalid: the plane does not cut the surface.
    """
    beyond = (plane.height(points)[triangles] > 0.0).any(axis=1)
    links = triangles[beyond][:, [0, 1, 1, 2]].reshape(-1, 2)
    piece = components(links, len(points))
    gap = np.linalg.norm(points - plane.point, axis=1)
    gap[np.setdiff1d(np.arange(len(points)), links)] = np.inf
    end = beyond & (piece[triangles[:, 0]] == piece[np.argmin(gap)])
    if not end.any() or end.all():
        where = 1e3 * np.asarray(plane.point)
        raise SurfaceInvalid(
            f"the cut at ({where[0]:.2f}, {where[1]:.2f}, {where[2]:.2f}) mm misses the surface",
            "surface.cuts",
        )
    return end
