# SPDX-License-Identifier: BSD-3-Clause
"""The screening mode: constant inflow until the endpoints stand still."""

import pytest
from flow_cases import REFERENCE

from solvers.fluid.inflow import Waveform
from solvers.fluid.run import simulate, steady_flow
from solvers.fluid.settings import FlowSettings

PHYSIOLOGY = {
    "mean_inlet_velocity": 0.1,
    "period": 0.8,
    "waveform": {"cosine": [-0.3, 0.1], "sine": [0.2, 0.0]},
}


def test_steady_flow_stops_when_it_stands_still(tmp_path):
    settings = FlowSettings(mode="steady", steps_per_cycle=120, cycles=4)
    summary = simulate(REFERENCE / "sidewall", None, PHYSIOLOGY, settings, tmp_path)
    assert summary["mode"] == "steady"
    assert summary["cycle_change"] < settings.periodicity_tolerance
    assert set(summary["cycle_changes"]) == set(settings.periodicity_endpoints)
    assert 2 < summary["cycles"] < 16
    # Nothing of the waveform is left: the inflow is its mean, in the last window and at its peak.
    flows = [summary["peak_inflow"], summary["mean_inflow"]]
    assert flows == pytest.approx([summary["waveform"]["mean"]] * 2, rel=1e-9)
    # What two windows agree on within 1 percent, further ones keep.
    longer = FlowSettings(
        mode="steady", steps_per_cycle=120, cycles=4, minimum_cycles=4, periodicity_tolerance=1e-5
    )
    late = simulate(REFERENCE / "sidewall", None, PHYSIOLOGY, longer, tmp_path)
    for name in ("stav", "neck_inflow", "pressure_drop"):
        assert summary[name] == pytest.approx(late[name], rel=0.02)


def test_windows_keep_the_time_step_and_the_ramp():
    waveform, settings = Waveform(1e-6, 0.8, (0.1,), (0.2,)), FlowSettings(steps_per_cycle=400)
    still, windows = steady_flow(waveform, settings)
    assert still.flow(0.1) == pytest.approx(1e-6)
    step = waveform.period / settings.steps_per_cycle
    assert still.period / windows.steps_per_cycle == pytest.approx(step)
    assert windows.ramp_share * still.period == pytest.approx(settings.ramp_share * waveform.period)
    assert windows.cycles * still.period == pytest.approx(settings.cycles * waveform.period)
