# SPDX-License-Identifier: BSD-3-Clause
"""Force in volume form: pressure drop, accelerated fluid, balance of momentum."""

import numpy as np
import pytest
from flow_cases import DENSITY, VISCOSITY, box, steady, vessel

from solvers.common.errors import InvalidProblem
from solvers.common.sampling import facet_evaluation
from solvers.fields.force import BoundaryForce
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings
from solvers.verification.cylinder import Inflow

SIZE = (4e-3, 2e-3, 1e-3)


def prescribed(velocity, degree, time_step, slope=0.0, outlet_pressure=0.0, force=None):
    """Box, velocity given but at the outlet; starts with p = outlet + slope (L - x) [Pa]."""
    domain = box([4, 4, 2], (0, 0, 0), SIZE)
    problem = FlowProblem(
        domain,
        DENSITY,
        Newtonian(VISCOSITY),
        [FixedPressure("outlet_1", outlet_pressure)],
        [lambda s, n=n: Inflow(domain, s, n, velocity) for n in ("inlet", "wall")],
        force=force,
    )
    settings = FlowSettings(velocity_degree=degree, tolerance=1e-11, wind_extrapolation=1.0)
    flow = FractionalStep(problem, settings, time_step)
    flow.set_initial(lambda x: velocity(x, 0.0), lambda x: velocity(x, -time_step))
    unknowns = flow.pressure_space.unknowns.ravel()
    x = domain.mesh.geometry.x[domain.mesh.geometry.dofmap.ravel(), 0]
    flow.pressure.setValues(unknowns, outlet_pressure + slope * (SIZE[0] - x))
    flow.pressure.assemble()
    return flow


def run(flow, names, steps):
    forces = [BoundaryForce(flow, n) for n in names]
    for _ in range(steps):
        flow.step()
        values = [force.update() for force in forces]
    return values


def test_plane_poiseuille_wall_force_is_pressure_drop_times_area():
    length, height, width = SIZE
    slope, outlet = 80.0, 5.0  # [Pa/m], [Pa]

    def profile(x, time):
        speed = 0.5 * slope / VISCOSITY * x[1] * (height - x[1])
        return np.array([speed, 0 * speed, 0 * speed])

    wall, inlet = run(prescribed(profile, 2, 1e-3, slope, outlet), ["wall", "inlet"], 5)
    # P2 holds the parabola and P1 the pressure, so only the linear solves are in the way.
    drop, area = slope * length, height * width
    assert wall[0] == pytest.approx(drop * area, rel=1e-7)
    assert inlet[0] == pytest.approx(-(drop + outlet) * area, rel=1e-7)
    # Both walls y = 0 and y = height feel the same pressure.
    assert np.abs(wall[1:]).max() < 1e-7 * drop * area


@pytest.mark.parametrize("degree", [1, 2])
def test_accelerated_block_of_fluid(degree):
    """All boundaries move with a t: the fluid is a rigid body and presses back with its mass."""
    acceleration = 2.0  # [m/s2]

    def uniform(x, time):
        return np.repeat([[acceleration * time], [0.0], [0.0]], x.shape[1], axis=1)

    flow = prescribed(uniform, degree, 1e-3, DENSITY * acceleration)
    inlet, wall = run(flow, ["inlet", "wall"], 5)
    mass = DENSITY * np.prod(SIZE)
    assert inlet[0] == pytest.approx(-mass * acceleration, rel=1e-6)
    assert np.abs(wall).max() < 1e-6 * mass * acceleration


def test_weight_of_a_column_at_rest():
    weight = 9.81 * DENSITY  # [N/m3], against x

    def gravity(time, x):
        return np.repeat([[-weight], [0.0], [0.0]], x.shape[1], axis=1)

    flow = prescribed(lambda x, time: 0 * x, 1, 1e-3, weight, force=gravity)
    inlet, wall = run(flow, ["inlet", "wall"], 2)
    assert inlet[0] == pytest.approx(-weight * np.prod(SIZE), rel=1e-7)
    assert np.abs(wall).max() < 1e-7 * weight * np.prod(SIZE)


# The skew-symmetric convection conserves momentum up to div u; seen: 0.4 % and 0.02 %.
@pytest.mark.parametrize(("degree", "tolerance"), [(1, 0.01), (2, 0.001)])
def test_momentum_balance_of_the_tube(degree, tolerance):
    flow_rate, outlet = 3.0e-6, 20.0
    settings = FlowSettings(velocity_degree=degree, ramp_share=1e-9)
    stepper = vessel(
        "tube",
        steady(flow_rate),
        settings,
        2e-3,
        profile="poiseuille",
        outlets=[FixedPressure("outlet_1", outlet)],
    )
    (force,) = run(stepper, [("wall", "inlet")], 50)
    domain = stepper.problem.domain
    balance = 0.0
    for name in ("inlet", "outlet_1"):
        points = facet_evaluation(stepper.space, domain.facets(name), 4)
        velocity = points.vector([u.x.array for u in stepper.velocity])
        through = np.einsum("nqd,nd->nq", velocity, points.normals)
        balance += DENSITY * (points.weights * through * velocity[..., 2]).sum()
    area = points.weights.sum()
    # What leaves through the outlet, and its pressure, is what wall and inlet push.
    assert force[2] == pytest.approx(-(outlet * area + balance), rel=tolerance)


def test_viscosity_that_varies_is_refused():
    class Thinning:
        constant = None

    flow = prescribed(lambda x, time: 0 * x, 1, 1e-3)
    object.__setattr__(flow.problem, "rheology", Thinning())
    with pytest.raises(InvalidProblem, match="constant viscosity"):
        BoundaryForce(flow, "wall")
