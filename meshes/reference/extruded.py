# SPDX-License-Identifier: BSD-3-Clause
"""Tetrahedra between layers of one plane triangulation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from meshes.types import Array, MeshBundle

Index = NDArray[np.int64]


def extrude(triangles: Index, layers: int, nodes: int) -> Index:
    """Three tetrahedra per triangle and layer.

    Every prism is cut along the diagonals that rise from the lower to the higher node number, so
    neighbours agree.

    Args:
        triangles: (m, 3) node numbers of the plane triangulation.
        layers: number of layers of cells.
        nodes: nodes per level; node i of level k has the number ``i + k * nodes``.

    Returns:
        (3 m layers, 4) vertex numbers.
    """
    a, b, c = np.sort(triangles, axis=1).T
    low = np.stack(
        [
            np.column_stack([a, b, c, c + nodes]),
            np.column_stack([a, b, b + nodes, c + nodes]),
            np.column_stack([a, a + nodes, b + nodes, c + nodes]),
        ],
        axis=1,
    ).reshape(-1, 4)
    return (low + nodes * np.arange(layers)[:, None, None]).reshape(-1, 4)


def oriented(points: Array, cells: Index) -> Index:
    """The same tetrahedra with positive volume (points in m)."""
    edges = points[cells[:, 1:]] - points[cells[:, :1]]
    cells = cells.copy()
    turned = np.linalg.det(edges) < 0
    cells[turned, :2] = cells[turned, 1::-1]
    return cells


def boundary(cells: Index) -> Index:
    """(k, 3) triangles that belong to one tetrahedron only."""
    faces = np.sort(cells[:, [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]].reshape(-1, 3), axis=1)
    found, count = np.unique(faces, axis=0, return_counts=True)
    return found[count == 1]


def bundle(
    points: Array, cells: Index, surfaces: dict[str, NDArray[np.bool_]], generator: str
) -> MeshBundle:
    """One region ``lumen`` whose boundary facets are named by their vertices.

    Args:
        points: (n, 3) [m].
        cells: (m, 4) vertex numbers.
        surfaces: for each name, which of the n points lie on it; a facet gets the first name
            that all its vertices have.
        generator: name for ``info``.

    Raises:
        ValueError: a boundary facet lies on none of the surfaces.
    """
    facets = boundary(cells)
    tags = np.zeros(len(facets), np.int32)
    markers = {name: 10 + k for k, name in enumerate(surfaces)}
    for name, on in reversed(surfaces.items()):
        tags[on[facets].all(axis=1)] = markers[name]
    if (tags == 0).any():
        raise ValueError(f"{(tags == 0).sum()} boundary facets lie on no named surface")
    return MeshBundle(
        points=points,
        cells=oriented(points, cells),
        cell_tags=np.ones(len(cells), np.int32),
        facets=facets,
        facet_tags=tags,
        markers={"cells": {"lumen": 1}, "facets": markers},
        info={"generator": generator},
    )


def graded(start: float, end: float, first: float, last: float, largest: float) -> Array:
    """Levels from ``start`` to ``end`` whose steps grow by 0.2 of the distance from both ends.

    Args:
        start: first level.
        end: last level.
        first: step at the start.
        last: step at the end.
        largest: upper bound of the steps; all in the same unit.
    """
    length, levels = end - start, [0.0]
    while levels[-1] < length:
        here = levels[-1]
        left = max(length - here, 0.0)
        levels.append(here + min(first + 0.2 * here, last + 0.2 * left, largest))
    return start + length * np.array(levels) / levels[-1]
