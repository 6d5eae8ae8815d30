# SPDX-License-Identifier: BSD-3-Clause
"""The tube as a tutorial of dolfinx would inflate it: one form, assembled anew, CG with GAMG."""

from __future__ import annotations

import time as clock

from petsc4py import PETSc

import dolfinx
import numpy as np
import ufl
from dolfinx.fem.petsc import (
    apply_lifting,
    assemble_matrix,
    assemble_vector,
    create_matrix,
    create_vector,
    set_bc,
)

from solvers.common.tagged_mesh import TaggedMesh
from solvers.solid.linear import rigid_body_modes
from structures.dolfinx_case import measure, pressure_work
from structures.inflation import TUBE
from structures.records import Job


class Plain:
    """See dolfinx_case.Code."""

    def __init__(self, domain: TaggedMesh) -> None:
        mesh = domain.mesh
        space = dolfinx.fem.functionspace(mesh, ("Lagrange", 2, (3,)))
        u = self.displacement = dolfinx.fem.Function(space)
        F = ufl.Identity(3) + ufl.grad(u)
        J = ufl.det(F)
        first = J ** (-2 / 3) * ufl.tr(F.T * F)
        energy = 0.5 * TUBE.shear_modulus * (first - 3) + 0.5 * TUBE.bulk_modulus * (J - 1) ** 2
        dx = ufl.dx(domain=mesh, metadata={"quadrature_degree": 2})
        self._pressure = dolfinx.fem.Constant(mesh, 0.0)
        residual = ufl.derivative(energy * dx, u, ufl.TestFunction(space))
        residual += pressure_work(u, domain, self._pressure)
        self._residual = dolfinx.fem.form(residual)
        self._tangent = dolfinx.fem.form(ufl.derivative(residual, u))
        ends = domain.facets("ends", owned=False)
        dofs = dolfinx.fem.locate_dofs_topological(space, 2, ends)
        self._ends = [dolfinx.fem.dirichletbc(np.zeros(3), dofs, space)]
        self._matrix, self._rhs = create_matrix(self._tangent), create_vector(self._residual)
        self._matrix.setNearNullSpace(rigid_body_modes(space))
        ksp = self._ksp = PETSc.KSP().create(mesh.comm)
        ksp.setOperators(self._matrix)
        ksp.setType("cg")
        ksp.pc.setType("gamg")
        ksp.setTolerances(rtol=1e-6)
        self.newton = self.linear = 0
        self.phases = {"assembly": 0.0, "solve": 0.0}

    def run(self) -> None:
        """See Code."""
        for step in range(1, TUBE.steps + 1):
            self._pressure.value = TUBE.pressure * step / TUBE.steps
            self._step()

    def _step(self) -> None:
        norms: list[float] = []
        correction = self._rhs.duplicate()
        for _ in range(25):
            begin = clock.perf_counter()
            norms.append(self._assemble_residual())
            if norms[-1] <= TUBE.tolerance * norms[0]:
                return
            self._matrix.zeroEntries()
            assemble_matrix(self._matrix, self._tangent, self._ends)
            self._matrix.assemble()
            self.phases["assembly"] += clock.perf_counter() - begin
            begin = clock.perf_counter()
            self._ksp.solve(self._rhs, correction)
            self.phases["solve"] += clock.perf_counter() - begin
            self.newton += 1
            self.linear += self._ksp.getIterationNumber()
            self.displacement.x.array[: correction.local_size] -= correction.array_r
            self.displacement.x.scatter_forward()
        raise RuntimeError("Newton's method did not converge")

    def _assemble_residual(self) -> float:
        with self._rhs.localForm() as local:
            local.set(0.0)
        assemble_vector(self._rhs, self._residual)
        apply_lifting(self._rhs, [self._tangent], [self._ends], [self.displacement.x.petsc_vec])
        self._rhs.ghostUpdate(PETSc.InsertMode.ADD_VALUES, PETSc.ScatterMode.REVERSE)
        set_bc(self._rhs, self._ends, self.displacement.x.petsc_vec, -1.0)
        return self._rhs.norm()


if __name__ == "__main__":
    measure("plain", Job.read(), Plain)
