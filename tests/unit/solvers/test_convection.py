# SPDX-License-Identifier: BSD-3-Clause
"""The sparse product is the assembled convection form."""

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest
from dolfinx.fem.petsc import create_matrix

from solvers.fluid.convection import (
    FormConvection,
    LinearConvection,
    compile_form,
    convection_form,
)


@pytest.fixture
def space():
    mesh = dolfinx.mesh.create_unit_cube(MPI.COMM_WORLD, 3, 4, 5)
    return dolfinx.fem.functionspace(mesh, ("Lagrange", 1))


def test_product_equals_form(space, monkeypatch):
    monkeypatch.setattr(LinearConvection, "_CHUNK", 100)
    wind = [dolfinx.fem.Function(space) for _ in range(3)]
    for seed, component in enumerate(wind):
        component.x.array[:] = np.random.default_rng(seed).standard_normal(len(component.x.array))
    form = compile_form(convection_form(space, wind))
    expected, found = create_matrix(form), create_matrix(form)
    FormConvection(form).fill(expected)
    LinearConvection(space, wind).fill(found)
    found.axpy(-1.0, expected)
    assert found.norm() < 1e-13 * expected.norm()


def test_convection_is_skew_inside(space):
    """u . C u is a boundary term: it vanishes for u that vanishes on the boundary."""
    wind = [dolfinx.fem.Function(space) for _ in range(3)]
    for seed, component in enumerate(wind):
        component.x.array[:] = np.random.default_rng(seed).standard_normal(len(component.x.array))
    form = compile_form(convection_form(space, wind))
    matrix = create_matrix(form)
    LinearConvection(space, wind).fill(matrix)
    x = space.tabulate_dof_coordinates()
    bubble = matrix.createVecRight()
    inner = np.all((x > 1e-9) & (x < 1 - 1e-9), axis=1)
    values = np.random.default_rng(9).standard_normal(len(x)) * inner
    bubble.array[:] = values[: bubble.local_size]
    image = matrix * bubble
    assert abs(image.dot(bubble)) < 1e-12 * image.norm() * bubble.norm()
