# SPDX-License-Identifier: BSD-3-Clause
"""Time steps of a cycle: how many between one sampled instant and the next.

The step changes at sampled instants only and divides the time between two of them, so every
schedule lands on them and on the end of the cycle.
"""

from __future__ import annotations

from typing import Protocol

from solvers.fluid.inflow import Waveform
from solvers.fluid.settings import FlowSettings

LEVELS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
"""Steps between two instants that an adaptive schedule may take: few, so that matrices are rebuilt
seldom. Neighbours are at most a factor r = 2 apart: the second root r^2 / (1 + 2 r) of BDF2 with
growing steps stays below 1 up to r = 1 + sqrt(2)."""

COARSEN = 0.8
"""Share of the target that the Courant number of the larger step has to stay below."""


class Schedule(Protocol):
    """Steps of a cycle.

    Attributes:
        intervals: number of sampled instants per cycle; the last one is its end.
        level: state of the schedule, an integer that a checkpoint keeps.
    """

    intervals: int
    level: int

    def steps(self, interval: int, rate: float) -> tuple[int, float]:
        """Number of steps and time step [s] up to the end of an interval.

        Args:
            interval: counted from 0 in every cycle.
            rate: largest speed over cell size at its start [1/s].
        """


class FixedSteps:
    """The same step throughout; samples after a whole number of them (see Schedule)."""

    level = 0

    def __init__(self, period: float, steps: int, samples: int, refinement: int = 1) -> None:
        """Set up ``steps`` per ``period`` [s], sampled at least ``samples`` times.

        ``refinement`` divides the step and leaves the sampled instants where they are.
        """
        self._every = max(1, steps // samples)
        self._total, self._refinement = steps, refinement
        self.intervals = -(-steps // self._every)
        self._time_step = period / (steps * refinement)

    def steps(self, interval: int, rate: float) -> tuple[int, float]:
        """See Schedule."""
        count = min(self._every, self._total - interval * self._every)
        return count * self._refinement, self._time_step


class AdaptiveSteps:
    """Steps that follow the Courant number (see Schedule)."""

    def __init__(self, waveform: Waveform, settings: FlowSettings, refinement: int = 1) -> None:
        """Start with about ``settings.steps_per_cycle`` steps per cycle.

        ``refinement`` divides the target of ``settings.time_step``.
        """
        self._waveform = waveform
        self._target = settings.time_step.target_cfl / refinement
        self.intervals = settings.samples_per_cycle
        first = settings.steps_per_cycle * refinement / self.intervals
        self.level = next((i for i, n in enumerate(LEVELS) if n >= first), len(LEVELS) - 1)

    def steps(self, interval: int, rate: float) -> tuple[int, float]:
        """See Schedule.

        The speed at the start is carried forward with the inflow. A step that would pass the
        target is cut at once; a larger one is taken level by level, with a margin.
        """
        length = self._waveform.period / self.intervals
        ahead = rate * self._growth(interval * length, length)
        while self.level < len(LEVELS) - 1 and ahead * length / LEVELS[self.level] > self._target:
            self.level += 1
        if self.level > 0 and ahead * length / LEVELS[self.level - 1] < COARSEN * self._target:
            self.level -= 1
        return LEVELS[self.level], length / LEVELS[self.level]

    def _growth(self, start: float, length: float) -> float:
        """Largest inflow within an interval over that at its start, between 1 and 2."""
        flow = [abs(float(self._waveform.flow(start + s * length))) for s in (0.0, 0.5, 1.0)]
        return min(max(flow[1:]) / max(flow[0], 1e-30), 2.0) if max(flow) > flow[0] else 1.0


def make_schedule(waveform: Waveform, settings: FlowSettings, refinement: int = 1) -> Schedule:
    """Schedule that ``settings.time_step`` asks for."""
    if settings.time_step.kind == "adaptive":
        return AdaptiveSteps(waveform, settings, refinement)
    return FixedSteps(
        waveform.period, settings.steps_per_cycle, settings.samples_per_cycle, refinement
    )
