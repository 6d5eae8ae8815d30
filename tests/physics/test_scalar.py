# SPDX-License-Identifier: BSD-3-Clause
"""Passive scalar: order, bounds, balance, exit age, ranks."""

import json

import dolfinx
import numpy as np
import pytest
import pyvista as pv
from flow_cases import REFERENCE, box, screen, vessel
from test_parallel import needs_mpirun, result

from solvers.fields.endpoints import sac_age
from solvers.fluid.edge_flow import EdgeFlow
from solvers.fluid.inflow import Waveform
from solvers.fluid.run import simulate
from solvers.fluid.scalar import PassiveScalar, region_weights
from solvers.fluid.settings import FlowSettings, ScalarSettings
from solvers.fluid.tracers import SacTracers, VelocityWindow

ROUND_OFF = 1e-12


def flow_of(domain, velocity, **surfaces):
    """Balanced flow of an analytic velocity, interpolated into P1."""
    space = dolfinx.fem.functionspace(domain.mesh, ("Lagrange", 1))
    flow = EdgeFlow(domain, space, **surfaces)
    x = space.tabulate_dof_coordinates().T
    flow.update(np.array(np.broadcast_arrays(*velocity(x), x[0])[:3]))
    return flow


def vertices(flow):
    return flow.graph.space.tabulate_dof_coordinates()[: flow.graph.owned].T


def owned(scalar):
    return scalar.nodal[: scalar.graph.owned]


def stream(n, height=0.25):
    """Uniform stream of 1 m/s along a thin box of n cells per metre."""
    domain = box([n, round(n * height), 2], (0, 0, 0), (1, height, 1 / n))
    return flow_of(domain, lambda x: (1.0, 0.0, 0.0))


def whirl(n=24):
    """Vortex in a closed box; the walls are stream lines."""
    domain = box([n, n, 2], (0, 0, 0), (1, 1, 0.1))

    def velocity(x):
        a, b = np.pi * x[:2]
        return np.sin(a) * np.cos(b), -np.cos(a) * np.sin(b), 0.0

    return flow_of(domain, velocity, inlets=(), outlets=())


def pulsating_vessel(degree, steps=15):
    """Sidewall aneurysm behind a screen, with the divergence that the projection leaves."""
    settings = FlowSettings(velocity_degree=degree, ramp_share=0.02)
    waveform = Waveform(3e-6, 0.9, (0.4,), (0.1,))
    stepper = vessel("sidewall", waveform, settings, 1e-3, lambda d: screen(d, 470.0, 770.0, 350.0))
    for _ in range(steps):
        stepper.step()
    return stepper


