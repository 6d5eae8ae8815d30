# SPDX-License-Identifier: BSD-3-Clause
"""Outlet closures on boxes with one to three outlets: split, resistance, Windkessel, mass."""

import dolfinx
import numpy as np
import pytest
from flow_cases import DENSITY, VISCOSITY, box, steady
from scipy.integrate import solve_ivp

from solvers.common.errors import InvalidProblem
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.closure import murray_split
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.inflow import InletVelocity, Waveform
from solvers.fluid.monolithic import MonolithicStep
from solvers.fluid.outlets import FixedPressure, FlowSplit, Resistance, Windkessel
from solvers.fluid.problem import FlowProblem, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings
from solvers.verification.analytic import windkessel_impedance

FLOW = 1.0e-6


def outlet_box(bands):
    """The box whose far end holds an outlet in each band (low, high) of y [m], wall between."""
    domain = box([8, 6, 4], (0, 0, 0), (8e-3, 6e-3, 4e-3))
    mesh, tags = domain.mesh, domain.facet_tags
    height = mesh.geometry.x[mesh.geometry.dofmap][:, :, 1].mean(axis=1)
    to_cell = mesh.topology.connectivity(2, 3)
    values = tags.values.copy()
    for row in np.flatnonzero(values == 31):
        y = height[to_cell.links(tags.indices[row])[0]]
        found = [k for k, (low, high) in enumerate(bands) if low < y < high]
        values[row] = 31 + found[0] if found else 10
    facets = dolfinx.mesh.meshtags(mesh, 2, tags.indices, values)
    names = {f"outlet_{k + 1}": 31 + k for k in range(len(bands))}
    markers = {**domain.markers, "facets": {**domain.markers["facets"], **names}}
    return TaggedMesh(mesh, domain.cell_tags, facets, markers)


ONE = [(0.0, 6e-3)]
TWO = [(0.0, 2e-3), (4e-3, 6e-3)]
TOUCHING = [(0.0, 3e-3), (3e-3, 6e-3)]
THREE = [(0.0, 1e-3), (2e-3, 3e-3), (4e-3, 5e-3)]


def run(outlets, steps=25, bands=TWO, waveform=None, time_step=1e-3):
    stepper = prepare(outlets, bands, waveform, time_step)
    return [stepper.step() for _ in range(steps)]


def prepare(outlets, bands, waveform=None, time_step=1e-3, solver=FractionalStep, degree=1):
    domain = outlet_box(bands)
    inflow = waveform or steady(FLOW)
    problem = FlowProblem(
        domain,
        DENSITY,
        Newtonian(VISCOSITY),
        outlets,
        [
            lambda s: InletVelocity(domain, s, "inlet", inflow, "plug", VISCOSITY / DENSITY, 5e-3),
            lambda s: Wall(domain, s, "wall"),
        ],
    )
    settings = FlowSettings(velocity_degree=degree, tolerance=1e-9)
    return solver(problem, settings, time_step)


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_split_is_exact(share):
    report = run([FlowSplit("outlet_1", share), FixedPressure("outlet_2")])[-1]
    assert report.outflow == pytest.approx([share * FLOW, (1 - share) * FLOW], rel=1e-8)


def test_resistance_holds_and_shares_the_flow():
    resistance = 1e10
    report = run([Resistance("outlet_1", resistance), Resistance("outlet_2", 3 * resistance)])[-1]
    assert sum(report.outflow) == pytest.approx(FLOW, rel=1e-8)
    expected = [resistance * report.outflow[0], 3 * resistance * report.outflow[1]]
    assert report.outlet_pressure == pytest.approx(expected, rel=1e-8)
    # The channel itself resists with some 1e7 Pa s/m3 only.
    assert report.outflow[0] / FLOW == pytest.approx(0.75, abs=1e-3)


PERIOD, SWING = 0.1, 0.5
PULSE = Waveform(FLOW, PERIOD, (SWING,), (0.0,))
PROXIMAL, CAPACITANCE, DISTAL = 1e9, 2e-12, 1e10


