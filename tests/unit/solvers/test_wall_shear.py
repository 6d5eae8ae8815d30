# SPDX-License-Identifier: BSD-3-Clause
"""Wall shear of a linear shear flow and its cycle means."""

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest

from solvers.fields.wall_shear import WallShearAverage, wall_shear


@pytest.fixture(params=[1, 2])
def average(request):
    mesh = dolfinx.mesh.create_unit_cube(MPI.COMM_WORLD, 2, 2, 2)
    mesh.topology.create_connectivity(2, 3)
    mesh.topology.create_connectivity(3, 2)
    facets = dolfinx.mesh.locate_entities_boundary(mesh, 2, lambda x: np.isclose(x[2], 0.0))
    space = dolfinx.fem.functionspace(mesh, ("Lagrange", request.param))
    return space, WallShearAverage(space, facets, 0.004)


def shear_flow(space, rate):
    x = space.tabulate_dof_coordinates()
    return [rate * x[:, 2], np.zeros(len(x)), np.zeros(len(x))]


def test_steady_shear(average):
    space, shear = average
    for _ in range(3):
        shear.add(shear_flow(space, 500.0), 0.1)
    assert shear.tawss == pytest.approx(2.0)
    assert shear.mean_vector == pytest.approx(np.tile([2.0, 0.0, 0.0], (len(shear.tawss), 1)))
    assert shear.osi == pytest.approx(0.0, abs=1e-12)


def test_oscillating_shear(average):
    space, shear = average
    for rate in (500.0, -500.0):
        shear.add(shear_flow(space, rate), 0.1)
    assert shear.tawss == pytest.approx(2.0)
    assert shear.osi == pytest.approx(0.5)


def test_indices_of_partly_reversing_shear(average):
    """Three quarters of the time forth, one back: OSI 1/4, mean shear half its magnitude."""
    space, shear = average
    for rate in (500.0, 500.0, 500.0, -500.0):
        shear.add(shear_flow(space, rate), 0.1)
    assert shear.rrt == pytest.approx(1 / (0.5 * 2.0))
    assert shear.ecap == pytest.approx(0.25 / 2.0)


def test_still_fluid_has_no_oscillation(average):
    space, shear = average
    shear.add(shear_flow(space, 0.0), 0.1)
    assert np.all(shear.osi == 0.0)
    assert np.isnan(shear.rrt).all() and np.isnan(shear.ecap).all()


def test_normal_stretching_leaves_no_shear():
    gradient = np.diag([1.0, 1.0, -2.0])[None, None]
    assert wall_shear(gradient, np.array([[0.0, 0.0, -1.0]]), 1.0) == pytest.approx(0.0)
