# SPDX-License-Identifier: BSD-3-Clause
"""Continuous P1 pressure that jumps across the device surface.

A vertex of the device surface carries two pressure unknowns, one for the cells on the lumen
side and one for the cells behind. The map from (cell, vertex) unknowns of the discontinuous
P1 space to these numbers is a sparse 0/1 matrix, so every pressure operator is assembled once
on the discontinuous space and reduced by it: no special forms, and without a device surface
the result is the ordinary continuous space.
"""

from __future__ import annotations

from mpi4py import MPI
from petsc4py import PETSc

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.numbering import vertex_numbers
from solvers.common.tagged_mesh import TaggedMesh

Index = NDArray[np.int32]


class PressureSpace:
    """Pressure unknowns and the reduction from discontinuous P1.

    Attributes:
        vertices: continuous P1 space, numbers the vertices.
        broken: discontinuous P1 space on which the operators are assembled.
        reduction: (broken dofs, unknowns) 0/1 matrix T; reduced operators are T^T A T.
        unknowns: (local cells, 4) global number of the unknown at each cell vertex.
        keys: (owned unknowns,) twice the input vertex number, plus one behind a device surface.
    """

    def __init__(self, domain: TaggedMesh, screens: list[str]) -> None:
        """Number the unknowns; ``screens`` names the surfaces the pressure jumps across."""
        self.domain = domain
        mesh = domain.mesh
        self.broken = dolfinx.fem.functionspace(mesh, ("Discontinuous Lagrange", 1))
        self.vertices = dolfinx.fem.functionspace(mesh, ("Lagrange", 1))
        first, second = self._number(screens)
        vertex = self.vertices.dofmap.list
        behind = self._cells_behind(screens)
        self.unknowns = np.where(
            behind[:, None] & (second[vertex] >= 0), second[vertex], first[vertex]
        )
        self.reduction = self._reduction()
        self._values = self.reduction.createVecLeft()

    def _cells_behind(self, screens: list[str]) -> NDArray[np.bool_]:
        """Local cells (ghosts too) behind a device surface: everything but the lumen."""
        tags = self.domain.cell_tags
        count = self.domain.mesh.topology.index_map(3)
        lumen = np.ones(count.size_local + count.num_ghosts, bool)
        if screens:
            lumen[:] = False
            lumen[tags.find(self.domain.markers["cells"]["lumen"])] = True
        return ~lumen

    def _number(self, screens: list[str]) -> tuple[Index, Index]:
        """Global numbers of the lumen-side unknown and, or -1, of the one behind, per vertex."""
        space, comm = self.vertices, self.domain.comm
        mark = dolfinx.fem.Function(space)
        for name in screens:
            facets = self.domain.facets(name, owned=False)
            mark.x.array[dolfinx.fem.locate_dofs_topological(space, 2, facets)] = 1.0
        mark.x.scatter_reverse(dolfinx.la.InsertMode.add)
        mark.x.scatter_forward()
        owned = space.dofmap.index_map.size_local
        split = np.flatnonzero(mark.x.array[:owned] > 0)
        self._local_size = owned + len(split)
        numbers = vertex_numbers(space)
        self.keys = np.concatenate([2 * numbers[:owned], 2 * numbers[split] + 1])
        start = comm.exscan(self._local_size) or 0
        first, second = dolfinx.fem.Function(space), dolfinx.fem.Function(space)
        first.x.array[:owned] = start + np.arange(owned)
        second.x.array[:] = -1.0
        second.x.array[split] = start + owned + np.arange(len(split))
        first.x.scatter_forward()
        second.x.scatter_forward()
        # float64 carries integers exactly up to 2^53, far beyond any vertex count.
        return first.x.array.astype(np.int32), second.x.array.astype(np.int32)

    def _reduction(self) -> PETSc.Mat:
        dofs = self.broken.dofmap
        owned_cells = self.domain.mesh.topology.index_map(3).size_local
        rows = dofs.index_map.size_local
        columns = np.empty(rows, dtype=np.int32)
        columns[dofs.list[:owned_cells].ravel()] = self.unknowns[:owned_cells].ravel()
        matrix = PETSc.Mat().createAIJ(
            size=((rows, None), (self._local_size, None)),
            csr=(np.arange(rows + 1, dtype=np.int32), columns, np.ones(rows)),
            comm=self.domain.comm,
        )
        matrix.assemble()
        return matrix

    def vector(self) -> PETSc.Vec:
        """New zero vector of pressure unknowns."""
        return self.reduction.createVecRight()

    def facet_unknowns(self, facets: Index, *, behind: bool | None = None) -> Index:
        """(n, 3) unknown numbers at the vertices of ``facets``, in vertex order.

        Args:
            facets: local facets.
            behind: which side of a device surface to take; None takes any attached cell,
                which is right on the boundary.
        """
        return self.facet_vertices(facets, behind=behind)[1]

    def facet_vertices(self, facets: Index, *, behind: bool | None = None) -> tuple[Index, Index]:
        """(n, 3) dofs of ``vertices`` and (n, 3) unknowns, as in :meth:`facet_unknowns`."""
        mesh = self.domain.mesh
        to_cell = mesh.topology.connectivity(2, 3)
        lumen = self.domain.markers["cells"]["lumen"]
        region = np.zeros(len(self.unknowns), np.int32)
        region[self.domain.cell_tags.indices] = self.domain.cell_tags.values
        to_facet = mesh.topology.connectivity(3, 2).array.reshape(-1, 4)
        corners, unknowns = np.empty((2, len(facets), 3), np.int32)
        for row, facet in enumerate(facets):
            cells = to_cell.links(facet)
            if behind is not None:
                cells = cells[(region[cells] != lumen) == behind]
            local = int(np.flatnonzero(to_facet[cells[0]] == facet)[0])
            # In a simplex, local facet i is the one opposite to vertex i. Sorted by vertex, so
            # that both sides of a facet list it in the same order.
            vertices = np.delete(self.vertices.dofmap.list[cells[0]], local)
            order = np.argsort(vertices)
            corners[row] = vertices[order]
            unknowns[row] = np.delete(self.unknowns[cells[0]], local)[order]
        return corners, unknowns

    def boundary_unknowns(self, name: str) -> Index:
        """Owned unknowns (global numbers) on a boundary surface, known to their owner."""
        facets = self.domain.facets(name, owned=False)
        found = np.unique(self.facet_unknowns(facets)) if len(facets) else np.zeros(0, np.int32)
        everywhere = np.unique(np.concatenate(self.domain.comm.allgather(found)))
        start = self.domain.comm.exscan(self._local_size, op=MPI.SUM) or 0
        mine = (everywhere >= start) & (everywhere < start + self._local_size)
        return everywhere[mine].astype(np.int32)

    def facet_values(self, pressure: PETSc.Vec, unknowns: Index) -> NDArray[np.float64]:
        """Pressure [Pa] at ``unknowns`` (global numbers of vertices of local cells), same shape."""
        start = pressure.getOwnershipRange()[0]
        local = unknowns - start
        if self.domain.comm.size == 1:
            return pressure.array[local]
        wanted, inverse = np.unique(unknowns, return_inverse=True)
        found = PETSc.Vec().createSeq(len(wanted))
        scatter = PETSc.Scatter().create(
            pressure, PETSc.IS().createGeneral(wanted, comm=PETSc.COMM_SELF), found, None
        )
        scatter.scatter(pressure, found)
        return found.array[inverse].reshape(unknowns.shape)

    def cell_values(self, pressure: PETSc.Vec) -> NDArray[np.float64]:
        """(owned cells, 4) pressure [Pa] at the vertices of each owned cell."""
        self.reduction.mult(pressure, self._values)
        owned = self.domain.mesh.topology.index_map(3).size_local
        return self._values.array_r[self.broken.dofmap.list[:owned]]
