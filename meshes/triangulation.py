# SPDX-License-Identifier: BSD-3-Clause
"""Defects of closed triangulations: open, branching, folded or cutting itself."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from meshes.topology import TRIANGLE_EDGES, Index, components, triangle_vectors, unique_edges
from meshes.types import Array


def manifold_defect(triangles: Index) -> str:
    """What keeps a triangulation from being a closed oriented manifold; empty if nothing."""
    edges, of_triangle = unique_edges(triangles)
    uses = np.bincount(of_triangle.ravel(), minlength=len(edges))
    if (uses == 1).any():
        return f"has {int((uses == 1).sum())} open edges"
    if (uses > 2).any():
        return f"has {int((uses > 2).sum())} edges with more than two triangles"
    directed = triangles[:, TRIANGLE_EDGES].reshape(-1, 2)
    forward = np.bincount(of_triangle.ravel(), weights=directed[:, 0] < directed[:, 1])
    if (forward != 1).any():
        return "is not consistently oriented"
    # A vertex whose triangles form more than one fan pinches the surface.
    return "" if _single_fans(triangles, of_triangle) else "is pinched at a vertex"


def _single_fans(triangles: Index, of_triangle: Index) -> bool:
    """Whether the triangle corners around every vertex are linked across edges."""
    corners = np.arange(triangles.size).reshape(-1, 3)
    order = np.argsort(of_triangle.ravel(), kind="stable").reshape(-1, 2)
    first, second = order // 3, order % 3
    pairs = []
    for end in (0, 1):
        local = TRIANGLE_EDGES[second[:, 0], end]
        vertex = triangles[first[:, 0], local]
        other = np.argmax(triangles[first[:, 1]] == vertex[:, None], axis=1)
        pairs.append(np.column_stack([corners[first[:, 0], local], corners[first[:, 1], other]]))
    fans = components(np.vstack(pairs), corners.size)
    return len(np.unique(fans)) == len(np.unique(triangles))


def geometric_defect(points: Array, triangles: Index) -> str:
    """Folds and self-intersections of a closed triangulation; empty if there are none."""
    folds = count_folds(points, triangles)
    if folds:
        return f"is folded at {folds} edges"
    crossings = self_intersections(points, triangles)
    if len(crossings):
        centre = points[triangles[crossings[0, 0]]].mean(axis=0) * 1e3
        return (
            f"cuts itself in {len(crossings)} pairs of triangles, "
            f"first at ({centre[0]:.2f}, {centre[1]:.2f}, {centre[2]:.2f}) mm"
        )
    return ""


def count_folds(points: Array, triangles: Index, limit_deg: float = 120.0) -> int:
    """Number of edges whose two triangles turn by more than the limit."""
    normals = triangle_vectors(points, triangles)
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    _, of_triangle = unique_edges(triangles)
    left, right = (np.argsort(of_triangle.ravel(), kind="stable").reshape(-1, 2) // 3).T
    turn = np.einsum("ij,ij->i", normals[left], normals[right])
    return int((turn < np.cos(np.radians(limit_deg))).sum())


def self_intersections(points: Array, triangles: Index) -> Index:
    """Pairs of triangles without a common vertex that cut each other, (k, 2)."""
    corners = points[triangles]
    centre = corners.mean(axis=1)
    reach = np.linalg.norm(corners - centre[:, None], axis=2).max(axis=1)
    pairs = cKDTree(centre).query_pairs(2.0 * reach.max(), output_type="ndarray")
    first, second = pairs.T
    gap = np.linalg.norm(centre[first] - centre[second], axis=1)
    pairs = pairs[gap < reach[first] + reach[second]]
    shared = (triangles[pairs[:, 0], :, None] == triangles[pairs[:, 1], None, :]).any(axis=(1, 2))
    pairs = pairs[~shared]
    low, high = corners.min(axis=1), corners.max(axis=1)
    first, second = pairs.T
    apart = (low[first] > high[second]) | (low[second] > high[first])
    pairs = pairs[~apart.any(axis=1)]
    first, second = pairs.T
    cut = np.zeros(len(pairs), dtype=bool)
    for edge in TRIANGLE_EDGES:
        cut |= _segment_cuts(corners[first][:, edge], corners[second])
        cut |= _segment_cuts(corners[second][:, edge], corners[first])
    return pairs[cut]


def _segment_cuts(segments: Array, corners: Array) -> Array:
    """Whether segment i (k, 2, 3) passes through triangle i (k, 3, 3).

    Moeller and Trumbore, Journal of Graphics Tools 2 (1997), 10.1080/10867651.1997.10487468.
    """
    origin, ray = segments[:, 0], segments[:, 1] - segments[:, 0]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    h = np.cross(ray, v)
    det = np.einsum("ij,ij->i", u, h)
    det = np.where(np.abs(det) < 1e-300, np.inf, det)
    s = origin - corners[:, 0]
    q = np.cross(s, u)
    b1 = np.einsum("ij,ij->i", s, h) / det
    b2 = np.einsum("ij,ij->i", ray, q) / det
    t = np.einsum("ij,ij->i", v, q) / det
    return (b1 > 0.0) & (b2 > 0.0) & (b1 + b2 < 1.0) & (t > 0.0) & (t < 1.0)
