# SPDX-License-Identifier: BSD-3-Clause
"""Surfaces of images and examples, where they are present."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv
import yaml

from meshes.errors import SurfaceInvalid
from meshes.neck import Plane, section
from meshes.openings import find_rims, remove_caps
from meshes.surface import SurfaceSource, import_surface
from meshes.surface_reading import read_surface, resolve
from meshes.types import Lumen

PROJECT = Path(__file__).parents[3]
DATA = PROJECT.parent / "shared" / "data"
CONFIG = PROJECT / "configs" / "surfaces" / "gmsh_aneurysm.yaml"

SHARED = {
    "carotid": "carotid_lumen_mm.stl",
    "aorta": "aorta_lumen_mm.stl",
    "dolfin_aneurysm": "dolfin_aneurysm_mm.stl",
    "gmsh_aneurysm": "gmsh_aneurysm_scaled_mm.stl",
    "coronary_phantom": "coronary_phantom_mm.stl",
}


def shared(folder: str) -> Path:
    path = DATA / folder / SHARED[folder]
    if not path.is_file():
        pytest.skip(f"no {path.name} beside the project")
    return path


@pytest.mark.parametrize("folder", SHARED)
def test_openings_agree_with_the_table_of_the_data(folder: str) -> None:
    path = shared(folder)
    points, triangles = read_surface(path, 1e-3)
    rims = find_rims(points, remove_caps(points, triangles))
    rows = list(csv.DictReader((path.parent / "openings.csv").open()))
    assert len(rims) == len(rows)
    for row in rows:
        centre = 1e-3 * np.array([float(row[f"c{axis}_mm"]) for axis in "xyz"])
        normal = np.array([float(row[f"n{axis}"]) for axis in "xyz"])
        rim = min(rims, key=lambda r, c=centre: np.linalg.norm(r.centre - c))
        assert np.linalg.norm(rim.centre - centre) < 0.1 * rim.radius
        assert rim.normal @ normal > 0.99
        assert rim.area == pytest.approx(1e-6 * float(row["area_mm2"]), rel=0.02)


@pytest.mark.parametrize("folder", ["carotid", "aorta", "dolfin_aneurysm"])
def test_lumen_of_a_vessel_without_sac(folder: str) -> None:
    path = shared(folder)
    lumen = import_surface(SurfaceSource(str(path), 1e-3))
    rows = list(csv.DictReader((path.parent / "openings.csv").open()))
    assert lumen.openings[0].name == "inlet"
    assert len(lumen.openings) == len(rows)
    assert lumen.surface.n_open_edges == 0
    assert lumen.device_surfaces == ()
    assert lumen.centreline.radius.min() > 0.0
    # The axis stays inside and ends at inlet and largest outlet.
    assert np.allclose(lumen.centreline.points[0], lumen.openings[0].centre)
    assert np.allclose(lumen.centreline.points[-1], lumen.openings[1].centre)
    middle = lumen.centreline.points[1:-1:5]
    signed = pv.PolyData(middle).compute_implicit_distance(lumen.surface)["implicit_distance"]
    assert signed.max() < -0.5 * lumen.centreline.radius.min()


def test_body_without_openings_is_refused() -> None:
    path = DATA / "distal_femur" / "distal_femur_mm.stl"
    if not path.is_file():
        pytest.skip(f"no {path.name} beside the project")
    with pytest.raises(SurfaceInvalid, match="0 openings found"):
        import_surface(SurfaceSource(str(path), 1e-3))


def example() -> SurfaceSource:
    """The example surface as the demonstration study reads it."""
    config = yaml.safe_load(CONFIG.read_text())
    try:
        resolve(config["file"])
    except SurfaceInvalid as absent:
        pytest.skip(str(absent))

    def plane(block: dict) -> Plane:
        return Plane(1e-3 * np.array(block["point_mm"]), np.array(block["normal"]))

    return SurfaceSource(
        file=config["file"],
        unit=1e-3 * config["unit_mm"],
        sac=plane(config["sac"]),
        branches=tuple(plane(block) for block in config["branches"]),
        cuts=tuple(plane(block) for block in config["cuts"]),
    )


@pytest.fixture(scope="module")
def aneurysm() -> Lumen:
    return import_surface(example())


def test_example_aneurysm(aneurysm: Lumen) -> None:
    inlet = aneurysm.openings[0]
    assert 2e3 * inlet.radius == pytest.approx(3.96, abs=0.02)
    assert [o.name for o in aneurysm.openings] == ["inlet", "outlet_1", "outlet_2"]
    assert [d.region for d in aneurysm.device_surfaces] == ["sac", "branch_1"]
    assert aneurysm.surface.n_open_edges == 0


def test_neck_of_the_example_is_round_and_spans_the_sac_only(aneurysm: Lumen) -> None:
    cut = section(aneurysm.surface, example().sac)
    assert 1e6 * cut.area == pytest.approx(41.9, abs=0.5)
    assert 4.0 * np.pi * cut.area / cut.perimeter**2 > 0.97


def test_axis_of_the_example_passes_the_neck(aneurysm: Lumen) -> None:
    line, sac = aneurysm.centreline, example().sac
    assert sac.height(line.points).max() < 0.0
    length = np.linalg.norm(np.diff(line.points, axis=0), axis=1).sum()
    assert 30e-3 < length < 50e-3
    assert line.radius.min() > 0.8e-3
    # Beside neck and fork the chamber is wider than the parent vessel; the radius is not.
    beside = np.linalg.norm(line.points - section(aneurysm.surface, sac).centre, axis=1) < 4e-3
    assert line.radius[beside].max() < 1.75e-3


def test_fitted_neck_of_the_example_is_close_to_the_chosen_plane() -> None:
    source = example()
    fitted = import_surface(
        SurfaceSource(
            source.file,
            source.unit,
            sac_seed=np.array([10.5e-3, 3.0e-3, 11.5e-3]),
            branches=source.branches,
            cuts=source.cuts,
        )
    )
    block = fitted.info["parameters"]["planes"]["ostium"]
    plane = Plane(np.array(block["point"]), np.array(block["normal"]))
    cut, chosen = section(fitted.surface, plane), section(fitted.surface, source.sac)
    assert cut.perimeter <= chosen.perimeter
    assert cut.area == pytest.approx(chosen.area, rel=0.2)
    assert np.linalg.norm(cut.centre - chosen.centre) < 0.5e-3
    assert plane.unit @ source.sac.unit > np.cos(np.radians(30.0))


def test_uncut_example_is_refused_with_the_place() -> None:
    source = example()
    with pytest.raises(SurfaceInvalid, match="flow extension of outlet_1 runs into outlet_2"):
        import_surface(SurfaceSource(source.file, source.unit))
