# SPDX-License-Identifier: BSD-3-Clause
"""Adaptive load steps over a pseudo-time from 0 to 1."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from solvers.common.errors import InvalidProblem, SolverDiverged

log = logging.getLogger(__name__)


class Participant:
    """What changes with the load steps: a body, multipliers of a contact, a damping."""

    def enter(self) -> None:
        """Get ready for a walk, whose direction need not be that of the one before."""

    def leave(self) -> None:
        """Look at a walk that has reached its end."""

    def begin(self, increment: float) -> None:
        """Get ready for a step of ``increment`` in load."""

    def objection(self) -> str | None:
        """Why a converged step is not to be accepted, if so: it is then cut."""
        return None

    def demand(self) -> float:
        """Share used by a converged step of the change that one may bring; 1 is all of it."""
        return 0.0

    def commit(self) -> None:
        """Take the converged state as the start of the next step."""

    def snapshot(self) -> Any:
        """Everything that a later ``restore`` needs."""
        return None

    def restore(self, state: Any) -> None:
        """Go back to a snapshot."""


@dataclass(frozen=True)
class StepSettings:
    """Sizes of load steps, as shares of the whole load.

    Attributes:
        first: increment tried first.
        largest, smallest: bounds of the increment; a step of the smallest that fails ends it all.
        easy, hard: iterations up to which the next increment grows, from which on it shrinks.
        growth, shrink: these two factors.
        cut: factor after a failed step.
        excess: demand of a participant above which a step is cut; the steps aim at 0.8.
    """

    first: float = 0.05
    largest: float = 0.1
    smallest: float = 1e-4
    easy: int = 5
    hard: int = 12
    growth: float = 1.5
    shrink: float = 0.7
    cut: float = 0.35
    excess: float = 1.25

    def __post_init__(self) -> None:
        """Check the order of the sizes."""
        if not 0 < self.smallest <= self.first <= self.largest <= 1:
            raise InvalidProblem(
                "load steps need 0 < smallest <= first <= largest <= 1,"
                f" got {self.smallest}, {self.first}, {self.largest}"
            )


@dataclass(frozen=True)
class Step:
    """A converged load step.

    Attributes:
        number: from 1.
        load: at its end, 0 to 1.
        increment: of the load.
        iterations: Newton iterations.
        cuts: failed attempts since the step before.
        demand: largest of the participants.
    """

    number: int
    load: float
    increment: float
    iterations: int
    cuts: int
    demand: float = 0.0


class _Excess(SolverDiverged):
    """A converged step that did too much."""

    def __init__(self, demand: float) -> None:
        super().__init__(f"the step changes the state by {demand:.3g} times what is allowed")
        self.demand = demand


class LoadStepper:
    """Walks from load 0 to 1; a step that fails leaves no trace and is tried again shorter.

    Attributes:
        steps: converged so far.
    """

    def __init__(
        self,
        solve: Callable[[], int],
        participants: Sequence[Participant],
        settings: StepSettings | None = None,
    ) -> None:
        """Take what is to be walked.

        Args:
            solve: finds the equilibrium for the load applied and returns the iterations; raises
                SolverDiverged.
            participants: committed after a step, restored after a failed one, in this order.
            settings: sizes of the steps.
        """
        self._solve, self._participants = solve, list(participants)
        self.settings = settings or StepSettings()
        self.steps: list[Step] = []

    def run(
        self,
        apply: Callable[[float], None],
        on_step: Callable[[Step], None] | None = None,
        *,
        stops: Sequence[float] = (),
        start: float = 0.0,
        increment: float | None = None,
    ) -> list[Step]:
        """Walk to load 1.

        Args:
            apply: sets tools and boundary values for a load.
            on_step: called after each commit.
            stops: loads that a step must end on.
            start: load reached already.
            increment: tried first, else that of the settings.

        Raises:
            SolverDiverged: a step of the smallest increment failed; the state is that of the last
                converged step, and ``where`` names the step and its load.
        """
        for participant in self._participants:
            participant.enter()
        load, cuts = start, 0
        increment = increment or self.settings.first
        targets = sorted({stop for stop in (*stops, 1.0) if stop > start + _SAME})
        while targets:
            trial = self._reach(load, increment, targets[0])
            try:
                iterations, demand = self._attempt(apply, load, trial)
            except SolverDiverged as error:
                increment = self._shorter(trial - load, len(self.steps) + 1, trial, error)
                cuts += 1
                continue
            step = Step(len(self.steps) + 1, trial, trial - load, iterations, cuts, demand)
            self.steps.append(step)
            increment = self._next(increment, step)
            load, cuts = trial, 0
            if load >= targets[0] - _SAME:
                targets.pop(0)
            if on_step is not None:
                on_step(step)
        for participant in self._participants:
            participant.leave()
        return self.steps

    def _reach(self, load: float, increment: float, target: float) -> float:
        """End of the next step: whole steps to the target, without a tiny last one."""
        left = target - load
        if increment >= left * (1 - _SAME):
            return target
        return load + (left / 2 if increment > left / 2 else increment)

    def _attempt(
        self, apply: Callable[[float], None], load: float, trial: float
    ) -> tuple[int, float]:
        """One step: iterations and demand; on failure all is as before, the load included."""
        states = [p.snapshot() for p in self._participants]
        try:
            for participant in self._participants:
                participant.begin(trial - load)
            apply(trial)
            iterations = self._solve()
            for participant in self._participants:
                if reason := participant.objection():
                    raise SolverDiverged(reason)
            demand = max((p.demand() for p in self._participants), default=0.0)
            if demand > self.settings.excess:
                raise _Excess(demand)
        except SolverDiverged:
            for participant, state in zip(self._participants, states, strict=True):
                participant.restore(state)
            apply(load)
            raise
        for participant in self._participants:
            participant.commit()
        return iterations, demand

    def _shorter(self, tried: float, number: int, load: float, error: SolverDiverged) -> float:
        """Increment after a failure."""
        settings = self.settings
        if tried <= settings.smallest * (1 + _SAME):
            raise SolverDiverged(
                f"load step {number} to {load:.6g} failed at the smallest increment"
                f" {tried:.2g}: {error}",
                f"load step {number}, load {load:.6g}",
            ) from error
        factor = max(_AIM / error.demand, 0.1) if isinstance(error, _Excess) else settings.cut
        shorter = max(factor * tried, settings.smallest)
        log.info("load step %d to %.6g failed (%s); next %.3g", number, load, error, shorter)
        return shorter

    def _next(self, increment: float, step: Step) -> float:
        """Increment after a converged step."""
        settings = self.settings
        if step.cuts or step.iterations >= settings.hard:
            factor = settings.shrink if step.iterations >= settings.hard else 1.0
        else:
            factor = settings.growth if step.iterations <= settings.easy else 1.0
        following = factor * increment
        if step.demand > 0:
            following = min(following, step.increment * _AIM / step.demand)
        return min(max(following, settings.smallest), settings.largest)


_AIM = 0.8
"""Demand that the steps aim at."""
_SAME = 1e-9
"""Loads closer than this are the same."""
