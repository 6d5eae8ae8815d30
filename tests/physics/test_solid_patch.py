# SPDX-License-Identifier: BSD-3-Clause
"""Patch tests of the elements, and what the solver does to boundary values."""

import dolfinx
import numpy as np
import pytest

from solvers.solid.body import Body
from solvers.solid.laws.linear_elastic import LinearElastic
from solvers.solid.linear import iterative
from solvers.solid.newton import NewtonSettings
from solvers.verification.block import SURFACES, block

ELEMENTS = [("tetrahedron", 2, "Lagrange"), ("hexahedron", 2, "Lagrange"), ("hexahedron", 2, "S")]


def skewed(x):
    """A cube of 1 mm whose inner nodes are moved."""
    inside = np.prod(x * (1 - x), axis=1)[:, None]
    return 1e-3 * (x + inside * np.array([2.0, -1.5, 1.0]) * np.sin(7 * x[:, ::-1]))


@pytest.mark.parametrize(("cells", "degree", "family"), ELEMENTS)
@pytest.mark.parametrize("linear", ["direct", "multigrid"])
def test_uniform_strain_is_reproduced(cells, degree, family, linear):
    domain = block((2, 2, 2), skewed, cells=cells)
    body = Body(domain, {"body": LinearElastic(2e11, 0.3)}, degree, family=family)
    gradient = 1e-3 * np.array([[1.0, 0.4, -0.3], [0.2, -0.7, 0.5], [0.1, -0.2, 0.6]])
    for name in SURFACES:
        body.prescribe(name)
    wanted = dolfinx.fem.Function(body.space)
    wanted.interpolate(lambda x: gradient @ x)
    dofs = np.unique(np.concatenate([b.dof_indices()[0] for b in body.boundaries])) // 3
    body.boundaries[:] = [dolfinx.fem.dirichletbc(wanted, dofs.astype(np.int32))]
    options = {} if linear == "direct" else {"linear": iterative(symmetric=True)}
    newton = body.newton(NewtonSettings(tolerance=1e-10, **options))
    assert newton.solve() <= (1 if linear == "direct" else 3)
    found = body.evaluate("body", body.at_points("body", body.F))
    assert found.reshape(-1, 3, 3) - np.eye(3) == pytest.approx(
        np.broadcast_to(gradient, (found.size // 9, 3, 3)),
        abs=1e-11 if linear == "direct" else 1e-9,
    )
