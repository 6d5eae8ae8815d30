# SPDX-License-Identifier: BSD-3-Clause
from dataclasses import replace

import numpy as np
import pytest
import pyvista as pv

from meshes.errors import MeshFailed, MeshQuality
from meshes.io import read_bundle, write_bundle
from meshes.layers import LayerOptions
from meshes.pictures import picture
from meshes.quality import QualityLimits, check, mesh_quality
from meshes.reference.cases import CASES, TUBE, build
from meshes.tagging import surface_facets
from meshes.topology import tet_quality, tet_volumes, triangle_vectors
from meshes.volume import MeshOptions, build_mesh


@pytest.fixture(scope="module")
def lumen():
    return build(CASES["sidewall"])


@pytest.fixture(scope="module")
def bundle(lumen):
    return build_mesh(lumen)


def measured(bundle, lumen, **limits):
    return mesh_quality(bundle, lumen, lumen.surface, limits=QualityLimits(**limits))


def test_markers_and_positive_cells(bundle):
    assert bundle.info["route"] == "surface"
    assert set(bundle.markers["facets"]) == {"wall", "inlet", "outlet_1", "ostium"}
    assert set(np.unique(bundle.facet_tags)) == set(bundle.markers["facets"].values())
    assert set(np.unique(bundle.cell_tags)) == set(bundle.markers["cells"].values())
    assert tet_volumes(bundle.points, bundle.cells).min() > 0.0
    assert tet_quality(bundle.points, bundle.cells).min() > 0.05


def test_volumes_and_areas_are_those_of_the_geometry(bundle, lumen):
    inlet = bundle.info["openings"][0]
    assert inlet["area"] == pytest.approx(np.pi * TUBE.radius**2, rel=0.01)
    np.testing.assert_allclose(inlet["normal"], [0.0, 0.0, -1.0], atol=1e-12)
    np.testing.assert_allclose(inlet["centre"], 0.0, atol=0.02 * TUBE.radius)
    # Sac behind the device: the ball without the part inside the cylinder, plus a little fillet;
    # sampled on a fine grid.
    sample = (np.arange(90) + 0.5) / 90 * 6e-3
    grid = np.stack(np.meshgrid(sample + 1e-3, sample - 3e-3, sample + 3e-3), axis=-1)
    grid = grid.reshape(-1, 3)
    shape = CASES["sidewall"]
    behind = (shape.field(grid) < 0.0) & (shape.device_field(grid) > 0.0)
    assert bundle.info["sac_volume"] == pytest.approx(behind.mean() * 6e-3**3, rel=0.015)


def test_ostium_lies_on_the_device_surface_and_faces_the_sac(bundle, lumen):
    facets = surface_facets(bundle, "ostium")
    points = bundle.points[np.unique(facets)]
    assert np.abs(lumen.device_surfaces[0].level_set(points)).max() < 1e-9
    assert (triangle_vectors(bundle.points, facets)[:, 0] > 0.0).all()
    assert bundle.info["ostium"]["normal"][0] > 0.99


def test_checks_pass_and_name_what_is_missing(bundle, lumen):
    check(measured(bundle, lumen))
    tags = bundle.facet_tags.copy()
    ostium = np.flatnonzero(tags == bundle.markers["facets"]["ostium"])
    tags[ostium[0]] = bundle.markers["facets"]["wall"]
    facets = np.delete(bundle.facets, ostium[0], axis=0)
    holed = replace(bundle, facets=facets, facet_tags=np.delete(bundle.facet_tags, ostium[0]))
    with pytest.raises(MeshQuality, match="untagged_interfaces is 1"):
        check(measured(holed, lumen))

    points = bundle.points.copy()
    cap = surface_facets(bundle, "inlet")
    inner = np.setdiff1d(cap, surface_facets(bundle, "wall"))
    points[inner[0], 2] += 1e-7
    with pytest.raises(MeshQuality, match="cap_planarity"):
        check(measured(replace(bundle, points=points), lumen))

    with pytest.raises(MeshQuality, match="volume is"):
        check(
            measured(
                replace(bundle, points=1.02 * bundle.points), lumen, cap_area=1.0, planarity=1.0
            )
        )

    without_cap = replace(
        bundle, facet_tags=np.where(bundle.facet_tags == 31, 10, bundle.facet_tags)
    )
    with pytest.raises(MeshQuality, match="empty_markers is 1"):
        check(measured(without_cap, lumen))


def test_mesh_without_layers_misses_the_near_wall_check():
    lumen = build(replace(TUBE, length=6e-3))
    plain = build_mesh(lumen, MeshOptions(layers=LayerOptions(count=0)))
    check(plain.quality)
    with pytest.raises(MeshQuality, match="near_wall_share"):
        check(measured(plain, lumen))


def test_same_input_gives_the_same_mesh():
    lumen = build(replace(TUBE, length=6e-3))
    first, second = build_mesh(lumen), build_mesh(lumen)
    np.testing.assert_array_equal(first.points, second.points)
    np.testing.assert_array_equal(first.cells, second.cells)


def test_bundle_survives_the_disk(bundle, tmp_path):
    write_bundle(bundle, tmp_path / "mesh")
    back = read_bundle(tmp_path / "mesh")
    for name in ("points", "cells", "cell_tags", "facets", "facet_tags"):
        np.testing.assert_array_equal(getattr(back, name), getattr(bundle, name))
    assert back.markers == bundle.markers
    assert back.quality == bundle.quality
    assert back.info["ostium"] == bundle.info["ostium"]
    (tmp_path / "mesh" / "markers.json").write_text('{"cells": {}, "facets": {}}')
    with pytest.raises(MeshFailed, match="unnamed"):
        read_bundle(tmp_path / "mesh")


def test_picture_shows_wall_and_ostium(bundle, tmp_path):
    picture(bundle, tmp_path / "mesh.png")
    image = pv.read(tmp_path / "mesh.png").point_data.active_scalars.astype(int)
    white = (image > 250).all(axis=1).mean()
    red = ((image[:, 0] - image[:, 1]) > 60).mean()
    assert 0.3 < white < 0.95
    assert red > 0.0002


def test_overlapping_bodies_take_the_hull_route(lumen):
    tube = build(replace(TUBE, length=12e-3)).surface
    ball = pv.Icosphere(radius=2.5e-3, center=(4e-3, 0.0, 6e-3), nsub=4)
    faces = np.vstack([tube.regular_faces, ball.regular_faces + tube.n_points])
    surface = pv.PolyData.from_regular_faces(
        np.vstack([tube.points, np.asarray(ball.points, dtype=float)]), faces
    )
    result = build_mesh(replace(lumen, surface=surface))
    assert result.info["route"].startswith("hull")
    assert "cuts itself" in result.info["attempts"][0]["reason"]


def test_failure_of_every_route_names_the_reasons():
    lumen = build(replace(TUBE, length=4e-3, edge=0.9e-3, neck_edge=0.9e-3))
    with pytest.raises(MeshQuality, match="no mesh after 4 routes") as error:
        build_mesh(lumen, MeshOptions(limits=QualityLimits(minimum=0.9)))
    assert error.value.code == "mesh_quality"
    assert str(error.value).count("minimum_quality is 0.") == 4
