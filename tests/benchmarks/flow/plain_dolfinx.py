# SPDX-License-Identifier: BSD-3-Clause
"""The same scheme as a user of dolfinx would write it: the baseline of the speed-up.

BDF2, convection by an extrapolated wind in Temam's form, incremental pressure correction
(Guermond, Minev & Shen 2006, doi:10.1016/j.cma.2005.10.010), velocity components one by one on
a shared matrix. Forms are compiled once with the options of this project, matrices are made once
and filled in place; every right side and the velocity matrix are assembled every step from their
forms. BiCGStab with Jacobi, CG with BoomerAMG and CG with Jacobi, at the tolerance of this
project's solver. No stabilisation, no outlet models, no device.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from contextlib import contextmanager

from petsc4py import PETSc

import dolfinx
import ufl
from dolfinx.fem import petsc

from flow.dolfinx_case import TUBE, Array, EndPressure, ExactInlet, measure
from flow.records import TIME_STEP, Job
from solvers.common import _compat
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.settings import FlowSettings


def compiled(form: ufl.Form) -> dolfinx.fem.Form:
    """Compile a form."""
    return dolfinx.fem.form(form, jit_options=_compat.jit_options())


class Plain:
    """See flow.dolfinx_case.Code."""

    pressure_lag = 0.0

    def __init__(self, domain: TaggedMesh, job: Job) -> None:
        """Set up from the exact solution."""
        mesh = domain.mesh
        self._tolerance = FlowSettings().tolerance
        self._time = 0.0
        self.space = space = dolfinx.fem.functionspace(mesh, ("Lagrange", job.degree))
        pressures = dolfinx.fem.functionspace(mesh, ("Lagrange", 1))
        self._new, self._old, self._older, self._wind = (
            [dolfinx.fem.Function(space) for _ in range(3)] for _ in range(4)
        )
        self._p, self._phi = dolfinx.fem.Function(pressures), dolfinx.fem.Function(pressures)
        self._conditions(domain, pressures)
        self._forms(pressures)
        self._solvers()
        for functions, time in ((self._old, 0.0), (self._older, -TIME_STEP)):
            for i, function in enumerate(functions):
                function.interpolate(lambda x, i=i, time=time: TUBE.velocity(x, time)[i])
        self._p.interpolate(lambda x: TUBE.pressure(x[2], 0.0))
        self.mean_pressure = EndPressure(domain, self._p)
        names = ("assembly", "velocity", "pressure", "update")
        self.phases = dict.fromkeys(names, 0.0)
        self.iterations = {"velocity": 0.0, "pressure": 0.0}

    def _conditions(self, domain: TaggedMesh, pressures: dolfinx.fem.FunctionSpace) -> None:
        """Dirichlet conditions: velocity on inlet and wall, increment on the outlet."""
        self._inlet = ExactInlet(domain, self.space)
        self._given = [dolfinx.fem.Function(self.space) for _ in range(3)]
        wall = dolfinx.fem.locate_dofs_topological(
            self.space, 2, domain.facets("wall", owned=False)
        )
        zero = dolfinx.default_scalar_type(0.0)
        self._held = [
            [
                dolfinx.fem.dirichletbc(given, self._inlet.dofs),
                dolfinx.fem.dirichletbc(zero, wall, self.space),
            ]
            for given in self._given
        ]
        outlet = dolfinx.fem.locate_dofs_topological(
            pressures, 2, domain.facets("outlet_1", owned=False)
        )
        self._outlet = [dolfinx.fem.dirichletbc(zero, outlet, pressures)]

    def _forms(self, pressures: dolfinx.fem.FunctionSpace) -> None:
        u, v = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        q, r = ufl.TrialFunction(pressures), ufl.TestFunction(pressures)
        rho, mu, wind = TUBE.density, TUBE.viscosity, ufl.as_vector(self._wind)
        convection = ufl.dot(wind, ufl.grad(u)) + 0.5 * ufl.div(wind) * u
        momentum = 1.5 * rho / TIME_STEP * u * v + rho * convection * v
        momentum += mu * ufl.inner(ufl.grad(u), ufl.grad(v))
        self._momentum = compiled(momentum * ufl.dx)
        self._load = [
            compiled((rho / TIME_STEP * (2 * old - 0.5 * older) * v + self._p * v.dx(i)) * ufl.dx)
            for i, (old, older) in enumerate(zip(self._old, self._older, strict=True))
        ]
        divergence = ufl.div(ufl.as_vector(self._new))
        self._source = compiled(-1.5 * rho / TIME_STEP * divergence * r * ufl.dx)
        self._slopes = [
            compiled((new - TIME_STEP / (1.5 * rho) * self._phi.dx(i)) * v * ufl.dx)
            for i, new in enumerate(self._new)
        ]
        self._laplacian = compiled(ufl.inner(ufl.grad(q), ufl.grad(r)) * ufl.dx)
        self._mass = compiled(u * v * ufl.dx)

    def _solvers(self) -> None:
        self._system = petsc.create_matrix(self._momentum)
        laplacian = petsc.assemble_matrix(self._laplacian, bcs=self._outlet)
        laplacian.assemble()
        mass = petsc.assemble_matrix(self._mass, bcs=self._held[0])
        mass.assemble()
        self._velocity_solver = self._krylov(self._system, "bcgs", "jacobi")
        self._pressure_solver = self._krylov(laplacian, "cg", "hypre")
        self._mass_solver = self._krylov(mass, "cg", "jacobi")
        self._rhs = petsc.create_vector(self._load[0])
        self._pressure_rhs = petsc.create_vector(self._source)

    def _krylov(self, matrix: PETSc.Mat, kind: str, preconditioner: str) -> PETSc.KSP:
        solver = PETSc.KSP().create(matrix.comm)
        solver.setOperators(matrix)
        solver.setType(kind)
        solver.getPC().setType(preconditioner)
        if preconditioner == "hypre":
            solver.getPC().setHYPREType("boomeramg")
        solver.setInitialGuessNonzero(True)
        solver.setTolerances(rtol=self._tolerance)
        return solver

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        begin = clock.perf_counter()
        yield
        self.phases[phase] += clock.perf_counter() - begin

    def step(self) -> None:
        """See Code."""
        self._time += TIME_STEP
        values = self._inlet.values(self._time)
        for i in range(3):
            old, older = self._old[i].x.array, self._older[i].x.array
            self._wind[i].x.array[:] = 2 * old - older
            self._given[i].x.array[self._inlet.dofs] = values[i]
            self._new[i].x.array[:] = self._wind[i].x.array
        with self._timed("assembly"):
            self._system.zeroEntries()
            petsc.assemble_matrix(self._system, self._momentum, bcs=self._held[0])
            self._system.assemble()
        with self._timed("velocity"):
            for i in range(3):
                self._fill(self._rhs, self._load[i], [self._momentum], [self._held[i]])
                self._velocity_solver.solve(self._rhs, self._new[i].x.petsc_vec)
                self._new[i].x.scatter_forward()
                self.iterations["velocity"] += self._velocity_solver.getIterationNumber() / 3
        with self._timed("pressure"):
            self._fill(self._pressure_rhs, self._source, None, [self._outlet])
            self._pressure_solver.solve(self._pressure_rhs, self._phi.x.petsc_vec)
            self._phi.x.scatter_forward()
            self.iterations["pressure"] += self._pressure_solver.getIterationNumber()
        with self._timed("update"):
            for i in range(3):
                self._older[i].x.array[:] = self._old[i].x.array
                self._fill(self._rhs, self._slopes[i], [self._mass], [self._held[i]])
                self._mass_solver.solve(self._rhs, self._new[i].x.petsc_vec)
                self._new[i].x.scatter_forward()
                self._old[i].x.array[:] = self._new[i].x.array
            self._p.x.array[:] += self._phi.x.array

    def _fill(
        self,
        vector: PETSc.Vec,
        form: dolfinx.fem.Form,
        lifted: list[dolfinx.fem.Form] | None,
        held: list[list[dolfinx.fem.DirichletBC]],
    ) -> None:
        """Assemble a right side with its Dirichlet conditions."""
        with vector.localForm() as local:
            local.set(0.0)
        petsc.assemble_vector(vector, form)
        if lifted:
            petsc.apply_lifting(vector, lifted, held)
        vector.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
        petsc.set_bc(vector, held[0])

    def velocity(self) -> list[Array]:
        """See Code."""
        return [u.x.array for u in self._new]


if __name__ == "__main__":
    measure("plain", Job.read(), Plain)
