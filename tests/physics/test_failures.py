# SPDX-License-Identifier: BSD-3-Clause
"""A solve that cannot go on says why, after a ladder of retries; time and energy have limits."""

import logging

import numpy as np
import pytest
from flow_cases import REFERENCE

from solvers.common.errors import (
    EnergyGrowth,
    LinearSolveFailed,
    NonPhysical,
    SolverDiverged,
    TimeBudgetExceeded,
)
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.ladder import next_rung, rung
from solvers.fluid.run import simulate
from solvers.fluid.settings import FlowSettings

PHYSIOLOGY = {
    "mean_inlet_velocity": 0.2,
    "period": 0.2,
    "waveform": {"cosine": [0.2], "sine": [0.0]},
}
REVERSING = {
    "mean_inlet_velocity": 0.05,
    "period": 0.5,
    "waveform": {"cosine": [-10.0], "sine": [0.0]},
}


def run(folder, physiology=PHYSIOLOGY, **settings):
    cheap = {"velocity_degree": 1, "steps_per_cycle": 40, "cycles": 1, "minimum_cycles": 1}
    settings = cheap | settings
    return simulate(REFERENCE / "tube", None, physiology, FlowSettings(**settings), folder)


@pytest.fixture
def spoil(monkeypatch):
    """Function that changes the velocity of every solve after step ``number``, some times."""

    def arrange(number, change, times=1):
        original, left = FractionalStep.step, [times]

        def step(self):
            report = original(self)
            if self.steps == number and left[0]:
                left[0] -= 1
                change(self)
            return report

        monkeypatch.setattr(FractionalStep, "step", step)

    return arrange


def double(stepper):
    for component in stepper.velocity:
        component.x.array[:] *= 2.0


def break_down(stepper):
    raise LinearSolveFailed("broke down", "step 30")


def poison(stepper):
    stepper.velocity[0].x.array[len(stepper.velocity[0].x.array) // 2] = np.nan


def test_speed_beyond_the_limit_is_tried_again_then_refused(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    # The centreline runs at twice the mean velocity, above this limit.
    with pytest.raises(NonPhysical, match=r"more than 1\.1 times") as failure:
        run(tmp_path, speed_limit=1.1, retries=1)
    assert failure.value.code == "non_physical"
    assert failure.value.where
    assert caplog.text.count("half the time step") == 1


def test_budget_ends_the_solve(tmp_path):
    with pytest.raises(TimeBudgetExceeded, match="the next run goes on") as failure:
        run(tmp_path, time_budget=1e-6)
    assert failure.value.code == "time_budget"
    assert (tmp_path / "checkpoint_b.npz").exists()


def test_budget_without_checkpoints(tmp_path):
    with pytest.raises(TimeBudgetExceeded):
        run(tmp_path, time_budget=1e-6, checkpoint_minutes=0.0)
    assert not any(path.name.startswith("checkpoint") for path in tmp_path.iterdir())


def test_attempts_are_in_the_summary(tmp_path):
    assert run(tmp_path)["failed_attempts"] == []


def test_number_that_is_not_finite(tmp_path, spoil):
    spoil(20, poison, times=9)
    with pytest.raises(SolverDiverged, match="not finite") as failure:
        run(tmp_path, retries=0)
    assert failure.value.code == "solver_diverged"
    assert "step 20" in failure.value.where


def test_energy_that_nothing_fed(tmp_path, spoil):
    spoil(20, double, times=9)
    with pytest.raises(EnergyGrowth, match="while the openings fed") as failure:
        run(tmp_path, retries=0)
    assert failure.value.code == "solver_diverged"
    assert "step 20" in failure.value.where


def test_retry_starts_from_the_last_sound_instant(tmp_path, spoil):
    spoil(30, poison)
    summary = run(tmp_path)
    (attempt,) = summary["failed_attempts"]
    assert attempt["code"] == "solver_diverged"
    assert attempt["remedy"] == "as configured"
    assert "step 30" in attempt["where"]
    # Step 30 is at 0.15 s; a tenth of the cycle lies between snapshots, and the newest is left.
    assert 0.1 < attempt["restarted_from"] < 0.15
    # 23 steps up to there and the other 17 halved.
    assert summary["steps_per_cycle"] == 23 + 2 * 17


def test_failed_linear_solve_keeps_the_step(tmp_path, spoil):
    undisturbed = run(tmp_path, tolerance=1e-9)
    spoil(30, break_down)
    summary = run(tmp_path, tolerance=1e-9)
    (attempt,) = summary["failed_attempts"]
    assert attempt["restarted_from"] > 0.1
    assert summary["steps_per_cycle"] == 40
    # The linear solves take another way to their tolerance; the pressure magnifies it.
    for name in ("pressure_drop", "max_cfl"):
        assert summary[name] == pytest.approx(undisturbed[name], rel=1e-5)


def test_flow_returning_through_an_outlet_blows_up_without_its_term_and_is_caught(tmp_path):
    with pytest.raises(EnergyGrowth, match="kinetic energy"):
        run(tmp_path, REVERSING, steps_per_cycle=800, backflow_beta=0.0, retries=0)


def test_ladder_ends_with_a_rung_that_holds(tmp_path):
    summary = run(tmp_path, REVERSING, steps_per_cycle=200, backflow_beta=0.0)
    # Smaller steps do not help against returning energy; the third rung brings the term back.
    # Each may be caught by the energy or, within a sample, by a velocity solve that no longer
    # converges, for which there is the first rung.
    rungs = [attempt["rung"] for attempt in summary["failed_attempts"]]
    assert [number for number in rungs if number != 1] == [0, 2]
    assert any("kinetic energy" in a["message"] for a in summary["failed_attempts"])
    assert summary["steps_per_cycle"] == 800


def test_first_rung_is_for_linear_solves():
    first = rung(0)
    assert next_rung(first, LinearSolveFailed("")).number == 1
    assert next_rung(first, EnergyGrowth("")).number == 2
    base = FlowSettings(wind_extrapolation=1.0, backflow_beta=0.2)
    assert rung(0).settings(base) == base
    assert rung(1).settings(base).velocity_preconditioner == "ilu"
    assert rung(2).settings(base).tolerance == pytest.approx(1e-8)
    third = rung(3).settings(base)
    assert (third.wind_extrapolation, third.backflow_beta) == (0.0, 1.0)
    assert [rung(n).refinement for n in range(5)] == [1, 1, 2, 4, 8]
