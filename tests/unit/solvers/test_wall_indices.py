# SPDX-License-Identifier: BSD-3-Clause
"""RRT and ECAP against their definitions, and where they are undefined."""

import numpy as np
import pytest

from solvers.fields.wall_indices import activation_potential, relative_residence_time


def test_definitions():
    tawss, osi = np.array([2.0, 0.5, 1.0]), np.array([0.0, 0.25, 0.4])
    assert relative_residence_time(tawss, osi) == pytest.approx([0.5, 4.0, 5.0])
    assert activation_potential(tawss, osi) == pytest.approx([0.0, 0.5, 0.4])


def test_undefined_without_a_warning():
    tawss, osi = np.array([0.0, 1.0, 1e-15]), np.array([0.0, 0.5, 0.5 - 1e-16])
    with np.errstate(all="raise"):
        rrt, ecap = relative_residence_time(tawss, osi), activation_potential(tawss, osi)
    assert np.isnan(rrt).all()
    assert np.isnan(ecap[[0, 2]]).all()
    assert ecap[1] == 0.5
