# SPDX-License-Identifier: BSD-3-Clause
"""Windkessel outlets by themselves, and outlet models from settings."""

import gzip
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from solvers.common.errors import InvalidProblem
from solvers.fluid.closure import make_outlets
from solvers.fluid.outlets import FixedPressure, FlowSplit, OutletState, Resistance, Windkessel
from solvers.fluid.settings import OutletChoice, OutletSettings
from solvers.verification.analytic import windkessel_impedance

DATA = Path(__file__).parents[3].parent / "shared" / "data"
MEAN, SWING, OMEGA = 3e-6, 2e-6, 2 * np.pi / 0.9
PROXIMAL, CAPACITANCE, DISTAL, BEHIND = 4e8, 1.2e-10, 3.6e9, 500.0


def drive(outlet, flow, times):
    """Pressure [Pa] at the ends of the steps between ``times`` for a prescribed flow."""
    found = []
    for start, end in pairwise(times):
        state = OutletState(np.array([flow(end)]), np.zeros((1, 1)), np.zeros(1), end - start)
        row, rhs = outlet.equation(0, state)
        found.append(rhs / row[0])
        outlet.advance(flow(end), end - start)
    return np.array(found)


def sinusoidal(time):
    return MEAN + SWING * np.cos(OMEGA * time)


def periodic_pressure(time):
    wave = windkessel_impedance(OMEGA, PROXIMAL, CAPACITANCE, DISTAL) * np.exp(1j * OMEGA * time)
    return BEHIND + (PROXIMAL + DISTAL) * MEAN + SWING * wave.real


def periodic(outlet):
    """Put the outlet on its periodic solution at t = 0."""
    stored = periodic_pressure(0.0) - PROXIMAL * sinusoidal(0.0)
    outlet.restore(np.array([stored, sinusoidal(0.0)]))
    return outlet


def windkessel(mean_flow=MEAN):
    return Windkessel("outlet_1", PROXIMAL, CAPACITANCE, DISTAL, BEHIND, mean_flow)


def test_second_order_in_time():
    errors = []
    for steps in (20, 40, 80):
        times = np.linspace(0.0, 0.9, steps + 1)
        found = drive(periodic(windkessel()), sinusoidal, times)
        errors.append(np.abs(found - periodic_pressure(times[1:])).max())
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert order == pytest.approx(2.0, abs=0.05)
    assert errors[-1] < 1e-3 * (PROXIMAL + DISTAL) * SWING


def test_uneven_steps_are_as_good():
    steps = 0.9 / 80 * (1 + 0.5 * np.sin(np.arange(80)))
    times = np.r_[0.0, np.cumsum(steps)]
    found = drive(periodic(windkessel()), sinusoidal, times)
    assert found == pytest.approx(periodic_pressure(times[1:]), rel=1e-3)


def test_stable_and_right_at_steps_beyond_its_time_constant():
    found = drive(windkessel(0.0), lambda time: MEAN, np.arange(0.0, 400.0, 5.0))
    assert found[-1] == pytest.approx(BEHIND + (PROXIMAL + DISTAL) * MEAN, rel=1e-12)
    assert np.all(np.diff(found) >= -1e-9)


def test_steady_flow_is_an_infinite_step():
    outlet = windkessel(0.0)
    found = drive(outlet, lambda time: MEAN, np.array([0.0, np.inf]))
    assert found == pytest.approx(BEHIND + (PROXIMAL + DISTAL) * MEAN, rel=1e-14)
    assert outlet.state() == pytest.approx([BEHIND + DISTAL * MEAN, MEAN])


def test_charged_by_the_mean_it_is_periodic_at_once():
    """The first harmonic of the stored pressure is all that has to settle."""
    times = np.linspace(0.0, 3 * 0.9, 601)
    charged = drive(windkessel(), sinusoidal, times)[-200:].mean()
    empty = drive(windkessel(0.0), sinusoidal, times)[-200:].mean()
    exact = BEHIND + (PROXIMAL + DISTAL) * MEAN
    tau = windkessel().time_constant
    assert charged == pytest.approx(exact, rel=1e-3)
    # Left to itself a discharged one still lacks this share in the third cycle.
    lacking = tau / 0.9 * (np.exp(-1.8 / tau) - np.exp(-2.7 / tau)) * DISTAL * MEAN
    assert exact - empty == pytest.approx(lacking, rel=0.2)


def test_state_goes_and_comes_back():
    outlet, times = windkessel(), np.linspace(0.0, 0.9, 31)
    drive(outlet, sinusoidal, times[:16])
    kept = outlet.state()
    straight = drive(outlet, sinusoidal, times[15:])
    other = windkessel(0.0)
    other.restore(kept)
    assert np.array_equal(drive(other, sinusoidal, times[15:]), straight)


@pytest.mark.parametrize("wrong", ["proximal", "capacitance", "distal"])
def test_values_must_be_positive(wrong):
    values = {"proximal": 1e8, "capacitance": 1e-10, "distal": 1e9} | {wrong: 0.0}
    with pytest.raises(InvalidProblem, match=rf"needs positive values, not {{'{wrong}': 0.0}}"):
        Windkessel("outlet_1", **values)


