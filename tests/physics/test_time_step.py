# SPDX-License-Identifier: BSD-3-Clause
"""Steps of varying length: order of the scheme, and a run that follows the Courant number."""

import itertools
import json

import numpy as np
from flow_cases import REFERENCE, box
from test_manufactured import NU, ExactBoundary, Manufactured

from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.problem import FlowProblem
from solvers.fluid.rheology import Newtonian
from solvers.fluid.run import simulate
from solvers.fluid.settings import FlowSettings, TimeStepSettings


def alternating(pair_length, end):
    """Velocity after pairs of steps of one third and two thirds of ``pair_length``."""
    case = Manufactured(Newtonian(NU))
    domain = box([4] * 3, (-1,) * 3, (1,) * 3)
    boundary = [lambda s: ExactBoundary(domain, s, case.velocity)]
    problem = FlowProblem(domain, 1.0, case.rheology, [], boundary, force=case.force)
    # The factor tau/rho of the pressure stabilisation is first order in time.
    settings = FlowSettings(velocity_degree=2, tolerance=1e-9, pressure_stabilisation=0.0)
    short, long = pair_length / 3, 2 * pair_length / 3
    stepper = FractionalStep(problem, settings, long)
    stepper.set_initial(lambda x: case.velocity(0.0, x), lambda x: case.velocity(-long, x))
    for _ in range(round(end / pair_length)):
        for step in (short, long):
            stepper.set_time_step(step)
            stepper.step()
    assert abs(stepper.time - end) < 1e-12
    return np.concatenate([u.x.array for u in stepper.velocity])


def test_order_with_a_step_that_doubles_and_halves():
    """On one mesh, so that the differences hold no error in space."""
    fields = [alternating(length, 0.8) for length in (0.2, 0.1, 0.05)]
    first, second = (np.linalg.norm(b - a) for a, b in itertools.pairwise(fields))
    # Seen: 1.96; coefficients of a constant step lose the consistency altogether.
    assert np.log2(first / second) > 1.8, (first, second)


def test_adaptive_run_meets_its_target_and_the_end_of_the_cycle(tmp_path):
    target, period, samples = 4.0, 0.3, 25
    physiology = {
        "mean_inlet_velocity": 0.2,
        "period": period,
        "waveform": {"cosine": [-0.2, -0.1], "sine": [0.3, 0.05]},
    }
    settings = FlowSettings(
        steps_per_cycle=60,
        samples_per_cycle=samples,
        cycles=2,
        minimum_cycles=2,
        time_step=TimeStepSettings("adaptive", target),
    )
    summary = simulate(REFERENCE / "sidewall", None, physiology, settings, tmp_path)
    lines = (tmp_path / "history.jsonl").read_text().splitlines()
    times = np.array([json.loads(line)["time"] for line in lines])
    instants = period / samples * np.arange(1, 2 * samples + 1)
    nearest = np.abs(times[:, None] - instants).min(axis=0)
    assert nearest.max() < 1e-12
    assert abs(times[-1] - 2 * period) < 1e-12
    # The speed is carried forward with the inflow over one interval: a forecast, not a bound.
    assert 0.8 * target < summary["max_cfl"] < 1.1 * target
    shortest, longest = summary["time_step_range"]
    assert longest > 1.5 * shortest
    # Few levels, so that matrices are seldom rebuilt.
    steps = np.diff(times, prepend=0.0)
    assert np.count_nonzero(np.abs(np.diff(steps)) > 1e-9) < 20
    # Trapezoidal means over unequal steps; equal ones give round-off.
    assert summary["mass_balance_error"] < 1e-3
