# SPDX-License-Identifier: BSD-3-Clause
"""The exact solution satisfies its equations, and the error norms measure against it."""

import dolfinx
import numpy as np
import pytest
from flow.dolfinx_case import TUBE, _squares, _wall_force
from flow.meshing import CASES, write_mesh

from solvers.common.sampling import cell_evaluation
from solvers.common.tagged_mesh import read_tagged_mesh

TIMES = (0.0, 0.03, 0.2)


@pytest.mark.parametrize("time", TIMES)
def test_speed_carries_the_flow(time):
    r = np.linspace(0, TUBE.radius, 4001)
    found = np.trapezoid(2 * np.pi * r * TUBE.speed(r, time), r)
    assert found == pytest.approx(TUBE.flow(time), rel=1e-6)
    assert TUBE.speed(np.array([TUBE.radius]), time) == pytest.approx(0.0, abs=1e-14)


@pytest.mark.parametrize("time", TIMES)
def test_speed_solves_the_momentum_equation(time):
    """rho du/dt = -dp/dz + mu (u'' + u'/r), by differences of second order."""
    h, dt = TUBE.radius / 2000, 1e-5
    r = np.linspace(0.1, 0.9, 9) * TUBE.radius
    low, middle, high = (TUBE.speed(r + k * h, time) for k in (-1, 0, 1))
    viscous = (high - 2 * middle + low) / h**2 + (high - low) / (2 * h * r)
    rate = (TUBE.speed(r, time + dt) - TUBE.speed(r, time - dt)) / (2 * dt)
    left = TUBE.density * rate
    right = TUBE.gradient(time) + TUBE.viscosity * viscous
    # against the terms, which nearly cancel
    assert left == pytest.approx(right, abs=1e-4 * TUBE.gradient(0.0))


@pytest.mark.parametrize("time", TIMES)
def test_forces_balance(time):
    dt = 1e-5
    rate = (TUBE.flow(time + dt) - TUBE.flow(time - dt)) / (2 * dt)
    push = np.pi * TUBE.radius**2 * TUBE.pressure(0.0, time)
    force = TUBE.density * TUBE.length * rate + TUBE.wall_force(time)
    assert push == pytest.approx(force, rel=1e-6)


def test_speed_table_gives_the_speed():
    r = np.linspace(0, 1.1 * TUBE.radius, 7)
    table = TUBE.speed_table(r)
    for time in TIMES:
        assert table(time) == pytest.approx(TUBE.speed(r, time), abs=1e-14)


def test_no_fluid_runs_back():
    """The backflow terms of the codes must have nothing to do."""
    r = np.linspace(0, 0.999, 50) * TUBE.radius
    for time in np.linspace(0, 2 * np.pi / TUBE.omega, 50):
        assert TUBE.speed(r, time).min() > 0


@pytest.fixture(scope="module")
def domain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tube_14k")
    write_mesh(CASES["tube_14k"], folder)
    return read_tagged_mesh(folder)


def interpolant(domain, degree, factor, time):
    space = dolfinx.fem.functionspace(domain.mesh, ("Lagrange", degree))
    speed = factor * TUBE.velocity(space.tabulate_dof_coordinates().T, time)
    cells = np.arange(domain.mesh.topology.index_map(3).size_local, dtype=np.int32)
    return space, cells, [(1, list(speed), 0.0)]


def test_velocity_error_of_known_fields(domain):
    """No flow is wrong by 1; 1.1 times the exact flow by 0.1, as P2 follows it to 0.5 %."""
    space, cells, still = interpolant(domain, 2, 0.0, 0.0)
    wrong, right = _squares(space, cells, still, [0.0])[0]
    assert wrong == pytest.approx(right)
    # The inner product of the exact profile with itself, over nearly the whole tube.
    r = np.linspace(0, TUBE.radius, 2001)
    full = TUBE.length * np.trapezoid(2 * np.pi * r * TUBE.speed(r, 0.0) ** 2, r)
    assert right == pytest.approx(full, rel=0.02)
    wrong, right = _squares(*interpolant(domain, 2, 1.1, 0.0), [0.0])[0]
    assert np.sqrt(wrong / right) == pytest.approx(0.1, rel=0.01)


def test_wall_force_of_a_parabola(domain):
    """By the divergence theorem it is minus the viscous force over the volume of the mesh."""
    space, cells, _ = interpolant(domain, 2, 0.0, 0.0)
    x = space.tabulate_dof_coordinates()
    parabola = 1 - (x[:, 0] ** 2 + x[:, 1] ** 2) / TUBE.radius**2
    volume = cell_evaluation(space, cells, 1).weights.sum()
    exact = 4 * TUBE.viscosity / TUBE.radius**2 * volume
    found = _wall_force(domain, space, [[0 * parabola, 0 * parabola, parabola]])
    # Facets lean against the axis a little, and the part along their normals is left out: with
    # the square of the lean, seen 1.4e-4.
    assert found == pytest.approx([exact], rel=5e-4)
