# SPDX-License-Identifier: BSD-3-Clause
"""Values at the quadrature points of facets, as forms see them."""

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest
import ufl

from solvers.solid.contact.facet_field import FacetPoints
from solvers.verification.block import block


def bent(x):
    radius, angle = 1 + 0.3 * x[:, 0], x[:, 1]
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), x[:, 2]])


@pytest.mark.parametrize("cells", ["hexahedron", "tetrahedron"])
@pytest.mark.parametrize("degree", [1, 2])
def test_forms_meet_the_values_that_were_set(cells, degree):
    domain = block((2, 3, 2), bent, cells=cells)
    points = FacetPoints(domain, "x_high", degree)
    field = dolfinx.fem.Function(points.space)
    rng = np.random.default_rng(1)
    values = rng.uniform(size=(len(points.entities), len(points.reference)))
    points.set_values(field, values)
    assert points.evaluator(field)()[..., 0] == pytest.approx(values, abs=1e-13)
    # The integral of a cubic of the field is that of the values: forms use the same points.
    cubed = dolfinx.fem.Function(points.space)
    points.set_values(cubed, values**3)
    difference = dolfinx.fem.form((field**3 - cubed) * points.measure)
    assert dolfinx.fem.assemble_scalar(difference) == pytest.approx(0.0, abs=1e-14)


def test_positions_and_area():
    domain = block((1, 8, 2), bent, comm=MPI.COMM_SELF)
    points = FacetPoints(domain, "x_high", 2)
    x = points.evaluator(ufl.SpatialCoordinate(domain.mesh))()
    r = np.hypot(x[..., 0], x[..., 1])
    assert r.max() <= 1.3 + 1e-12 and r.min() > 1.3 * np.cos(1 / 16) - 1e-12
    one = dolfinx.fem.Constant(domain.mesh, 1.0)
    area = dolfinx.fem.assemble_scalar(dolfinx.fem.form(one * points.measure))
    assert area == pytest.approx(1.3, rel=1e-3)
