# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import pyvista as pv

from meshes.triangulation import (
    count_folds,
    geometric_defect,
    manifold_defect,
    self_intersections,
)


def ball(centre=(0.0, 0.0, 0.0), radius=1.0):
    surface = pv.Icosphere(radius=radius, center=centre, nsub=3)
    return np.asarray(surface.points, dtype=float), surface.regular_faces.astype(np.int64)


def both(first, second):
    return np.vstack([first[0], second[0]]), np.vstack([first[1], second[1] + len(first[0])])


def test_a_ball_has_no_defect():
    points, triangles = ball()
    assert manifold_defect(triangles) == ""
    assert geometric_defect(points, triangles) == ""


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda t: t[1:], "has 3 open edges"),
        (lambda t: np.vstack([t, t[:1]]), "more than two triangles"),
        (lambda t: np.vstack([t[:1, ::-1], t[1:]]), "not consistently oriented"),
    ],
)
def test_damage_is_named(damage, message):
    _, triangles = ball()
    assert message in manifold_defect(damage(triangles))


def test_two_balls_that_share_a_vertex_are_pinched():
    _, triangles = ball()
    other = triangles + triangles.max() + 1
    other[other == other.min()] = triangles.min()
    assert "pinched" in manifold_defect(np.vstack([triangles, other]))


def test_overlapping_balls_cut_each_other_along_their_circle():
    points, triangles = both(ball(), ball((1.0, 0.1, 0.05)))
    pairs = self_intersections(points, triangles)
    middle = points[triangles[pairs]].mean(axis=(1, 2))
    assert len(pairs) > 50
    plane = middle @ np.array([1.0, 0.1, 0.05]) - 0.5 * (1.0 + 0.01 + 0.0025)
    assert np.abs(plane).max() < 0.1
    assert "cuts itself" in geometric_defect(points, triangles)


def test_balls_one_inside_the_other_do_not_cut():
    points, triangles = both(ball(), ball(radius=0.9))
    assert len(self_intersections(points, triangles)) == 0


def test_a_vertex_moved_past_its_neighbours_folds_the_surface():
    points, triangles = ball()
    assert count_folds(points, triangles) == 0
    points[0] += 3.0 * (points[triangles[0, 1]] - points[0])
    assert count_folds(points, triangles) > 0
