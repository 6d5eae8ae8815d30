# SPDX-License-Identifier: BSD-3-Clause
"""Block products and the block BiCGStab against scipy."""

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spla
import ufl

from solvers.common.bicgstab import BlockSolver, IncompleteLU
from solvers.common.block_matrix import Pattern, block_vector, view
from solvers.common.errors import SolverDiverged
from solvers.common.forms import compile_form
from solvers.common.kernels import library


@pytest.fixture(scope="module")
def system():
    """A convective system on an unstructured pattern, scaled by its diagonal."""
    mesh = dolfinx.mesh.create_unit_cube(MPI.COMM_WORLD, 6, 6, 6)
    space = dolfinx.fem.functionspace(mesh, ("Lagrange", 2))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    form = compile_form(
        (100 * u * v + ufl.inner(ufl.grad(u), ufl.grad(v)) + 30 * u.dx(0) * v) * ufl.dx
    )
    pattern = Pattern(space, form)
    values = np.concatenate([pattern.assembled(form)])
    matrix = sp.csr_matrix((values.copy(), pattern.column, pattern.start))
    inverse = np.empty(pattern.rows)
    library().scale_rows(pattern.rows, pattern.start, pattern.diagonal, values, inverse)
    return pattern, values, matrix, inverse


def test_product(system):
    pattern, values, matrix, inverse = system
    x = np.random.default_rng(0).standard_normal((pattern.local, 3))
    y = np.empty((pattern.rows, 3))
    pattern.multiply(values, x, y)
    assert y == pytest.approx((matrix @ x) * inverse[:, None], rel=1e-12, abs=1e-12)
    assert inverse == pytest.approx(1 / matrix.diagonal())


@pytest.mark.parametrize("preconditioned", [False, True])
def test_solution_with_given_values(system, preconditioned):
    pattern, values, matrix, inverse = system
    rng = np.random.default_rng(1)
    rhs = rng.standard_normal((pattern.rows, 3))
    # each component has its own given dofs
    given = [rng.choice(pattern.rows, 40, replace=False) for _ in range(3)]
    fixed = np.unique(np.concatenate([3 * dofs + i for i, dofs in enumerate(given)]))
    solver = BlockSolver(pattern, fixed, MPI.COMM_WORLD)
    x = block_vector(pattern)
    x.array[fixed] = rng.standard_normal(len(fixed))
    expected = view(x).copy()
    factors = None
    if preconditioned:
        factors = IncompleteLU(pattern)
        factors.factorise(values)
    solver.solve(values, (rhs * inverse[:, None]).ravel(), x, 1e-11, factors)
    for i in range(3):
        free = np.setdiff1d(np.arange(pattern.rows), given[i])
        known = matrix[free][:, given[i]] @ expected[given[i], i]
        expected[free, i] = spla.spsolve(matrix[free][:, free].tocsc(), rhs[free, i] - known)
    assert view(x) == pytest.approx(expected, abs=1e-9)
    # seen: 68 iterations with Jacobi, 19 with the factorisation
    assert solver.iterations < (30 if preconditioned else 100)


def test_factorisation_is_exact_where_there_is_no_fill():
    """On a mesh of one tetrahedron the pattern is full, so the factors are the LU factors."""
    x = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    import basix.ufl

    from solvers.common import _compat

    element = ufl.Mesh(basix.ufl.element("Lagrange", "tetrahedron", 1, shape=(3,)))
    mesh = _compat.create_mesh(MPI.COMM_SELF, np.array([[0, 1, 2, 3]]), x, element)
    space = dolfinx.fem.functionspace(mesh, ("Lagrange", 2))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    form = compile_form((u * v + ufl.inner(ufl.grad(u), ufl.grad(v)) + u.dx(1) * v) * ufl.dx)
    pattern = Pattern(space, form)
    values = pattern.assembled(form)
    factors = IncompleteLU(pattern)
    factors.factorise(values)
    rhs = np.random.default_rng(2).standard_normal((10, 3))
    found = np.empty(30)
    factors.apply(rhs.ravel(), found)
    dense = sp.csr_matrix((values, pattern.column, pattern.start)).toarray()
    assert found.reshape(10, 3) == pytest.approx(np.linalg.solve(dense, rhs))


def test_too_few_iterations_are_a_failure(system):
    pattern, values, _, _ = system
    solver = BlockSolver(pattern, np.zeros(0, np.int64), MPI.COMM_WORLD, limit=2)
    with pytest.raises(SolverDiverged, match="2 iterations"):
        solver.solve(values, np.ones(3 * pattern.rows), block_vector(pattern), 1e-12)


def test_numbers_that_are_not_finite_are_a_failure(system):
    pattern, values, _, _ = system
    solver = BlockSolver(pattern, np.zeros(0, np.int64), MPI.COMM_WORLD)
    with pytest.raises(SolverDiverged, match="not finite"):
        solver.solve(values, np.full(3 * pattern.rows, np.nan), block_vector(pattern), 1e-12)
