# SPDX-License-Identifier: BSD-3-Clause
"""Incremental pressure-correction scheme for incompressible flow.

Semi-implicit BDF2, on constant or varying steps, with skew-symmetrised convection by a known wind;
one scalar matrix serves the three velocity components.

The solenoidal velocity of the projection is never formed. It differs from the tentative velocity
by tau/rho M^-1 G phi and enters the next steps only through M u, so the pressure increments of the
last two steps take its place on the right side (Guermond, Minev & Shen 2006, section 3,
doi:10.1016/j.cma.2005.10.010). That saves a mass solve per step, and the velocity of each step
meets its boundary values exactly. Pressure jumps across screens; outlets are closed exactly by
pressure liftings.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from typing import Any

from petsc4py import PETSc

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.block_matrix import block_vector, view
from solvers.common.errors import SolverDiverged
from solvers.common.forms import collect
from solvers.common.kernels import library
from solvers.fluid.convection import CellTerms, OutletConvection
from solvers.fluid.operators import Operators
from solvers.fluid.pressure_space import PressureSpace
from solvers.fluid.problem import FlowProblem, StepReport
from solvers.fluid.projection import PressureProjection
from solvers.fluid.screen import Screen
from solvers.fluid.settings import FlowSettings
from solvers.fluid.velocity_solver import VelocitySolver
from solvers.fluid.viscosity import ShearViscosity

Array = NDArray[np.float64]
Field = Callable[[Array], Array]


class FractionalStep:
    """Time stepper.

    Attributes:
        velocity: local dof arrays of the three components are ``velocity[i].x.array`` [m/s].
        pressure: unknowns of ``pressure_space`` [Pa].
        timer: seconds spent so far, by phase.
    """

    def __init__(self, problem: FlowProblem, settings: FlowSettings, time_step: float) -> None:
        """Assemble everything that does not change; ``time_step`` in s."""
        self.problem, self.settings = problem, settings
        self.time_step = self._last_step = time_step
        self.time, self.steps = 0.0, 0
        names = [outlet.name for outlet in problem.outlets]
        domain, degree = problem.domain, settings.velocity_degree
        screens = problem.screen.surfaces if problem.screen else []
        self.pressure_space = PressureSpace(domain, screens)
        self.operators = Operators(domain, degree, self.pressure_space, names)
        space = self.space = self.operators.velocity
        pattern = self.operators.pattern
        self.velocity = [dolfinx.fem.Function(space) for _ in range(3)]
        self._previous = [dolfinx.fem.Function(space) for _ in range(3)]
        self.pressure = self.pressure_space.vector()
        self._last_pressure = self.pressure_space.vector()
        # Increments of the last two steps, times tau/rho of their step: they stand for M (u - u*).
        self._impulses = [self.pressure_space.vector() for _ in range(2)]
        self._history_pressure = self.pressure_space.vector()
        self._boundaries = [make(space) for make in problem.boundaries]
        self._nodes = space.tabulate_dof_coordinates().T
        self._cells = CellTerms(space, pattern)
        self._outlets = OutletConvection(domain, space, pattern, names, settings.backflow_beta)
        self.viscosity = None
        if problem.rheology.constant is None:
            self.viscosity = ShearViscosity(domain, space, problem.rheology, names)
        self.screen = None
        if problem.screen:
            self.screen = Screen(domain, space, pattern, problem.screen)
        self._fixed = self._fixed_entries()
        self._projection = PressureProjection(
            problem,
            settings,
            self.operators,
            self.pressure_space,
            self.screen,
            self._held_cells(),
        )
        self._scale = 0.0
        self._allocate()
        collect(problem.domain.comm)
        self.timer = dict.fromkeys(("assembly", "velocity", "pressure", "update"), 0.0)

    # -- set-up ---------------------------------------------------------------------------------

    def _allocate(self) -> None:
        pattern, preconditioner = self.operators.pattern, self.settings.velocity_preconditioner
        comm = self.problem.domain.comm
        self._solver = VelocitySolver(pattern, self._fixed, comm, preconditioner)
        self._solution = block_vector(pattern)
        self._load = block_vector(pattern)
        self._work = block_vector(pattern)
        self._inverse = np.empty(pattern.rows)
        self._known, self._rhs = (np.empty((pattern.rows, 3)) for _ in range(2))
        self._column = self.operators.load[0].createVecLeft()
        self._newer_block, self._older_block = (np.empty((pattern.local, 3)) for _ in range(2))

    def _fixed_entries(self) -> NDArray[np.int64]:
        """Flat positions, in a block vector, of the owned entries with a Dirichlet value."""
        rows = self.operators.pattern.rows
        found = [np.zeros(0, np.int64)]
        for boundary in self._boundaries:
            owned = boundary.dofs[boundary.dofs < rows].astype(np.int64)
            for component in _components(boundary):
                found.append(3 * owned + component)
        return np.unique(np.concatenate(found))

    def _held_cells(self) -> NDArray[np.bool_]:
        """(owned cells,) whether every velocity of the cell is given."""
        mark = block_vector(self.operators.pattern)
        mark.array[self._fixed] = 1.0
        mark.scatter_forward()
        dofs = self.space.dofmap.list[: self.space.mesh.topology.index_map(3).size_local]
        given = view(mark)[: self.operators.pattern.local].all(axis=1)
        return given[dofs].all(axis=1)

    def set_time_step(self, time_step: float) -> None:
        """Use another step [s] from the next one on.

        Raises:
            ValueError: more than 2.4 times the last step, where BDF2 is no longer stable.
        """
        if self.steps and time_step > 2.4 * self._last_step:
            raise ValueError(
                f"a time step of {time_step:g} s is more than 2.4 times the last one,"
                f" {self._last_step:g} s"
            )
        self.time_step = time_step

    def set_initial(self, velocity: Field, previous: Field | None = None) -> None:
        """Set u(0) and, to start with BDF2, u(-dt), as functions of x (3, n) giving (3, n)."""
        for functions, source in ((self.velocity, velocity), (self._previous, previous)):
            if source is not None:
                for component, values in zip(functions, source(self._nodes), strict=True):
                    component.x.array[:] = values
        if previous is not None:
            self.steps = max(self.steps, 1)

    # -- state ----------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Copies of all that the next step depends on.

        ``velocity``, ``previous`` (3, local dofs) [m/s]; ``pressure`` [Pa] and ``impulse_1``,
        ``impulse_2`` [m2/s] on the owned pressure unknowns; ``outlets`` by name; ``time`` [s],
        ``steps``, ``time_step`` and ``last_step`` [s], ``preconditioned``.
        """
        outlets = {o.name: o.state() for o in self.problem.outlets if hasattr(o, "state")}
        return {
            "velocity": np.array([u.x.array for u in self.velocity]),
            "previous": np.array([u.x.array for u in self._previous]),
            "pressure": self.pressure.array.copy(),
            "impulse_1": self._impulses[0].array.copy(),
            "impulse_2": self._impulses[1].array.copy(),
            "outlets": outlets,
            "time": self.time,
            "steps": self.steps,
            "time_step": self.time_step,
            "last_step": self._last_step,
            "preconditioned": self._solver.factorised,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a ``state`` of this problem."""
        for name, functions in (("velocity", self.velocity), ("previous", self._previous)):
            for function, values in zip(functions, state[name], strict=True):
                function.x.array[:] = values
        self.pressure.array[:] = state["pressure"]
        self._impulses[0].array[:] = state["impulse_1"]
        self._impulses[1].array[:] = state["impulse_2"]
        for outlet in self.problem.outlets:
            if outlet.name in state["outlets"]:
                outlet.restore(state["outlets"][outlet.name])
        self.time, self.steps = state["time"], state["steps"]
        self.time_step, self._last_step = state["time_step"], state["last_step"]
        self._solver.factorised = state["preconditioned"]
        self.refresh()

    def refresh(self) -> None:
        """Forget what is carried along only to be faster, so that a restart is exact."""
        self._solver.refresh()
        self._projection.refresh()

    def kinetic_energy(self) -> float:
        """rho/2 int |u|^2 [J], all ranks."""
        u, image = view(self._work), np.empty_like(self._rhs)
        _gather(self.velocity, u[: self.operators.pattern.local])
        self._work.scatter_forward()
        self.operators.pattern.multiply(self.operators.mass, u, image)
        local = 0.5 * self.problem.density * float(np.vdot(u[: len(image)], image))
        return self.problem.domain.comm.allreduce(local)

    def reaction(self) -> tuple[Array, PETSc.Vec]:
        """Force of the fluid on the dofs whose velocity is given, in the last step.

        The residual of the momentum equation, tested with the basis function of each dof: summed
        over a wall it is the volume form of the force (John & Matthies 2001, doi:10.1002/fld.195),
        more accurate than stresses of the velocity gradient.

        Returns:
            (owned dofs, 3) force [N], 0 where no velocity is given, and the pressure it holds [Pa]:
            the one of the step before. The newer pressure changes the normal part only.
        """
        pattern = self.operators.pattern
        force, image = np.zeros((pattern.rows, 3)), np.empty((pattern.rows, 3))
        self._solution.scatter_forward()
        pattern.multiply(pattern.native.data, view(self._solution), image)
        residual = (self._rhs - image) / self._inverse[:, None]
        force.ravel()[self._fixed] = residual.ravel()[self._fixed]
        return force, self._last_pressure

    # -- one step -------------------------------------------------------------------------------

    def step(self) -> StepReport:
        """Advance by one time step.

        Raises:
            SolverDiverged: a linear solve failed or the velocity is not finite.
        """
        report = StepReport(self.time + self.time_step)
        try:
            self._set_scheme()
            self.time = report.time
            self._predict()
            self._know()
            for _ in range(1 + self.settings.corrections):
                self._assemble()
                self._solve_velocity(report)
            self._shift()
            self._project(report)
        except SolverDiverged as error:
            error.where = f"t = {report.time:.6g} s, step {self.steps + 1}"
            raise
        self.steps += 1
        self._last_step = self.time_step
        return report

    def _set_scheme(self) -> None:
        """Coefficients of BDF1 in the first step, then of BDF2 on varying steps.

        u' = (lead u - newer u_n + older u_(n-1)) / dt, exact for parabolas.
        """
        ratio = self.time_step / self._last_step
        self._ratio = ratio
        if self.steps == 0:
            self._lead, self._newer, self._older = 1.0, 1.0, 0.0
        else:
            self._lead = (1.0 + 2.0 * ratio) / (1.0 + ratio)
            self._newer, self._older = 1.0 + ratio, ratio**2 / (1.0 + ratio)
        scale = self.time_step / (self._lead * self.problem.density)
        if scale != self._scale:
            self._scale = scale
            self._linear = self.operators.mass / scale
            if self.problem.rheology.constant is not None:
                self._linear += self.problem.rheology.constant * self.operators.stiffness
            self._projection.set_time_scale(scale)
            self._solver.refresh()

    def _predict(self) -> None:
        """The known velocities, the wind and the initial guess of this step."""
        start = clock.perf_counter()
        newer, older = self._newer_block, self._older_block
        _gather(self.velocity, newer)
        _gather(self._previous, older)
        ahead = 0.0 if self.steps == 0 else self._ratio
        # The extrapolated velocity is a good guess even where it is not the wind.
        solution = view(self._solution)[: len(newer)]
        np.multiply(newer, 1.0 + ahead, out=solution)
        solution -= ahead * older
        ahead *= self.settings.wind_extrapolation
        self._wind = newer if ahead == 0.0 else (1.0 + ahead) * newer - ahead * older
        for boundary in self._boundaries:
            values = boundary.values(self.time)
            for component in _components(boundary):
                solution[boundary.dofs, component] = values[component]
        self.timer["update"] += clock.perf_counter() - start

    def _know(self) -> None:
        """The part of the right side that does not depend on the wind."""
        start = clock.perf_counter()
        ops, density, step = self.operators, self.problem.density, self.time_step
        # (rho / dt) M (newer u_n - older u_(n-1)), the increments below complete M u.
        history = view(self._work)[: ops.pattern.local]
        np.multiply(self._newer_block, self._newer, out=history)
        if self._older:
            history -= self._older * self._older_block
        if self.problem.force:
            history += step / density * self.problem.force(self.time, self._nodes).T
        self._work.scatter_forward()
        ops.pattern.multiply(ops.mass, view(self._work), self._known)
        self._known *= density / step
        past, factor = self._history_pressure, -density / step
        past.set(0.0)
        past.axpy(factor * self._newer, self._impulses[0])
        past.axpy(-factor * self._older, self._impulses[1])
        for i in range(3):
            ops.load[i].mult(self.pressure, self._column)
            ops.gradient[i].multAdd(past, self._column, self._column)
            self._known[:, i] += self._column.array_r
        self.timer["assembly"] += clock.perf_counter() - start

    def _assemble(self) -> None:
        """Velocity matrix, divided by its diagonal, and the right side."""
        start = clock.perf_counter()
        pattern, density, wind = self.operators.pattern, self.problem.density, self._wind
        columns = [np.ascontiguousarray(wind[:, i]) for i in range(3)]
        load = view(self._load)[: pattern.local]
        self._load.array[:] = 0.0
        viscosity = None
        if self.viscosity:
            load += self.viscosity.update(columns)
            viscosity = self.viscosity.cells
        values = pattern.native.data
        values[: pattern.nonzeros] = self._linear
        values[pattern.nonzeros :] = 0.0
        self._cells.add(values, wind, density, viscosity)
        self._outlets.add(values, columns, density)
        if self.screen:
            self.screen.update(columns)
            self.screen.add_implicit(values)
            load += self.screen.explicit_load()
        pattern.native.scatter_reverse()
        library().scale_rows(pattern.rows, pattern.start, pattern.diagonal, values, self._inverse)
        self._load.scatter_reverse(dolfinx.la.InsertMode.add)
        np.add(self._known, load[: pattern.rows], out=self._rhs)
        self._rhs *= self._inverse[:, None]
        self.timer["assembly"] += clock.perf_counter() - start

    def _solve_velocity(self, report: StepReport) -> None:
        start = clock.perf_counter()
        tolerance, early = self.settings.tolerance, self.steps <= 4
        self._solver.solve(self._rhs, self._solution, tolerance, early=early)
        report.velocity_iterations += self._solver.iterations
        self._wind = view(self._solution)[: self.operators.pattern.local]
        self.timer["velocity"] += clock.perf_counter() - start

    def _shift(self) -> None:
        """The new velocity becomes the last one."""
        start = clock.perf_counter()
        for i in range(3):
            self._previous[i].x.array[:] = self._newer_block[:, i]
            self.velocity[i].x.array[:] = view(self._solution)[: len(self._newer_block), i]
        self.timer["update"] += clock.perf_counter() - start

    def _project(self, report: StepReport) -> None:
        start = clock.perf_counter()
        self.pressure.copy(self._last_pressure)
        self._projection.apply(self.velocity, self.pressure, report, self.time_step)
        self._impulses.reverse()
        self._projection.increment.copy(self._impulses[0])
        self._impulses[0].scale(self._scale)
        self.timer["pressure"] += clock.perf_counter() - start


def _components(boundary: Any) -> tuple[int, ...]:
    """The velocity components that a boundary condition sets; all unless it says otherwise."""
    return getattr(boundary, "components", (0, 1, 2))


def _gather(functions: list[dolfinx.fem.Function], block: Array) -> None:
    for i, function in enumerate(functions):
        block[:, i] = function.x.array
