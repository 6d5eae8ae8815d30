# SPDX-License-Identifier: BSD-3-Clause
"""Balloon: outline, chart, and the device that pushes back."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from solvers.solid.bench.motions import GivingBalloon
from solvers.solid.bench.procedures import Expand
from solvers.solid.bench.release import Withdrawal
from solvers.solid.contact.balloon import BalloonShape, ComplianceChart, PressedBalloon

CHART = ComplianceChart((4e5, 10e5, 16e5), (2.8e-3, 3.0e-3, 3.1e-3))


def test_outline():
    shape = BalloonShape("profile", overhang=1e-3, taper=2e-3, end_excess=0.1, transition=1e-3)
    ends = (-5e-3, 5e-3)
    at = lambda z, load: float(shape.relative_radius(z, ends, load))  # noqa: E731
    assert at(0.0, 0.5) == pytest.approx(1.0)
    assert at(5e-3, 0.5) == pytest.approx(1.1)
    assert at(5e-3, 1.0) == pytest.approx(1.0)
    assert at(-6e-3, 1.0) == pytest.approx(1.0)
    assert at(8e-3, 1.0) == pytest.approx(0.0)
    assert BalloonShape().relative_radius([0.0, 1.0], ends, 0.5) == pytest.approx(1.0)


def test_chart_goes_both_ways_and_on():
    assert CHART.free_radius(7e5) == pytest.approx(1.45e-3)
    pressures = np.array([3e5, 5e5, 12e5, 18e5])
    assert CHART.wall_pressure(CHART.free_radius(pressures)) == pytest.approx(pressures)
    with pytest.raises(ValueError, match="rise"):
        ComplianceChart((4e5, 3e5), (1e-3, 2e-3))


@pytest.mark.parametrize("stiffness", [2e3, 2e5])
def test_stations_come_to_one_pressure(stiffness):
    """Against a device that is a spring per station, twice as stiff at the ends."""
    balloon = PressedBalloon(CHART, np.linspace(-3e-3, 3e-3, 6), 1.3e-3)
    springs = stiffness * np.array([2.0, 1.0, 1.0, 1.0, 2.0])
    balloon.drive(1.45e-3)
    for _ in range(60):
        if balloon.relax(springs * (balloon.radii - 1.3e-3)) < 1e-7:
            break
    pressures = balloon.pressures(springs * (balloon.radii - 1.3e-3))
    assert pressures == pytest.approx(np.full(5, pressures[2]), rel=1e-3)
    assert balloon.radii[2] == pytest.approx(1.45e-3)
    assert balloon.radii[0] < balloon.radii[1] <= balloon.radii[2] * (1 + 1e-6)


def test_withdrawal_ends_in_few_steps():
    """A spring that softens as it lets go: force k x (1 + x)."""
    remaining = 0.03
    force = lambda x: max(0.0, 100.0 * x * (1 + 20.0 * x))  # noqa: E731
    way = Withdrawal(force(remaining), force(remaining))
    while way.force > 0.0:
        step = way.next(1.0, 5)
        remaining -= step
        way.take(step, force(remaining))
    assert way.done <= 9 and way.load == 1.0
    assert remaining > -0.01


def test_a_balloon_taken_up_again_has_its_shape():
    """Deflation and restarts make the motion anew, from its numbers."""
    placed = []
    model = SimpleNamespace(
        info={"copies_around": 1},
        balloon=SimpleNamespace(spread=lambda edges: np.array([0.0, 0.3, 0.0])),
        open_to=lambda profile, middle: placed.append(profile(np.array([-6e-4, 0.0, 6e-4]))),
    )
    chart = ComplianceChart((2e5, 8e5, 14e5), (1.7e-3, 2.0e-3, 2.1e-3))
    expand = Expand(name="expand", inner_diameter=2e-3, chart=chart, stations=3)
    numbers = {"start": 0.85e-3, "end": 1e-3, "ends": (-1e-3, 1e-3)}
    balloon = GivingBalloon(expand, model, numbers)
    balloon.place(0.95e-3, 0.6)
    while not balloon.settle():
        pass
    shape = placed[-1]
    assert shape[0] > 1.005 * shape[1]
    GivingBalloon(expand, model, json.loads(json.dumps(numbers))).place(0.95e-3, 0.6)
    assert placed[-1] == pytest.approx(shape, rel=1e-12)
