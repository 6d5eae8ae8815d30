# SPDX-License-Identifier: BSD-3-Clause
"""Stents read from surfaces: our own drawing exported as STL, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
import pyvista as pv
from stent_cases import STENT

from meshes.devices.stent.build import stent_bundle
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from meshes.devices.stent.surface import (
    StentSurface,
    build_stent_from_surface,
    stent_surface_bundle,
)
from meshes.errors import SurfaceInvalid
from meshes.io import read_bundle
from meshes.topology import tet_scaled_jacobian, tet_volumes

SLOTTED = Path(__file__).parents[4] / "shared" / "data" / "stent_segment" / "stent_segment_mm.stl"
"""SPHinXsys, test_3d_model_stent_cramping, Apache-2.0; long thin triangles, 50 mm wide."""


@pytest.fixture(scope="module")
def ring():
    return stent_bundle(STENT, StentResolution(2, 1, 8, 8), Part("ring"))


def export(bundle, path, turn=None, skip=0):
    """The boundary of a mesh as STL in mm."""
    triangles = np.concatenate([bundle.facets[:, [0, 1, 2]], bundle.facets[:, [0, 2, 3]]])[skip:]
    points = 1e3 * bundle.points
    pv.PolyData.from_regular_faces(points if turn is None else points @ turn.T, triangles).save(
        path
    )
    return path


@pytest.fixture(scope="module")
def imported(ring, tmp_path_factory):
    """The ring, lying along x in its file."""
    folder = tmp_path_factory.mktemp("stl")
    turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    path = export(ring, folder / "ring.stl", turn)
    source = StentSurface(str(path), unit=1e-3, edge_length=42e-6, axis=(1.0, 0.0, 0.0))
    info = build_stent_from_surface(source, folder / "mesh")
    return read_bundle(folder / "mesh"), info


def test_import_has_the_volume_and_areas_of_the_drawing(ring, imported):
    bundle, info = imported
    assert tet_volumes(bundle.points, bundle.cells).min() > 0
    assert tet_volumes(bundle.points, bundle.cells).sum() == pytest.approx(
        ring.quality["volume"], rel=0.01
    )
    expected = dict(ring.quality["areas"])
    expected["side"] += expected.pop("end_proximal") + expected.pop("end_distal")
    assert set(bundle.markers["facets"]) == set(expected)
    for name, area in expected.items():
        assert bundle.quality["areas"][name] == pytest.approx(area, rel=0.01), name
    assert info["strut_width"] == pytest.approx(ring.info["strut_width"], rel=0.1)
    for name in ("inner_radius", "outer_radius", "strut_thickness", "length"):
        assert info[name] == pytest.approx(ring.info[name], rel=0.01), name


def test_import_stands_on_the_axis_and_keeps_the_faces(ring, imported):
    bundle, _ = imported
    radius = np.hypot(bundle.points[:, 0], bundle.points[:, 1])
    for name in ("inner", "outer"):
        nodes = np.unique(bundle.facets[bundle.facet_tags == bundle.markers["facets"][name]])
        assert radius[nodes] == pytest.approx(ring.info[f"{name}_radius"], rel=0.005)
    z = bundle.points[:, 2]
    assert z.max() == pytest.approx(-z.min(), rel=1e-3)
    # Creases of the wall are kept: corners where a cut face meets the outer one.
    assert len(bundle.cells) > 2000
    assert bundle.quality["minimum_scaled_jacobian"] > 0.1


def test_open_surfaces_are_refused_in_a_sentence(ring, tmp_path):
    path = export(ring, tmp_path / "open.stl", skip=3)
    with pytest.raises(
        SurfaceInvalid,
        match=r"open\.stl has \d+ open edges: only a watertight surface can be meshed",
    ):
        stent_surface_bundle(StentSurface(str(path), 1e-3, 55e-6))


def test_wrong_axis_is_found(ring, tmp_path):
    path = export(ring, tmp_path / "ring.stl")
    for wrong in ({"axis": (1.0, 0.0, 0.0)}, {"axis_point": (0.3e-3, 0.0, 0.0)}):
        with pytest.raises(SurfaceInvalid, match="face is found about the axis given"):
            stent_surface_bundle(StentSurface(str(path), 1e-3, 42e-6, **wrong))


def test_part_of_a_stent_with_a_point_on_its_axis(tmp_path):
    cell = stent_bundle(STENT, StentResolution(2, 1, 8, 8))
    path = export(cell, tmp_path / "cell.stl")
    bundle = stent_surface_bundle(StentSurface(str(path), 1e-3, 60e-6, axis_point=(0.0, 0.0, 0.0)))
    assert bundle.quality["volume"] == pytest.approx(cell.quality["volume"], rel=0.01)
    assert bundle.quality["areas"]["outer"] == pytest.approx(
        cell.quality["areas"]["outer"], rel=0.01
    )


def test_edges_longer_than_the_struts_are_wide_are_refused(ring, tmp_path):
    """A section of 78 um by 85 um, wider at the crowns."""
    path = export(ring, tmp_path / "ring.stl")
    with pytest.raises(SurfaceInvalid, match=r"150 um does not resolve .* at most 8\d\.\d+ um"):
        stent_surface_bundle(StentSurface(str(path), 1e-3, 150e-6))


@pytest.mark.skipif(not SLOTTED.is_file(), reason=f"no {SLOTTED}")
def test_slotted_tube_from_elsewhere():
    """Two rings at the scale of a coronary stent: volume 6425 mm3, radii 25 and 23.214 mm."""
    scale = 0.06
    bundle = stent_surface_bundle(StentSurface(str(SLOTTED), 1e-3 * scale, 70e-6))
    assert bundle.quality["volume"] == pytest.approx(6425.0e-9 * scale**3, rel=0.01)
    assert bundle.quality["areas"]["outer"] == pytest.approx(3880e-6 * scale**2, rel=0.01)
    assert bundle.quality["minimum_scaled_jacobian"] > 0.1
    assert bundle.info["strut_thickness"] == pytest.approx(1.786e-3 * scale, rel=0.03)
    radius = np.hypot(bundle.points[:, 0], bundle.points[:, 1])
    assert radius.max() == pytest.approx(25e-3 * scale, rel=1e-3)
    assert radius.min() == pytest.approx(23.214e-3 * scale, rel=0.01)


def test_scaled_jacobian_of_tetrahedra():
    corner = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    regular = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]])
    cell = np.array([[0, 1, 2, 3]])
    assert tet_scaled_jacobian(corner, cell) == pytest.approx(np.sqrt(0.5))
    assert abs(tet_scaled_jacobian(7.0 * regular, cell)) == pytest.approx(1.0)
