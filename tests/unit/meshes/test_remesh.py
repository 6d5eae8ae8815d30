# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
import pyvista as pv

from meshes.errors import MeshFailed
from meshes.implicit import signed_volume
from meshes.rebuild import rebuild
from meshes.remesh import refine_edges, remesh
from meshes.topology import triangle_quality, triangle_vectors, unique_edges
from meshes.triangulation import geometric_defect, manifold_defect

R = 2.0e-3


def ball(centre=(0.0, 0.0, 0.0), radius=R, nsub=4):
    surface = pv.Icosphere(radius=radius, center=centre, nsub=nsub)
    return pv.PolyData.from_regular_faces(
        np.asarray(surface.points, dtype=float), surface.regular_faces
    )


def graded(points):
    """Fine towards +x, three times coarser towards -x."""
    return 0.2e-3 + 0.2e-3 * (1.0 - points[:, 0] / R)


def lengths(points, edges):
    return np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)


def test_refinement_keeps_the_surface_closed_and_in_place():
    coarse = ball(nsub=1)
    points, triangles, target = refine_edges(
        np.asarray(coarse.points), coarse.regular_faces.astype(np.int64), graded, 1.0
    )
    edges, _ = unique_edges(triangles)
    assert manifold_defect(triangles) == ""
    assert signed_volume(points, triangles) == pytest.approx(coarse.volume, rel=1e-12)
    assert (lengths(points, edges) <= target[edges].mean(axis=1)).all()
    np.testing.assert_allclose(target, graded(points))


def test_wanted_edge_length_and_volume_are_kept():
    points, triangles = remesh(ball(), graded)
    edges, _ = unique_edges(triangles)
    ratio = lengths(points, edges) / graded(points[edges].mean(axis=1))
    fine = points[edges].mean(axis=1)[:, 0] > 0.5 * R
    coarse = points[edges].mean(axis=1)[:, 0] < -0.5 * R
    assert np.median(ratio[fine]) == pytest.approx(1.0, abs=0.12)
    assert np.median(ratio[coarse]) == pytest.approx(1.0, abs=0.12)
    assert triangle_quality(points, triangles).min() > 0.4
    assert signed_volume(points, triangles) == pytest.approx(ball(nsub=6).volume, rel=3e-3)
    area = np.linalg.norm(triangle_vectors(points, triangles), axis=1).sum()
    assert area == pytest.approx(4 * np.pi * R**2, rel=5e-3)


def test_the_same_surface_gives_the_same_triangles():
    first, second = remesh(ball(), graded), remesh(ball(), graded)
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def overlapping():
    """Two balls, and the volume of their union."""
    shift = 1.2 * R
    first, second = ball(), ball((shift, 0.0, 0.0))
    faces = np.vstack([first.regular_faces, second.regular_faces + first.n_points])
    points = np.vstack([first.points, second.points])
    # A cap of height h of a ball holds pi h^2 (3 R - h) / 3; the overlap is two of them.
    cap = R - shift / 2
    union = 2 * 4 / 3 * np.pi * R**3 - 2 * np.pi * cap**2 * (3 * R - cap) / 3
    return pv.PolyData.from_regular_faces(points, faces), union


def test_hull_of_overlapping_bodies_is_their_union():
    surface, volume = overlapping()
    edge = 0.35e-3
    assert geometric_defect(
        np.asarray(surface.points), surface.regular_faces.astype(np.int64)
    ).startswith("cuts itself")
    hull = rebuild(surface, lambda x: np.full(len(x), edge))
    assert manifold_defect(hull.regular_faces.astype(np.int64)) == ""
    assert hull.volume == pytest.approx(volume, rel=5e-3)
    points, triangles = remesh(hull, lambda x: np.full(len(x), edge))
    assert signed_volume(points, triangles) == pytest.approx(volume, rel=1e-2)


def test_small_hole_is_closed_and_large_one_refused():
    whole = ball(nsub=5)
    centre = whole.cell_centers().points
    edge = 0.35e-3

    def without(radius):
        keep = np.linalg.norm(centre - [R, 0.0, 0.0], axis=1) > radius
        return pv.PolyData.from_regular_faces(whole.points, whole.regular_faces[keep])

    closed = rebuild(without(0.10e-3), lambda x: np.full(len(x), edge))
    assert closed.volume == pytest.approx(whole.volume, rel=1e-2)
    with pytest.raises(MeshFailed, match="holes wider"):
        rebuild(without(0.8e-3), lambda x: np.full(len(x), edge))
