# SPDX-License-Identifier: BSD-3-Clause
"""Guesses from the last solutions."""

from petsc4py import PETSc

import numpy as np
import pytest

from solvers.common.initial_guess import InitialGuess


@pytest.fixture
def system():
    n = 30
    matrix = PETSc.Mat().createAIJ((n, n), nnz=3, comm=PETSc.COMM_SELF)
    for i in range(n):
        matrix[i, i] = 2.5
        for j in (i - 1, i + 1):
            if 0 <= j < n:
                matrix[i, j] = -1.0
    matrix.assemble()
    return matrix


def vector(matrix, values):
    x = matrix.createVecRight()
    x.array[:] = values
    return x


def test_guess_is_exact_for_a_combination_of_remembered_solutions(system):
    rng = np.random.default_rng(3)
    guess, found = InitialGuess(depth=4), system.createVecRight()
    past = [vector(system, rng.normal(size=30)) for _ in range(6)]
    for x in past:
        guess.add(x, system * x)
    wanted = past[-1] * 2.0 - past[-4] * 3.0
    guess.set(system * wanted, found)
    assert np.allclose(found.array, wanted.array, rtol=1e-10)
    # the oldest two are forgotten
    guess.set(system * past[0], found)
    assert np.linalg.norm(found.array - past[0].array) > 0.1


def test_guess_is_the_best_one_in_the_energy_norm(system):
    rng = np.random.default_rng(4)
    guess, found = InitialGuess(), system.createVecRight()
    x, y = (vector(system, rng.normal(size=30)) for _ in range(2))
    guess.add(x, system * x)
    guess.set(system * y, found)
    assert abs(x.dot(system * (y - found))) < 1e-10


def test_repeated_solutions_do_no_harm(system):
    guess, found = InitialGuess(), system.createVecRight()
    x = vector(system, np.arange(30.0))
    for _ in range(3):
        guess.add(x, system * x)
    guess.set(system * x, found)
    assert np.allclose(found.array, x.array, rtol=1e-8)


def test_nothing_remembered_leaves_the_vector(system):
    guess, found = InitialGuess(), vector(system, np.ones(30))
    guess.set(vector(system, np.ones(30)), found)
    assert (found.array == 1.0).all()
    guess.add(found, system * found)
    guess.clear()
    guess.set(vector(system, np.zeros(30)), found)
    assert (found.array == 1.0).all()
