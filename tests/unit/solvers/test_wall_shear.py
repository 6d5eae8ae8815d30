# SPDX-License-Identifier: BSD-3-Clause
"""Cycle means of a given wall shear."""

import numpy as np
import pytest

from solvers.fields.wall_shear import WallShearAverage


@pytest.fixture
def shear():
    return WallShearAverage(np.arange(4, dtype=np.int32))


def along_x(value):
    return np.tile([value, 0.0, 0.0], (4, 1))


def test_steady_shear(shear):
    for _ in range(3):
        shear.add(along_x(2.0), 0.1)
    assert shear.tawss == pytest.approx(2.0)
    assert shear.mean_vector == pytest.approx(along_x(2.0))
    assert shear.osi == pytest.approx(0.0, abs=1e-12)
    assert shear.rrt == pytest.approx(0.5)


def test_oscillating_shear(shear):
    for value in (2.0, -2.0):
        shear.add(along_x(value), 0.1)
    assert shear.tawss == pytest.approx(2.0)
    assert shear.osi == pytest.approx(0.5)
    assert shear.ecap == pytest.approx(0.25)
    assert np.isnan(shear.rrt).all()


def test_instants_count_by_their_weight(shear):
    shear.add(along_x(1.0), 0.3)
    shear.add(along_x(-1.0), 0.1)
    assert shear.tawss == pytest.approx(1.0)
    assert shear.osi == pytest.approx(0.25)


def test_still_fluid_has_no_oscillation(shear):
    shear.add(along_x(0.0), 0.1)
    assert np.all(shear.osi == 0.0)
    assert np.isnan(shear.rrt).all() and np.isnan(shear.ecap).all()
