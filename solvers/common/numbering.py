# SPDX-License-Identifier: BSD-3-Clause
"""Values in an order that does not depend on how the mesh was distributed.

Every unknown gets a key made of input numbers: a vertex its own number, an edge its two vertices,
a cell its number, a facet its cell and its place in it. Sorted by key, values gathered on one rank
fit any later partition of the same mesh.
"""

from __future__ import annotations

from mpi4py import MPI

import basix
import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common._compat import cell_nodes
from solvers.common.tagged_mesh import facet_cells

Key = NDArray[np.int64]


class Numbering:
    """Order of some local entries by their keys.

    Attributes:
        size: number of different keys, on every rank.
    """

    def __init__(self, comm: MPI.Comm, keys: Key) -> None:
        """Agree on the order.

        Args:
            comm: communicator.
            keys: (n,) key of each local entry; an entry may be known to several ranks.
        """
        self._comm = comm
        parts = comm.gather(keys)
        self._places: list[NDArray[np.intp]] = []
        size = 0
        if parts is not None:
            different = np.unique(np.concatenate(parts))
            self._places = [np.searchsorted(different, part) for part in parts]
            size = len(different)
        self.size: int = comm.bcast(size)

    def gather(self, values: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """(size, ...) values in key order on rank 0, None elsewhere, from local (n, ...)."""
        parts = self._comm.gather(values)
        if parts is None:
            return None
        result = np.empty((self.size, *values.shape[1:]))
        for place, part in zip(self._places, parts, strict=True):
            result[place] = part
        return result

    def scatter(self, values: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """Local (n, ...) values from those in key order, which rank 0 gives.

        Raises:
            ValueError: their number is not that of the keys.
        """
        length = self._comm.bcast(None if values is None else len(values))
        if length != self.size:
            raise ValueError(f"{length} stored values for {self.size} unknowns")
        parts = None if values is None else [values[place] for place in self._places]
        return self._comm.scatter(parts)


def vertex_numbers(space: dolfinx.fem.FunctionSpace) -> NDArray[np.int64]:
    """Input vertex number of each local dof of a P1 space."""
    index_map = space.dofmap.index_map
    numbers = np.empty(index_map.size_local + index_map.num_ghosts, np.int64)
    numbers[space.dofmap.list[:, :4]] = _input_vertices(space.mesh)
    return numbers


def owned_vertices(space: dolfinx.fem.FunctionSpace) -> Key:
    """Input vertex number of each owned dof of a P1 space."""
    return vertex_numbers(space)[: space.dofmap.index_map.size_local]


def dof_keys(space: dolfinx.fem.FunctionSpace) -> Key:
    """Keys of the local dofs of a scalar P1 or P2 space: their vertex, or edge, as a pair."""
    vertices = _input_vertices(space.mesh)
    edges = np.array(basix.topology(basix.CellType.tetrahedron)[1])
    first, second = vertices, vertices
    if space.ufl_element().degree == 2:
        ends = vertices[:, edges]
        first = np.concatenate([vertices, ends.min(axis=2)], axis=1)
        second = np.concatenate([vertices, ends.max(axis=2)], axis=1)
    index_map = space.dofmap.index_map
    keys = np.empty(index_map.size_local + index_map.num_ghosts, np.int64)
    keys[space.dofmap.list] = first * space.mesh.geometry.index_map().size_global + second
    return keys


def cell_keys(mesh: dolfinx.mesh.Mesh) -> Key:
    """Input numbers of the owned cells."""
    owned = mesh.topology.index_map(3).size_local
    return np.asarray(mesh.topology.original_cell_index[:owned], np.int64)


def facet_keys(mesh: dolfinx.mesh.Mesh, facets: NDArray[np.int32]) -> Key:
    """Keys of boundary facets, each of which has one cell.

    The cell keeps the order of its vertices in the input, so points on the facet are in the same
    order on every partition.
    """
    cells, local = facet_cells(mesh, facets)
    count = dolfinx.cpp.mesh.cell_num_entities(mesh.topology.cell_type, 2)
    return count * np.asarray(mesh.topology.original_cell_index, np.int64)[cells] + local


def _input_vertices(mesh: dolfinx.mesh.Mesh) -> NDArray[np.int64]:
    """(local cells, 4) input numbers of the vertices."""
    return np.asarray(mesh.geometry.input_global_indices, np.int64)[cell_nodes(mesh)]
