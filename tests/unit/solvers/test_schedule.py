# SPDX-License-Identifier: BSD-3-Clause
import itertools

import pytest

from solvers.fluid.inflow import Waveform
from solvers.fluid.schedule import LEVELS, AdaptiveSteps, FixedSteps, make_schedule
from solvers.fluid.settings import FlowSettings, TimeStepSettings

STEADY = Waveform(1e-6, 1.0)


def adaptive(waveform=STEADY, target=2.0, steps=100, samples=50, refinement=1):
    settings = FlowSettings(
        steps_per_cycle=steps,
        samples_per_cycle=samples,
        time_step=TimeStepSettings("adaptive", target),
    )
    return AdaptiveSteps(waveform, settings, refinement)


@pytest.mark.parametrize(("steps", "samples"), [(100, 10), (105, 10), (20, 100), (7, 3)])
@pytest.mark.parametrize("refinement", [1, 2])
def test_fixed_steps_fill_the_cycle(steps, samples, refinement):
    schedule = FixedSteps(0.9, steps, samples, refinement)
    counts = [schedule.steps(k, 0.0)[0] for k in range(schedule.intervals)]
    assert sum(counts) == refinement * steps
    assert schedule.steps(0, 0.0)[1] == 0.9 / (refinement * steps)


def test_instants_do_not_move_when_the_step_is_refined():
    coarse, fine = FixedSteps(1.0, 105, 10), FixedSteps(1.0, 105, 10, 4)
    assert coarse.intervals == fine.intervals
    for k in range(coarse.intervals):
        lengths = [count * step for count, step in (s.steps(k, 0.0) for s in (coarse, fine))]
        assert lengths[0] == pytest.approx(lengths[1])


def test_neighbouring_levels_keep_growing_steps_stable():
    ratios = [b / a for a, b in itertools.pairwise(LEVELS)]
    assert max(ratios) < 1 + 2**0.5


def test_adaptive_steps_meet_the_target():
    schedule = adaptive(target=2.0)
    for rate in (300.0, 800.0, 100.0, 2000.0):
        for k in range(10):
            count, step = schedule.steps(k, rate)
            assert rate * step <= 2.0
            assert count * step == pytest.approx(1.0 / 50)
    # In the end the level below would be too coarse, or only just fit.
    assert rate * step > 0.5 * 2.0


def test_a_speed_near_the_boundary_of_two_levels_changes_nothing():
    schedule = adaptive(target=2.0)
    boundary = 2.0 * 4 / (1.0 / 50)
    for k in range(5):
        schedule.steps(k, 1.01 * boundary)
    counts = {schedule.steps(k, factor * boundary)[0] for k in range(5) for factor in (0.97, 1.03)}
    assert counts == {6}


def test_rising_inflow_is_met_ahead():
    rising = Waveform(1e-6, 1.0, (-0.9,), (0.0,))
    assert adaptive(rising).steps(2, 300.0)[0] > adaptive().steps(2, 300.0)[0]


def test_refinement_divides_the_target():
    plain, fine = adaptive(target=4.0), adaptive(target=4.0, refinement=2)
    for k in range(10):
        steps = [schedule.steps(k, 900.0)[1] for schedule in (plain, fine)]
    assert steps[1] == pytest.approx(steps[0] / 2)


def test_settings_choose_the_kind():
    assert isinstance(make_schedule(STEADY, FlowSettings()), FixedSteps)
    settings = FlowSettings(time_step=TimeStepSettings("adaptive"))
    assert isinstance(make_schedule(STEADY, settings), AdaptiveSteps)
