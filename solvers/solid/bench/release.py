# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a tool's withdrawal, whose end is not known beforehand."""

from __future__ import annotations

from dataclasses import dataclass

PROBE = 0.001
"""First step of a withdrawal over the size of the tool: below the spring-back of any metal."""

GROWTH = 4.0
"""Largest growth of a step over the one before."""

OVERSHOOT = 1.05
"""How far the last step aims beyond the predicted end of contact, over what is left."""


@dataclass
class Withdrawal:
    """Chooses the steps in which a tool is withdrawn until it touches nothing.

    A step is a share of what is left until the force vanishes, by the slope of the last step.

    Attributes:
        first: force at the start [N].
        force: now [N].
        step: last step [m], 0 before the first.
        slope: force lost per way in the last step [N/m].
        done: steps made.
    """

    first: float
    force: float
    step: float = 0.0
    slope: float = 0.0
    done: int = 0

    @property
    def load(self) -> float:
        """Share of the force that is gone."""
        return 1.0 - self.force / self.first

    def next(self, size: float, steps: int) -> float:
        """Next step [m]; ``size`` is that of the tool [m], ``steps`` the number aimed at."""
        if not self.done:
            return PROBE * size
        if self.slope <= 0.0:
            return GROWTH * self.step
        left = OVERSHOOT * self.force / self.slope
        return min(left / max(steps - self.done, 1), GROWTH * self.step)

    def take(self, step: float, force: float) -> None:
        """Learn from a step [m] and the force after it [N]."""
        self.slope = (self.force - force) / step
        self.force, self.step = force, step
        self.done += 1
