# SPDX-License-Identifier: BSD-3-Clause
"""Multigrid in the degree, inexact Newton steps, and a tangent made of several forms."""

import dolfinx
import numpy as np
import pytest
import ufl

from solvers.solid.body import Body
from solvers.solid.laws.hyperelastic import cofactor
from solvers.solid.laws.neo_hookean import NeoHookean
from solvers.solid.linear import LARGEST_COARSE, multigrid
from solvers.solid.newton import NewtonSettings
from solvers.verification.block import block


def pressed(cells, pressure=3e4):
    """A cube of 1 mm, clamped at the bottom, a pressure that follows its surface on one side."""
    body = Body(block((3, 3, 3), lambda x: 1e-3 * x, cells=cells), {"body": NeoHookean(1e6, 1e5)})
    body.prescribe("z_low")
    domain = body.domain
    ds = ufl.Measure("ds", body.mesh, subdomain_data=domain.facet_tags)
    follower = cofactor(body.F) * ufl.FacetNormal(body.mesh)
    load = dolfinx.fem.Constant(body.mesh, pressure)
    test = ufl.TestFunction(body.space)
    body.terms.append(load * ufl.inner(follower, test) * ds(domain.tag("x_low")))
    return body


@pytest.mark.parametrize("cells", ["tetrahedron", "hexahedron"])
def test_every_form_is_in_the_tangent(cells):
    """Newton's method is quadratic: without the second form it gains a digit an iteration."""
    body = pressed(cells)
    newton = body.newton(NewtonSettings(tolerance=1e-12))
    newton.solve()
    assert newton.norms[-1] < 100 * newton.norms[-2] ** 2 + 1e-14
    assert newton.iterations <= 6


@pytest.mark.parametrize("cells", ["tetrahedron", "hexahedron"])
@pytest.mark.parametrize("coarse", ["factorised", "aggregated"])
def test_multigrid_finds_the_displacement_of_the_direct_solver(cells, coarse):
    exact, body = pressed(cells), pressed(cells)
    exact.newton(NewtonSettings(tolerance=1e-10)).solve()
    unknowns = 2 * LARGEST_COARSE if coarse == "aggregated" else 0
    # the side pressed on ends at free edges: its tangent is not symmetric
    linear = multigrid(symmetric=False, coarse_unknowns=unknowns)
    newton = body.newton(NewtonSettings(tolerance=1e-9, linear=linear, forcing=1e-2))
    newton.solve()
    wanted = exact.displacement.x.array
    assert np.abs(body.displacement.x.array - wanted).max() < 1e-6 * np.abs(wanted).max()
    assert newton.linear_iterations < 25 * newton.iterations
