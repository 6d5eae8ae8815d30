# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from box_mesh import box_mesh

from meshes.topology import (
    components,
    orient,
    tet_facets,
    tet_quality,
    tet_volumes,
    triangle_quality,
    triangle_vectors,
    unique_edges,
    vertex_normals,
)

REGULAR = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=float)


def test_quality_is_one_for_regular_and_independent_of_scale():
    cells = orient(REGULAR, np.array([[0, 1, 2, 3]]))
    assert tet_quality(REGULAR, cells)[0] == pytest.approx(1.0)
    assert tet_quality(1e-3 * REGULAR, cells)[0] == pytest.approx(1.0)
    assert tet_quality(REGULAR, cells[:, [1, 0, 2, 3]])[0] == pytest.approx(-1.0)


def test_quality_of_a_right_corner():
    # Unit right corner: r = (3 - sqrt 3) / 6, R = sqrt 3 / 2.
    points = np.vstack([np.zeros(3), np.eye(3)])
    expected = 3.0 * (3.0 - np.sqrt(3.0)) / 6.0 / (np.sqrt(3.0) / 2.0)
    assert tet_quality(points, np.array([[0, 1, 2, 3]]))[0] == pytest.approx(expected)


def test_triangle_quality():
    points = np.array([[0, 0, 0], [1, 0, 0], [0.5, np.sqrt(0.75), 0], [2, 0, 0]])
    quality = triangle_quality(points, np.array([[0, 1, 2], [0, 1, 3]]))
    np.testing.assert_allclose(quality, [1.0, 0.0], atol=1e-12)


def test_facets_of_a_box_close_it():
    points, cells = box_mesh(3)
    facets, sides = tet_facets(cells)
    outer = facets[sides[:, 1] < 0]
    assert len(outer) == 6 * 9 * 2
    vectors = triangle_vectors(points, outer)
    np.testing.assert_allclose(vectors.sum(axis=0), 0.0, atol=1e-12)
    # Outward: the flux of the position vector is three times the volume.
    flux = np.einsum("ij,ij->", points[outer].mean(axis=1), vectors)
    assert flux == pytest.approx(3.0 * tet_volumes(points, cells).sum())


def test_every_edge_is_listed_once_and_mapped_back():
    _, cells = box_mesh(2)
    edges, of_cell = unique_edges(cells)
    assert len(np.unique(edges, axis=0)) == len(edges)
    np.testing.assert_array_equal(edges[of_cell[:, 5]], np.sort(cells[:, 2:], axis=1))


def test_components():
    groups = components(np.array([[0, 1], [1, 2], [4, 5]]), 6)
    assert groups[0] == groups[2] != groups[3]
    assert groups[4] == groups[5] not in groups[:4]


def test_vertex_normals_of_a_box_point_outwards():
    points, cells = box_mesh(2)
    facets, sides = tet_facets(cells)
    normals = vertex_normals(points, facets[sides[:, 1] < 0])
    corner = np.flatnonzero((points == 1.0).all(axis=1))[0]
    # Angle weights make the corner normal independent of how its faces are split.
    np.testing.assert_allclose(normals[corner], np.full(3, 1 / np.sqrt(3)), atol=1e-12)
