# SPDX-License-Identifier: BSD-3-Clause
"""The exact pipe solutions against closed forms and against each other."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import quad

from solvers.fluid.rheology import CarreauYasuda, Casson, Newtonian
from solvers.verification.analytic import PipeFlow, Womersley, windkessel_impedance

RADIUS, FLOW = 2e-3, 3e-6


@dataclass(frozen=True)
class PowerLaw:
    consistency: float
    index: float
    constant = None

    def viscosity(self, shear_rate):
        return self.consistency * shear_rate ** (self.index - 1.0)


def test_poiseuille():
    pipe = PipeFlow(Newtonian(3.5e-3), RADIUS, FLOW)
    r = np.linspace(0.0, RADIUS, 20)
    exact = 2 * FLOW / (np.pi * RADIUS**2) * (1 - (r / RADIUS) ** 2)
    assert pipe.wall_shear == pytest.approx(4 * 3.5e-3 * FLOW / (np.pi * RADIUS**3), rel=1e-9)
    assert pipe.pressure_gradient == pytest.approx(8 * 3.5e-3 * FLOW / (np.pi * RADIUS**4))
    assert pipe.velocity(r) == pytest.approx(exact, abs=1e-8 * exact.max())


@pytest.mark.parametrize("index", [0.6, 0.8, 1.0])
def test_power_law(index):
    pipe = PipeFlow(PowerLaw(0.02, index), RADIUS, FLOW)
    mean = FLOW / (np.pi * RADIUS**2)
    rate = mean / RADIUS * (3 + 1 / index)
    r = np.linspace(0.0, RADIUS, 20)
    exact = mean * (3 * index + 1) / (index + 1) * (1 - (r / RADIUS) ** (1 + 1 / index))
    assert pipe.wall_shear == pytest.approx(0.02 * rate**index, rel=1e-9)
    assert pipe.velocity(r) == pytest.approx(exact, abs=1e-7 * exact.max())


@pytest.mark.parametrize("yield_stress", [0.001, 0.0375, 0.3])
def test_casson(yield_stress):
    """Flow over that without yield stress, exact where the law is not regularised."""
    law = Casson(yield_stress, 3.5e-3, lowest_shear_rate=1e-7)
    pipe = PipeFlow(law, RADIUS, FLOW)
    x = yield_stress / pipe.wall_shear
    reduction = 1 - 16 / 7 * np.sqrt(x) + 4 / 3 * x - x**4 / 21
    exact = np.pi * RADIUS**3 * pipe.wall_shear / (4 * law.casson_viscosity) * reduction
    # The bound on the shear rate replaces the plug by a very stiff core.
    assert exact == pytest.approx(FLOW, rel=1e-7)


@pytest.mark.parametrize("law", [CarreauYasuda(), Casson()])
def test_profile_carries_the_flow_and_balances_the_forces(law):
    pipe = PipeFlow(law, RADIUS, FLOW)
    flow, _ = quad(lambda r: 2 * np.pi * r * pipe.velocity(r), 0.0, RADIUS, epsrel=1e-10)
    assert flow == pytest.approx(FLOW, rel=1e-7)
    r, step = 0.6 * RADIUS, 1e-4 * RADIUS
    rate = (pipe.velocity(r - step) - pipe.velocity(r + step)) / (2 * step)
    stress = law.viscosity(np.array([rate]))[0] * rate
    assert stress == pytest.approx(0.5 * pipe.pressure_gradient * r, rel=1e-5)


@pytest.mark.parametrize("alpha", [0.5, 4.0, 12.0])
def test_womersley(alpha):
    density, viscosity = 1060.0, 3.5e-3
    omega = alpha**2 * viscosity / density / RADIUS**2
    flow = Womersley(RADIUS, omega, density, viscosity)
    assert flow.alpha == pytest.approx(alpha)
    real = quad(lambda r: 2 * np.pi * r * flow.velocity(r).real, 0.0, RADIUS)[0]
    imaginary = quad(lambda r: 2 * np.pi * r * flow.velocity(r).imag, 0.0, RADIUS)[0]
    assert real + 1j * imaginary == pytest.approx(1.0, abs=1e-10)
    step = 1e-6 * RADIUS
    slope = flow.velocity(RADIUS - step) / step
    assert flow.wall_shear == pytest.approx(viscosity * slope, rel=1e-4)
    # Momentum: the gradient accelerates the fluid and overcomes the wall.
    inertia = 1j * omega * density / (np.pi * RADIUS**2)
    friction = 2 * flow.wall_shear / RADIUS
    assert flow.pressure_gradient == pytest.approx(inertia + friction, rel=1e-10)


def test_womersley_slow_limit_is_poiseuille():
    flow = Womersley(RADIUS, 1e-6, 1060.0, 3.5e-3)
    assert flow.wall_shear == pytest.approx(4 * 3.5e-3 / (np.pi * RADIUS**3), rel=1e-5)


def test_windkessel_impedance_limits():
    assert windkessel_impedance(0.0, 1.0, 2.0, 3.0) == pytest.approx(4.0)
    assert windkessel_impedance(1e9, 1.0, 2.0, 3.0) == pytest.approx(1.0)
