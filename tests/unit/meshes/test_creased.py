# SPDX-License-Identifier: BSD-3-Clause
"""Even triangulations that keep creases, and swaps of diagonals."""

import numpy as np
import pytest
import pyvista as pv

from meshes.creased import remesh_creased
from meshes.creases import crease_edges, divide
from meshes.flips import flip
from meshes.implicit import signed_volume
from meshes.topology import triangle_quality, unique_edges
from meshes.triangulation import geometric_defect, manifold_defect

ANGLE = np.radians(40.0)


def arrays(surface):
    surface = surface.triangulate().clean()
    return np.asarray(surface.points, dtype=float), surface.regular_faces.astype(np.int64)


def lengths(points, triangles):
    edges, _ = unique_edges(triangles)
    return np.linalg.norm(points[edges[:, 1]] - points[edges[:, 0]], axis=1)


def test_cube_keeps_its_volume_and_edges():
    points, triangles = arrays(pv.Cube())
    found, faces = remesh_creased(points, triangles, 0.15, ANGLE)
    assert not manifold_defect(faces) and not geometric_defect(found, faces)
    assert signed_volume(found, faces) == pytest.approx(1.0, rel=1e-12)
    kept = found[np.unique(crease_edges(found, faces, ANGLE))]
    assert ((np.abs(np.abs(kept) - 0.5) < 1e-12).sum(axis=1) >= 2).all()
    # Twelve edges of seven pieces share eight corners.
    assert len(kept) == 8 + 12 * 6
    assert triangle_quality(found, faces).min() > 0.4
    assert lengths(found, faces).mean() == pytest.approx(0.15, rel=0.15)


def test_long_thin_triangles_become_even():
    """A tube cut along its length into slivers of aspect 80."""
    tube = pv.CylinderStructured(radius=[0.8, 1.0], height=6.0, theta_resolution=90, z_resolution=2)
    points, triangles = arrays(tube.extract_surface(algorithm="dataset_surface"))
    start = triangle_quality(points, triangles)
    found, faces = remesh_creased(points, triangles, 0.2, ANGLE)
    assert start.min() < 0.05 < 0.3 < triangle_quality(found, faces).min()
    volume = abs(signed_volume(points, triangles))
    assert abs(signed_volume(found, faces)) == pytest.approx(volume, rel=0.01)
    radius = np.hypot(*found[np.unique(crease_edges(found, faces, ANGLE))][:, 1:].T)
    assert np.minimum(np.abs(radius - 0.8), np.abs(radius - 1.0)).max() < 0.01


def test_creases_are_divided_between_corners():
    points, triangles = arrays(pv.Cube())
    edges = crease_edges(points, triangles, ANGLE)
    assert len(edges) == 12
    creases = divide(points, edges, 0.4, ANGLE)
    assert len(creases.marks) == len(creases.vertices) == 8
    # A square that turns at its corners, and one loop that does not.
    turns = np.linspace(0.0, 2.0 * np.pi, 61)[:-1]
    ring = np.column_stack([np.cos(turns), np.sin(turns), 0.0 * turns])
    loop = np.column_stack([np.arange(60), np.roll(np.arange(60), -1)])
    pieces = divide(ring, loop, 2.0 * np.pi / 12, ANGLE)
    assert len(pieces.marks) == 12
    assert np.bincount(pieces.pieces).tolist() == [5] * 12
    assert len(divide(ring, loop, 100.0, ANGLE).marks) == 3


def test_better_diagonal_is_taken_unless_it_is_held_or_folds():
    flat = np.array([[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [2.0, 0.5, 0.0], [2.0, -0.5, 0.0]])
    apex = np.array([[2.0, 0.0, 3.0]])
    for lift, held, kept in ((0.0, 0, False), (0.0, 2, True), (0.6, 0, True)):
        points = np.vstack([flat + lift * np.array([[0, 0, 1], [0, 0, 1], [0] * 3, [0] * 3]), apex])
        triangles = np.array([[0, 2, 1], [0, 1, 3], [0, 4, 2], [2, 4, 1], [1, 4, 3], [3, 4, 0]])
        assert not manifold_defect(triangles)
        edges, _ = unique_edges(flip(points, triangles, np.radians(25.0), held))
        assert ([0, 1] in edges.tolist()) is kept
        assert ([2, 3] in edges.tolist()) is not kept
