# SPDX-License-Identifier: BSD-3-Clause
"""Grid convergence index against the example of its authors and a made-up power law."""

import pytest

from solvers.verification.convergence import grid_convergence


def test_power_law():
    sizes = (1.0, 1.7, 2.6)
    found = grid_convergence(sizes, tuple(5.0 + 0.1 * h**1.8 for h in sizes))
    assert found.order == pytest.approx(1.8, rel=1e-3)
    assert found.extrapolated == pytest.approx(5.0, rel=1e-4)
    assert found.index == pytest.approx(1.25 * 0.1 / 5.1, rel=2e-3)
    assert not found.oscillating


def test_published_example():
    """Table 1 of the procedure: 18000, 8000, 4500 cells in two dimensions, reattachment length."""
    sizes = tuple((1 / n) ** 0.5 for n in (18000, 8000, 4500))
    found = grid_convergence(sizes, (6.063, 5.972, 5.863))
    assert found.order == pytest.approx(1.53, abs=0.01)
    assert found.extrapolated == pytest.approx(6.1685, abs=1e-3)
    assert found.index == pytest.approx(0.022, abs=5e-4)
