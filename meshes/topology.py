# SPDX-License-Identifier: BSD-3-Clause
"""Connectivity and shape of triangles and tetrahedra held as index arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from meshes.types import Array

Index = NDArray[np.int64]

TRIANGLE_EDGES = np.array([[0, 1], [1, 2], [2, 0]])
TET_EDGES = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])
TET_FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])
"""Face k is opposite vertex k, its normal points out of a positive tetrahedron."""


def unique_edges(simplices: Index) -> tuple[Index, Index]:
    """Edges of triangles or tetrahedra.

    Args:
        simplices: (m, 3) or (m, 4) vertex numbers.

    Returns:
        (e, 2) edges with ascending vertices, and (m, 3) or (m, 6) the edge numbers of each simplex
        in the order of ``TRIANGLE_EDGES`` or ``TET_EDGES``.
    """
    local = TRIANGLE_EDGES if simplices.shape[1] == 3 else TET_EDGES
    ends = np.sort(simplices[:, local].reshape(-1, 2), axis=1).astype(np.int64)
    size = int(simplices.max()) + 1
    keys, inverse = np.unique(ends[:, 0] * size + ends[:, 1], return_inverse=True)
    edges = np.column_stack([keys // size, keys % size])
    return edges, inverse.reshape(len(simplices), len(local))


def tet_facets(cells: Index) -> tuple[Index, Index]:
    """Facets of a tetrahedral mesh with the cells on either side.

    Args:
        cells: (m, 4) vertex numbers, positive orientation.

    Returns:
        (f, 3) facets, oriented out of their first cell, and (f, 2) first and second cell, -1 where
        there is none.
    """
    faces = cells[:, TET_FACES].reshape(-1, 3)
    owner = np.repeat(np.arange(len(cells)), 4)
    ordered = np.sort(faces, axis=1).astype(np.int64)
    size = int(cells.max()) + 1
    keys = (ordered[:, 0] * size + ordered[:, 1]) * size + ordered[:, 2]
    order = np.argsort(keys, kind="stable")
    _, first, count = np.unique(keys[order], return_index=True, return_counts=True)
    neighbours = np.full((len(first), 2), -1, dtype=np.int64)
    neighbours[:, 0] = owner[order[first]]
    shared = count > 1
    neighbours[shared, 1] = owner[order[first[shared] + 1]]
    return faces[order[first]], neighbours


def components(pairs: Index, size: int) -> Index:
    """Connected component number of each of ``size`` nodes linked by (k, 2) pairs."""
    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def triangle_vectors(points: Array, triangles: Index) -> Array:
    """Normal vectors with the length of the area, (m, 3) [m2]."""
    a, b, c = points[triangles].transpose(1, 0, 2)
    return 0.5 * np.cross(b - a, c - a)


def triangle_quality(points: Array, triangles: Index) -> Array:
    """Area over mean square edge, 1 for equilateral and 0 for degenerate triangles."""
    edges = points[triangles[:, TRIANGLE_EDGES]]
    square = np.sum((edges[:, :, 1] - edges[:, :, 0]) ** 2, axis=(1, 2))
    area = np.linalg.norm(triangle_vectors(points, triangles), axis=1)
    return 4.0 * np.sqrt(3.0) * area / np.maximum(square, 1e-300)


def vertex_normals(points: Array, triangles: Index) -> Array:
    """Unit vertex normals, mean of the triangle normals weighted by the corner angle, (n, 3)."""
    normals = triangle_vectors(points, triangles)
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    result = np.zeros_like(points)
    for k in range(3):
        corner = points[triangles[:, k]]
        u = points[triangles[:, (k + 1) % 3]] - corner
        v = points[triangles[:, (k + 2) % 3]] - corner
        angle = np.arctan2(np.linalg.norm(np.cross(u, v), axis=1), np.einsum("ij,ij->i", u, v))
        np.add.at(result, triangles[:, k], angle[:, None] * normals)
    return result / np.maximum(np.linalg.norm(result, axis=1), 1e-300)[:, None]


def tet_volumes(points: Array, cells: Index) -> Array:
    """Signed volumes, (m,) [m3]."""
    a, b, c, d = points[cells].transpose(1, 0, 2)
    return np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) / 6.0


def tet_quality(points: Array, cells: Index) -> Array:
    """Three inscribed radii over the circumscribed radius, negative when inverted.

    1 for the regular tetrahedron, 0 for a degenerate one (the ``gamma`` of gmsh).
    """
    volume = tet_volumes(points, cells)
    corners = points[cells]
    length = np.linalg.norm(corners[:, TET_EDGES[:, 0]] - corners[:, TET_EDGES[:, 1]], axis=2)
    # Products of opposite edges are the sides of a triangle of area 6 V R (Crelle's formula).
    p, q, r = (length[:, i] * length[:, 5 - i] for i in range(3))
    s = 0.5 * (p + q + r)
    crelle = np.sqrt(np.maximum(s * (s - p) * (s - q) * (s - r), 0.0))
    faces = cells[:, TET_FACES].reshape(-1, 3)
    area = np.linalg.norm(triangle_vectors(points, faces), axis=1).reshape(-1, 4).sum(axis=1)
    # 3 r / R with r = 3 V / area and R = crelle / (6 V)
    return 54.0 * volume * np.abs(volume) / np.maximum(area * crelle, 1e-300)


def tet_scaled_jacobian(points: Array, cells: Index) -> Array:
    """Least over the corners of the volume spanned by the unit edges; 1 for the regular one.

    Knupp, Finite Elements in Analysis and Design 39 (2003), 10.1016/S0168-874X(02)00070-7.
    """
    corners = points[cells]
    length = np.linalg.norm(corners[:, TET_EDGES[:, 0]] - corners[:, TET_EDGES[:, 1]], axis=2)
    at_corner = [[k for k, edge in enumerate(TET_EDGES) if v in edge] for v in range(4)]
    longest = length[:, at_corner].prod(axis=2).max(axis=1)
    return 6.0 * np.sqrt(2.0) * tet_volumes(points, cells) / np.maximum(longest, 1e-300)


def orient(points: Array, cells: Index) -> Index:
    """Cells with the last two vertices swapped where the volume is negative."""
    cells = cells.copy()
    inverted = tet_volumes(points, cells) < 0.0
    cells[inverted, 2:] = cells[inverted, :1:-1]
    return cells
