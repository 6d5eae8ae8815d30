# SPDX-License-Identifier: BSD-3-Clause
"""Wall triangulation with a wanted edge length, by centroidal clustering of the input surface.

Valette and Chassery, Computer Graphics Forum 23 (2004), 10.1111/j.1467-8659.2004.00769.x.
"""

from __future__ import annotations

import warnings

import numpy as np
import pyacvd
import pyvista as pv
from scipy.sparse import coo_matrix

from meshes.errors import MeshFailed
from meshes.topology import Index, triangle_vectors, unique_edges, vertex_normals
from meshes.triangulation import geometric_defect, manifold_defect
from meshes.types import Array, ScalarField

FINENESS = (0.35, 0.25, 0.18)
"""Input edge over wanted edge before clustering; finer is slower and rarely non-manifold."""
SMOOTHING = 4
LARGEST_SHIFT = 0.04
"""Largest shift that keeps the volume over the root of the area around a vertex."""


def refine_edges(
    points: Array, triangles: Index, edge_length: ScalarField, fineness: float
) -> tuple[Array, Index, Array]:
    """Halve edges until none is longer than a fraction of the wanted length; stays conforming.

    Args:
        points: (n, 3) [m].
        triangles: (m, 3) vertex numbers.
        edge_length: wanted edge length [m].
        fineness: longest allowed edge over the wanted length, the mean of its two ends.

    Returns:
        Points and triangles of the refined surface, old vertices first, and the wanted edge length
        at its vertices [m].
    """
    target = edge_length(points)
    while True:
        edges, of_triangle = unique_edges(triangles)
        length = np.linalg.norm(points[edges[:, 1]] - points[edges[:, 0]], axis=1)
        split = length > fineness * target[edges].mean(axis=1)
        if not split.any():
            return points, triangles, target
        middle = points[edges[split]].mean(axis=1)
        number = np.where(split, len(points) + np.cumsum(split) - 1, -1)
        points = np.vstack([points, middle])
        target = np.concatenate([target, edge_length(middle)])
        triangles = _split_triangles(triangles, number[of_triangle])


def _split_triangles(triangles: Index, middles: Index) -> Index:
    """Split triangles with one, two or three new mid-edge vertices (-1 where there is none)."""
    count = (middles >= 0).sum(axis=1)
    result = [triangles[count == 0]]
    for k in (1, 2, 3):
        corners, new = triangles[count == k], middles[count == k]
        # Turn each triangle so that its odd edge (the split one, or the unsplit one) comes first.
        odd = np.argmax((new >= 0) == (k == 1), axis=1) if k < 3 else np.zeros(len(new), int)
        turn = (odd[:, None] + np.arange(3)) % 3
        a, b, c = np.take_along_axis(corners, turn, axis=1).T
        ab, bc, ca = np.take_along_axis(new, turn, axis=1).T
        parts = {
            1: [(a, ab, c), (ab, b, c)],
            2: [(bc, c, ca), (a, b, bc), (a, bc, ca)],
            3: [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)],
        }[k]
        result += [np.column_stack(part) for part in parts]
    return np.vstack(result)


def remesh(surface: pv.PolyData, edge_length: ScalarField) -> tuple[Array, Index]:
    """Triangulate a closed surface anew with a wanted edge length.

    Args:
        surface: closed, outward-oriented, all triangles [m].
        edge_length: wanted edge length [m].

    Returns:
        Points (n, 3) on the input surface [m] and outward-oriented triangles (m, 3).

    Raises:
        MeshFailed: the result is open, non-manifold, folded or cuts itself.
    """
    reason = ""
    for fineness in FINENESS:
        points, triangles = _cluster(surface, edge_length, fineness)
        reason = manifold_defect(triangles)
        if not reason:
            points = _relax(surface, points, triangles, edge_length)
            points = _keep_volume(surface, points, triangles)
            reason = geometric_defect(points, triangles)
        if not reason:
            return points, triangles
    raise MeshFailed(f"the remeshed wall {reason}", "remesh")


def _cluster(
    surface: pv.PolyData, edge_length: ScalarField, fineness: float
) -> tuple[Array, Index]:
    """Cluster a refined copy of the surface and connect the cluster centroids."""
    points, triangles, target = refine_edges(
        np.asarray(surface.points, dtype=float),
        surface.regular_faces.astype(np.int64),
        edge_length,
        fineness,
    )
    area = np.linalg.norm(triangle_vectors(points, triangles), axis=1)
    # An equilateral triangulation of edge h has 2 / (sqrt(3) h^2) vertices per area.
    count = round(float(np.sum(area / target[triangles].mean(axis=1) ** 2)) * 2.0 / np.sqrt(3.0))
    # pyacvd compares areas with absolute constants, so it works in units of the edge length.
    unit = float(np.median(target))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=pv.PyVistaDeprecationWarning)
        clustering = pyacvd.Clustering(pv.PolyData.from_regular_faces(points / unit, triangles))
        # The weights argument of pyacvd 0.4 reaches the centroids but not the areas. A density
        # h^-2 starts the clusters at the wanted size, and the descent keeps them close to it.
        clustering.area = clustering.area * (unit / target) ** 2
        clustering.wcent = points / unit * clustering.area[:, None]
        clustering.cluster(count)
        coarse = clustering.create_mesh(moveclus=False, clean=False)
    # A cluster enclosed by a single other one is left without triangles.
    used, faces = np.unique(coarse.regular_faces, return_inverse=True)
    return np.asarray(coarse.points, dtype=float)[used] * unit, faces.reshape(-1, 3)


def _relax(
    surface: pv.PolyData, points: Array, triangles: Index, edge_length: ScalarField
) -> Array:
    """Even out the vertices along the surface and put them on it."""
    edges, _ = unique_edges(triangles)
    weight = 1.0 / edge_length(points[edges].mean(axis=1))
    both = np.vstack([edges, edges[:, ::-1]])
    links = coo_matrix((np.tile(weight, 2), both.T), shape=(len(points), len(points))).tocsr()
    total = np.asarray(links.sum(axis=1))
    for step in range(SMOOTHING + 1):
        if step:
            points = 0.5 * points + 0.5 * (links @ points) / total
        _, points = surface.find_closest_cell(points, return_closest_point=True)
    return np.asarray(points, dtype=float)


def _keep_volume(surface: pv.PolyData, points: Array, triangles: Index) -> Array:
    """Shift the vertices along their normals so that the facets lie evenly about the surface.

    Facets with their vertices on a curved surface lie inside it; a tube of eight edges per diameter
    would lose 1.2 % of its volume and with it 2.4 % of its conductance.
    """
    edges, of_triangle = unique_edges(triangles)
    normals = vertex_normals(points, triangles)
    middle = points[edges].mean(axis=1)
    _, closest = surface.find_closest_cell(middle, return_closest_point=True)
    outward = normals[edges].sum(axis=1)
    outward /= np.linalg.norm(outward, axis=1)[:, None]
    gap = np.einsum("ij,ij->i", closest - middle, outward)
    # The mean over the mid-edges integrates a quadratic function over a triangle exactly.
    deficit = gap[of_triangle].mean(axis=1)
    area = np.linalg.norm(triangle_vectors(points, triangles), axis=1)
    corner = triangles.ravel()
    total = np.bincount(corner, np.repeat(area, 3))
    shift = np.bincount(corner, np.repeat(area * deficit, 3)) / total
    # The correction is for smooth curvature; creases keep their place.
    limit = LARGEST_SHIFT * np.sqrt(total)
    return points + np.clip(shift, -limit, limit)[:, None] * normals
