# SPDX-License-Identifier: BSD-3-Clause
"""Better triangles by swapping the diagonals of pairs of them."""

from __future__ import annotations

import numpy as np

from meshes.topology import Index, triangle_quality, triangle_vectors, unique_edges
from meshes.types import Array

GAIN = 1e-6
SWEEPS = 20


def flip(
    points: Array, triangles: Index, turn: float, held: int = 0, sweeps: int = SWEEPS
) -> Index:
    """Swap diagonals where that makes the worse triangle of a pair better.

    Args:
        points: (n, 3) [m].
        triangles: (m, 3) of a closed manifold.
        turn: largest angle between the triangles of a pair, before and after [rad].
        held: edges between vertices below this number are kept.
        sweeps: at most; a pair swaps once in each, and its neighbours wait.

    Returns:
        Triangles, oriented as before.
    """
    for _ in range(sweeps):
        pairs = _better(points, triangles, np.cos(turn), held)
        if not len(pairs):
            break
        left, right, new = pairs[:, 0], pairs[:, 1], pairs[:, 2:]
        triangles = triangles.copy()
        triangles[left], triangles[right] = new[:, :3], new[:, 3:]
    return triangles


def _better(points: Array, triangles: Index, flat: float, held: int) -> Index:
    """Swaps that do not touch each other: two triangles and what they become, (k, 8)."""
    edges, of_triangle = unique_edges(triangles)
    places = np.argsort(of_triangle.ravel(), kind="stable").reshape(-1, 2)
    (left, right), (i, j) = (places // 3).T, (places % 3).T
    # The edge runs from a to b in the left triangle; c and d are the other corners.
    a, b = triangles[left, i], triangles[left, (i + 1) % 3]
    c, d = triangles[left, (i + 2) % 3], triangles[right, (j + 2) % 3]
    new = np.column_stack([a, d, c, d, b, c])
    old = np.concatenate([triangles[left], triangles[right]], axis=1)
    gain = _worse(points, new) - _worse(points, old)
    allowed = (gain > GAIN) & (_turn(points, old) > flat) & (_turn(points, new) > flat)
    allowed &= (edges >= held).any(axis=1)
    size = len(points)
    allowed &= ~np.isin(np.minimum(c, d) * size + np.maximum(c, d), edges @ np.array([size, 1]))
    order = np.flatnonzero(allowed)
    order = order[np.argsort(-gain[order], kind="stable")]
    # Neighbours of a swapped pair wait for the next sweep.
    busy = np.zeros(len(points), dtype=bool)
    chosen = []
    for k, corners in zip(order.tolist(), np.column_stack([a, b, c, d])[order], strict=True):
        if not busy[corners].any():
            busy[corners] = True
            chosen.append(k)
    return np.column_stack([left, right, new])[chosen]


def _worse(points: Array, pairs: Index) -> Array:
    """Quality of the worse of two triangles (k, 6)."""
    return triangle_quality(points, pairs.reshape(-1, 3)).reshape(-1, 2).min(axis=1)


def _turn(points: Array, pairs: Index) -> Array:
    """Cosine between the normals of two triangles (k, 6)."""
    normals = triangle_vectors(points, pairs.reshape(-1, 3))
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    first, second = normals.reshape(-1, 2, 3).transpose(1, 0, 2)
    return np.einsum("ij,ij->i", first, second)
