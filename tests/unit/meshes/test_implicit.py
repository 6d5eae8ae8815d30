# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from meshes.errors import SurfaceInvalid
from meshes.implicit import gradient, signed_volume, surface_from_implicit
from meshes.triangulation import manifold_defect

R = 2.0e-3


def ball(points):
    return np.linalg.norm(points, axis=1) - R


def box(reach):
    return np.full(3, -reach), np.full(3, reach)


def test_sphere_is_closed_outward_and_every_vertex_lies_on_it():
    surface = surface_from_implicit(ball, box(R), 0.15e-3)
    points, triangles = np.asarray(surface.points), surface.regular_faces
    assert manifold_defect(triangles.astype(np.int64)) == ""
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), R, rtol=1e-9)
    # Flat facets of edge h lose about h^2 / (4 R^2) of the volume.
    assert signed_volume(points, triangles) == pytest.approx(4 / 3 * np.pi * R**3, rel=5e-3)


def test_steep_field_is_found_by_the_scouting_grid():
    reference = surface_from_implicit(ball, box(R), 0.15e-3)
    steep = surface_from_implicit(lambda p: 2.0 * ball(p), box(R), 0.15e-3)
    assert steep.n_points == reference.n_points


def test_gradient_of_distance_is_the_unit_direction():
    points = np.random.default_rng(0).normal(size=(50, 3)) * R
    expected = points / np.linalg.norm(points, axis=1)[:, None]
    np.testing.assert_allclose(gradient(ball, points, 1e-6), expected, atol=1e-5)


def test_zero_set_outside_the_box_is_refused():
    with pytest.raises(SurfaceInvalid, match="leaves the box"):
        surface_from_implicit(ball, (np.zeros(3), np.full(3, R)), 0.15e-3)


def test_field_without_zero_is_refused():
    with pytest.raises(SurfaceInvalid, match="no zero set"):
        surface_from_implicit(lambda p: np.full(len(p), R), box(R), 0.3e-3)
