# SPDX-License-Identifier: BSD-3-Clause
"""Womersley and Poiseuille flow at 20 cells per diameter: velocity and wall shear."""

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest
from flow_cases import DENSITY, VISCOSITY
from quarter_tube import quarter_tube

from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem, SymmetryPlane, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings
from solvers.fluid.wall_traction import WallTraction
from solvers.verification.analytic import Womersley

RADIUS, NU = 2.0e-3, VISCOSITY / DENSITY


class TubeFlow:
    """Flow with a mean and one harmonic; alpha = 0 is Poiseuille flow. Speeds in m/s."""

    def __init__(self, alpha, mean=0.1, amplitude=0.05):
        self.mean, self.omega = mean, alpha**2 * NU / RADIUS**2
        self._wave = Womersley(RADIUS, self.omega, DENSITY, VISCOSITY) if alpha else None
        self._flow = amplitude * np.pi * RADIUS**2

    def _pulse(self, time):
        return self._flow * np.exp(1j * self.omega * time)

    def speed(self, time, radius):
        r = np.minimum(radius, RADIUS)
        steady = 2 * self.mean * (1 - (r / RADIUS) ** 2)
        return steady + (self._wave.velocity(r) * self._pulse(time)).real if self._wave else steady

    def wall_shear(self, time):
        """Force of the fluid on the wall per area, along the tube [Pa]."""
        steady = 4 * VISCOSITY * self.mean / RADIUS
        return steady + (self._wave.wall_shear * self._pulse(time)).real if self._wave else steady

    def velocity(self, time, x):
        speed = self.speed(time, np.hypot(x[0], x[1]))
        return np.array([0 * speed, 0 * speed, speed])


class Inlet:
    def __init__(self, domain, space, flow):
        facets = domain.facets("inlet", owned=False)
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        self._x, self._flow = space.tabulate_dof_coordinates()[self.dofs].T, flow

    def values(self, time):
        return self._flow.velocity(time, self._x)


def errors(flow, degree, time_step, steps, cells_per_diameter=20, layer=None):
    """Largest relative errors over the run of the velocity and the mean wall shear."""
    length = RADIUS
    domain = quarter_tube(MPI.COMM_WORLD, RADIUS, length, 2 * RADIUS / cells_per_diameter, layer)
    problem = FlowProblem(
        domain,
        DENSITY,
        Newtonian(VISCOSITY),
        [FixedPressure("outlet_1")],
        [
            lambda s: Inlet(domain, s, flow),
            lambda s: SymmetryPlane(domain, s, "symmetry_x", 0),
            lambda s: SymmetryPlane(domain, s, "symmetry_y", 1),
            lambda s: Wall(domain, s, "wall"),
        ],
    )
    stepper = FractionalStep(problem, FlowSettings(velocity_degree=degree), time_step)
    stepper.set_initial(lambda x: flow.velocity(0.0, x), lambda x: flow.velocity(-time_step, x))
    wall = WallTraction(stepper)
    x = stepper.space.tabulate_dof_coordinates().T
    found, expected, velocity = [], [], 0.0
    for step in range(steps):
        stepper.step()
        if step < steps // 4:  # the pressure starts from zero
            continue
        found.append(np.average(wall.shear()[:, 2], weights=wall.area))
        expected.append(flow.wall_shear(stepper.time))
        exact = flow.velocity(stepper.time, x)
        error = np.array([u.x.array for u in stepper.velocity]) - exact
        velocity = max(velocity, np.linalg.norm(error) / np.linalg.norm(exact))
    worst = np.abs(np.array(found) - expected).max() / np.abs(expected).max()
    return velocity, worst


# Seen, P1 and P2: wall shear 0.10 and 0.77 % (alpha 0), 0.03 and 0.93 % (2), 0.16 and 0.98 % (4),
# 0.45 and 1.01 % (7), 1.25 and 1.11 % (10); velocity at most 0.33 and 0.12 %. Stresses of the
# velocity gradient, the usual way, are off by 2.5 and 1.3 % (alpha 0) to 25 and 4 % (10).
@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("alpha", [0, 2, 4, 7, 10])
def test_wall_shear(alpha, degree):
    flow = TubeFlow(alpha)
    period = 2 * np.pi / flow.omega if alpha else 1.0
    velocity, shear = errors(flow, degree, min(period / 200, 5e-3), 60)
    print(f"alpha {alpha}, P{degree}: velocity {velocity:.2%}, wall shear {shear:.2%}")
    assert velocity < 0.005
    assert shear < 0.02
