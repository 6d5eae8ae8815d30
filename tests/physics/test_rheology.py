# SPDX-License-Identifier: BSD-3-Clause
"""Shear-thinning blood in the reference tube against the exact profile of a round pipe."""

import numpy as np
import pytest
from flow_cases import DENSITY, REFERENCE, steady

from solvers.common.tagged_mesh import read_tagged_mesh
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.inflow import InletVelocity
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem, Wall
from solvers.fluid.rheology import CarreauYasuda, Casson, Newtonian
from solvers.fluid.run import SCREEN_SHEAR_RATE, in_blood, simulate
from solvers.fluid.screen import ScreenProperties
from solvers.fluid.settings import FlowSettings, flow_settings
from solvers.fluid.wall_traction import WallTraction
from solvers.verification.analytic import PipeFlow

RADIUS, LENGTH = 2.0e-3, 10.0e-3
# Wall shear rates of 18 to 20 1/s, where the laws thin most; the Reynolds number of 5 lets a
# parabolic inflow find its own profile before the middle of the tube.
FLOW = 1.0e-7


def developed(law, degree):
    """Stepper after 0.24 s, three times what the axis needs to settle."""
    domain = read_tagged_mesh(REFERENCE / "tube")
    inflow = steady(FLOW)
    problem = FlowProblem(
        domain,
        DENSITY,
        law,
        [FixedPressure("outlet_1")],
        [
            lambda s: InletVelocity(domain, s, "inlet", inflow, "parabolic", 1e-5),
            lambda s: Wall(domain, s, "wall"),
        ],
    )
    stepper = FractionalStep(problem, FlowSettings(velocity_degree=degree), 4e-3)
    for _ in range(60):
        report = stepper.step()
    assert report.outflow[0] == pytest.approx(FLOW, rel=1e-8)
    return stepper


def wall_shear(stepper):
    """Area mean of the wall shear stress over the second half of the tube [Pa]."""
    wall = WallTraction(stepper)
    geometry = stepper.problem.domain.mesh.geometry
    z = geometry.x[geometry.dofmap[wall.cells]][:, :, 2].mean(axis=1)
    inside = (z > 0.5 * LENGTH) & (z < 0.85 * LENGTH)
    return np.average(wall.shear()[inside, 2], weights=wall.area[inside])


def pressure_gradient(stepper):
    """-dp/dz over the second half of the tube [Pa/m]."""
    geometry = stepper.problem.domain.mesh.geometry
    z = geometry.x[geometry.dofmap][:, :, 2]
    pressure = stepper.pressure_space.cell_values(stepper.pressure)[: len(z)]
    inside = (z > 0.5 * LENGTH) & (z < 0.9 * LENGTH)
    return -np.polyfit(z[inside], pressure[inside], 1)[0]


# Six edges per diameter and two layers on a faceted wall. Seen: wall shear 3.0 and below 1 %,
# gradient 3.9 and 0.6 %, profile 5.1 and 0.9 % of the mean velocity (P1, P2), and the same for
# Newtonian blood of 10 mPa s, so it is the mesh that is seen. The bounds leave a factor of 1.5.
@pytest.mark.parametrize(
    ("degree", "shear", "gradient", "profile"), [(1, 0.05, 0.06, 0.08), (2, 0.01, 0.01, 0.015)]
)
@pytest.mark.parametrize("law", [CarreauYasuda(), Casson()])
def test_developed_pipe_flow(law, degree, shear, gradient, profile):
    stepper = developed(law, degree)
    exact = PipeFlow(law, RADIUS, FLOW)
    assert wall_shear(stepper) == pytest.approx(exact.wall_shear, rel=shear)
    assert pressure_gradient(stepper) == pytest.approx(exact.pressure_gradient, rel=gradient)
    x = stepper.space.tabulate_dof_coordinates()
    inside = (x[:, 2] > 0.5 * LENGTH) & (x[:, 2] < 0.85 * LENGTH)
    r = np.minimum(np.hypot(x[inside, 0], x[inside, 1]), RADIUS)
    mean = FLOW / (np.pi * RADIUS**2)

    def departure(pipe):
        error = stepper.velocity[2].x.array[inside] - pipe.velocity(r)
        return np.sqrt(np.mean(error**2)) / mean

    assert departure(exact) < profile
    # The parabola that entered is told apart.
    assert departure(PipeFlow(Newtonian(0.01), RADIUS, FLOW)) > 1.5 * departure(exact)


def blood(haematocrit, folder):
    """Summary of two cycles in the tube with Casson blood of a patient and a Windkessel."""
    folder.mkdir()
    settings = {
        "steps_per_cycle": 40,
        "cycles": 2,
        "rheology": {"kind": "casson", "haematocrit": "patient"},
        "outlets": {"kind": "windkessel", "mean_pressure": 9000.0},
    }
    physiology = {
        "mean_inlet_velocity": 0.05,
        "period": 0.5,
        "waveform": {"cosine": [0.3], "sine": [0.0]},
        "haematocrit": haematocrit,
    }
    return simulate(REFERENCE / "tube", None, physiology, flow_settings(settings), folder)


def test_haematocrit_of_the_patient_reaches_the_flow(tmp_path):
    thin, thick = blood(0.3, tmp_path / "thin"), blood(0.5, tmp_path / "thick")
    assert (thin["haematocrit"], thick["haematocrit"]) == (0.3, 0.5)
    # Yield stress and viscosity rise by 4.6 and 2.3; inertia does not.
    assert 1.5 < thick["pressure_drop"] / thin["pressure_drop"] < 4.6
    # The time constant is one cycle. Charged by the mean flow, the outlet lacks only what the ramp
    # held back, 0.1 of a cycle, and e^-1 of that in the second; an empty one would lack 20 %.
    for summary in (thin, thick):
        assert summary["pressure_outlets"]["outlet_1"] == pytest.approx(9000.0, rel=0.04)


def test_screen_stands_in_the_blood_of_the_patient():
    one = np.ones(3)
    screen = ScreenProperties(["ostium"], np.arange(3), 700.0 * one, 20.0 * one, 500.0 * one)
    assert in_blood(screen, Newtonian(3.5e-3), 3.5e-3).linear == pytest.approx(700.0)
    assert in_blood(None, Newtonian(3.5e-3), 3.5e-3) is None
    law = Casson()
    factor = law.viscosity(np.array([SCREEN_SHEAR_RATE]))[0] / 3.5e-3
    changed = in_blood(screen, law, 3.5e-3)
    assert changed.linear == pytest.approx(factor * 700.0)
    assert changed.tangential == pytest.approx(factor * 500.0)
    assert changed.quadratic == pytest.approx(20.0)