def test_windkessel_pressure_is_the_closed_form():
    """One outlet gets the inflow, whatever the channel does: amplitude and phase are known."""
    windkessel = Windkessel("outlet_1", PROXIMAL, CAPACITANCE, DISTAL, 300.0, FLOW)
    steps = 40
    reports = run([windkessel], 3 * steps, ONE, PULSE, PERIOD / steps)[-steps:]
    time = np.array([r.time for r in reports])
    omega = 2 * np.pi / PERIOD
    wave = windkessel_impedance(omega, PROXIMAL, CAPACITANCE, DISTAL) * np.exp(1j * omega * time)
    exact = 300.0 + (PROXIMAL + DISTAL) * FLOW + SWING * FLOW * wave.real
    found = np.array([r.outlet_pressure[0] for r in reports])
    # 40 steps per cycle leave (omega dt)^2 / 12 = 0.2 % of the swing, which is a third of the mean;
    # two cycles are ten time constants.
    assert found == pytest.approx(exact, rel=1e-3)


def test_monolithic_solver_has_the_same_windkessel():
    """The inflow alone sets the pressure at one outlet, so two schemes must give one number."""
    found = {}
    for solver in (FractionalStep, MonolithicStep):
        outlet = Windkessel("outlet_1", PROXIMAL, CAPACITANCE, DISTAL, 300.0, FLOW)
        stepper = prepare([outlet], ONE, PULSE, 2.5e-3, solver, degree=2)
        found[solver] = [stepper.step().outlet_pressure[0] for _ in range(4)]
    assert found[MonolithicStep] == pytest.approx(found[FractionalStep], rel=1e-6)
    steady_flow = stepper.solve_steady()
    exact = 300.0 + (PROXIMAL + DISTAL) * steady_flow.outflow[0]
    assert steady_flow.outlet_pressure[0] == pytest.approx(exact, rel=1e-9)


def test_windkessel_goes_on_from_a_state():
    def stepper():
        outlets = [Windkessel("outlet_1", PROXIMAL, CAPACITANCE, DISTAL), FixedPressure("outlet_2")]
        return prepare(outlets, TWO, PULSE, 2.5e-3)

    first, second = stepper(), stepper()
    for _ in range(8):
        first.step()
    second.restore(first.state())
    first.refresh()
    for time_step in (2.5e-3, 1e-3):
        first.set_time_step(time_step)
        second.set_time_step(time_step)
        expected, found = first.step(), second.step()
        assert found.outlet_pressure == pytest.approx(expected.outlet_pressure, rel=1e-12)
        assert found.outflow == pytest.approx(expected.outflow, rel=1e-12)


def test_three_outlets_of_three_kinds():
    windkessel = Windkessel("outlet_2", PROXIMAL, CAPACITANCE, DISTAL, 0.0, 0.35 * FLOW)
    resistance = Resistance("outlet_3", PROXIMAL + DISTAL)
    reports = run([FlowSplit("outlet_1", 0.3), windkessel, resistance], 40, THREE, PULSE, 2.5e-3)
    flow = np.array([r.outflow for r in reports])
    pressure = np.array([r.outlet_pressure for r in reports])
    time = np.r_[0.0, [r.time for r in reports]]
    late = time[1:] > 5e-3  # beyond the ramp
    assert flow.sum(axis=1)[late] == pytest.approx(PULSE.flow(time[1:])[late], rel=1e-8)
    assert flow[:, 0] == pytest.approx(0.3 * flow.sum(axis=1), rel=1e-8)
    assert pressure[:, 2] == pytest.approx((PROXIMAL + DISTAL) * flow[:, 2], rel=1e-8)
    known = np.r_[0.0, flow[:, 1]]

    def charge(t, stored):
        return (np.interp(t, time, known) - stored / DISTAL) / CAPACITANCE

    start = [DISTAL * 0.35 * FLOW]
    exact = solve_ivp(charge, (0.0, time[-1]), start, t_eval=time[1:], rtol=1e-9, max_step=5e-4)
    assert pressure[:, 1] == pytest.approx(PROXIMAL * flow[:, 1] + exact.y[0], rel=1e-6)


def test_touching_outlets_are_refused():
    with pytest.raises(InvalidProblem, match="share vertices"):
        run([FixedPressure("outlet_1"), FixedPressure("outlet_2")], bands=TOUCHING)


def test_square_law_split():
    split = murray_split({"outlet_1": 1e-3, "outlet_2": 2e-3}, 2.0)
    assert split == pytest.approx({"outlet_1": 0.2, "outlet_2": 0.8})
