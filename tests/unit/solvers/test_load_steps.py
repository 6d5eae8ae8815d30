# SPDX-License-Identifier: BSD-3-Clause
"""Load steps: growth, cuts, what is restored and how a hopeless load ends."""

import pytest

from solvers.common.errors import InvalidProblem, SolverDiverged
from solvers.solid.stepping import LoadStepper, Participant, StepSettings


class Spring(Participant):
    """State follows the load; a solve fails where ``limit`` says so."""

    def __init__(self, limit=lambda load, increment: False, iterations=3):
        self.limit, self.iterations = limit, iterations
        self.load, self.increment = 0.0, 0.0
        self.state, self.committed, self.trials = 0.0, [], []
        self.complaint, self.used = None, 0.0

    def apply(self, load):
        self.load = load

    def begin(self, increment):
        self.increment = increment

    def solve(self):
        self.trials.append(self.load)
        self.state = self.load + 1e3
        if self.limit(self.load, self.increment):
            raise SolverDiverged("no equilibrium")
        self.state = self.load
        return self.iterations

    def objection(self):
        return self.complaint and self.complaint(self.load, self.increment)

    def demand(self):
        return self.used * self.increment

    def commit(self):
        self.committed.append(self.state)

    def snapshot(self):
        return self.state

    def restore(self, state):
        self.state = state


def walk(spring, **settings):
    stepper = LoadStepper(spring.solve, [spring], StepSettings(**settings))
    return stepper, lambda **more: stepper.run(spring.apply, **more)


def test_easy_steps_grow_to_the_largest_and_end_on_one():
    spring = Spring()
    _, run = walk(spring, first=0.02, largest=0.1)
    steps = run()
    sizes = [step.increment for step in steps]
    assert sizes[1] == pytest.approx(0.03) and max(sizes) == pytest.approx(0.1)
    assert spring.committed[-1] == 1.0 == steps[-1].load
    assert min(sizes[5:]) > 0.045


def test_hard_steps_shrink():
    spring = Spring(iterations=14)
    _, run = walk(spring, first=0.1, largest=0.1, smallest=0.05)
    assert run()[1].increment == pytest.approx(0.07)


def test_stops_are_met():
    spring = Spring()
    _, run = walk(spring, first=0.04, largest=0.3)
    run(stops=(0.37, 0.5))
    assert {0.37, 0.5, 1.0} <= set(spring.committed)


def test_a_failed_step_leaves_no_trace():
    spring = Spring(limit=lambda load, increment: load > 0.5 and increment > 0.02)
    _, run = walk(spring, first=0.1)
    before = []
    steps = run(on_step=lambda step: before.append(spring.state))
    assert len(spring.trials) > len(steps)
    assert spring.committed == before == [step.load for step in steps]
    assert max(s.increment for s in steps if s.load > 0.5) <= 0.02 + 1e-12
    assert sum(step.cuts for step in steps) == len(spring.trials) - len(steps)


def test_a_hopeless_load_ends_in_a_coded_error_at_the_last_good_state():
    spring = Spring(limit=lambda load, increment: load > 0.42)
    stepper, run = walk(spring, smallest=1e-3)
    with pytest.raises(SolverDiverged, match=r"smallest increment.*no equilibrium") as failure:
        run()
    assert failure.value.code == "solver_diverged"
    assert failure.value.where.startswith(f"load step {len(stepper.steps) + 1}, load 0.42")
    assert spring.state == spring.load == stepper.steps[-1].load
    assert 0.42 - 1e-3 <= spring.load <= 0.42


def test_objections_cut():
    spring = Spring()
    spring.complaint = lambda load, increment: "too far" if increment > 0.03 else None
    _, run = walk(spring, first=0.1)
    assert max(step.increment for step in run()) <= 0.03


def test_steps_aim_at_the_demand():
    spring = Spring()
    spring.used = 40.0  # an increment of 0.025 is all that is allowed
    _, run = walk(spring, first=0.1)
    steps = run()
    assert max(step.demand for step in steps) <= 1.25
    assert steps[4].increment == pytest.approx(0.02)


def test_sizes_are_checked():
    with pytest.raises(InvalidProblem, match="smallest <= first"):
        StepSettings(first=0.2, largest=0.1)
