# SPDX-License-Identifier: BSD-3-Clause
"""The screen of the fractional step against the monolithic solver, in three dimensions.

Both solve one problem with the same elements on the same mesh, so they differ by what the
fractional step does in its own way only: the splitting, the lagged tangential part, the speed
in the resistance, the outlet pressure. Channel of 12 x 3 x 3 mm with a sac of 4 x 3 x 3 mm, Re 120.
"""

import functools

import numpy as np
import pytest
from flow_cases import DENSITY, VISCOSITY, screen
from sac_cases import Profile, measures, neck_flow, sac_channel

from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.monolithic import MonolithicStep
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings

SETTINGS = FlowSettings(velocity_degree=2, tolerance=1e-9)
HEIGHT, PEAK, PERIOD = 3e-3, 0.2, 0.8
OPEN = (0.0, 0.0, 0.0)
SPEED, INFLOW, JUMP = range(3)


@functools.cache
def domain():
    return sac_channel(12e-3, HEIGHT, HEIGHT, (4e-3, 8e-3, 3e-3), 1e-3)


def inlet_shape(y, z):
    return 16 * PEAK * y * z * (HEIGHT - y) * (HEIGHT - z) / HEIGHT**4


def pulse(time):
    """Between 1 and 2, at rest at the start."""
    return 1.5 - 0.5 * np.cos(2 * np.pi * time / PERIOD)


def problem(resistances, amplitude=lambda time: 1.0):
    """``resistances``: R_n [Pa s/m], its quadratic part [Pa s2/m2] and R_t [Pa s/m]."""
    names = ("wall", "side_low", "side_high")
    walls = [lambda s, n=n: Wall(domain(), s, n) for n in names]
    return FlowProblem(
        domain(),
        DENSITY,
        Newtonian(VISCOSITY),
        [FixedPressure("outlet_1")],
        [lambda s: Profile(domain(), s, inlet_shape, amplitude), *walls],
        screen(domain(), *resistances),
    )


@functools.cache
def reference(resistances):
    """Steady flow of the monolithic solver."""
    stepper = MonolithicStep(problem(resistances), SETTINGS)
    stepper.solve_steady()
    return stepper


def settled(resistances, steps=100, time_step=5e-3):
    """The fractional step, from rest to steady flow."""
    stepper = FractionalStep(problem(resistances), SETTINGS, time_step)
    for _ in range(steps):
        stepper.step()
    return stepper


# R_n < R_t, R_n = R_t, R_n > R_t, quadratic: seen 0.02 % at most, the outlet rows being what
# differs. The margin of a factor five leaves room for the rest of the transient, which dies out at
# the rate of the sac.
@pytest.mark.parametrize(
    "resistances",
    [(200.0, 0.0, 600.0), (200.0, 0.0, 200.0), (200.0, 0.0, 100.0), (100.0, 1e4, 100.0)],
)
def test_steady_flow(resistances):
    found, expected = measures(settled(resistances)), measures(reference(resistances))
    assert found == pytest.approx(expected, rel=1e-3)


def test_vanishing_resistance_is_the_untreated_flow():
    untreated, screened = measures(reference(OPEN)), measures(reference((1e-3, 0.0, 0.0)))
    assert screened == pytest.approx(untreated, rel=1e-4)
    found = measures(settled((1e-3, 0.0, 0.0)))
    assert found == pytest.approx(untreated, rel=5e-3)


def test_large_resistance_closes_the_sac_without_a_leak():
    closed = (1e7, 0.0, 1e7)
    untreated = measures(reference(OPEN))
    for stepper in (reference(closed), settled(closed)):
        found = measures(stepper)
        # R -> infinity leaves flow of order jump / R: some 1 Pa over 1e7 Pa s/m.
        assert found[SPEED] < 1e-4 * untreated[SPEED]
        assert found[INFLOW] < 1e-4 * untreated[INFLOW]
        assert abs(neck_flow(stepper)[1]) < 1e-8 * untreated[INFLOW]
    # The jump is then the pressure of the lumen along the ostium less that of fluid at rest.
    assert found[JUMP] == pytest.approx(measures(reference(closed))[JUMP], rel=1e-3)


def history(solver, resistances, steps):
    """(20, 3) measures over half a cycle of ``steps`` per cycle, from the steady flow."""
    start = reference(resistances)
    stepper = solver(problem(resistances, pulse), SETTINGS, PERIOD / steps)
    points = [s.space.tabulate_dof_coordinates() for s in (start, stepper)]
    assert np.array_equal(*points)
    velocity = np.array([u.x.array for u in start.velocity])
    stepper.set_initial(lambda x: velocity, lambda x: velocity)
    stepper.pressure.array[:] = start.pressure.array
    found = []
    for step in range(steps // 2):
        stepper.step()
        if (step + 1) % (steps // 40) == 0:
            found.append(measures(stepper))
    return np.array(found)


# Root mean square over the half cycle, as a share of the mean. Seen at 5 ms: sac speed 0.2 to
# 0.7 %, neck inflow 1.3 to 1.5 %, jump 0.9 to 1.9 %, which fall with the step at order 1.3 to 1.5
# (and go on doing so: 0.2 to 0.4 % at 1.25 ms). The pressure of an incremental scheme is of first
# order next to open boundaries and screens (Guermond, Minev & Shen 2006,
# doi:10.1016/j.cma.2005.10.010), so a ratio of 1.8 asks for no more than that.
@pytest.mark.parametrize(
    "resistances",
    [OPEN, (200.0, 0.0, 200.0), (400.0, 0.0, 100.0), (100.0, 2e3, 300.0), (0.0, 1e4, 0.0)],
)
def test_pulsatile_flow(resistances):
    expected = history(MonolithicStep, resistances, 160)
    coarse, fine = (
        np.sqrt(((history(FractionalStep, resistances, n) - expected) ** 2).mean(axis=0))
        / expected.mean(axis=0)
        for n in (80, 160)
    )
    assert fine[SPEED] < 0.015
    assert max(fine[[INFLOW, JUMP]]) < 0.03
    assert min(coarse / fine) > 1.8, (coarse, fine)
