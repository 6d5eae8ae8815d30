# SPDX-License-Identifier: BSD-3-Clause
"""Vertices of a tetrahedral mesh and the edges between them, distributed by rows.

Every rank holds the complete rows of the vertices it owns: all edges of such a vertex, whichever
rank owns the tetrahedra around it. Flux-corrected transport needs that, finite-element matrices
with ghost cells across facets do not give it.
"""

from __future__ import annotations

from mpi4py import MPI
from petsc4py import PETSc

import dolfinx
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int32]

LOCAL_EDGES = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])
"""Vertex pairs of a tetrahedron, in the order of ``EdgeGraph.cell_edges``."""


class EdgeGraph:
    """Edges of the mesh as compressed rows of the owned vertices, without the diagonal.

    Attributes:
        space: continuous P1 space; its owned dofs are the rows.
        dofs: (owned cells, 4) local dofs of ``space``.
        cell_edges: (owned cells, 6) row of ``edges`` of each pair in ``LOCAL_EDGES``.
        edges: (local edges, 2) local dofs of the edges of the owned cells, lower one first.
        owned: number of owned vertices.
        size: owned vertices and the ghosts behind them in arrays of vertex values.
        starts, columns: compressed rows; columns number the vertices of such an array.
    """

    def __init__(self, mesh: dolfinx.mesh.Mesh) -> None:
        """Number the edges and plan the exchange."""
        self.comm = mesh.comm
        self.space = dolfinx.fem.functionspace(mesh, ("Lagrange", 1))
        self._map = self.space.dofmap.index_map
        self.owned = self._map.size_local
        cells = mesh.topology.index_map(3).size_local
        self.dofs = self.space.dofmap.list[:cells].astype(np.int32)
        self._number_edges()
        self._make_rows()

    def _number_edges(self) -> None:
        pairs = np.sort(self.dofs[:, LOCAL_EDGES].reshape(-1, 2), axis=1).astype(np.int64)
        total = self.owned + self._map.num_ghosts
        keys, inverse = np.unique(pairs[:, 0] * total + pairs[:, 1], return_inverse=True)
        self.cell_edges = inverse.reshape(-1, 6).astype(np.int32)
        self.edges = np.column_stack([keys // total, keys % total]).astype(np.int32)

    def _make_rows(self) -> None:
        """Rows from the edges here and from those that other ranks send."""
        ends = np.concatenate([self.edges, self.edges[:, ::-1]])
        here = ends[:, 0] < self.owned
        self._here = np.flatnonzero(here)
        away = np.flatnonzero(~here)
        owner = self._map.owners[ends[away, 0] - self.owned]
        order = np.argsort(owner, kind="stable")
        self._away = away[order]
        self._send = np.bincount(owner, minlength=self.comm.size)
        self._receive = np.array(self.comm.alltoall(self._send.tolist()), dtype=np.int64)
        numbers = self._map.local_to_global(ends.ravel().astype(np.int32)).reshape(-1, 2)
        received = np.column_stack(
            [self._sent(numbers[self._away, k].astype(np.float64)) for k in (0, 1)]
        ).astype(np.int64)
        pairs = np.concatenate([numbers[self._here], received])
        pairs[:, 0] -= self._map.local_range[0]
        width = self._map.size_global
        keys, slots = np.unique(pairs[:, 0] * width + pairs[:, 1], return_inverse=True)
        self._slots, self._received_slots = np.split(slots.ravel(), [len(self._here)])
        self.starts = np.searchsorted(keys // width, np.arange(self.owned + 1)).astype(np.uint32)
        self.columns = self._local_columns(keys % width)

    def _local_columns(self, numbers: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Columns after the owned vertices are ghosts, in the order of their global number."""
        first, last = self._map.local_range
        inside = (numbers >= first) & (numbers < last)
        ghosts = np.unique(numbers[~inside])
        self.size = self.owned + len(ghosts)
        self._vector = PETSc.Vec().createGhost(
            ghosts.astype(np.int32), size=(self.owned, None), comm=self.comm
        )
        columns = np.where(inside, numbers - first, 0)
        columns[~inside] = self.owned + np.searchsorted(ghosts, numbers[~inside])
        # Unsigned: compiled loops then need not look out for negative indices.
        return columns.astype(np.uint32)

    def _sent(self, values: Array) -> Array:
        """What the other ranks send to this one, given what this one sends."""
        received = np.empty(int(self._receive.sum()))
        self.comm.Alltoallv(
            [np.ascontiguousarray(values), self._send, MPI.DOUBLE],
            [received, self._receive, MPI.DOUBLE],
        )
        return received

    def edge_sums(self, values: Array) -> Array:
        """(local edges,) sums over the owned cells of (cells, 6) values on their edges."""
        return np.bincount(self.cell_edges.ravel(), values.ravel(), len(self.edges))

    def vertex_sums(self, values: Array) -> Array:
        """(local dofs,) sums over the owned cells of (cells, 4) values at their vertices."""
        local = self.owned + self._map.num_ghosts
        return np.bincount(self.dofs.ravel(), values.ravel(), local)

    def rows(self, values: Array, *, antisymmetric: bool = False) -> Array:
        """Entries of the rows from one value per local edge, summed over the ranks.

        Args:
            values: (local edges,) contributions of the owned cells, from first to second vertex.
            antisymmetric: the value from the second to the first vertex is the negative.
        """
        both = np.concatenate([values, -values if antisymmetric else values])
        data = np.zeros(len(self.columns))
        data[self._slots] = both[self._here]
        np.add.at(data, self._received_slots, self._sent(both[self._away]))
        return data

    def row_sums(self, data: Array) -> Array:
        """(owned,) sums of the entries of each row."""
        return np.add.reduceat(data, self.starts[:-1]) if self.owned else np.zeros(0)

    def update_ghosts(self, values: Array) -> None:
        """Copy the owned values of an array (size,) into the ghosts of the other ranks."""
        if self.comm.size == 1:
            return
        self._vector.array[:] = values[: self.owned]
        self._vector.ghostUpdate(PETSc.InsertMode.INSERT, PETSc.ScatterMode.FORWARD)
        with self._vector.localForm() as local:
            values[self.owned :] = local.array[self.owned :]

    def spread(self, owned: Array) -> Array:
        """Values at the local dofs of ``space``, ghosts included, from (owned,) values."""
        work = dolfinx.fem.Function(self.space)
        work.x.array[: self.owned] = owned
        work.x.scatter_forward()
        return work.x.array.copy()

    def to_owners(self, local: Array) -> Array:
        """(owned,) sums over the ranks of values at the local dofs of ``space``."""
        work = dolfinx.fem.Function(self.space)
        work.x.array[:] = local
        work.x.scatter_reverse(dolfinx.la.InsertMode.add)
        return work.x.array[: self.owned].copy()

    def total(self, values: Array) -> float:
        """Sum over the owned vertices of all ranks."""
        return self.comm.allreduce(float(values[: self.owned].sum()), op=MPI.SUM)
