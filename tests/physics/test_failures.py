# SPDX-License-Identifier: BSD-3-Clause
"""A solve that cannot go on says why, after one attempt with half the time step."""

import logging

import pytest
from flow_cases import REFERENCE

from solvers.common.errors import NonPhysical, TimeBudgetExceeded
from solvers.fluid.run import simulate
from solvers.fluid.settings import FlowSettings

PHYSIOLOGY = {
    "mean_inlet_velocity": 0.2,
    "period": 0.2,
    "waveform": {"cosine": [0.2], "sine": [0.0]},
}


def run(folder, **settings):
    settings = FlowSettings(steps_per_cycle=40, cycles=1, minimum_cycles=1, **settings)
    return simulate(REFERENCE / "tube", None, PHYSIOLOGY, settings, folder)


def test_speed_beyond_the_limit_is_tried_again_then_refused(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    # The centreline runs at twice the mean velocity, above this limit.
    with pytest.raises(NonPhysical, match=r"more than 1\.1 times") as failure:
        run(tmp_path, speed_limit=1.1, retries=1)
    assert failure.value.code == "non_physical"
    assert failure.value.where
    assert caplog.text.count("again with half the time step") == 1


def test_budget_ends_the_solve(tmp_path):
    with pytest.raises(TimeBudgetExceeded) as failure:
        run(tmp_path, time_budget=1e-6, retries=1)
    assert failure.value.code == "time_budget"


def test_attempts_are_in_the_summary(tmp_path):
    assert run(tmp_path)["failed_attempts"] == []
