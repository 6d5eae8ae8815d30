# SPDX-License-Identifier: BSD-3-Clause
"""The linear system of the tentative velocity, and when to precondition it with a factorisation."""

from __future__ import annotations

from typing import Literal

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.bicgstab import BlockSolver, IncompleteLU
from solvers.common.block_matrix import Pattern, view
from solvers.common.errors import LinearSolveFailed

JACOBI_LIMIT = 25
"""Iterations from which an incomplete factorisation pays."""
FACTOR_SOLVES = 20
"""Solves that share one incomplete factorisation at most."""


class VelocitySolver:
    """BiCGStab on the row-scaled matrix in ``pattern.native``.

    ``jacobi`` and ``ilu`` name the preconditioner; ``auto`` goes over to the factorisation once
    Jacobi needs more than ``JACOBI_LIMIT`` iterations.

    Attributes:
        iterations: of the last solve.
    """

    def __init__(
        self,
        pattern: Pattern,
        fixed: NDArray[np.int64],
        comm: MPI.Comm,
        preconditioner: Literal["auto", "jacobi", "ilu"],
    ) -> None:
        """Allocate; ``fixed`` as in BlockSolver."""
        self._pattern, self._comm = pattern, comm
        self._automatic = preconditioner == "auto"
        self._solver = BlockSolver(pattern, fixed, comm)
        self._factors = IncompleteLU(pattern) if preconditioner == "ilu" else None
        self._age = self._fresh_iterations = 0
        self.iterations = 0

    @property
    def factorised(self) -> bool:
        """Whether a factorisation is in use."""
        return self._factors is not None

    @factorised.setter
    def factorised(self, wanted: bool) -> None:
        self._factors = IncompleteLU(self._pattern) if wanted else None
        self._age = 0

    def refresh(self) -> None:
        """Factorise anew in the next solve."""
        self._age = 0

    def solve(
        self,
        rhs: NDArray[np.float64],
        solution: dolfinx.la.Vector,
        tolerance: float,
        *,
        early: bool,
    ) -> None:
        """Solve into ``solution``, which holds the guess and the given values.

        Args:
            rhs: (rows, 3) right side, scaled like the matrix.
            solution: block vector [m/s].
            tolerance: residual, as a share of the velocity.
            early: the guess is poor, so the iterations say nothing about later solves.

        Raises:
            LinearSolveFailed: also with a fresh factorisation.
        """
        # Residuals are velocities: small against the flow is small enough. With rest as the
        # guess, the first velocities come from the right side alone.
        guess = view(solution)[: self._pattern.rows]
        sizes = np.array([np.vdot(guess, guess), np.vdot(rhs, rhs)])
        self._comm.Allreduce(MPI.IN_PLACE, sizes)
        absolute = tolerance * float(np.sqrt(sizes.max()))
        kept = solution.array.copy()
        try:
            self._attempt(rhs, solution, absolute)
        except LinearSolveFailed:
            # A stale factorisation, or the lack of one, is no reason to give up.
            if not (self._automatic and not self.factorised) and self._age <= 1:
                raise
            solution.array[:] = kept
            self._factors, self._age = self._factors or IncompleteLU(self._pattern), 0
            self._attempt(rhs, solution, absolute)
        self.iterations = self._solver.iterations
        if self._automatic and not self.factorised and not early:
            self.factorised = self.iterations > JACOBI_LIMIT

    def _attempt(
        self, rhs: NDArray[np.float64], solution: dolfinx.la.Vector, tolerance: float
    ) -> None:
        """One linear solve; the factorisation is renewed by age and when iterations double."""
        values = self._pattern.native.data
        if self._factors:
            if self._age % FACTOR_SOLVES == 0:
                self._factors.factorise(values)
                self._age = 0
            self._age += 1
        self._solver.solve(values, rhs.reshape(-1), solution, tolerance, self._factors)
        if self._age == 1:
            self._fresh_iterations = self._solver.iterations
        elif self._factors and self._solver.iterations > 2 * self._fresh_iterations + 4:
            self._age = 0
