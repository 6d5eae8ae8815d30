# SPDX-License-Identifier: BSD-3-Clause
"""Monolithic Taylor-Hood solver: the reference that the fractional step is checked against.

Velocity, pressure and outlet pressures are one system, all terms implicit, solved by Newton's
method with a direct factorisation (MUMPS, doi:10.1137/S0895479899358194). There is no splitting
error, no lagged term and no tolerance of an iterative solver, at a price: **for small meshes
only** (40,000 unknowns take seconds per iteration in three dimensions), P2-P1, on one rank.

From the fractional step it takes the description of the problem, the numbering of the split
pressure and the outlet closures; every operator is assembled anew from its own forms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from petsc4py import PETSc

import dolfinx
import numpy as np
import scipy.sparse as sp
import ufl
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem, SolverDiverged
from solvers.common.forms import compile_form
from solvers.common.krylov import KrylovSolver
from solvers.fluid.monolithic_forms import MomentumForms, ScreenForms, assembled_csr
from solvers.fluid.outlets import OutletState
from solvers.fluid.pressure_space import PressureSpace
from solvers.fluid.problem import FlowProblem, StepReport, VelocityBoundary
from solvers.fluid.settings import FlowSettings

Array = NDArray[np.float64]

DIRECT_LU = {
    "ksp_type": "preonly",
    "pc_type": "lu",
    "pc_factor_mat_solver_type": "mumps",
    "mat_mumps_icntl_14": 60,
}
MAXIMUM_ITERATIONS = 40
SLOW = 0.2
"""A factorisation is kept while it shrinks the correction by this factor per iteration."""


class MonolithicStep:
    """Steady and time-dependent flow without splitting; small meshes, one rank.

    Attributes:
        velocity: local dof arrays of the three components are ``velocity[i].x.array`` [m/s].
        pressure: unknowns of ``pressure_space`` [Pa].
        space: scalar P2 space of the components.
        time: [s].
        steps: time steps done.
    """

    def __init__(
        self,
        problem: FlowProblem,
        settings: FlowSettings,
        time_step: float = 0.0,
        *,
        tolerance: float = 1e-9,
    ) -> None:
        """Assemble what does not change.

        Args:
            problem: as for the fractional step.
            settings: velocity degree (2) and backflow weight are read.
            time_step: [s]; not needed for steady flow.
            tolerance: last relative correction of the velocity in Newton's method.

        Raises:
            InvalidProblem: more than one rank, another velocity degree, or a pressure that
                nothing determines.
        """
        if problem.domain.comm.size > 1:
            raise InvalidProblem("the monolithic solver runs on one rank")
        if settings.velocity_degree != 2:
            raise InvalidProblem("the monolithic solver needs velocity degree 2")
        self.problem, self.settings, self.time_step = problem, settings, time_step
        self.time, self.steps, self._tolerance = 0.0, 0, tolerance
        domain = problem.domain
        self._names = [outlet.name for outlet in problem.outlets]
        self.pressure_space = PressureSpace(
            domain, problem.screen.surfaces if problem.screen else []
        )
        vector_space = dolfinx.fem.functionspace(domain.mesh, ("Lagrange", 2, (3,)))
        self.space, first = vector_space.sub(0).collapse()
        self._map = np.array(first)[:, None] + np.arange(3)
        self._forms = MomentumForms(
            domain,
            vector_space,
            self._names,
            problem.density,
            problem.rheology,
            settings.backflow_beta,
        )
        self._screen = (
            ScreenForms(self.space, self._map, problem.screen) if problem.screen else None
        )
        self.velocity = [dolfinx.fem.Function(self.space) for _ in range(3)]
        self.pressure = self.pressure_space.vector()
        self._boundaries = [make(self.space) for make in problem.boundaries]
        self._couple(vector_space)
        self._locate_free()
        size = self._divergence.shape[1]
        self._u, self._previous = np.zeros(size), np.zeros(size)
        self._outlet_pressure = np.zeros(len(self._names))
        self._solver: KrylovSolver | None = None

    # -- set-up ---------------------------------------------------------------------------------

    def _couple(self, space: dolfinx.fem.FunctionSpace) -> None:
        """(q, div u), and the flow through each outlet as a functional of the velocity."""
        mesh, broken = self.problem.domain.mesh, self.pressure_space.broken
        u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
        divergence = compile_form(ufl.TestFunction(broken) * ufl.div(u) * ufl.dx)
        starts, columns, values = self.pressure_space.reduction.getValuesCSR()
        reduction = sp.csr_matrix((values, columns, starts), self.pressure_space.reduction.size)
        self._divergence = (reduction.T @ assembled_csr(divergence)).tocsr()
        flows = []
        for name in self._names:
            ds = ufl.Measure(
                "ds",
                domain=mesh,
                subdomain_data=self.problem.domain.facet_tags,
                subdomain_id=self.problem.domain.tag(name),
            )
            form = compile_form(ufl.dot(v, ufl.FacetNormal(mesh)) * ds)
            flows.append(dolfinx.fem.assemble_vector(form).array.copy())
        self._flow = sp.csr_matrix(np.array(flows).reshape(len(flows), self._divergence.shape[1]))

    def _locate_free(self) -> None:
        """Unknowns that are solved for: velocities that are not prescribed, and pressures."""
        count, size = self._divergence.shape
        free = np.ones(size, bool)
        for boundary in self._boundaries:
            for i in _components(boundary):
                free[self._map[boundary.dofs, i]] = False
        velocity = np.flatnonzero(free)
        strength = np.asarray(abs(self._divergence[:, velocity]).sum(axis=1)).ravel()
        idle = np.count_nonzero(strength <= 1e-12 * strength.max())
        if idle:
            raise InvalidProblem(
                f"{idle} pressure unknowns have only tetrahedra whose velocities are all prescribed"
            )
        # Velocity prescribed everywhere: the pressure is known up to a constant.
        pressure = np.arange(count) if self._names else np.arange(1, count)
        outlets = size + count + np.arange(len(self._names))
        self._free = np.concatenate([velocity, size + pressure, outlets])

    def set_initial(
        self,
        velocity: Callable[[Array], Array],
        previous: Callable[[Array], Array] | None = None,
    ) -> None:
        """Set u(0) and, to start with BDF2, u(-dt), as functions of x (3, n) giving (3, n)."""
        points = self.space.tabulate_dof_coordinates().T
        self._u[self._map] = np.asarray(velocity(points)).T
        if previous is not None:
            self._previous[self._map] = np.asarray(previous(points)).T
            self.steps = max(self.steps, 1)
        self._publish()

    # -- solves ---------------------------------------------------------------------------------

    def step(self) -> StepReport:
        """Advance by one time step, BDF1 first and BDF2 then.

        Raises:
            InvalidProblem: no time step was given.
            SolverDiverged: Newton's method failed.
        """
        if self.time_step <= 0:
            raise InvalidProblem("time-dependent flow needs a positive time step")
        scale = self.problem.density / self.time_step
        first = self.steps == 0
        known = -self._u if first else 0.5 * self._previous - 2.0 * self._u
        lead = (1.0 if first else 1.5) * scale
        if lead != float(self._forms.rate.value):
            self._solver = None
        self._forms.rate.value = lead
        self._forms.inertia.value = 1.0
        self.time += self.time_step
        self._set_history(scale * known)
        guess = self._u if first else 2.0 * self._u - self._previous
        self._previous, self._u = self._u, guess.copy()
        report = StepReport(self.time)
        report.velocity_iterations = self._newton(picard=0, keep=True)
        self.steps += 1
        self._publish(report)
        for outlet, flow in zip(self.problem.outlets, report.outflow, strict=True):
            if hasattr(outlet, "advance"):
                outlet.advance(flow, self.time_step)
        return report

    def solve_steady(
        self,
        *,
        picard: int = 3,
        continuation: Sequence[float] = (0.0, 1.0),
    ) -> StepReport:
        """Find the steady flow for the boundary values at ``time``.

        Args:
            picard: Picard iterations before Newton's, at each stage.
            continuation: shares of the inertia, in order; 0 is Stokes flow.

        Raises:
            SolverDiverged: Newton's method failed; more stages may help.
        """
        self._forms.rate.value = 0.0
        self._set_history(np.zeros_like(self._u))
        report = StepReport(self.time)
        for share in continuation:
            self._forms.inertia.value = share
            report.velocity_iterations += self._newton(picard=picard, keep=False)
        self._previous = self._u.copy()
        return self._publish(report)

    def _set_history(self, known: Array) -> None:
        """Known part of the acceleration term, less the body force at ``time`` [N/m3]."""
        self._forms.history.x.array[:] = known
        if self.problem.force:
            force = self.problem.force(self.time, self.space.tabulate_dof_coordinates().T)
            self._forms.history.x.array[self._map] -= np.asarray(force).T

    def _newton(self, picard: int, *, keep: bool) -> int:
        """Iterate to the tolerance; ``keep`` reuses a factorisation while it converges well."""
        self._prescribe()
        change, last, shrink = np.inf, np.inf, 0.0
        for iteration in range(1, MAXIMUM_ITERATIONS + 1):
            newton = iteration > picard
            self._forms.velocity.x.array[:] = self._u
            self._forms.update_viscosity()
            fresh = self._solver is None or not keep or shrink > SLOW
            residual = self._residual()
            if fresh:
                self._factorise(newton=newton)
            change = self._correct(residual)
            if not np.isfinite(change):
                break
            if change <= self._tolerance:
                return iteration
            shrink, last = change / last, change
        raise SolverDiverged(
            f"Newton's method stopped with a relative correction of {change:.2e}",
            f"t = {self.time:.6g} s, step {self.steps + 1}",
        )

    def _prescribe(self) -> None:
        """Give the velocity its boundary values at the current time."""
        for boundary in self._boundaries:
            values = boundary.values(self.time)
            for i in _components(boundary):
                self._u[self._map[boundary.dofs, i]] = values[i]

    def _residual(self) -> Array:
        momentum = self._forms.residual()
        if self._screen:
            momentum += self._screen.residual(self._u)
        momentum -= self._divergence.T @ self.pressure.array
        momentum += self._flow.T @ self._outlet_pressure
        mass = -(self._divergence @ self._u)
        if not self._names:
            # Interpolated boundary values let a little net flow in: spread its divergence.
            mass -= mass.mean()
        return np.concatenate([momentum, mass, self._closure(self._flow @ self._u)])

    def _closure(self, flow: Array) -> Array:
        """(K,) residual of the outlet models at the present pressures and ``flow`` [m3/s]."""
        # A model is one affine equation in (P, Q); with the increments at zero its right side is
        # minus its residual, whatever slope it is offered.
        # In steady flow the step is endless, and a model with a memory has forgotten.
        step = self.time_step if self._forms.rate.value > 0 else np.inf
        state = OutletState(flow, np.eye(len(flow)), self._outlet_pressure, step)
        return np.array([-o.equation(k, state)[1] for k, o in enumerate(self.problem.outlets)])

    def _closure_tangent(self) -> tuple[Array, Array]:
        """(K, K) derivatives of the closures by pressure and by flow."""
        kept, count = self._outlet_pressure, len(self._names)
        zero, unit = np.zeros(count), np.eye(count)
        self._outlet_pressure = zero
        base = self._closure(zero)
        by_flow = np.array([self._closure(e) - base for e in unit]).T
        by_pressure = np.zeros((count, count))
        for k in range(count):
            self._outlet_pressure = unit[k]
            by_pressure[:, k] = self._closure(zero) - base
        self._outlet_pressure = kept
        return by_pressure, by_flow.reshape(count, count)

    def _factorise(self, *, newton: bool) -> None:
        tangent = self._forms.tangent(newton=newton)
        if self._screen:
            tangent = tangent + self._screen.tangent(self._u, newton=newton)
        by_pressure, by_flow = self._closure_tangent()
        system = sp.bmat(
            [
                [tangent, -self._divergence.T, self._flow.T],
                [-self._divergence, None, None],
                [sp.csr_matrix(by_flow) @ self._flow, None, sp.csr_matrix(by_pressure)],
            ],
            format="csr",
        )
        system = system[self._free][:, self._free].sorted_indices()
        matrix = PETSc.Mat().createAIJ(
            system.shape, csr=(system.indptr, system.indices, system.data), comm=PETSc.COMM_SELF
        )
        self._solver = KrylovSolver(matrix, "monolithic", DIRECT_LU)

    def _correct(self, residual: Array) -> float:
        """One correction with the present factorisation; returns its relative size."""
        rhs = PETSc.Vec().createWithArray(-residual[self._free], comm=PETSc.COMM_SELF)
        solution = rhs.duplicate()
        self._solver.solve(rhs, solution)
        full = np.zeros(len(residual))
        full[self._free] = solution.array
        size = len(self._u)
        count = self._divergence.shape[0]
        self._u += full[:size]
        self.pressure.array[:] += full[size : size + count]
        self._outlet_pressure = self._outlet_pressure + full[size + count :]
        norm = np.linalg.norm(self._u)
        return float(np.linalg.norm(full[:size]) / norm) if norm else 0.0

    def _publish(self, report: StepReport | None = None) -> StepReport:
        """Copy the state into the public attributes and the report."""
        report = report or StepReport(self.time)
        for i, component in enumerate(self.velocity):
            component.x.array[:] = self._u[self._map[:, i]]
        flow = self._flow @ self._u
        report.outflow, report.inflow = flow.tolist(), float(flow.sum())
        report.outlet_pressure = self._outlet_pressure.tolist()
        return report


def _components(boundary: VelocityBoundary) -> tuple[int, ...]:
    """Velocity components that a boundary prescribes."""
    return getattr(boundary, "components", (0, 1, 2))
