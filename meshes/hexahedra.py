# SPDX-License-Identifier: BSD-3-Clause
"""Connectivity, volume and shape of hexahedra held as index arrays.

Vertices in the order of VTK and gmsh: a quadrilateral seen from inside counter-clockwise, then the
opposite one.
"""

from __future__ import annotations

import numpy as np

from meshes.topology import Index
from meshes.types import Array

HEX_FACES = np.array(
    [[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]]
)
"""Normals point out of a hexahedron of positive volume."""
CORNER_EDGES = np.array(
    [[1, 3, 4], [2, 0, 5], [3, 1, 6], [0, 2, 7], [7, 5, 0], [4, 6, 1], [5, 7, 2], [6, 4, 3]]
)
"""The three neighbours of each vertex, right-handed."""

_GAUSS = np.array([-1.0, 1.0]) / np.sqrt(3.0)
_SIGNS = np.array(
    [
        [-1, -1, -1],
        [1, -1, -1],
        [1, 1, -1],
        [-1, 1, -1],
        [-1, -1, 1],
        [1, -1, 1],
        [1, 1, 1],
        [-1, 1, 1],
    ],
    dtype=float,
)


def scaled_jacobian(points: Array, cells: Index) -> Array:
    """Least triple product of unit edges over the vertices of each hexahedron, (m,).

    1 for a box, not positive where a vertex is flat or turned inside out.
    """
    corners = points[cells]
    edges = corners[:, CORNER_EDGES] - corners[:, :, None]
    edges /= np.linalg.norm(edges, axis=-1, keepdims=True)
    return np.linalg.det(edges).min(axis=1)


def hex_volumes(points: Array, cells: Index) -> Array:
    """Volumes of trilinear hexahedra, exact, (m,) [m3]."""
    volume = np.zeros(len(cells))
    for x in np.stack(np.meshgrid(_GAUSS, _GAUSS, _GAUSS), axis=-1).reshape(-1, 3):
        factors = 1.0 + _SIGNS * x
        gradient = np.stack(
            [
                _SIGNS[:, k] * factors[:, (k + 1) % 3] * factors[:, (k + 2) % 3] / 8.0
                for k in range(3)
            ]
        )
        volume += np.linalg.det(np.einsum("ka,mai->mki", gradient, points[cells]))
    return volume


def hex_boundary(cells: Index) -> tuple[Index, Index]:
    """Outer quadrilaterals of a hexahedral mesh.

    Returns:
        (k, 4) vertex numbers, normals pointing outwards, and (k,) the cell of each.
    """
    faces = cells[:, HEX_FACES].reshape(-1, 4)
    _, first, count = np.unique(
        np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True
    )
    outer = np.sort(first[count == 1])
    return faces[outer], outer // 6


def quad_areas(points: Array, quads: Index) -> Array:
    """Areas of (nearly) plane quadrilaterals: half the product of the diagonals, (k,) [m2]."""
    a, b, c, d = points[quads].transpose(1, 0, 2)
    return 0.5 * np.linalg.norm(np.cross(c - a, d - b), axis=1)
