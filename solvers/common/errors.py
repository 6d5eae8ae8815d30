# SPDX-License-Identifier: BSD-3-Clause
"""Expected failures of a solve; each carries the code written to ``outcome.json``."""


class SolveError(Exception):
    """A solve that cannot go on.

    Attributes:
        code: short outcome code.
        where: time and step of the failure, in words.
    """

    code = "solver_diverged"

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


class SolverDiverged(SolveError):
    """A linear or nonlinear iteration failed, or a field stopped being finite."""

    code = "solver_diverged"


class LinearSolveFailed(SolverDiverged):
    """A Krylov iteration stopped without converging."""


class EnergyGrowth(SolverDiverged):
    """The kinetic energy grew beyond what the inflow can feed."""


class NonPhysical(SolveError):
    """The solution is finite but outside what the physics allows."""

    code = "non_physical"


class TimeBudgetExceeded(SolveError):
    """The wall-time budget ran out before the last cycle was done."""

    code = "time_budget"


class InvalidProblem(SolveError):
    """Mesh, markers and settings do not describe a solvable problem."""

    code = "mesh_quality"
