# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from meshes.errors import MeshFailed
from meshes.reference.cylinder import (
    MARKERS,
    CylinderChannel,
    build_channel,
    dfg_half_channel,
    dfg_slab,
)
from meshes.topology import tet_facets, tet_volumes

PLANE = 2.2 * 0.41 - np.pi * 0.05**2


def area(mesh, name):
    corner = mesh.points[mesh.facets[mesh.facet_tags == MARKERS["facets"][name]]]
    return (
        0.5
        * np.linalg.norm(
            np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
        ).sum()
    )


def test_slab_has_the_surfaces_and_the_area_of_the_benchmark():
    mesh = dfg_slab(32)
    thickness = np.ptp(mesh.points[:, 2])
    assert thickness == pytest.approx(0.00375)
    assert area(mesh, "symmetry") == pytest.approx(2 * PLANE)
    assert area(mesh, "wall") == pytest.approx(2 * 2.2 * thickness)
    assert area(mesh, "inlet") == pytest.approx(0.41 * thickness)
    assert area(mesh, "outlet_1") == pytest.approx(0.41 * thickness)
    neighbours = tet_facets(mesh.cells)[1]
    assert len(mesh.facets) == (neighbours[:, 1] < 0).sum()
    assert tet_volumes(mesh.points, mesh.cells).sum() == pytest.approx(PLANE * thickness)


def test_half_channel_has_a_side_wall_and_a_middle():
    mesh = dfg_half_channel(24)
    assert (tet_volumes(mesh.points, mesh.cells) > 0).all()
    middle = mesh.points[mesh.facets[mesh.facet_tags == MARKERS["facets"]["symmetry"]]]
    assert np.allclose(middle[..., 2], 0.205)
    assert area(mesh, "symmetry") == pytest.approx(2.5 * 0.41 - np.pi * 0.05**2)
    assert area(mesh, "wall") == pytest.approx(area(mesh, "symmetry") + 2 * 2.5 * 0.205)


def test_polygon_has_the_area_of_the_circle_or_its_vertices():
    for equal_area in (True, False):
        mesh = dfg_slab(32, equal_area=equal_area)
        rim = mesh.facets[mesh.facet_tags == MARKERS["facets"]["cylinder"]].ravel()
        radius = np.linalg.norm(mesh.points[rim, :2] - (0.2, 0.2), axis=1)
        # A polygon of 32 edges in the circle lacks 2 pi^2 / 3 / 32^2 of its area.
        expected = 0.05 * (1 + (np.pi**2 / 3 / 32**2 if equal_area else 0.0))
        assert np.allclose(radius, expected, rtol=2e-5)
        assert len(np.unique(rim)) == 2 * 32


def test_edges_shrink_with_the_segments():
    coarse, fine = dfg_slab(24), dfg_slab(48)
    assert len(fine.cells) / len(coarse.cells) == pytest.approx(4.0, rel=0.15)


def test_unusable_input_is_refused():
    with pytest.raises(MeshFailed, match="multiple of 4"):
        build_channel(CylinderChannel(segments=30), np.array([0.0, 0.01]))
    with pytest.raises(MeshFailed, match="increase"):
        build_channel(CylinderChannel(), np.array([0.0, 0.0]))
