# SPDX-License-Identifier: BSD-3-Clause
"""Creases of a triangulation: where its triangles turn sharply, cut into pieces of even length."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from meshes.topology import Index, triangle_vectors, unique_edges
from meshes.types import Array

FEWEST = 3
"""Pieces of a closed crease without corners."""


def crease_edges(points: Array, triangles: Index, angle: float) -> Index:
    """Edges of a closed manifold whose two triangles turn by more than an angle [rad], (k, 2)."""
    normals = triangle_vectors(points, triangles)
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    edges, of_triangle = unique_edges(triangles)
    left, right = (np.argsort(of_triangle.ravel(), kind="stable").reshape(-1, 2) // 3).T
    return edges[np.einsum("ij,ij->i", normals[left], normals[right]) < np.cos(angle)]


@dataclass(frozen=True)
class Creases:
    """Vertices on creases.

    Attributes:
        vertices: all of them.
        marks: those that cut the creases into pieces of about the wanted length, corners first.
        pieces: (k,) for each of ``vertices`` the number of the nearest mark along its crease.
    """

    vertices: Index
    marks: Index
    pieces: Index


def divide(points: Array, edges: Index, length: float, angle: float) -> Creases:
    """Cut creases into pieces.

    Corners are the vertices where a crease ends, branches or turns.

    Args:
        points: (n, 3) [m].
        edges: (k, 2) of the creases.
        length: wanted length of a piece [m].
        angle: turn of a crease at a corner [rad].
    """
    links: dict[int, list[int]] = {}
    for a, b in edges.tolist():
        links.setdefault(a, []).append(b)
        links.setdefault(b, []).append(a)
    corners = [v for v, ends in links.items() if _is_corner(points, v, ends, angle)]
    nearest = {v: k for k, v in enumerate(corners)}
    marks = list(corners)
    for chain in _chains(links, nearest):
        _mark(points, chain, length, marks, nearest)
    vertices = np.array(sorted(links), dtype=np.int64)
    pieces = np.array([nearest[v] for v in vertices.tolist()], dtype=np.int64)
    return Creases(vertices, np.array(marks, dtype=np.int64), pieces)


def _is_corner(points: Array, vertex: int, ends: list[int], angle: float) -> bool:
    if len(ends) != 2:
        return True
    before, after = points[vertex] - points[ends[0]], points[ends[1]] - points[vertex]
    size = np.linalg.norm(before) * np.linalg.norm(after)
    return bool(before @ after < np.cos(angle) * size)


def _chains(links: dict[int, list[int]], corners: dict[int, int]) -> list[list[int]]:
    """Vertices in order, from corner to corner or once around (first vertex again at the end)."""
    seen: set[tuple[int, int]] = set()
    chains = []
    for start in [*corners, *links]:
        for second in links[start]:
            if (start, second) in seen:
                continue
            chain = [start, second]
            while chain[-1] not in corners and chain[-1] != start:
                ends = links[chain[-1]]
                chain.append(ends[0] if ends[0] != chain[-2] else ends[1])
            seen.update(pairwise(chain))
            seen.update(pairwise(reversed(chain)))
            chains.append(chain)
    return chains


def _mark(
    points: Array, chain: list[int], length: float, marks: list[int], nearest: dict[int, int]
) -> None:
    """Add the marks of a chain, and the nearest mark of its vertices."""
    steps = np.linalg.norm(np.diff(points[chain], axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    least = 1 if chain[0] in nearest else FEWEST
    count = max(least, round(along[-1] / length))
    places = np.unique([np.argmin(np.abs(along - along[-1] * k / count)) for k in range(count + 1)])
    for place in places.tolist():
        if chain[place] not in nearest:
            nearest[chain[place]] = len(marks)
            marks.append(chain[place])
    closest = np.argmin(np.abs(along[:, None] - along[places]), axis=1)
    for vertex, place in zip(chain, places[closest].tolist(), strict=True):
        nearest.setdefault(vertex, nearest[chain[place]])
