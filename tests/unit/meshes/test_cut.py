# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from box_mesh import box_mesh

from meshes.cut import CutOptions, Labelled, cut
from meshes.errors import MeshFailed, SurfaceInvalid
from meshes.topology import tet_facets, tet_quality, tet_volumes, triangle_vectors

OPTIONS = CutOptions()


def box(n=6, shake=0.0):
    points, cells = box_mesh(n)
    inner = ((points > 0.0) & (points < 1.0)).all(axis=1)
    noise = np.random.default_rng(1).uniform(-1.0, 1.0, points.shape)
    points = points + shake / n * noise * inner[:, None]
    # The cut moves wall vertices along wall edges; those on the sharp edges of the box must stay.
    sharp = (np.isclose(points, 0.0) | np.isclose(points, 1.0)).sum(axis=1) > 1
    return Labelled(points, cells, np.zeros(len(cells), np.int32), sharp)


def interface(mesh, first, second):
    facets, sides = tet_facets(mesh.cells)
    label = np.where(sides >= 0, mesh.labels[sides], -99)
    pair = {first, second}
    return facets[[set(row) == pair for row in label.tolist()]]


def area(mesh, facets):
    return np.linalg.norm(triangle_vectors(mesh.points, facets), axis=1).sum()


@pytest.mark.parametrize("height", [0.31, 0.5, 0.52, 0.645])
@pytest.mark.parametrize("tilt", [0.0, 0.13])
def test_plane_cut_is_exact_and_conforming(height, tilt):
    mesh = box(shake=0.2)
    normal = np.array([tilt, 0.0, 1.0]) / np.hypot(1.0, tilt)
    centre = np.array([0.5, 0.5, height])
    done = cut(mesh, lambda x: (x - centre) @ normal, np.array([0.5, 0.5, 1.0]), 1, OPTIONS)
    volumes = tet_volumes(done.points, done.cells)
    assert volumes.min() > 0.0
    assert volumes.sum() == pytest.approx(1.0, rel=1e-12)
    assert volumes[done.labels == 1].sum() == pytest.approx(1.0 - height, rel=1e-9)
    facets = interface(done, 0, 1)
    assert area(done, facets) == pytest.approx(np.hypot(1.0, tilt), rel=1e-9)
    assert np.abs((done.points[facets] - centre) @ normal).max() < 1e-12
    # A hanging vertex would leave facets with one cell inside the box.
    outer, sides = tet_facets(done.cells)
    corners = done.points[outer[sides[:, 1] < 0]]
    on_box = (np.isclose(corners, 0.0) | np.isclose(corners, 1.0)).all(axis=1).any(axis=1)
    assert on_box.all()


def test_snapping_keeps_the_shapes():
    mesh = box(n=8, shake=0.2)
    plane = np.array([0.5, 0.5, 0.505])
    level = lambda x: (x - plane) @ np.array([0.05, 0.02, 1.0])  # noqa: E731
    seed = np.array([0.5, 0.5, 1.0])
    snapped = cut(mesh, level, seed, 1, OPTIONS)
    plain = cut(mesh, level, seed, 1, CutOptions(snap=0.0))
    quality = [tet_quality(m.points, m.cells).min() for m in (snapped, plain)]
    assert quality[0] > 0.05 > 10.0 * quality[1]
    assert len(snapped.cells) < len(plain.cells)


def test_curved_surface_holds_every_vertex_of_the_interface():
    mesh = box(n=8, shake=0.1)
    centre = np.full(3, 0.5)
    done = cut(mesh, lambda x: 0.3 - np.linalg.norm(x - centre, axis=1), centre, 1, OPTIONS)
    facets = interface(done, 0, 1)
    radius = np.linalg.norm(done.points[facets] - centre, axis=2)
    np.testing.assert_allclose(radius, 0.3, rtol=1e-9)
    ball = tet_volumes(done.points, done.cells)[done.labels == 1].sum()
    # Flat facets between vertices on the sphere hold less than the ball.
    assert 0.88 < ball / (4 / 3 * np.pi * 0.3**3) < 1.0


def test_only_the_patch_around_the_seed_is_cut():
    mesh = box(n=8)

    def two_slabs(x):  # positive for x < 0.23 and for x > 0.81
        return np.maximum(0.23 - x[:, 0], x[:, 0] - 0.81)

    done = cut(mesh, two_slabs, np.array([1.0, 0.5, 0.5]), 1, OPTIONS)
    centres = done.points[done.cells].mean(axis=1)[:, 0]
    assert (done.labels == (centres > 0.81)).all()
    untouched = centres < 0.5
    assert untouched.sum() == (mesh.points[mesh.cells].mean(axis=1)[:, 0] < 0.5).sum()


def test_a_second_cut_leaves_the_first_in_place():
    mesh = box(n=6, shake=0.1)
    first = cut(mesh, lambda x: x[:, 0] - 0.62, np.array([1.0, 0.5, 0.5]), -1, OPTIONS)
    done = cut(first, lambda x: x[:, 1] - 0.55, np.array([0.2, 1.0, 0.5]), 1, OPTIONS)
    assert area(done, interface(done, 0, -1)) == pytest.approx(0.55, rel=1e-9)
    assert area(done, interface(done, 0, 1)) == pytest.approx(0.62, rel=1e-9)
    volumes = tet_volumes(done.points, done.cells)
    assert volumes.min() > 0.0
    assert volumes[done.labels == 1].sum() == pytest.approx(0.62 * 0.45, rel=1e-9)


def test_wall_vertices_stay_on_the_wall():
    mesh = box(n=5)
    done = cut(mesh, lambda x: x[:, 2] - 0.57, np.array([0.5, 0.5, 1.0]), 1, OPTIONS)
    np.testing.assert_allclose(done.points.min(axis=0), 0.0, atol=1e-12)
    facets, sides = tet_facets(done.cells)
    assert area(done, facets[sides[:, 1] < 0]) == pytest.approx(6.0, rel=1e-9)


def test_level_set_that_misses_the_mesh_is_refused():
    with pytest.raises(MeshFailed, match="no vertex lies behind"):
        cut(box(2), lambda x: x[:, 0] - 2.0, np.array([1.0, 0.5, 0.5]), 1, OPTIONS)
    with pytest.raises(MeshFailed, match="does not cross"):
        cut(box(2), lambda x: x[:, 0] + 2.0, np.array([1.0, 0.5, 0.5]), 1, OPTIONS)


def test_region_that_belongs_to_an_earlier_one_is_refused():
    def above(x):
        return x[:, 2] - 0.55

    first = cut(box(), above, np.array([0.2, 0.5, 1.0]), 1, OPTIONS)
    with pytest.raises(SurfaceInvalid, match="connected with an earlier one"):
        cut(first, above, np.array([0.8, 0.5, 1.0]), 2, OPTIONS)
