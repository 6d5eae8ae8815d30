# SPDX-License-Identifier: BSD-3-Clause
"""Incremental pressure-correction scheme for incompressible flow.

Semi-implicit BDF2 with skew-symmetrised convection by a known wind; one scalar matrix serves the
three velocity components (Guermond, Minev & Shen 2006, doi:10.1016/j.cma.2005.10.010; the
matrix reuse follows Mortensen & Valen-Sendstad 2015, doi:10.1016/j.cpc.2014.10.026).
Pressure jumps across screens; outlets are closed exactly by pressure liftings.
"""

from __future__ import annotations

from collections.abc import Callable

from petsc4py import PETSc

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem, SolverDiverged
from solvers.common.krylov import KrylovSolver
from solvers.fluid.operators import Operators
from solvers.fluid.pressure_space import PressureSpace
from solvers.fluid.problem import FlowProblem, StepReport
from solvers.fluid.projection import PressureProjection
from solvers.fluid.screen import Screen
from solvers.fluid.settings import MASS_OPTIONS, VELOCITY_OPTIONS, FlowSettings

Array = NDArray[np.float64]


class FractionalStep:
    """Time stepper.

    Attributes:
        velocity: local dof arrays of the three components are ``velocity[i].x.array`` [m/s].
        pressure: unknowns of ``pressure_space`` [Pa].
    """

    def __init__(self, problem: FlowProblem, settings: FlowSettings, time_step: float) -> None:
        """Assemble everything that does not change; ``time_step`` in s."""
        if problem.rheology.constant is None:
            raise InvalidProblem("this solver needs a constant viscosity")
        self.problem, self.settings, self.time_step = problem, settings, time_step
        self.time, self.steps = 0.0, 0
        names = [outlet.name for outlet in problem.outlets]
        screens = problem.screen.surfaces if problem.screen else []
        self.pressure_space = PressureSpace(problem.domain, screens)
        self.operators = Operators(
            problem.domain,
            settings.velocity_degree,
            self.pressure_space,
            names,
            settings.backflow_beta,
        )
        space = self.space = self.operators.velocity
        self.velocity = [dolfinx.fem.Function(space) for _ in range(3)]
        self._previous = [dolfinx.fem.Function(space) for _ in range(3)]
        self.pressure = self.pressure_space.vector()
        self._boundaries = [make(space) for make in problem.boundaries]
        self._fixed = self._fixed_rows()
        self.screen = Screen(problem.domain, space, problem.screen) if problem.screen else None
        self._projection = PressureProjection(
            problem, settings, self.operators, self.pressure_space, self.screen
        )
        self._order = 0
        self._make_solvers()

    # -- set-up ---------------------------------------------------------------------------------

    def _fixed_rows(self) -> NDArray[np.int32]:
        """Global rows of the owned Dirichlet dofs."""
        index_map = self.space.dofmap.index_map
        parts = [b.dofs for b in self._boundaries] or [np.zeros(0, np.int32)]
        local = np.unique(np.concatenate(parts))
        return index_map.local_to_global(local[local < index_map.size_local]).astype(np.int32)

    def _make_solvers(self) -> None:
        tolerance = {"ksp_rtol": self.settings.tolerance}
        ops = self.operators
        ops.system.setOption(PETSc.Mat.Option.KEEP_NONZERO_PATTERN, True)
        self._velocity_solver = KrylovSolver(
            ops.system, "tentative_velocity", {**VELOCITY_OPTIONS, **tolerance}
        )
        # Row sums of P1 masses are positive, so the update needs no solve; those of P2 are not.
        self._update_solver = None
        if self.settings.velocity_degree == 2:
            update = ops.mass.copy()
            update.zeroRowsColumns(self._fixed, diag=1.0)
            options = {**MASS_OPTIONS, **tolerance}
            self._update_solver = KrylovSolver(update, "velocity_update", options)
        self._rhs = ops.system.createVecLeft()
        self._work = ops.system.createVecLeft()

    def _set_order(self, order: int) -> None:
        """Switch between BDF1 (first step) and BDF2; rebuilds what depends on tau."""
        self._order = order
        lead = 1.0 if order == 1 else 1.5
        self._tau_rho = self.time_step / (lead * self.problem.density)
        ops = self.operators
        self._linear = ops.mass.copy()
        self._linear.scale(1.0 / self._tau_rho)
        self._linear.axpy(
            self.problem.rheology.constant, ops.stiffness, PETSc.Mat.Structure.SAME_NONZERO_PATTERN
        )
        self._projection.set_time_scale(self._tau_rho)

    # -- one step -------------------------------------------------------------------------------

    def set_initial(
        self,
        velocity: Callable[[Array], Array],
        previous: Callable[[Array], Array] | None = None,
    ) -> None:
        """Set u(0) and, to start with BDF2, u(-dt), as functions of x (3, n) giving (3, n)."""
        points = self.space.tabulate_dof_coordinates().T
        for functions, source in ((self.velocity, velocity), (self._previous, previous)):
            if source is not None:
                for component, values in zip(functions, source(points), strict=True):
                    component.x.array[:] = values
        if previous is not None:
            self.steps = max(self.steps, 1)

    def step(self) -> StepReport:
        """Advance by one time step.

        Raises:
            SolverDiverged: a linear solve failed or the velocity is not finite.
        """
        order = 1 if self.steps == 0 else 2
        if order != self._order:
            self._set_order(order)
        self.time += self.time_step
        report = StepReport(self.time)
        try:
            self._tentative(report)
            self._projection.apply(self.velocity, self.pressure, report)
            self._correct(report)
        except SolverDiverged as error:
            error.where = f"t = {self.time:.6g} s, step {self.steps + 1}"
            raise
        self.steps += 1
        return report

    def _tentative(self, report: StepReport) -> None:
        ops = self.operators
        history = []
        for new, old, wind in zip(self.velocity, self._previous, ops.wind, strict=True):
            u, u_old = new.x.array, old.x.array
            ahead = 0.0 if self._order == 1 else self.settings.wind_extrapolation
            wind.x.array[:] = (1.0 + ahead) * u - ahead * u_old
            history.append(u.copy() if self._order == 1 else (2 * u - 0.5 * u_old))
            old.x.array[:] = u
        ops.assemble_convection()
        ops.system.scale(self.problem.density)
        ops.system.axpy(1.0, self._linear, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        if self.screen:
            self.screen.update([w.x.array for w in ops.wind])
            self.screen.add_implicit(ops.system)
        ops.system.zeroRows(self._fixed, diag=1.0)
        values = self._boundary_values()
        scale = self.problem.density / self.time_step
        # Preconditioned residuals are velocities: a small component needs no tighter solve.
        prescribed = self.problem.domain.comm.allreduce(sum(float(g @ g) for g in values))
        floor = self.settings.tolerance * np.sqrt(
            prescribed + sum(w.x.petsc_vec.norm() ** 2 for w in ops.wind)
        )
        for i in range(3):
            self._work.array[:] = history[i][: self._work.local_size] * scale
            ops.mass.mult(self._work, self._rhs)
            ops.load[i].multAdd(self.pressure, self._rhs, self._rhs)
            if self.screen:
                self._add_local(self.screen.explicit_load(i))
            self._rhs.setValues(self._fixed, values[i])
            self._rhs.assemble()
            solution = self.velocity[i]
            solution.x.array[:] = ops.wind[i].x.array
            # A guess that holds the boundary values keeps their rows out of the iteration.
            solution.x.array[self._fixed - self.space.dofmap.index_map.local_range[0]] = values[i]
            self._velocity_solver.solve(self._rhs, solution.x.petsc_vec, floor)
            solution.x.scatter_forward()
            report.velocity_iterations.append(self._velocity_solver.iterations)
        # Norms are collective: every rank raises, or none.
        if not np.isfinite(sum(u.x.petsc_vec.norm() for u in self.velocity)):
            raise SolverDiverged("the velocity is not finite")

    def _correct(self, report: StepReport) -> None:
        ops = self.operators
        for i in range(3):
            u = self.velocity[i]
            # Solve for the correction: it vanishes where the velocity is prescribed.
            ops.gradient[i].mult(self._projection.increment, self._rhs)
            self._rhs.scale(-self._tau_rho)
            self._rhs.setValues(self._fixed, np.zeros(len(self._fixed)))
            self._rhs.assemble()
            if self._update_solver:
                self._work.set(0.0)
                self._update_solver.solve(self._rhs, self._work)
                report.update_iterations.append(self._update_solver.iterations)
            else:
                self._work.pointwiseDivide(self._rhs, ops.lumped_mass)
            u.x.petsc_vec.axpy(1.0, self._work)
            u.x.scatter_forward()

    # -- helpers --------------------------------------------------------------------------------

    def _boundary_values(self) -> list[Array]:
        """Dirichlet values of each component, in the order of the fixed rows."""
        index_map = self.space.dofmap.index_map
        start, size = index_map.local_range[0], index_map.size_local
        dense = np.zeros((3, size + index_map.num_ghosts))
        for boundary in self._boundaries:
            dense[:, boundary.dofs] = boundary.values(self.time)
        return [dense[i, self._fixed - start] for i in range(3)]

    def _add_local(self, load: Array) -> None:
        """Add a local load vector to the right side, ghost entries on their owners."""
        work = dolfinx.fem.Function(self.space)
        work.x.array[:] = load
        work.x.scatter_reverse(dolfinx.la.InsertMode.add)
        self._rhs.array[:] += work.x.array[: self._rhs.local_size]
