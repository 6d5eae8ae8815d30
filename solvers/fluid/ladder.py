# SPDX-License-Identifier: BSD-3-Clause
"""What a failed solve tries next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from solvers.common.errors import LinearSolveFailed, SolveError
from solvers.fluid.settings import FlowSettings

TIGHTER, TIGHTEST = 1e-2, 1e-12
"""Factor on the tolerance of the linear solves of a finer rung, and its floor."""


@dataclass(frozen=True)
class Rung:
    """One way of solving.

    Attributes:
        number: 0 is the way the settings ask for.
        remedy: what it changes, in words.
        refinement: factor by which the time step is divided.
        robust: the velocity is preconditioned by an incomplete factorisation.
        damped: wind without extrapolation, more stabilisation.
    """

    number: int
    remedy: str
    refinement: int = 1
    robust: bool = False
    damped: bool = False

    def settings(self, base: FlowSettings) -> FlowSettings:
        """Settings of this rung."""
        changes: dict[str, Any] = {}
        if self.robust:
            changes["velocity_preconditioner"] = "ilu"
        if self.refinement > 1:
            # The systems of a smaller step are easier, and loose solves can feed a disturbance.
            changes["tolerance"] = max(min(base.tolerance, TIGHTEST), TIGHTER * base.tolerance)
        if self.damped:
            changes |= {
                "wind_extrapolation": 0.0,
                "backflow_beta": 1.0,
                "pressure_stabilisation": min(1.0, 2.0 * base.pressure_stabilisation),
            }
        return replace(base, **changes)


def rung(number: int) -> Rung:
    """The rung of a number; beyond the third, each halves the time step again."""
    if number == 0:
        return Rung(0, "as configured")
    if number == 1:
        return Rung(1, "stronger preconditioner of the velocity", robust=True)
    if number == 2:
        return Rung(2, "half the time step, tighter linear solves", 2, robust=True)
    refinement = 2 ** (number - 1)
    words = f"time step divided by {refinement}, wind not extrapolated, more stabilisation"
    return Rung(number, words, refinement, robust=True, damped=True)


def next_rung(current: Rung, error: SolveError) -> Rung:
    """What to try after ``error``.

    Better linear solves can only help where those failed; other failures go on to smaller steps.
    """
    skip = current.number == 0 and not isinstance(error, LinearSolveFailed)
    return rung(current.number + (2 if skip else 1))