def error_of_bump(n):
    flow = stream(n)
    scalar = PassiveScalar(flow)
    x = vertices(flow)[0]
    scalar.set_values(np.exp(-(((x - 0.3) / 0.08) ** 2)))
    for _ in range(n // 2):
        scalar.step(0.4 / (n // 2))
    weights = flow.mass[: flow.graph.owned]
    error = owned(scalar) - np.exp(-(((x - 0.7) / 0.08) ** 2))
    return np.sqrt(weights @ error**2 / weights.sum())


def test_smooth_bump_is_second_order_without_diffusion():
    coarse, fine = error_of_bump(32), error_of_bump(64)
    # Seen: 1.97; a peak cut by the limiter gives 1.4.
    assert np.log2(coarse / fine) > 1.9


@pytest.mark.parametrize("peclet", [1e4, np.inf])
def test_step_in_a_stream_keeps_its_bounds(peclet):
    flow = stream(24)
    scalar = PassiveScalar(flow, 1.0 / 24 / peclet, inlet_value=1.0)
    scalar.set_values(np.where(vertices(flow)[0] > 0.6, 0.25, 0.0))
    for _ in range(30):
        scalar.step(0.05)
        assert -ROUND_OFF < owned(scalar).min() and owned(scalar).max() < 1 + ROUND_OFF
    # By now the stream has filled the box with what the inlet brings.
    assert owned(scalar).min() > 0.99


@pytest.mark.parametrize("peclet", [1e4, np.inf])
def test_whirled_step_keeps_bounds_and_content(peclet):
    flow = whirl()
    scalar = PassiveScalar(flow, 1.0 / 24 / peclet)
    x, y = vertices(flow)[:2]
    scalar.set_values(1.0 * ((x < 0.5) & (y < 0.7)))
    content = scalar.content
    for _ in range(20):
        scalar.step(0.1)
        assert -ROUND_OFF < owned(scalar).min() and owned(scalar).max() < 1 + ROUND_OFF
    assert scalar.content == pytest.approx(content, rel=ROUND_OFF)
    assert owned(scalar).max() > 0.99  # upwinding alone leaves 0.9


def test_a_constant_stays_constant():
    flow = whirl()
    scalar = PassiveScalar(flow)
    scalar.set_values(np.full(flow.graph.owned, 0.3))
    scalar.step(0.5)
    assert owned(scalar) == pytest.approx(0.3, abs=ROUND_OFF)


def boundary_layer(n, diffusivity):
    """Steady u c' = D c'' between held values 0 and 1; positions and values."""
    domain = box([n, 4, 4], (0, 0, 0), (1, 4 / n, 4 / n))
    flow = flow_of(domain, lambda x: (1.0, 0.0, 0.0))
    scalar = PassiveScalar(flow, diffusivity, held={"inlet": 0.0, "outlet_1": 1.0})
    for _ in range(20):
        scalar.step(0.1)
    return vertices(flow)[0], owned(scalar)


def test_resolved_boundary_layer():
    errors = []
    for n in (16, 32):
        x, found = boundary_layer(n, 1 / 8)
        errors.append(abs(found - np.expm1(8 * x) / np.expm1(8)).max())
    assert errors[0] < 0.03  # seen 0.019 at a cell Peclet number of 0.5
    assert errors[1] < errors[0] / 3.5  # second order; seen 4.7


def test_unresolved_boundary_layer_is_one_cell_wide():
    n = 16
    x, found = boundary_layer(n, 1 / n / 1e4)
    assert -ROUND_OFF < found.min() and found.max() < 1 + ROUND_OFF
    planes = [found[np.isclose(x, value)].mean() for value in np.linspace(0, 1, n + 1)]
    # The exact value one cell from the end is e^-10000. Neighbours in all directions make the
    # limits, so that traces of 2e-5 are left; the Galerkin scheme would swing by some 1.
    assert max(planes[:-1]) < 1e-4
    assert np.diff(planes).min() > -1e-4


def test_age_in_a_plug_is_the_distance_over_the_velocity():
    flow = stream(16)
    scalar = PassiveScalar(flow, source=flow.mass[: flow.graph.owned])
    for _ in range(60):
        scalar.step(0.05)
    volume = flow.graph.total(flow.mass)
    # Without any diffusion the limiter never comes quite to rest; seen 5e-5 and 1e-4.
    assert scalar.content == pytest.approx(0.5 * volume, rel=5e-4)
    assert scalar.outlet_flux() == pytest.approx(volume, rel=1e-3)
    # Vertex by vertex within half a cell.
    assert owned(scalar) == pytest.approx(vertices(flow)[0], abs=0.5 / 16)


def test_flux_weighted_exit_age_in_a_channel_is_volume_over_flow():
    domain = box([16, 8, 2], (0, 0, 0), (2, 1, 0.25))
    flow = flow_of(domain, lambda x: (6 * x[1] * (1 - x[1]), 0.0, 0.0))
    scalar = PassiveScalar(flow, 0.05, flow.mass[: flow.graph.owned])
    for _ in range(60):
        scalar.step(0.5)
    volume, inflow = domain.comm.allreduce(flow.cell_volume.sum()), flow.graph.total(flow.entering)
    age = scalar.outlet_flux() / inflow
    # Holds exactly in a steady state; the slowest mode has decayed to about 1e-7 here.
    assert age == pytest.approx(volume / inflow, rel=1e-6)
    # Near the wall the blood is older than in the middle.
    _, y, _ = vertices(flow)
    assert owned(scalar)[np.isclose(y, 0)].mean() > 1.2 * owned(scalar)[np.isclose(y, 0.5)].mean()


@pytest.mark.parametrize("degree", [1, 2])
def test_computed_flow_keeps_bounds_and_balance(degree):
    stepper = pulsating_vessel(degree)
    flow = EdgeFlow(stepper.problem.domain, stepper.space)
    velocity = np.array([u.x.array for u in stepper.velocity])
    flow.update(velocity)
    # The velocity is not divergence-free; without the correction one of the two would fail.
    assert abs(flow.imbalance).max() > 1e-6 * flow.graph.total(flow.entering)
    sac = region_weights(flow, "sac")
    dual = flow.mass[: flow.graph.owned]
    dye, age = PassiveScalar(flow, 1e-9), PassiveScalar(flow, 1e-9, sac)
    dye.set_values(sac / dual)
    filled = dye.content
    assert filled == pytest.approx(sac.sum())
    for _ in range(10):
        dye.step(0.02)
        age.step(0.02)
        assert -ROUND_OFF < owned(dye).min() and owned(dye).max() < 1 + ROUND_OFF
        assert owned(age).min() > -ROUND_OFF
    assert owned(age).max() < 0.2 + ROUND_OFF
    assert dye.content < 0.999 * filled
    assert dye.content + dye.balance.left == pytest.approx(filled, rel=ROUND_OFF)
    assert age.balance.created == pytest.approx(0.2 * sac.sum())
    assert age.content + age.balance.left == pytest.approx(age.balance.created, rel=ROUND_OFF)
    assert abs(dye.balance.defect) < ROUND_OFF * filled


def test_returning_flow_at_an_outlet_brings_what_is_there():
    domain = box([8, 4, 2], (0, 0, 0), (1, 0.5, 0.25))
    flow = flow_of(domain, lambda x: (-1.0, 0.0, 0.0), inlets=())
    assert (flow.leaving < 0).any()
    scalar = PassiveScalar(flow)
    scalar.set_values(np.full(flow.graph.owned, 0.7))
    scalar.step(0.3)
    assert owned(scalar) == pytest.approx(0.7, abs=ROUND_OFF)


def test_solution_writes_its_scalars(tmp_path):
    settings = FlowSettings(
        steps_per_cycle=60,
        cycles=2,
        minimum_cycles=2,
        samples_per_cycle=10,
        scalar=ScalarSettings("both", every=7, age_threshold=0.05, extra_cycles=1),
    )
    physiology = {
        "mean_inlet_velocity": 0.1,
        "period": 0.06,
        "waveform": {"cosine": [0.3], "sine": [0.0]},
    }
    simulate(REFERENCE / "sidewall", None, physiology, settings, tmp_path)
    scalar = json.loads((tmp_path / "summary.json").read_text())["scalar"]
    washout = scalar["washout"]
    # Filled at the start of cycle 2, then followed through it and through one repetition; the
    # last window of a cycle is shorter: 9 for 60 steps.
    assert len(washout["time"]) == 19 and washout["time"][-1] == pytest.approx(0.12)
    # Some tracer returns through the ostium, but a cycle carries more away.
    assert washout["share"][18] < washout["share"][9] < 1.0 == max(washout["share"])
    assert washout["share_after_cycle"] == pytest.approx(washout["share"][9])
    expected = -0.06 / np.log(washout["share_after_cycle"])
    assert washout["time_constant"] == pytest.approx(expected)
    assert "half_time" not in washout
    # Little has left a sac of this size in three cycles: the age is nearly the time.
    assert 0.12 < scalar["residence_time"] < 0.15
    assert 0.5 < scalar["residence_time_growth"] < 1.0
    grid = pv.read(tmp_path / "fields.vtu")
    sac, _ = sac_age(grid, 2, scalar["age_threshold"])
    assert sac == pytest.approx(scalar["residence_time"], rel=1e-6)


def test_window_of_steps_holds_their_mean():
    window = VelocityWindow()
    for time in (0.0, 0.1, 0.3):  # steps of 0.1, 0.1 and 0.2 s, linear in time
        window.add(np.full((3, 2), time), 0.1 if time < 0.3 else 0.2)
    assert window.duration == pytest.approx(0.4)
    assert window.mean == pytest.approx((0.1 * 0.0 + 0.1 * 0.05 + 0.2 * 0.2) / 0.4)


def test_tracers_go_on_from_their_state():
    stepper = pulsating_vessel(1, steps=3)
    settings = ScalarSettings(kind="both", washout_cycle=1, every=2)

    def cycle(tracers, number):
        tracers.start_cycle(number)
        for _ in range(5):
            tracers.advance(stepper.velocity, 1e-3)
        return tracers.finish_cycle(), tracers.washout(5e-3)

    one, other = (SacTracers(stepper.problem.domain, stepper.space, settings) for _ in range(2))
    cycle(one, 1)
    other.restore(one.state())
    assert cycle(one, 2) == cycle(other, 2)


@needs_mpirun
def test_two_ranks_give_the_answer_of_one():
    serial, parallel = result(1, "scalar", 1), result(2, "scalar", 1)
    # Fluxes and limiters are the same up to the order of sums and the solver tolerance.
    assert parallel == pytest.approx(serial, rel=1e-6)
