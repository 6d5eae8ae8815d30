# SPDX-License-Identifier: BSD-3-Clause
"""Polygon areas and inscribed circles against closed forms."""

import numpy as np
import pytest

from solvers.fields.bench.polygon import largest_circle, signed_area, signed_distance

SQUARE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])


def test_area_keeps_the_orientation():
    assert signed_area(SQUARE) == pytest.approx(4.0)
    assert signed_area(SQUARE[::-1]) == pytest.approx(-4.0)


def test_distance_is_positive_inside():
    points = np.array([[1.0, 0.5], [3.0, 1.0], [1.0, 2.0], [-1.0, -1.0]])
    expected = [0.5, -1.0, 0.0, -np.sqrt(2.0)]
    assert signed_distance(points, SQUARE) == pytest.approx(expected)


@pytest.mark.parametrize("shift", [0.0, 1e3])
def test_circle_in_a_right_triangle(shift):
    """Legs 3 and 4: radius 1, centre (1, 1)."""
    circle = largest_circle(np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]]) + shift)
    assert circle.radius == pytest.approx(1.0, abs=1e-4)
    assert circle.centre == pytest.approx([1.0 + shift, 1.0 + shift], abs=1e-3)
    assert circle.area == pytest.approx(np.pi, rel=2e-4)


def test_circle_in_a_rhombus_of_stent_size():
    """Diagonals p and q: radius p q / (2 sqrt(p^2 + q^2))."""
    p, q = 1.1e-3, 2.3e-3
    rhombus = 0.5 * np.array([[p, 0.0], [0.0, q], [-p, 0.0], [0.0, -q]])
    expected = 0.5 * p * q / np.hypot(p, q)
    for polygon in (rhombus, rhombus[::-1]):
        assert largest_circle(polygon).radius == pytest.approx(expected, rel=1e-4)


def test_circle_keeps_out_of_a_notch():
    """An L of two unit arms: the circle sits in the corner, radius 2 - sqrt(2)."""
    shape = np.array([[0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]], dtype=float)
    assert largest_circle(shape).radius == pytest.approx(2 - np.sqrt(2), abs=2e-5)


def test_a_line_is_refused():
    with pytest.raises(ValueError, match="no area"):
        largest_circle(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]))
