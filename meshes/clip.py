# SPDX-License-Identifier: BSD-3-Clause
"""The part of a lumen surface between its openings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyvista as pv

from meshes.errors import SurfaceInvalid
from meshes.topology import components, triangle_vectors, unique_edges
from meshes.types import Opening


@dataclass(frozen=True)
class Reference:
    """Measures of a lumen surface between its openings.

    Attributes:
        volume: enclosed with flat caps [m3].
        wall_area: without the caps [m2].
        cap_areas: in the order of the openings [m2].
    """

    volume: float
    wall_area: float
    cap_areas: tuple[float, ...]


def between_openings(surface: pv.PolyData, openings: tuple[Opening, ...]) -> Reference:
    """Volume and wall area of a closed surface cut at the opening planes.

    Args:
        surface: closed, outward oriented, extends past every opening [m].
        openings: where to cut.

    Returns:
        Measures of the part in between.

    Raises:
        SurfaceInvalid: the surface ends before an opening.
    """
    for opening in openings:
        surface = _cut_off(surface, opening)
    points, triangles = np.asarray(surface.points, dtype=float), surface.regular_faces
    vectors = triangle_vectors(points, triangles)
    corner = points[triangles].mean(axis=1)
    # Divergence theorem; the flat caps contribute through the vector area that closes the wall.
    volume = np.einsum("ij,ij->", corner, vectors) / 3.0
    caps = [_cap_vector(surface, opening) for opening in openings]
    for opening, cap in zip(openings, caps, strict=True):
        volume += opening.centre @ cap / 3.0
    return Reference(
        volume=float(volume),
        wall_area=float(np.linalg.norm(vectors, axis=1).sum()),
        cap_areas=tuple(float(np.linalg.norm(cap)) for cap in caps),
    )


def _cut_off(surface: pv.PolyData, opening: Opening) -> pv.PolyData:
    """Remove the connected part beyond an opening plane."""
    points, triangles = np.asarray(surface.points), surface.regular_faces
    height = (points - opening.centre) @ opening.normal
    beyond = height > 0.0
    rim = beyond & (np.linalg.norm(points - opening.centre, axis=1) < 1.5 * opening.radius)
    if not rim.any():
        raise SurfaceInvalid(
            f"the surface does not extend past the opening {opening.name}", opening.name
        )
    edges, _ = unique_edges(triangles.astype(np.int64))
    group = components(edges[beyond[edges].all(axis=1)], len(points))
    part = np.isin(group, np.unique(group[rim])) & beyond
    work = surface.copy()
    work.point_data["beyond"] = np.where(part, height, -np.abs(height))
    return work.clip_scalar(scalars="beyond", value=0.0, invert=True).triangulate()


def _cap_vector(surface: pv.PolyData, opening: Opening) -> np.ndarray:
    """Vector area of the flat cap that closes the rim at an opening."""
    triangles = surface.regular_faces.astype(np.int64)
    edges, of_triangle = unique_edges(triangles)
    uses = np.bincount(of_triangle.ravel(), minlength=len(edges))
    directed = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)[(uses == 1)[of_triangle].ravel()]
    ends = np.asarray(surface.points, dtype=float)[directed] - opening.centre
    on_plane = np.abs(ends @ opening.normal).max(axis=1) < 1e-3 * opening.radius
    on_plane &= np.linalg.norm(ends, axis=2).max(axis=1) < 3.0 * opening.radius
    return -0.5 * np.cross(ends[on_plane, 0], ends[on_plane, 1]).sum(axis=0)
