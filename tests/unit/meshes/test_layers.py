# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import pyvista as pv

from meshes.core import fill
from meshes.errors import MeshFailed
from meshes.implicit import signed_volume, surface_from_implicit
from meshes.layers import LayerOptions, extrude, inscribed_radius
from meshes.remesh import remesh
from meshes.topology import tet_facets, tet_quality, tet_volumes, vertex_normals

R = 2.0e-3
EDGE = 0.4e-3


@pytest.fixture(scope="module")
def ball():
    surface = pv.Icosphere(radius=R, nsub=5)
    surface = pv.PolyData.from_regular_faces(
        np.asarray(surface.points, dtype=float), surface.regular_faces
    )
    return remesh(surface, lambda x: np.full(len(x), EDGE))


def test_inscribed_radius_of_a_ball(ball):
    points, triangles = ball
    radius = inscribed_radius(points, -vertex_normals(points, triangles))
    # Normals of coarse facets are a little off, which can only make the ball smaller.
    assert radius.max() < 1.01 * R
    assert radius.min() > 0.7 * R
    assert np.median(radius) == pytest.approx(R, rel=0.1)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_layers_fill_the_space_between_wall_and_inner_surface(ball, count):
    points, triangles = ball
    layers = extrude(points, triangles, LayerOptions(count=count))
    volumes = tet_volumes(layers.points, layers.cells)
    assert len(layers.cells) == 3 * count * len(triangles)
    assert volumes.min() > 0.0
    between = signed_volume(points, triangles) - signed_volume(layers.points, layers.inner)
    assert volumes.sum() == pytest.approx(between, rel=1e-12)
    # Conforming: the only facets with one cell are the wall and the inner surface.
    facets, sides = tet_facets(layers.cells)
    single = np.sort(facets[sides[:, 1] < 0], axis=1)
    expected = np.sort(np.vstack([triangles, layers.inner]), axis=1)
    np.testing.assert_array_equal(single[np.lexsort(single.T)], expected[np.lexsort(expected.T)])


def test_heights_follow_first_height_and_growth(ball):
    points, triangles = ball
    options = LayerOptions(count=3, first=0.2, growth=1.5)
    layers = extrude(points, triangles, options)
    n = len(points)
    depth = R - np.linalg.norm(layers.points, axis=1).reshape(4, n)
    heights = np.diff(depth, axis=0)
    np.testing.assert_allclose(heights[1:] / heights[:-1], 1.5, rtol=0.02)
    assert np.median(heights[0]) == pytest.approx(0.2 * EDGE, rel=0.05)


def test_layers_are_thinner_where_walls_come_close():
    # A flat ellipsoid: half height 0.5 mm, half width 3 mm.
    scale = np.array([3.0e-3, 3.0e-3, 0.5e-3])

    def field(x):
        return (np.linalg.norm(x / scale, axis=1) - 1.0) * 0.5e-3

    surface = surface_from_implicit(field, (-scale, scale), 0.1e-3)
    points, triangles = remesh(surface, lambda x: np.full(len(x), 0.25e-3))
    options = LayerOptions(count=3, first=0.6, growth=1.3, reach=0.4)
    layers = extrude(points, triangles, options)
    assert layers.thickness.max() <= 0.4 * 0.5e-3 * 1.1
    assert options.total() * 0.25e-3 > 0.4e-3  # unlimited, both sides would meet
    inner, core = fill(layers.points[-len(points) :], triangles)
    assert tet_volumes(inner, core).min() > 0.0


def test_core_keeps_the_surface_and_fills_it(ball):
    points, triangles = ball
    inside, cells = fill(points, triangles)
    np.testing.assert_array_equal(inside[: len(points)], points)
    assert tet_volumes(inside, cells).sum() == pytest.approx(signed_volume(points, triangles))
    _, sides = tet_facets(cells)
    assert (sides[:, 1] < 0).sum() == len(triangles)
    assert tet_quality(inside, cells).min() > 0.1


def test_core_of_crossing_surfaces_is_refused(ball):
    points, triangles = ball
    crossing = np.vstack([points, points + [R, 0.1 * R, 0.0]])
    with pytest.raises(MeshFailed, match="gmsh"):
        fill(crossing, np.vstack([triangles, triangles + len(points)]))
