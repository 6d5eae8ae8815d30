# SPDX-License-Identifier: BSD-3-Clause
"""Triangulation of a closed surface with even edges that keeps its creases.

A fine copy of the surface is divided among seeds by distance along it, and the seeds are moved to
the middles of their cells (Lloyd 1982, 10.1109/TIT.1982.1056489). Seeds on creases stay and hold
the vertices of their crease, so that neighbours along a crease are joined by an edge.
"""

from __future__ import annotations

import numpy as np
import pyvista as pv
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from meshes.creases import Creases, crease_edges, divide
from meshes.errors import MeshFailed
from meshes.flips import flip
from meshes.remesh import refine_edges
from meshes.topology import Index, triangle_vectors, unique_edges
from meshes.triangulation import geometric_defect, manifold_defect
from meshes.types import Array

FINENESS = (0.35, 0.25, 0.18)
"""Longest edge of the fine copy over the wanted edge."""
SPACING = 0.67
"""Least distance of seeds at the start over the wanted edge; the mean becomes the wanted one."""
ROUNDS = 4
"""In which the seeds are moved to the middles of their cells."""
SMOOTH = np.radians(25.0)
"""Turn of edges that may go in the result."""
ALMOST_FLAT = np.radians(10.0)
"""Turn of edges that may go in the fine copy."""
BATCH = 4000
SMOOTHING = 4


def remesh_creased(
    points: Array, triangles: Index, edge_length: float, angle: float
) -> tuple[Array, Index]:
    """Triangulate a closed surface anew and keep its creases.

    Args:
        points: (n, 3) [m].
        triangles: (m, 3), outward oriented.
        edge_length: wanted [m]; above the distance between creases they are still kept, with
            shorter edges across.
        angle: turn between two triangles from which on their edge is kept [rad].

    Returns:
        Points (n, 3) on the surface [m] and outward-oriented triangles (m, 3).

    Raises:
        MeshFailed: the result is open, non-manifold, folded or cuts itself.
    """
    surface = pv.PolyData.from_regular_faces(points, triangles)
    reason = ""
    for fineness in FINENESS:
        fine, parts = _fine(points, triangles, fineness * edge_length)
        found, faces, kept = _divided(fine, parts, edge_length, angle)
        reason = manifold_defect(faces)
        if not reason:
            found, faces = _relaxed(surface, found, faces, kept)
            reason = geometric_defect(found, faces)
        if not reason:
            return found, faces
    raise MeshFailed(f"the remeshed surface {reason}", "remesh")


def _fine(points: Array, triangles: Index, longest: float) -> tuple[Array, Index]:
    """Edges halved down to a length; long thin triangles are broken up between the halvings."""
    edges, _ = unique_edges(triangles)
    length = float(np.linalg.norm(points[edges[:, 1]] - points[edges[:, 0]], axis=1).max())
    for limit in longest * 2.0 ** np.arange(max(0, np.ceil(np.log2(length / longest))), -1, -1):
        triangles = flip(points, triangles, ALMOST_FLAT, sweeps=2)
        points, triangles, _ = refine_edges(
            points, triangles, lambda x, h=limit: np.full(len(x), h), 1.0
        )
    return points, triangles


def _divided(
    points: Array, triangles: Index, edge_length: float, angle: float
) -> tuple[Array, Index, Index]:
    """Seeds, the triangles between their cells, and how many seeds on creases come first."""
    creases = divide(points, crease_edges(points, triangles, angle), edge_length, angle)
    free = np.ones(len(points), dtype=bool)
    free[creases.vertices] = False
    seeds = _scattered(points, free, points[creases.marks], SPACING * edge_length)
    kept = len(creases.marks)
    graph = _graph(points, triangles)
    area = np.linalg.norm(triangle_vectors(points, triangles), axis=1)
    weight = np.bincount(triangles.ravel(), np.repeat(area, 3), len(points))
    weight[~free] = 0.0
    for _ in range(ROUNDS):
        cell = _cells(graph, creases, seeds)
        seeds = _middles(points, weight, cell - kept, seeds)
    faces = _cells(graph, creases, seeds)[triangles]
    faces = faces[(faces != np.roll(faces, 1, axis=1)).all(axis=1)]
    used, faces = np.unique(_single(faces), return_inverse=True)
    chosen = np.concatenate([creases.marks, seeds])[used]
    return points[chosen], faces.reshape(-1, 3), int((used < kept).sum())


