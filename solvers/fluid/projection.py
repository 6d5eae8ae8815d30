# SPDX-License-Identifier: BSD-3-Clause
"""The pressure step: Poisson problem with screen jump, exact outlets and stabilisation."""

from __future__ import annotations

from mpi4py import MPI
from petsc4py import PETSc

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem
from solvers.common.initial_guess import InitialGuess
from solvers.common.krylov import KrylovSolver
from solvers.common.sampling import PointEvaluation, facet_evaluation
from solvers.fluid.operators import Operators
from solvers.fluid.outlets import OutletState, solve_outlets
from solvers.fluid.pressure_space import PressureSpace
from solvers.fluid.problem import FlowProblem, StepReport
from solvers.fluid.screen import Screen
from solvers.fluid.settings import (
    DIRECT_LIMIT,
    DIRECT_OPTIONS,
    MULTIGRID_OPTIONS,
    FlowSettings,
)
from solvers.fluid.stabilisation import PressureStabilisation

Array = NDArray[np.float64]
Velocity = list[dolfinx.fem.Function]


class PressureProjection:
    """Finds the pressure increment that makes a tentative velocity solenoidal.

    (grad phi, grad q) + screen jump = -(rho/tau) (div u*, q), with one pressure per outlet.
    """

    def __init__(
        self,
        problem: FlowProblem,
        settings: FlowSettings,
        operators: Operators,
        space: PressureSpace,
        screen: Screen | None,
        held: NDArray[np.bool_],
    ) -> None:
        """Locate the outlets; ``held`` marks the owned cells without a free velocity.

        Raises:
            InvalidProblem: two outlets share vertices.
        """
        self._problem, self._settings = problem, settings
        self._operators, self._space, self._screen = operators, space, screen
        names = [outlet.name for outlet in problem.outlets]
        self._rows = [space.boundary_unknowns(name) for name in names]
        own = np.concatenate([*self._rows, np.zeros(0, np.int32)])
        if problem.domain.comm.allreduce(len(own) - len(np.unique(own))):
            raise InvalidProblem("two outlets share vertices, so they cannot have two pressures")
        self._indicators = [self._indicator(rows) for rows in self._rows]
        self._sections = [
            facet_evaluation(
                operators.velocity, problem.domain.facets(name), settings.velocity_degree
            )
            for name in names
        ]
        weight = settings.pressure_stabilisation if settings.velocity_degree == 1 else 0.0
        self._stabilisation = PressureStabilisation(space, operators, weight, held)
        self._rhs, self.increment = space.vector(), space.vector()
        # The right side with its outlet rows, and the matrix times the increment.
        self._full, self._image = space.vector(), space.vector()
        self._divergence = space.vector()
        self._guess = InitialGuess()
        self._solver: KrylovSolver | None = None

    def set_time_scale(self, tau_rho: float) -> None:
        """Build the matrix, its solver and the liftings for tau/rho [m3 s/kg]."""
        self._tau_rho = tau_rho
        self._stabilisation.set_time_scale(tau_rho, self._least_viscosity())
        if self._solver is None or self._depends_on_time_scale():
            self._build(tau_rho)
        self._slope = -tau_rho * self._conductance

    def _depends_on_time_scale(self) -> bool:
        """Whether a device resists the flow anywhere, on any rank."""
        resists = bool(self._screen) and bool((self._screen.properties.linear > 0.0).any())
        return self._problem.domain.comm.allreduce(resists, op=MPI.LOR)

    def _build(self, tau_rho: float) -> None:
        self._matrix = self._operators.laplacian.copy()
        if self._screen:
            jump = self._screen.jump_matrix(self._space, tau_rho)
            self._matrix.axpy(1.0, jump, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        self._solver = self._make_solver()
        self._guess.clear()
        self._liftings = [self._lifting(k) for k in range(len(self._rows))]
        image = self._space.vector()
        slope = np.zeros((len(self._rows),) * 2)
        for j, lifting in enumerate(self._liftings):
            self._matrix.mult(lifting, image)
            slope[:, j] = [image.dot(e) for e in self._indicators]
        self._conductance = slope

    def refresh(self) -> None:
        """Forget what initial guesses are made of."""
        self._guess.clear()
        self.increment.set(0.0)

    def _make_solver(self) -> KrylovSolver:
        reduced = self._matrix.copy()
        if self._rows:
            reduced.zeroRowsColumns(np.concatenate(self._rows), diag=1.0)
        else:
            # Velocity prescribed everywhere: the pressure is known up to a constant.
            reduced.setNullSpace(PETSc.NullSpace().create(constant=True, comm=reduced.comm))
        small = reduced.comm.size == 1 and reduced.size[0] <= DIRECT_LIMIT
        options = dict(DIRECT_OPTIONS if self._rows and small else MULTIGRID_OPTIONS)
        options["ksp_rtol"] = self._settings.tolerance
        return KrylovSolver(reduced, "pressure", options)

    def _indicator(self, rows: NDArray[np.int32]) -> PETSc.Vec:
        vector = self._space.vector()
        vector.setValues(rows, np.ones(len(rows)))
        vector.assemble()
        return vector

    def _lifting(self, k: int) -> PETSc.Vec:
        """Harmonic pressure, 1 on outlet k and 0 on the others."""
        rhs, lifting = self._space.vector(), self._space.vector()
        self._matrix.mult(self._indicators[k], rhs)
        rhs.scale(-1.0)
        for j, rows in enumerate(self._rows):
            rhs.setValues(rows, np.full(len(rows), float(j == k)))
        rhs.assemble()
        self._solver.solve(rhs, lifting)
        return lifting

    def apply(
        self, velocity: Velocity, pressure: PETSc.Vec, report: StepReport, time_step: float
    ) -> None:
        """Set ``increment`` for the tentative ``velocity`` and add it to ``pressure`` [Pa].

        Raises:
            SolverDiverged: the linear solve failed.
        """
        rhs, phi = self._rhs, self.increment
        rhs.set(0.0)
        for divergence, component in zip(self._operators.divergence, velocity, strict=True):
            divergence.multAdd(component.x.petsc_vec, rhs, rhs)
        rhs.copy(self._divergence)
        rhs.scale(-1.0 / self._tau_rho)
        rhs.axpy(-1.0, self._stabilisation.apply(pressure))
        rhs.copy(self._full)
        for rows in self._rows:
            rhs.setValues(rows, np.zeros(len(rows)))
        rhs.assemble()
        if not self._rows:
            rhs.shift(-rhs.sum() / rhs.size)
        self._guess.set(rhs, phi)
        self._solver.solve(rhs, phi, floor=self._floor(pressure))
        self._matrix.mult(phi, self._image)
        self._guess.add(phi, self._image)
        report.pressure_iterations = self._solver.iterations
        report.pressure_residual = self._solver.residual
        if self._rows:
            self._close_outlets(velocity, pressure, report, time_step)
        pressure.axpy(1.0, phi)
        if self._settings.rotational:
            self._rotate(pressure)

    def _floor(self, pressure: PETSc.Vec) -> float:
        """Error of the increment [Pa] that is small against the variation of the pressure.

        An increment is a thousandth of it, and what it leaves undone the next one finds.
        """
        mean = pressure.sum() / pressure.size
        variation = max(pressure.norm() ** 2 - pressure.size * mean**2, 0.0) ** 0.5
        return max(self._settings.tolerance * variation, 1e-14 * pressure.norm())

    def _rotate(self, pressure: PETSc.Vec) -> None:
        """Subtract mu times the divergence of the tentative velocity from the pressure.

        The rotational form (Timmermans, Minev & van de Vosse 1996,
        doi:10.1002/(SICI)1097-0363(19960415)22:7<673::AID-FLD373>3.0.CO;2-O); outlets keep the
        pressure of their model. Where the viscosity varies its least value is taken.
        """
        self._divergence.pointwiseDivide(self._divergence, self._operators.pressure_mass)
        for rows in self._rows:
            self._divergence.setValues(rows, np.zeros(len(rows)))
        self._divergence.assemble()
        pressure.axpy(-self._least_viscosity(), self._divergence)

    def _least_viscosity(self) -> float:
        """[Pa s]: blood thins with the shear rate."""
        rheology = self._problem.rheology
        return rheology.constant or float(rheology.viscosity(np.array([1e6]))[0])

    def _close_outlets(
        self,
        velocity: Velocity,
        pressure: PETSc.Vec,
        report: StepReport,
        time_step: float,
    ) -> None:
        """Add the liftings to the increment so that every outlet model holds exactly."""
        # Residual on the outlet rows = consistent boundary flux of phi: mass is conserved exactly.
        self._image.axpy(-1.0, self._full)
        star = np.array([self._flow(section, velocity) for section in self._sections])
        flow = star - self._tau_rho * np.array([self._image.dot(e) for e in self._indicators])
        before = np.array([pressure.dot(e) / e.dot(e) for e in self._indicators])
        outlets = self._problem.outlets
        change = solve_outlets(outlets, OutletState(flow, self._slope, before, time_step))
        for c, lifting in zip(change, self._liftings, strict=True):
            self.increment.axpy(c, lifting)
        flow = flow + self._slope @ change
        for outlet, leaving in zip(outlets, flow.tolist(), strict=True):
            if hasattr(outlet, "advance"):
                outlet.advance(leaving, time_step)
        report.outflow = flow.tolist()
        report.inflow = float(flow.sum())
        report.outlet_pressure = (before + change).tolist()

    def _flow(self, section: PointEvaluation, velocity: Velocity) -> float:
        """Flow out through a section [m3/s]."""
        values = section.vector([u.x.array for u in velocity])
        local = np.einsum("nq,nqd,nd->", section.weights, values, section.normals)
        return self._problem.domain.comm.allreduce(float(local), op=MPI.SUM)
