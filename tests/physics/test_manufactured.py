# SPDX-License-Identifier: BSD-3-Clause
"""Ethier-Steinman flow (1994, doi:10.1002/fld.1650190502): orders in space and time."""

import itertools

import basix
import dolfinx
import numpy as np
import pytest
from flow_cases import box

from solvers.common.sampling import cell_evaluation
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.problem import FlowProblem
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings

A, D, NU = np.pi / 4, np.pi / 2, 0.1


def exact(time, x):
    x, y, z = x
    e, s, c = np.exp, np.sin, np.cos
    return (
        -A
        * np.exp(-NU * D**2 * time)
        * np.array(
            [
                e(A * x) * s(A * y + D * z) + e(A * z) * c(A * x + D * y),
                e(A * y) * s(A * z + D * x) + e(A * x) * c(A * y + D * z),
                e(A * z) * s(A * x + D * y) + e(A * y) * c(A * z + D * x),
            ]
        )
    )


class ExactVelocity:
    def __init__(self, domain, space):
        names = ("wall", "inlet", "outlet_1")
        facets = np.concatenate([domain.facets(n, owned=False) for n in names])
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        self._x = space.tabulate_dof_coordinates()[self.dofs].T

    def values(self, time):
        return exact(time, self._x)


def solve(cells, degree, time_step, end, stabilisation=FlowSettings.pressure_stabilisation):
    domain = box([cells] * 3, (-1,) * 3, (1,) * 3)
    problem = FlowProblem(domain, 1.0, Newtonian(NU), [], [lambda s: ExactVelocity(domain, s)])
    settings = FlowSettings(
        velocity_degree=degree,
        tolerance=1e-9,
        pressure_stabilisation=stabilisation,
        wind_extrapolation=1.0,
    )
    stepper = FractionalStep(problem, settings, time_step)
    stepper.set_initial(lambda x: exact(0.0, x), lambda x: exact(-time_step, x))
    for _ in range(round(end / time_step)):
        stepper.step()
    return stepper


def velocity_error(cells, degree, time_step, end):
    stepper = solve(cells, degree, time_step, end)
    domain = stepper.problem.domain
    owned = np.arange(domain.mesh.topology.index_map(3).size_local, dtype=np.int32)
    points = cell_evaluation(stepper.space, owned, 6)
    reference = basix.make_quadrature(basix.CellType.tetrahedron, 6)[0]
    corners = domain.mesh.geometry.x[domain.mesh.geometry.dofmap[owned]]
    weights = np.column_stack([1 - reference.sum(axis=1), reference])
    x = np.einsum("qv,nvd->nqd", weights, corners)
    truth = np.moveaxis(exact(stepper.time, np.moveaxis(x, -1, 0)), 0, -1)
    error = points.vector([u.x.array for u in stepper.velocity]) - truth

    def norm(field):
        return np.sqrt(((field**2).sum(axis=-1) * points.weights).sum())

    return norm(error) / norm(truth)


@pytest.mark.parametrize(("degree", "grids", "order"), [(1, (6, 12), 2), (2, (4, 8), 3)])
def test_order_in_space(degree, grids, order):
    coarse, fine = (velocity_error(n, degree, 0.005, 0.05) for n in grids)
    observed = np.log(coarse / fine) / np.log(grids[1] / grids[0])
    # Coarse grids that run in seconds: within 0.35 of the asymptotic order.
    assert observed > order - 0.35, (coarse, fine)


def test_order_in_time():
    """On one mesh, so that the differences hold no error in space.

    Without the pressure stabilisation, whose factor tau/rho is first order in time.
    """
    fields = [
        np.concatenate([u.x.array for u in solve(5, 2, dt, 0.8, 0.0).velocity])
        for dt in (0.1, 0.05, 0.025)
    ]
    first, second = (np.linalg.norm(b - a) for a, b in itertools.pairwise(fields))
    assert np.log2(first / second) > 1.8, (first, second)
