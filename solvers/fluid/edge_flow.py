# SPDX-License-Identifier: BSD-3-Clause
"""Volume flow between neighbouring vertices, balanced at every vertex.

For a P1 scalar c the convection (w . grad c, phi_i) is a sum over edges. Its antisymmetric part
n_ij = (w . grad phi_j, phi_i) - (w . grad phi_i, phi_j) is the volume flow from vertex i to vertex
j. What a projection method leaves, a velocity whose weak divergence is small but not zero, makes
these flows unbalanced at the vertices: a conservative scheme then breaks the maximum principle, an
advective one loses mass. Here the flows are balanced by the smallest potential flow that does it,
s_ij (psi_i - psi_j) with the stiffness s of the mesh, so both forms coincide.

The correction of the fast parent vessel must not reach into a sac that hardly moves: behind device
surfaces the stiffness is weighted by ``BEHIND``, which closes the ostium to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import basix
import dolfinx
import numpy as np
import scipy.sparse as sp
import ufl
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.forms import assembled, compile_form
from solvers.common.krylov import KrylovSolver
from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid import scalar_kernels as kernels
from solvers.fluid.edge_graph import LOCAL_EDGES, EdgeGraph
from solvers.fluid.settings import DIRECT_LIMIT, DIRECT_OPTIONS, MULTIGRID_OPTIONS

Array = NDArray[np.float64]

BALANCE_TOLERANCE = 1e-9
"""Relative residual of the balance; what remains of it is the only error of the mass."""

BEHIND = 0.01
"""Weight of the correction outside the lumen."""


class EdgeFlow:
    """Balanced volume flow of one velocity on the dual cells of the vertices.

    Attributes:
        graph: the edges.
        flux: flow along each directed edge [m3/s].
        leaving: (owned,) flow out through inlets and outlets, negative where it enters [m3/s].
        entering: (owned,) flow in through the inlets, positive [m3/s].
        imbalance: (owned,) what the velocity left unbalanced [m3/s].
        defect: (owned,) what the correction left of that [m3/s].
        mass: (size,) lumped mass, the volume of each dual cell [m3].
        coupling: off-diagonal entries of the mass matrix [m3].
        stiffness: -(grad phi_i, grad phi_j) [m].
    """

    def __init__(
        self,
        domain: TaggedMesh,
        velocity: dolfinx.fem.FunctionSpace,
        inlets: Sequence[str] = ("inlet",),
        outlets: Sequence[str] | None = None,
    ) -> None:
        """Assemble what does not change.

        Args:
            domain: the tagged mesh.
            velocity: scalar space of the velocity components, of any degree.
            inlets: surfaces through which new fluid comes.
            outlets: the other open surfaces; every surface named ``outlet*`` when None.
        """
        self.domain = domain
        self.graph = graph = EdgeGraph(domain.mesh)
        self._velocity_dofs = velocity.dofmap.list[: len(graph.dofs)]
        self._prepare_cells(velocity)
        outlets = domain.surfaces("outlet") if outlets is None else outlets
        self._inlet = self._boundary(velocity, inlets)
        self._outlet = self._boundary(velocity, outlets)
        self._prepare_balance(outlets)
        self._potential = np.zeros(graph.size)
        self.flux = np.zeros(len(graph.columns))

    def _prepare_cells(self, velocity: dolfinx.fem.FunctionSpace) -> None:
        graph, mesh = self.graph, self.domain.mesh
        corners = mesh.geometry.x[_compat.cell_nodes(mesh)[: len(graph.dofs)]]
        jacobian = np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)
        inverse = np.linalg.inv(jacobian)
        slope = np.concatenate([-inverse.sum(axis=1, keepdims=True), inverse], axis=1)
        volume = self.cell_volume = np.abs(np.linalg.det(jacobian)) / 6.0
        self._gradients = slope * volume[:, None, None]
        first, second = LOCAL_EDGES.T
        pairs = np.einsum("nkd,nkd->nk", self._gradients[:, first], slope[:, second])
        self.stiffness = graph.rows(graph.edge_sums(-pairs))
        weight = self._cell_weights()[: len(graph.dofs)]
        self._weights = graph.rows(graph.edge_sums(-pairs * weight[:, None]))
        self.coupling = graph.rows(graph.edge_sums(np.repeat(volume[:, None] / 20, 6, axis=1)))
        lumped = graph.vertex_sums(np.repeat(volume[:, None] / 4, 4, axis=1))
        self.mass = np.zeros(graph.size)
        self.mass[: graph.owned] = graph.to_owners(lumped)
        graph.update_ghosts(self.mass)
        points, weights = basix.make_quadrature(
            basix.CellType.tetrahedron, velocity.ufl_element().degree + 1
        )
        linear = np.column_stack([1 - points.sum(axis=1), points])
        table = _compat.basix_element(velocity).tabulate(0, points)[0, :, :, 0]
        self._moments = np.einsum("q,qk,qa->ka", 6.0 * weights, table, linear)

    def _cell_weights(self) -> Array:
        """Weight of the correction in each local cell."""
        domain = self.domain
        count = domain.mesh.topology.index_map(3)
        weight = np.full(count.size_local + count.num_ghosts, BEHIND)
        weight[domain.cell_tags.find(domain.markers["cells"]["lumen"])] = 1.0
        return weight

    def _boundary(
        self, velocity: dolfinx.fem.FunctionSpace, names: Sequence[str]
    ) -> list[sp.csr_matrix]:
        """Three matrices from velocity components to <w . n, phi_i> on some surfaces."""
        facets = [self.domain.facets(name) for name in names] or [np.zeros(0, np.int32)]
        degree = velocity.ufl_element().degree + 1
        from_ = facet_evaluation(velocity, np.concatenate(facets), degree)
        to = facet_evaluation(self.graph.space, np.concatenate(facets), degree)
        return [
            (to.values.T @ sp.diags((from_.weights * from_.normals[:, d, None]).ravel())).tocsr()
            @ from_.values
            for d in range(3)
        ]

    def _prepare_balance(self, outlets: Sequence[str]) -> None:
        """Poisson problem of the balancing potential, zero on the outlets.

        A domain without outlets pins one vertex: the imbalance then sums to zero by itself.
        """
        graph, space = self.graph, self.graph.space
        facets = [self.domain.facets(name, owned=False) for name in outlets]
        dofs = dolfinx.fem.locate_dofs_topological(
            space, 2, np.concatenate(facets or [np.zeros(0, np.int32)])
        )
        self._at_outlet = np.zeros(graph.owned, bool)
        self._at_outlet[dofs[dofs < graph.owned]] = True
        pinned = self._at_outlet.copy()
        if not outlets and graph.comm.rank == 0:
            pinned[0] = True
        self._free = ~pinned
        u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
        weight = dolfinx.fem.Function(dolfinx.fem.functionspace(space.mesh, ("DG", 0)))
        weight.x.array[:] = self._cell_weights()
        form = weight * ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx
        matrix = assembled(compile_form(form))
        first = space.dofmap.index_map.local_range[0]
        matrix.zeroRowsColumns((np.flatnonzero(pinned) + first).astype(np.int32), diag=1.0)
        small = space.dofmap.index_map.size_global <= DIRECT_LIMIT
        options = DIRECT_OPTIONS if small else {**MULTIGRID_OPTIONS, "ksp_rtol": BALANCE_TOLERANCE}
        if not small:
            options |= {"ksp_initial_guess_nonzero": True}
        self._solver = KrylovSolver(matrix, "scalar_balance", options)
        self._solution, self._rhs = matrix.createVecs()

    def update(self, velocity: Array) -> None:
        """Take another velocity.

        Args:
            velocity: (3, local dofs) components with ghosts [m/s].

        Raises:
            SolverDiverged: the balance could not be solved.
        """
        graph = self.graph
        edges = np.zeros(len(graph.edges))
        velocity = np.ascontiguousarray(velocity)
        kernels.edge_flux(
            graph.cell_edges,
            graph.dofs,
            self._gradients,
            self._moments,
            self._velocity_dofs,
            velocity,
            edges,
        )
        self.flux = graph.rows(edges, antisymmetric=True)
        inlet, outlet = (
            graph.to_owners(sum(b @ c for b, c in zip(boundary, velocity, strict=True)))
            for boundary in (self._inlet, self._outlet)
        )
        imbalance = graph.row_sums(self.flux) + inlet + outlet
        self.imbalance = np.where(self._free, imbalance, 0.0)
        self._rhs.array[:] = -self.imbalance
        self._solution.array[:] = self._potential[: graph.owned]
        self._solver.solve(self._rhs, self._solution)
        self._potential[: graph.owned] = self._solution.array
        graph.update_ghosts(self._potential)
        kernels.add_potential_flow(
            graph.starts, graph.columns, self._weights, self._potential, self.flux
        )
        # An outlet takes what arrives: its flow follows from the balance.
        sums = graph.row_sums(self.flux)
        self.leaving = np.where(self._at_outlet, -sums, inlet + outlet)
        self.entering = np.maximum(-inlet, 0.0)
        self.defect = sums + self.leaving
