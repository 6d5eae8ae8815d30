# SPDX-License-Identifier: BSD-3-Clause
"""The resistive screen: pressure drop, no leak, and its limits."""

import pytest
from flow_cases import channel, mean_speed, pressure_jump, screen, steady, vessel

from solvers.fields.averages import NeckFlow
from solvers.fluid.settings import FlowSettings
from solvers.fluid.simulation import lumen_side

FLOW = 3.0e-6


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("velocity", [0.02, 0.1])
def test_pressure_drop_in_a_channel(degree, velocity):
    a, b = 473.0, 767.0
    stepper, _ = channel(velocity, (a, b, 0.75 * a), degree, steps=120)
    assert pressure_jump(stepper) == pytest.approx(a * velocity + b * velocity**2, rel=0.01)


def sac_flow(properties, steps=60):
    """Sac speed, neck inflow and net neck flow after a start to nearly steady flow."""
    settings = FlowSettings(tolerance=1e-9, ramp_share=0.05)
    stepper = vessel("sidewall", steady(FLOW), settings, 2e-3, properties)
    for _ in range(steps):
        stepper.step()
    domain = stepper.problem.domain
    facets = domain.facets("ostium")
    neck = NeckFlow(stepper.space, facets, lumen_side(domain, facets))
    neck.add([u.x.array for u in stepper.velocity], 1.0)
    return mean_speed(stepper, "sac"), neck.inflow, neck.net


def test_closed_sac_does_not_leak():
    speed, inflow, net = sac_flow(lambda d: screen(d, 1e7, 0.0, 1e7), steps=150)
    open_speed, open_inflow, _ = sac_flow(None)
    assert speed < 1e-3 * open_speed
    assert inflow < 1e-3 * open_inflow
    assert abs(net) < 1e-5 * open_inflow


def test_vanishing_resistance_is_the_untreated_flow():
    # The sac speed, not the neck flux: without a screen the pressure is continuous and the flux
    # through the ostium closes only to discretisation error on this coarse mesh.
    untreated, _, _ = sac_flow(None)
    screened, _, _ = sac_flow(lambda d: screen(d, 1e-3))
    assert screened == pytest.approx(untreated, rel=0.01)


def test_more_resistance_means_less_flow():
    flows = [sac_flow(lambda d, a=a: screen(d, a, 0.0, a)) for a in (50.0, 500.0)]
    assert flows[1][0] < flows[0][0]
    assert flows[1][1] < flows[0][1]
