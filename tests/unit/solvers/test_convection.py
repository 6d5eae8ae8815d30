# SPDX-License-Identifier: BSD-3-Clause
"""The compiled cell terms equal the assembled UFL forms."""

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest
import ufl

from solvers.common.block_matrix import Pattern
from solvers.common.forms import compile_form
from solvers.fluid.convection import CellTerms

RHO = 1060.0


class Case:
    def __init__(self, degree):
        mesh = dolfinx.mesh.create_unit_cube(MPI.COMM_WORLD, 3, 4, 5)
        self.space = dolfinx.fem.functionspace(mesh, ("Lagrange", degree))
        self.u, self.v = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        self.pattern = Pattern(self.space, compile_form(self.u * self.v * ufl.dx))
        self.terms = CellTerms(self.space, self.pattern)
        count = len(self.space.tabulate_dof_coordinates())
        self.wind = np.random.default_rng(0).standard_normal((count, 3))

    def wind_functions(self):
        functions = [dolfinx.fem.Function(self.space) for _ in range(3)]
        for i, function in enumerate(functions):
            function.x.array[:] = self.wind[:, i]
        return ufl.as_vector(functions)

    def filled(self, viscosity=None):
        values = np.zeros_like(self.pattern.native.data)
        self.terms.add(values, self.wind, RHO, viscosity)
        return values


@pytest.fixture(params=[1, 2])
def case(request):
    return Case(request.param)


def test_convection_equals_the_form(case):
    w, u, v = case.wind_functions(), case.u, case.v
    inside = ufl.dot(w, ufl.grad(u)) + 0.5 * ufl.div(w) * u
    normal = ufl.dot(w, ufl.FacetNormal(case.space.mesh))
    form = inside * v * ufl.dx - 0.5 * normal * u * v * ufl.ds
    expected = RHO * case.pattern.assembled(compile_form(form))
    assert np.abs(case.filled() - expected).max() < 1e-12 * np.abs(expected).max()


def test_diffusion_equals_the_form(case):
    mesh, points = case.space.mesh, case.terms.points
    cells = mesh.topology.index_map(3).size_local
    viscosity = np.random.default_rng(1).uniform(0.1, 1.0, (cells, points))
    quadrature = 2 * case.space.ufl_element().degree - 2
    import basix.ufl

    element = basix.ufl.quadrature_element("tetrahedron", degree=quadrature)
    mu = dolfinx.fem.Function(dolfinx.fem.functionspace(mesh, element))
    mu.x.array[mu.function_space.dofmap.list[:cells].ravel()] = viscosity.ravel()
    form = mu * ufl.inner(ufl.grad(case.u), ufl.grad(case.v))
    measure = ufl.dx(metadata={"quadrature_degree": quadrature})
    expected = case.pattern.assembled(compile_form(form * measure))
    found = case.filled(viscosity) - case.filled()
    assert np.abs(found - expected).max() < 1e-12 * np.abs(case.filled()).max()


def test_convection_is_antisymmetric(case):
    values, pattern = case.filled(), case.pattern
    import scipy.sparse as sp

    matrix = sp.csr_matrix((values, pattern.column, pattern.start))
    assert abs(matrix + matrix.T).max() < 1e-13 * abs(matrix).max()