def test_against_a_lumped_parameter_solver():
    folder = DATA / "svzerod_rcr"
    if not folder.is_dir():
        pytest.skip("the shared data are not here")
    case = json.loads((folder / "pulsatileFlow_R_RCR.json").read_text())
    values = case["boundary_conditions"][1]["bc_values"]
    stored = json.loads((folder / "result_pulsatileFlow_R_RCR.json").read_text())
    last = [stored["pressure_out"][str(row)] for row in range(len(stored["time"]))][-201:]
    outlet = Windkessel("outlet_1", values["Rp"], values["C"], values["Rd"], values["Pd"], 2.2)
    times = np.linspace(0.0, 10.0, 2001)
    found = drive(outlet, lambda t: 2.2 + 2.5 * np.sin(2 * np.pi * t), times)[-200:]
    # The stored solution itself agrees with the closed form to 0.04 % of the mean pressure.
    assert found == pytest.approx(np.array(last[1:]), abs=1e-3 * np.mean(last))


def test_against_a_finite_element_pipe():
    folder = DATA / "svfsi_pipe_rcr"
    if not folder.is_dir():
        pytest.skip("the shared data are not here")
    with gzip.open(folder / "pipe_rcr_reference.csv.gz", "rt") as file:
        table = np.genfromtxt(file, delimiter=",", names=True)
    time, flow = np.r_[0.0, table["t_s"]], np.r_[0.0, table["q_outlet_ml_s"]]
    outlet = Windkessel("outlet_1", 121.0, 1.5e-4, 1212.0)
    found = drive(outlet, lambda t: np.interp(t, time, flow), time)
    expected = table["p_outlet_dyn_cm2"]
    # Face averages of a coarse mesh, stored with a few digits: 0.4 % of the peak were seen there.
    assert np.abs(found - expected)[-200:].max() < 5e-3 * expected.max()


RADII = {"inlet": 2e-3, "outlet_1": 1.5e-3, "outlet_2": 1.0e-3, "outlet_3": 0.8e-3}


def choices(**each):
    return OutletSettings(kind="windkessel", split_exponent=2.0, each=each)


def test_resistances_meet_the_mean_pressure():
    outlets = make_outlets(RADII, choices(), MEAN, 1060.0)
    shares = np.array([2.25, 1.0, 0.64]) / 3.89
    total = np.array([o.proximal + o.distal for o in outlets])
    assert total * shares * MEAN == pytest.approx(12000.0)
    assert [o.proximal / (o.proximal + o.distal) for o in outlets] == pytest.approx([0.1] * 3)
    assert [o.time_constant for o in outlets] == pytest.approx([0.5] * 3)
    stored = np.array([o.state()[0] for o in outlets])
    assert stored == pytest.approx(0.9 * 12000.0)


def test_proximal_resistance_from_the_impedance():
    settings = OutletSettings(kind="windkessel", proximal="impedance", wave_speed=5.0)
    outlets = make_outlets(RADII, settings, MEAN, 1060.0)
    assert outlets[0].proximal == pytest.approx(1060.0 * 5.0 / (np.pi * 1.5e-3**2))
    with pytest.raises(InvalidProblem, match="not below the total"):
        make_outlets(RADII, settings, 100 * MEAN, 1060.0)


def test_kinds_mix_and_charge_by_the_flow_they_get():
    outlets = make_outlets(
        RADII,
        choices(
            outlet_1=OutletChoice("split"),
            outlet_2=OutletChoice("windkessel", 1e9, 1e-10, 9e9, 1000.0),
            outlet_3=OutletChoice("resistance", distal=1e10),
        ),
        MEAN,
        1060.0,
    )
    assert [type(o) for o in outlets] == [FlowSplit, Windkessel, Resistance]
    # Both get half the rest, shifted by the pressure behind the first.
    rest = MEAN * (1 - 2.25 / 3.89)
    flow = (rest - 1000.0 / 1e10) / 2
    assert outlets[1].state()[0] == pytest.approx(1000.0 + 9e9 * flow)


def test_shares_alone_leave_one_reference_pressure():
    outlets = make_outlets(RADII, OutletSettings(kind="split"), MEAN, 1060.0)
    assert [type(o) for o in outlets] == [FlowSplit, FlowSplit, FixedPressure]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (OutletSettings(split={"outlet_1": 1.0}), "must name"),
        (choices(outlet_9=OutletChoice("split")), r"choices are made for \['outlet_9'\]"),
        (choices(outlet_1=OutletChoice("windkessel", proximal=1e9)), "values are missing"),
        (choices(outlet_1=OutletChoice("windkessel", 1e9, 1e-10, -1.0)), "positive distal"),
        (OutletSettings(distal_pressure=13000.0), "must be above the distal pressure"),
    ],
)
def test_faults_are_named(settings, message):
    with pytest.raises(InvalidProblem, match=message):
        make_outlets(RADII, settings, MEAN, 1060.0)
