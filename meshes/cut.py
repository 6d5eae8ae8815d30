# SPDX-License-Identifier: BSD-3-Clause
"""Conforming cuts of a tetrahedral mesh along level sets: opening planes and device surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meshes.errors import MeshFailed, SurfaceInvalid
from meshes.topology import TET_EDGES, Index, components, tet_facets, tet_quality, unique_edges
from meshes.types import Array, ScalarField

ON_SURFACE = 1e-6
"""Distance over the mean edge within which a vertex counts as lying on a level set."""
BISECTIONS = 45


@dataclass(frozen=True)
class Labelled:
    """A mesh whose cells carry the region they belong to.

    Attributes:
        points: (n, 3) [m].
        cells: (m, 4) positive orientation.
        labels: (m,) region number.
        fixed: (n,) True for vertices that lie on an earlier cut and must not move.
    """

    points: Array
    cells: Index
    labels: NDArray[np.int32]
    fixed: NDArray[np.bool_]


@dataclass(frozen=True)
class CutOptions:
    """How a cut treats vertices close to it.

    Attributes:
        snap: fraction of an edge within which its end moves onto the level set instead of the edge
            being split.
        minimum_quality: a move that takes a tetrahedron below this quality is undone.
        keep: ... and one that takes it below this fraction of its former quality.
    """

    snap: float = 0.3
    minimum_quality: float = 0.05
    keep: float = 0.3


def cut(
    mesh: Labelled, level_set: ScalarField, seed: Array, label: int, options: CutOptions
) -> Labelled:
    """Split a region off along the patch of a level set that bounds the region holding a seed.

    Vertices near the patch move onto it along an edge (wall vertices along wall edges only); every
    edge that still crosses is bisected in all its tetrahedra, so the mesh stays conforming.

    Args:
        mesh: what to cut.
        level_set: positive in the region to split off [m].
        seed: (3,) point in that region [m].
        label: number given to the cells of the region.
        options: see :class:`CutOptions`.

    Returns:
        The cut mesh; vertices on the patch are fixed.

    Raises:
        MeshFailed: the level set does not cross the mesh near the seed.
        SurfaceInvalid: the region is connected with one that was split off before.
    """
    edges, _ = unique_edges(mesh.cells)
    side = _sides(mesh, edges, level_set(mesh.points), seed)
    taken = mesh.labels[(side[mesh.cells] > 0).any(axis=1)]
    if (taken != 0).all():
        raise SurfaceInvalid("the region is connected with an earlier one", "cut")
    crossing = edges[side[edges].prod(axis=1) < 0]
    if not len(crossing):
        raise MeshFailed("the level set does not cross the mesh near its seed", "cut")
    outward = side[crossing[:, 0]] > 0
    ends = np.where(outward[:, None], crossing, crossing[:, ::-1])
    zero = _zeros(level_set, mesh.points[ends[:, 0]], mesh.points[ends[:, 1]])
    points, side = _snap(mesh, ends, zero, side, options)
    left = side[ends].prod(axis=1) < 0
    return _bisect(mesh, points, side, ends[left], zero[left], label)


def _sides(mesh: Labelled, edges: Index, value: Array, seed: Array) -> Index:
    """+1 for vertices in the region of the seed, 0 on the level set, -1 elsewhere."""
    length = np.linalg.norm(mesh.points[edges[:, 1]] - mesh.points[edges[:, 0]], axis=1).mean()
    on = np.abs(value) < ON_SURFACE * length
    positive = (value > 0.0) & ~on
    inside = np.flatnonzero(positive)
    if not len(inside):
        raise MeshFailed("no vertex lies behind the level set", "cut")
    start = inside[np.argmin(np.linalg.norm(mesh.points[inside] - seed, axis=1))]
    group = components(edges[positive[edges].all(axis=1)], len(mesh.points))
    return np.where(on, 0, np.where(group == group[start], 1, -1))


def _zeros(level_set: ScalarField, start: Array, end: Array) -> Array:
    """Points between a positive start and a negative end where the level set vanishes."""
    low, high = np.zeros(len(start)), np.ones(len(start))
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        above = level_set(start + middle[:, None] * (end - start)) > 0.0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return start + (0.5 * (low + high))[:, None] * (end - start)


def _snap(
    mesh: Labelled, ends: Index, zero: Array, side: Index, options: CutOptions
) -> tuple[Array, Index]:
    """Move vertices that are close to the level set onto it where the mesh stays valid."""
    length = np.linalg.norm(mesh.points[ends[:, 1]] - mesh.points[ends[:, 0]], axis=1)
    vertex = ends.T.ravel()
    target = np.tile(zero, (2, 1))
    fraction = np.linalg.norm(target - mesh.points[vertex], axis=1) / np.tile(length, 2)
    on_wall, along_wall = _wall(mesh.cells, ends, len(mesh.points))
    allowed = (fraction < options.snap) & ~mesh.fixed[vertex]
    allowed &= ~on_wall[vertex] | np.tile(along_wall, 2)
    order = np.flatnonzero(allowed)[np.argsort(fraction[allowed], kind="stable")]
    moved, first = np.unique(vertex[order], return_index=True)
    target = target[order[first]]

    touched = mesh.cells[np.isin(mesh.cells, moved).any(axis=1)]
    floor = np.minimum(options.minimum_quality, options.keep * tet_quality(mesh.points, touched))
    travel = np.zeros(len(mesh.points))
    travel[moved] = np.linalg.norm(target - mesh.points[moved], axis=1)
    while True:
        points, new_side = mesh.points.copy(), side.copy()
        points[moved], new_side[moved] = target, 0
        bad = touched[tet_quality(points, touched) < floor]
        if not len(bad):
            return points, new_side
        # One move per spoilt cell is taken back, the longest.
        worst = bad[np.arange(len(bad)), np.argmax(travel[bad], axis=1)]
        keep = ~np.isin(moved, worst)
        moved, target = moved[keep], target[keep]
        travel[worst] = 0.0


def _wall(cells: Index, ends: Index, size: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Vertices on the boundary, and which of the given edges lie on it."""
    facets, neighbours = tet_facets(cells)
    boundary, _ = unique_edges(facets[neighbours[:, 1] < 0])
    on_wall = np.zeros(size, dtype=bool)
    on_wall[boundary] = True
    ordered = np.sort(ends, axis=1)
    along = np.isin(ordered @ [size, 1], boundary @ [size, 1])
    return on_wall, along