def _single(triangles: Index) -> Index:
    """Each triangle once; two that face each other, which closed a sliver, cancel."""
    ordered = np.sort(triangles, axis=1)
    _, first, of = np.unique(ordered, axis=0, return_index=True, return_inverse=True)
    lowest = np.argmin(triangles, axis=1)
    rows = np.arange(len(triangles))
    ahead, behind = triangles[rows, (lowest + 1) % 3], triangles[rows, (lowest + 2) % 3]
    sense = np.where(ahead < behind, 1, -1)
    total = np.bincount(of.ravel(), sense)
    kept = ordered[first]
    kept[total < 0, 1:] = kept[total < 0, :0:-1]
    return kept[total != 0]


def _graph(points: Array, triangles: Index) -> csr_matrix:
    """Lengths of the edges [m]."""
    edges, _ = unique_edges(triangles)
    length = np.linalg.norm(points[edges[:, 1]] - points[edges[:, 0]], axis=1)
    both = np.vstack([edges, edges[:, ::-1]])
    # A stored zero would be an edge that does not exist.
    values = np.maximum(np.tile(length, 2), 1e-12 * length.max())
    return coo_matrix((values, both.T), shape=(len(points), len(points))).tocsr()


def _scattered(points: Array, free: Array, taken: Array, distance: float) -> Index:
    """Vertices at least a distance from each other and from points that are taken, at random."""
    random = np.random.default_rng(1)
    alive = np.flatnonzero(free)
    if len(taken):
        alive = alive[~_near(points[alive], taken, distance)]
    alive = random.permutation(alive)
    chosen = []
    while len(alive):
        batch, rest = alive[:BATCH], alive[BATCH:]
        lone = np.ones(len(batch), dtype=bool)
        for a, b in cKDTree(points[batch]).query_pairs(distance, output_type="ndarray"):
            if lone[a] and lone[b]:
                lone[max(a, b)] = False
        chosen.append(batch[lone])
        alive = rest[~_near(points[rest], points[chosen[-1]], distance)]
    return np.concatenate(chosen) if chosen else np.empty(0, dtype=np.int64)


def _near(points: Array, others: Array, distance: float) -> Array:
    gap, _ = cKDTree(others).query(points, distance_upper_bound=distance)
    return np.isfinite(gap)


def _cells(graph: csr_matrix, creases: Creases, seeds: Index) -> Index:
    """Number of the nearest seed of every vertex, those on creases first."""
    sources = np.concatenate([creases.vertices, seeds])
    owner = np.concatenate([creases.pieces, len(creases.marks) + np.arange(len(seeds))])
    number = np.empty(graph.shape[0], dtype=np.int64)
    number[sources] = owner
    _, _, nearest = dijkstra(
        graph, directed=True, indices=sources, min_only=True, return_predecessors=True
    )
    return number[nearest]


def _middles(points: Array, weight: Array, cell: Index, seeds: Index) -> Index:
    """Vertex of each cell that is nearest to its centroid."""
    inside = np.flatnonzero(cell >= 0)
    of = cell[inside]
    total = np.maximum(np.bincount(of, weight[inside], len(seeds)), 1e-300)
    sums = [np.bincount(of, weight[inside] * points[inside, k], len(seeds)) for k in range(3)]
    away = np.linalg.norm(points[inside] - (np.array(sums) / total).T[of], axis=1)
    order = np.lexsort((away, of))
    _, first = np.unique(of[order], return_index=True)
    return inside[order[first]]


def _relaxed(
    surface: pv.PolyData, points: Array, triangles: Index, kept: int
) -> tuple[Array, Index]:
    """Better diagonals, and vertices off the creases evened out along the surface."""
    for _ in range(SMOOTHING):
        triangles = flip(points, triangles, SMOOTH, kept)
        edges, _ = unique_edges(triangles)
        both = np.vstack([edges, edges[:, ::-1]])
        size = (len(points), len(points))
        links = coo_matrix((np.ones(len(both)), both.T), shape=size).tocsr()
        moved = points.copy()
        moved[kept:] = 0.5 * (points + links @ points / links.sum(axis=1).A1[:, None])[kept:]
        _, moved = surface.find_closest_cell(moved, return_closest_point=True)
        points = np.vstack([points[:kept], np.asarray(moved, dtype=float)[kept:]])
    return points, flip(points, triangles, SMOOTH, kept)
