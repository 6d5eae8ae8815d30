# SPDX-License-Identifier: BSD-3-Clause
"""Structured blocks of hexahedra or tetrahedra under a smooth map."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

from mpi4py import MPI

import numpy as np
from numpy.typing import NDArray

from solvers.common.tagged_mesh import TaggedMesh, distribute

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SURFACES = ("x_low", "x_high", "y_low", "y_high", "z_low", "z_high")

# Nodes of VTK's triquadratic hexahedron, biquadratic quadrilateral, quadratic tetrahedron and
# triangle; on the lattice of half cells.
_CORNERS = [(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0), (0, 0, 2), (2, 0, 2), (2, 2, 2), (0, 2, 2)]
_EDGES = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4)]
_EDGES += [(0, 4), (1, 5), (2, 6), (3, 7)]
_FACES = [(0, 1, 1), (2, 1, 1), (1, 0, 1), (1, 2, 1), (1, 1, 0), (1, 1, 2), (1, 1, 1)]
_TETRA_EDGES = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)]
_TRIANGLE_EDGES = [(0, 1), (1, 2), (2, 0)]
_QUAD_EDGES = [(0, 1), (1, 2), (2, 3), (3, 0)]


def block(
    divisions: tuple[int, int, int],
    position: Callable[[Array], Array],
    *,
    cells: str = "hexahedron",
    degree: int = 1,
    region: Callable[[Array], Array] | None = None,
    names: tuple[str, ...] = ("body",),
    comm: MPI.Comm = MPI.COMM_SELF,
) -> TaggedMesh:
    """Mesh of the unit cube under a map, with its six sides as surfaces ``x_low`` to ``z_high``.

    Args:
        divisions: hexahedra along each side; tetrahedra are six to a hexahedron.
        position: points (n, 3) of the unit cube to space [m]; keeps the orientation.
        cells: ``hexahedron`` or ``tetrahedron``.
        degree: of the geometry, 1 or 2.
        region: (n,) number of the region at (n, 3) points of the unit cube; None for one region.
        names: of the regions.
        comm: communicator; rank 0 builds the mesh.
    """
    empty = np.zeros(0, np.int32)
    points = np.zeros((0, 3))
    volumes, sides = np.zeros((0, 4), np.int64), np.zeros((0, 3), np.int64)
    number, side_tags = empty, empty
    if comm.rank == 0:
        lattice, volumes, sides, side_tags = _lattice(divisions, cells, degree)
        points = np.ascontiguousarray(position(lattice), dtype=float)
        centre = lattice[volumes[:, : 8 if cells == "hexahedron" else 4]].mean(axis=1)
        number = np.zeros(len(centre), np.int32) if region is None else region(centre)
    markers = {
        "cells": {name: i + 1 for i, name in enumerate(names)},
        "facets": {name: i + 1 for i, name in enumerate(SURFACES)},
    }
    tags = (np.asarray(number) + 1).astype(np.int32)
    return distribute(comm, points, volumes, tags, sides, side_tags, markers)


def _lattice(
    divisions: tuple[int, int, int], cells: str, degree: int
) -> tuple[Array, Index, Index, NDArray[np.int32]]:
    """Points of the unit cube, cells, boundary facets and their tags."""
    size = 2 * np.array(divisions) + 1
    base = np.stack(np.meshgrid(*(np.arange(n) for n in divisions), indexing="ij"), -1)
    base = 2 * base.reshape(-1, 3)
    simplex = cells == "tetrahedron"
    offsets = _tetrahedra(degree) if simplex else _hexahedron(degree)[None]
    volumes = (base[:, None, None] + offsets).reshape(-1, offsets.shape[1], 3)
    sides, tags = [], []
    for axis in range(3):
        for end in (0, 1):
            face = _triangles(axis, end, degree) if simplex else _quad(axis, end, degree)[None]
            on = base[base[:, axis] == (end * (2 * divisions[axis] - 2))]
            found = (on[:, None, None] + face).reshape(-1, face.shape[1], 3)
            sides.append(found)
            tags.append(np.full(len(found), 2 * axis + end + 1, np.int32))
    number = (size[1] * size[2], size[2], 1)
    volumes, sides = volumes @ number, np.concatenate(sides) @ number
    used, inverse = np.unique(volumes, return_inverse=True)
    place = np.stack(np.unravel_index(used, size), -1) / (size - 1)
    volumes = inverse.reshape(volumes.shape)
    return place, volumes, np.searchsorted(used, sides), np.concatenate(tags)


def _quadratic(corners: Index, edges: list[tuple[int, int]], rest: list) -> Index:
    """Corners, middles of the edges, and further nodes."""
    middle = [(corners[a] + corners[b]) // 2 for a, b in edges]
    return np.array([*corners, *middle, *rest])


def _hexahedron(degree: int) -> Index:
    corners = np.array(_CORNERS)
    return corners if degree == 1 else _quadratic(corners, _EDGES, _FACES)


def _tetrahedra(degree: int) -> Index:
    """(6, n, 3) nodes of the tetrahedra around the diagonal of a cell, all turned the same way."""
    found = []
    for order in permutations(range(3)):
        path = np.zeros((4, 3), np.int64)
        for step, axis in enumerate(order):
            path[step + 1 :, axis] = 2
        if np.linalg.det(path[1:] - path[0]) < 0:
            path = path[[0, 2, 1, 3]]
        found.append(path if degree == 1 else _quadratic(path, _TETRA_EDGES, []))
    return np.array(found)


def _quad(axis: int, end: int, degree: int) -> Index:
    square = np.array([(0, 0), (2, 0), (2, 2), (0, 2)])
    corners = np.insert(square, axis, 2 * end, axis=1)
    if degree == 1:
        return corners
    return _quadratic(corners, _QUAD_EDGES, [corners.sum(axis=0) // 4])


def _triangles(axis: int, end: int, degree: int) -> Index:
    """(2, n, 3) nodes of the triangles of one side; they share the diagonal of the square."""
    corners = np.insert(np.array([(0, 0), (2, 0), (2, 2), (0, 2)]), axis, 2 * end, axis=1)
    halves = [corners[[0, 1, 2]], corners[[0, 2, 3]]]
    return np.array([h if degree == 1 else _quadratic(h, _TRIANGLE_EDGES, []) for h in halves])
