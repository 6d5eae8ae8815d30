# SPDX-License-Identifier: BSD-3-Clause
"""Krylov solver with its own option prefix, whose failure is never silent."""

from __future__ import annotations

from itertools import count
from typing import Any

from petsc4py import PETSc

from solvers.common.errors import LinearSolveFailed

_serial = count()


class KrylovSolver:
    """A PETSc KSP on one matrix.

    Attributes:
        iterations: of the last solve.
        residual: preconditioned residual norm of the last solve.
    """

    def __init__(self, matrix: PETSc.Mat, name: str, options: dict[str, Any]) -> None:
        """Set ``options`` under a unique prefix, apply them and forget them again."""
        self.name = name
        self.iterations = 0
        self.residual = 0.0
        self.ksp = PETSc.KSP().create(matrix.comm)
        self.ksp.setOperators(matrix)
        prefix = f"{name}_{next(_serial)}_"
        self.ksp.setOptionsPrefix(prefix)
        database = PETSc.Options()
        for key, value in options.items():
            database[prefix + key] = value
        self.ksp.setFromOptions()
        # Multigrid reads the options of its levels when it makes them.
        self.ksp.setUp()
        for key in options:
            del database[prefix + key]

    def solve(self, rhs: PETSc.Vec, x: PETSc.Vec, floor: float | None = None) -> None:
        """Solve into ``x``; raises LinearSolveFailed with the PETSc reason.

        Args:
            rhs: right side.
            x: initial guess where the options ask for one, and the solution.
            floor: preconditioned residual norm that is small enough whatever the right side.
        """
        if floor is not None:
            self.ksp.setTolerances(atol=floor)
        self.ksp.solve(rhs, x)
        reason = self.ksp.getConvergedReason()
        self.iterations = self.ksp.getIterationNumber()
        self.residual = self.ksp.getResidualNorm()
        if reason <= 0:
            raise LinearSolveFailed(
                f"{self.name} iteration stopped after {self.iterations} iterations"
                f" with PETSc reason {reason} and residual {self.residual:.2e}"
            )
