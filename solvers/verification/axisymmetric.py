# SPDX-License-Identifier: BSD-3-Clause
"""Steady axisymmetric flow in a meridian plane: reference for solids of revolution.

Taylor-Hood elements in (z, r), Newton's method, a direct solver and a sequence of falling
viscosities. It shares no discretisation with the time-stepping solver.
"""

from __future__ import annotations

from collections.abc import Callable

from mpi4py import MPI
from petsc4py import PETSc

import basix.ufl
import dolfinx
import numpy as np
import ufl
from dolfinx.fem.petsc import assemble_matrix, assemble_vector, create_matrix, set_bc
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.errors import InvalidProblem, SolverDiverged

Array = NDArray[np.float64]
CONTINUATION = (64.0, 16.0, 4.0, 2.0, 1.0)
"""Viscosities of the sequence over the wanted one."""


class AxisymmetricFlow:
    """Velocity (u_z, u_r) [m/s] and pressure [Pa] in a pipe of any meridian.

    The inlet is the lowest z and the outlet, where pressure and viscous stress balance, the
    highest; r = 0 is the axis, all other edges of the boundary are walls.
    """

    def __init__(
        self,
        points: Array,
        triangles: NDArray[np.int64],
        inflow: Callable[[Array], Array],
        density: float,
        viscosity: float,
    ) -> None:
        """Solve.

        Args:
            points: (n, 2) z and r [m].
            triangles: (m, 3).
            inflow: axial velocity [m/s] at radii (k,) [m].
            density: [kg/m3].
            viscosity: [Pa s].

        Raises:
            SolverDiverged: Newton's method did not converge.
        """
        element = ufl.Mesh(basix.ufl.element("Lagrange", "triangle", 1, shape=(2,)))
        self._mesh = _compat.create_mesh(MPI.COMM_SELF, triangles, points, element)
        vector = basix.ufl.element("Lagrange", "triangle", 2, shape=(2,))
        scalar = basix.ufl.element("Lagrange", "triangle", 1)
        mixed = basix.ufl.mixed_element([vector, scalar])
        self._space = dolfinx.fem.functionspace(self._mesh, mixed)
        self.solution = dolfinx.fem.Function(self._space)
        self._conditions = self._dirichlet(inflow)
        for condition in self._conditions:
            condition.set(self.solution.x.array)
        self._newton(density, viscosity)

    def _dirichlet(self, inflow: Callable[[Array], Array]) -> list[dolfinx.fem.DirichletBC]:
        """Inflow, walls and axis; later ones win."""
        mesh, whole = self._mesh, self._space.sub(0)
        mesh.topology.create_connectivity(1, 2)
        edges = dolfinx.mesh.exterior_facet_indices(mesh.topology)
        middle = dolfinx.mesh.compute_midpoints(mesh, 1, edges)
        low, high = mesh.geometry.x[:, 0].min(), mesh.geometry.x[:, 0].max()
        small = 1e-9 * (high - low)
        inlet, outlet = middle[:, 0] < low + small, middle[:, 0] > high - small
        axis = middle[:, 1] < small
        full, _ = whole.collapse()
        radial, _ = whole.sub(1).collapse()
        inside, still, none = (dolfinx.fem.Function(s) for s in (full, full, radial))
        inside.interpolate(lambda x: np.stack([inflow(x[1]), np.zeros(x.shape[1])]))
        conditions = []
        for value, found in ((inside, inlet), (still, ~(inlet | outlet | axis))):
            dofs = dolfinx.fem.locate_dofs_topological((whole, full), 1, edges[found])
            conditions.append(dolfinx.fem.dirichletbc(value, dofs, whole))
        dofs = dolfinx.fem.locate_dofs_topological((whole.sub(1), radial), 1, edges[axis])
        return [*conditions, dolfinx.fem.dirichletbc(none, dofs, whole.sub(1))]

    def _newton(self, density: float, viscosity: float) -> None:
        u, p = ufl.split(self.solution)
        v, q = ufl.TestFunctions(self._space)
        r = ufl.SpatialCoordinate(self._mesh)[1]
        mu = dolfinx.fem.Constant(self._mesh, viscosity)

        def divergence(w: ufl.core.expr.Expr) -> ufl.core.expr.Expr:
            return w[0].dx(0) + w[1].dx(1) + w[1] / r

        integrand = (
            density * ufl.dot(ufl.grad(u) * u, v)
            + mu * (ufl.inner(ufl.grad(u), ufl.grad(v)) + u[1] * v[1] / r**2)
            - p * divergence(v)
            + q * divergence(u)
        )
        residual = integrand * r * ufl.dx
        form = dolfinx.fem.form(residual)
        tangent = dolfinx.fem.form(ufl.derivative(residual, self.solution))
        matrix = create_matrix(tangent)
        solver = PETSc.KSP().create(matrix.comm)
        solver.setOperators(matrix)
        solver.setType(PETSc.KSP.Type.PREONLY)
        solver.getPC().setType(PETSc.PC.Type.LU)
        solver.getPC().setFactorSolverType("mumps")
        load, step = matrix.createVecLeft(), matrix.createVecLeft()
        unknowns = self.solution.x.petsc_vec
        for factor in CONTINUATION:
            mu.value = factor * viscosity
            for _ in range(20):
                matrix.zeroEntries()
                assemble_matrix(matrix, tangent, bcs=self._conditions)
                matrix.assemble()
                load.set(0.0)
                assemble_vector(load, form)
                set_bc(load, self._conditions, x0=unknowns, alpha=-1.0)
                solver.solve(load, step)
                unknowns.axpy(-1.0, step)
                if step.norm() < 1e-9 * unknowns.norm():
                    break
            else:
                raise SolverDiverged(f"Newton stopped at {factor:g} times the viscosity")

    def at(self, points: Array) -> tuple[Array, Array]:
        """Axial velocity (n,) [m/s] and pressure (n,) [Pa] at points (n, 2) of z and r [m].

        Raises:
            InvalidProblem: a point lies outside the mesh.
        """
        places = np.column_stack([points, np.zeros(len(points))])
        tree = dolfinx.geometry.bb_tree(self._mesh, 2, padding=1e-9)
        near = dolfinx.geometry.compute_collisions_points(tree, places)
        found = dolfinx.geometry.compute_colliding_cells(self._mesh, near, places)
        if any(len(found.links(row)) == 0 for row in range(len(places))):
            raise InvalidProblem("a point lies outside the meridian")
        cells = np.array([found.links(row)[0] for row in range(len(places))])
        velocity = self.solution.sub(0).eval(places, cells).reshape(len(places), -1)
        pressure = self.solution.sub(1).eval(places, cells)
        return velocity[:, 0], pressure.reshape(-1)
