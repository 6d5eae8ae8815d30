# SPDX-License-Identifier: BSD-3-Clause
"""Incremental pressure-correction scheme for incompressible flow.

Semi-implicit BDF2 with extrapolated, skew-symmetrised convection; one scalar matrix serves the
three velocity components (Guermond, Minev & Shen 2006, doi:10.1016/j.cma.2005.10.010; the
matrix reuse follows Mortensen & Valen-Sendstad 2015, doi:10.1016/j.cpc.2014.10.026).
Pressure jumps across screens; outlets are closed exactly by pressure liftings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mpi4py import MPI
from petsc4py import PETSc

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem, SolverDiverged
from solvers.common.krylov import KrylovSolver
from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.operators import Operators
from solvers.fluid.outlets import Outlet, OutletState, solve_outlets
from solvers.fluid.pressure_space import PressureSpace
from solvers.fluid.rheology import Rheology
from solvers.fluid.screen import Screen, ScreenProperties
from solvers.fluid.settings import (
    DIRECT_LIMIT,
    DIRECT_OPTIONS,
    MASS_OPTIONS,
    MULTIGRID_OPTIONS,
    VELOCITY_OPTIONS,
    FlowSettings,
)
from solvers.fluid.stabilisation import PressureStabilisation

Array = NDArray[np.float64]


class VelocityBoundary(Protocol):
    """Dirichlet velocity on some degrees of freedom.

    Attributes:
        dofs: local velocity dofs, ghosts included.
    """

    dofs: NDArray[np.int32]

    def values(self, time: float) -> Array:
        """(3, dofs) velocity [m/s] at ``time`` [s]."""


class Wall:
    """Constant velocity on a surface; zero is the rigid no-slip wall."""

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        name: str,
        velocity: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        """Locate the dofs of surface ``name``; ``velocity`` in m/s."""
        facets = domain.facets(name, owned=False)
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        self._values = np.repeat(np.array(velocity)[:, None], len(self.dofs), axis=1)

    def values(self, time: float) -> Array:
        """See VelocityBoundary."""
        return self._values


@dataclass(frozen=True)
class FlowProblem:
    """What is solved; boundaries and screen are built on the solver's velocity space.

    Attributes:
        domain: the tagged mesh.
        density: rho [kg/m3].
        rheology: viscosity law.
        outlets: one model per outlet surface.
        boundaries: make the Dirichlet conditions; later ones win on shared dofs.
        screen: device coefficients, or None.
        body_force: (3,) force density at (time, x (3, n)) [N/m3], or None.
    """

    domain: TaggedMesh
    density: float
    rheology: Rheology
    outlets: Sequence[Outlet]
    boundaries: Sequence[Callable[[dolfinx.fem.FunctionSpace], VelocityBoundary]]
    screen: ScreenProperties | None = None
    body_force: Callable[[float, Array], Array] | None = None


@dataclass
class StepReport:
    """Iterations and balances of one step, for the history file."""

    time: float
    velocity_iterations: list[int] = field(default_factory=list)
    pressure_iterations: int = 0
    pressure_residual: float = 0.0
    update_iterations: list[int] = field(default_factory=list)
    inflow: float = 0.0
    outflow: list[float] = field(default_factory=list)
    outlet_pressure: list[float] = field(default_factory=list)


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
        self._flux = [
            facet_evaluation(space, problem.domain.facets(n), settings.velocity_degree)
            for n in names
        ]
        self._force = dolfinx.fem.Function(space) if problem.body_force else None
        self._order = 0
        self._stabilisation = None
        if settings.velocity_degree == 1:
            self._stabilisation = PressureStabilisation(
                self.pressure_space, self.operators, settings.pressure_stabilisation
            )
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
        self._pressure_rhs = self.pressure_space.vector()
        self._increment = self.pressure_space.vector()

    def _set_order(self, order: int) -> None:
        """Switch between BDF1 (first step) and BDF2; rebuilds what depends on tau."""
        self._order = order
        lead = 1.0 if order == 1 else 1.5
        self._lead = self.problem.density * lead / self.time_step
        self._tau = self.time_step / lead
        ops = self.operators
        self._linear = ops.mass.copy()
        self._linear.scale(self._lead)
        self._linear.axpy(
            self.problem.rheology.constant, ops.stiffness, PETSc.Mat.Structure.SAME_NONZERO_PATTERN
        )
        self._make_projection()

    def _make_projection(self) -> None:
        """Pressure matrix, its solver and the outlet liftings."""
        ops, tau_rho = self.operators, self._tau / self.problem.density
        full = ops.laplacian.copy()
        if self.screen:
            mesh = self.problem.domain.mesh
            volume = (
                mesh.comm.allreduce(float(np.sum(cell_volumes(mesh))), op=MPI.SUM)
                / mesh.topology.index_map(3).size_global
            )
            # Small against tau a / rho; keeps the matrix regular as the resistance vanishes.
            length = 0.01 * (6 * np.sqrt(2) * volume) ** (1 / 3)
            jump = self.screen.jump_matrix(self.pressure_space, tau_rho, length)
            full.axpy(1.0, jump, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        self._laplacian = full
        rows = [self.pressure_space.boundary_unknowns(o.name) for o in self.problem.outlets]
        everywhere = np.concatenate([*rows, np.zeros(0, np.int32)])
        shared = len(everywhere) - len(np.unique(everywhere))
        if full.comm.tompi4py().allreduce(shared):
            raise InvalidProblem("two outlets share vertices, so they cannot have two pressures")
        self._outlet_rows = rows
        reduced = full.copy()
        if rows:
            reduced.zeroRowsColumns(np.concatenate(rows), diag=1.0)
        else:
            # Velocity prescribed everywhere: the pressure is known up to a constant.
            reduced.setNullSpace(PETSc.NullSpace().create(constant=True, comm=reduced.comm))
        direct = rows and reduced.size[0] <= DIRECT_LIMIT
        options = dict(DIRECT_OPTIONS if direct else MULTIGRID_OPTIONS)
        if direct and reduced.comm.size > 1:
            options["pc_factor_mat_solver_type"] = "mumps"
        options["ksp_rtol"] = self.settings.tolerance
        self._pressure_solver = KrylovSolver(reduced, "pressure", options)
        self._indicators = [self._indicator(r) for r in rows]
        self._liftings = [self._lifting(k) for k in range(len(rows))]
        image = self.pressure_space.vector()
        slope = np.zeros((len(rows), len(rows)))
        for j, lifting in enumerate(self._liftings):
            full.mult(lifting, image)
            slope[:, j] = [image.dot(e) for e in self._indicators]
        self._slope = -tau_rho * slope

    def _indicator(self, rows: NDArray[np.int32]) -> PETSc.Vec:
        vector = self.pressure_space.vector()
        vector.setValues(rows, np.ones(len(rows)))
        vector.assemble()
        return vector

    def _lifting(self, k: int) -> PETSc.Vec:
        """Harmonic pressure, 1 on outlet k and 0 on the others."""
        rhs, lifting = self.pressure_space.vector(), self.pressure_space.vector()
        self._laplacian.mult(self._indicators[k], rhs)
        rhs.scale(-1.0)
        for j, rows in enumerate(self._outlet_rows):
            rhs.setValues(rows, np.full(len(rows), float(j == k)))
        rhs.assemble()
        self._pressure_solver.solve(rhs, lifting)
        return lifting

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
            self._project(report)
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
            wind.x.array[:] = u if self._order == 1 else 2 * u - u_old
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
        force = self._body_force()
        # Preconditioned residuals are velocities: a small component needs no tighter solve.
        prescribed = self.problem.domain.comm.allreduce(sum(float(g @ g) for g in values))
        floor = self.settings.tolerance * np.sqrt(
            prescribed + sum(w.x.petsc_vec.norm() ** 2 for w in ops.wind)
        )
        for i in range(3):
            self._work.array[:] = history[i][: self._work.local_size] * scale
            if force is not None:
                self._work.array[:] += force[i][: self._work.local_size]
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
        if not all(np.isfinite(u.x.array).all() for u in self.velocity):
            raise SolverDiverged("the velocity is not finite")

    def _project(self, report: StepReport) -> None:
        ops, tau_rho = self.operators, self._tau / self.problem.density
        rhs, phi = self._pressure_rhs, self._increment
        rhs.set(0.0)
        for i in range(3):
            ops.divergence[i].multAdd(self.velocity[i].x.petsc_vec, rhs, rhs)
        rhs.scale(-1.0 / tau_rho)
        if self._stabilisation:
            rhs.axpy(-1.0, self._stabilisation.apply(self.pressure))
        full = rhs.copy()
        for rows in self._outlet_rows:
            rhs.setValues(rows, np.zeros(len(rows)))
        rhs.assemble()
        if not self.problem.outlets:
            rhs.shift(-rhs.sum() / rhs.size)
        self._pressure_solver.solve(rhs, phi)
        report.pressure_iterations = self._pressure_solver.iterations
        report.pressure_residual = self._pressure_solver.residual
        if self.problem.outlets:
            self._close_outlets(phi, full, report)
        self.pressure.axpy(1.0, phi)

    def _close_outlets(self, phi: PETSc.Vec, full: PETSc.Vec, report: StepReport) -> None:
        """Add the liftings to ``phi`` so that every outlet model holds exactly."""
        tau_rho = self._tau / self.problem.density
        # Residual on the outlet rows = consistent boundary flux of phi: mass is conserved exactly.
        residual = self._laplacian * phi - full
        star = [self._surface_flow(f) for f in self._flux]
        flow = np.array(star) - tau_rho * np.array([residual.dot(e) for e in self._indicators])
        pressure = np.array([self._mean(self.pressure, e) for e in self._indicators])
        increment = solve_outlets(
            list(self.problem.outlets), OutletState(flow, self._slope, pressure)
        )
        for c, lifting in zip(increment, self._liftings, strict=True):
            phi.axpy(c, lifting)
        flow = flow + self._slope @ increment
        report.outflow = flow.tolist()
        report.inflow = float(flow.sum())
        report.outlet_pressure = (pressure + increment).tolist()

    def _correct(self, report: StepReport) -> None:
        ops, tau_rho = self.operators, self._tau / self.problem.density
        for i in range(3):
            u = self.velocity[i]
            # Solve for the correction: it vanishes where the velocity is prescribed.
            ops.gradient[i].mult(self._increment, self._rhs)
            self._rhs.scale(-tau_rho)
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

    def _body_force(self) -> Array | None:
        if self.problem.body_force is None:
            return None
        return self.problem.body_force(self.time, self.space.tabulate_dof_coordinates().T)

    def _add_local(self, load: Array) -> None:
        """Add a local load vector to the right side, ghost entries on their owners."""
        work = dolfinx.fem.Function(self.space)
        work.x.array[:] = load
        work.x.scatter_reverse(dolfinx.la.InsertMode.add)
        self._rhs.array[:] += work.x.array[: self._rhs.local_size]

    def _surface_flow(self, points) -> float:
        """Flow out through a surface [m3/s]."""
        velocity = points.vector([u.x.array for u in self.velocity])
        local = np.einsum("nq,nqd,nd->", points.weights, velocity, points.normals)
        return self.problem.domain.comm.allreduce(float(local), op=MPI.SUM)

    @staticmethod
    def _mean(vector: PETSc.Vec, indicator: PETSc.Vec) -> float:
        return vector.dot(indicator) / indicator.dot(indicator)


def cell_volumes(mesh: dolfinx.mesh.Mesh) -> Array:
    """Volumes [m3] of the owned cells."""
    x = mesh.geometry.x[mesh.geometry.dofmap[: mesh.topology.index_map(3).size_local]]
    return np.abs(np.linalg.det(x[:, 1:] - x[:, :1])) / 6