def _bisect(
    mesh: Labelled, points: Array, side: Index, ends: Index, zero: Array, label: int
) -> Labelled:
    """Bisect the given edges in all their cells, longest first, and label the region."""
    length = np.linalg.norm(points[ends[:, 1]] - points[ends[:, 0]], axis=1)
    order = np.argsort(-length, kind="stable")
    new = {frozenset(pair): len(points) + k for k, pair in enumerate(ends[order].tolist())}
    points = np.vstack([points, zero[order]])
    side = np.concatenate([side, np.zeros(len(new), dtype=side.dtype)])
    fixed = np.concatenate([mesh.fixed, np.ones(len(new), dtype=bool)]) | (side == 0)

    cell_side = side[mesh.cells]
    crossed = (cell_side > 0).any(axis=1) & (cell_side < 0).any(axis=1)
    pieces, parent = _split_cells(mesh.cells[crossed].tolist(), new)
    cells = np.vstack([mesh.cells[~crossed], np.array(pieces, dtype=np.int64).reshape(-1, 4)])
    labels = np.concatenate([mesh.labels[~crossed], mesh.labels[crossed][parent]])
    behind = (side[cells] > 0).any(axis=1) & (labels == 0)
    return Labelled(points, cells, np.where(behind, label, labels).astype(np.int32), fixed)


def _split_cells(
    cells: list[list[int]], new: dict[frozenset[int], int]
) -> tuple[list[list[int]], list[int]]:
    """Replace every cell by its pieces; ``new`` maps edges to their new vertex, in order.

    Returns:
        The pieces and the number of the cell each comes from.
    """
    holders: dict[frozenset[int], set[int]] = {edge: set() for edge in new}
    pieces: list[list[int]] = []
    parent: list[int] = []
    alive: list[bool] = []

    def crossing_edges(cell: list[int]) -> list[frozenset[int]]:
        pairs = (frozenset((cell[i], cell[j])) for i, j in TET_EDGES)
        return [pair for pair in pairs if pair in holders]

    def add(cell: list[int], origin: int) -> None:
        for edge in crossing_edges(cell):
            holders[edge].add(len(pieces))
        pieces.append(cell)
        parent.append(origin)
        alive.append(True)

    for number, cell in enumerate(cells):
        add(cell, number)
    for edge, vertex in new.items():
        for piece in sorted(holders.pop(edge)):
            alive[piece] = False
            for other in crossing_edges(pieces[piece]):
                holders[other].discard(piece)
            for end in edge:
                add([vertex if v == end else v for v in pieces[piece]], parent[piece])
    kept = [k for k, living in enumerate(alive) if living]
    return [pieces[k] for k in kept], [parent[k] for k in kept]
