# SPDX-License-Identifier: BSD-3-Clause
"""Surfaces from files: units, formats, openings, extensions, cuts, neck and axis."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

from meshes.centreline import Tube
from meshes.errors import SurfaceInvalid
from meshes.implicit import surface_from_implicit
from meshes.neck import Plane, fit_neck, section
from meshes.openings import OpeningLabel, find_rims, label_openings, remove_caps
from meshes.surface import SurfaceSource, import_surface
from meshes.surface_reading import read_surface, resolve
from meshes.topology import triangle_vectors, unique_edges
from meshes.trimming import cut_end
from meshes.types import Array

BEND = 8.0e-3
RADIUS = 2.0e-3


def arc() -> Tube:
    """Half circle of a vessel with tapered radius, longer than the pieces cut from it."""
    turn = np.linspace(0.0, np.pi, 60)
    points = BEND * np.column_stack([np.cos(turn), np.sin(turn), 0.0 * turn])
    return Tube(points, np.linspace(RADIUS, 0.8 * RADIUS, 60))


@pytest.fixture(scope="module")
def closed() -> pv.PolyData:
    """The whole arc with its round ends."""
    tube = arc()
    box = (tube.points.min(axis=0) - 3e-3, tube.points.max(axis=0) + 3e-3)
    return surface_from_implicit(tube.field, box, 0.35e-3)


def across(angle_deg: float, sign: float) -> Plane:
    """Plane across the arc, facing along it or back."""
    a = np.radians(angle_deg)
    point = BEND * np.array([np.cos(a), np.sin(a), 0.0])
    return Plane(point, sign * np.array([-np.sin(a), np.cos(a), 0.0]))


@pytest.fixture(scope="module")
def opened(closed: pv.PolyData) -> pv.PolyData:
    """Vessel open at 30 and 150 degrees of the arc."""
    points = np.asarray(closed.points, dtype=float)
    triangles = closed.regular_faces.astype(np.int64)
    for plane in (across(30.0, -1.0), across(150.0, 1.0)):
        points, triangles = cut_end(points, triangles, plane)
    return pv.PolyData.from_regular_faces(points, triangles)


@pytest.fixture(scope="module")
def capped(opened: pv.PolyData) -> pv.PolyData:
    return opened.fill_holes(1.0).triangulate()


def in_millimetres(surface: pv.PolyData) -> pv.PolyData:
    scaled = surface.copy()
    scaled.points = np.asarray(surface.points) * 1e3
    return scaled


@pytest.fixture(scope="module")
def file(opened: pv.PolyData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("surface") / "vessel.stl"
    in_millimetres(opened).save(path)
    return path


@pytest.mark.parametrize("suffix", [".stl", ".vtp", ".ply", ".obj", ".stl.gz"])
def test_formats(opened: pv.PolyData, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"vessel{suffix.removesuffix('.gz')}"
    in_millimetres(opened).save(path)
    if suffix.endswith(".gz"):
        packed = tmp_path / "vessel.stl.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        path = packed
    points, triangles = read_surface(path, 1e-3)
    assert len(triangles) == opened.n_cells
    assert np.ptp(points, axis=0) == pytest.approx(np.ptp(opened.points, axis=0), abs=1e-7)


def test_wrong_unit_is_named(file: Path) -> None:
    with pytest.raises(SurfaceInvalid, match="as cm or mm it would fit"):
        read_surface(file, 1.0)


def test_unknown_format(tmp_path: Path) -> None:
    path = tmp_path / "vessel.step"
    path.write_text("")
    with pytest.raises(SurfaceInvalid, match=r"none of \.stl"):
        read_surface(path, 1e-3)


def test_missing_file_and_package() -> None:
    with pytest.raises(SurfaceInvalid, match="no surface file"):
        resolve("nowhere.stl")
    with pytest.raises(SurfaceInvalid, match="install the package gmsh-doc"):
        resolve("gmsh-doc:no_such_file.stl")


def test_separate_pieces_are_refused(opened: pv.PolyData, tmp_path: Path) -> None:
    two = opened.merge(opened.translate((0.0, 0.0, 0.02)))
    in_millimetres(two).save(tmp_path / "two.vtp")
    with pytest.raises(SurfaceInvalid, match="separate pieces"):
        read_surface(tmp_path / "two.vtp", 1e-3)


@pytest.mark.parametrize("name", ["opened", "capped"])
def test_openings_of_open_and_capped_surfaces(name: str, request: pytest.FixtureRequest) -> None:
    surface = request.getfixturevalue(name)
    points = np.asarray(surface.points, dtype=float)
    triangles = remove_caps(points, surface.regular_faces.astype(np.int64))
    rims = find_rims(points, triangles)
    assert len(rims) == 2
    for rim, angle, sign in zip(rims, (30.0, 150.0), (-1.0, 1.0), strict=True):
        plane = across(angle, sign)
        assert rim.centre == pytest.approx(plane.point, abs=1e-4)
        assert rim.normal @ plane.unit > 0.999
        radius = RADIUS * (1.0 - 0.2 * angle / 180.0)
        assert rim.radius == pytest.approx(radius, rel=0.01)


def test_labels_follow_the_configuration(opened: pv.PolyData) -> None:
    points = np.asarray(opened.points, dtype=float)
    rims = find_rims(points, opened.regular_faces.astype(np.int64))
    assert label_openings(rims, ())["inlet"] is rims[0]
    swapped = (OpeningLabel("outlet_1", rims[0].centre), OpeningLabel("inlet", rims[1].centre))
    assert label_openings(rims, swapped)["inlet"] is rims[1]
    with pytest.raises(SurfaceInvalid, match="2 openings but 1 labels"):
        label_openings(rims, swapped[:1])
    with pytest.raises(SurfaceInvalid, match="openings are at"):
        label_openings(rims, (OpeningLabel("inlet", np.array([0.1, 0.0, 0.0])),))


def test_extensions_are_straight_circular_and_smooth(file: Path) -> None:
    lumen = import_surface(SurfaceSource(str(file), 1e-3))
    surface = lumen.surface
    assert surface.n_open_edges == 0
    assert surface.is_manifold
    for opening, angle, sign in zip(lumen.openings, (30.0, 150.0), (-1.0, 1.0), strict=True):
        plane = across(angle, sign)
        assert opening.normal @ plane.unit > 0.99
        assert np.linalg.norm(opening.centre - plane.point) == pytest.approx(
            2.4 * opening.radius, rel=0.03
        )
        ring = section(surface, Plane(opening.centre, opening.normal)).loop
        distance = np.linalg.norm(ring - opening.centre, axis=1)
        assert distance == pytest.approx(opening.radius, rel=0.01)
        height = (np.asarray(surface.points) - opening.centre) @ opening.normal
        assert height.max() > opening.radius
    assert sharpest_edge(surface) < 25.0


def sharpest_edge(surface: pv.PolyData) -> float:
    """Largest turn between neighbouring triangles [deg], slivers of the cut rims apart."""
    points = np.asarray(surface.points, dtype=float)
    triangles = surface.regular_faces.astype(np.int64)
    normals = triangle_vectors(points, triangles)
    area = np.linalg.norm(normals, axis=1)
    _, of_triangle = unique_edges(triangles)
    pairs = np.argsort(of_triangle.ravel(), kind="stable").reshape(-1, 2) // 3
    pairs = pairs[(area[pairs] > 0.05 * np.median(area)).all(axis=1)]
    first, second = (normals[k] / area[k][:, None] for k in pairs.T)
    return float(np.degrees(np.arccos(np.clip((first * second).sum(axis=1), -1, 1))).max())


def test_axis_of_a_bent_vessel(file: Path) -> None:
    lumen = import_surface(SurfaceSource(str(file), 1e-3))
    line, truth = lumen.centreline, arc()
    angle = np.degrees(np.arctan2(line.points[:, 1], line.points[:, 0]))
    inside = (angle > 35.0) & (angle < 145.0)
    near = truth.project(line.points[inside])
    assert near.distance.max() < 0.08 * RADIUS
    assert line.radius[inside] == pytest.approx(near.radius, rel=0.06)


def test_cut_end_removes_one_end_only(opened: pv.PolyData) -> None:
    points = np.asarray(opened.points, dtype=float)
    points, triangles = cut_end(points, opened.regular_faces.astype(np.int64), across(120.0, 1.0))
    rims = find_rims(points, triangles)
    assert len(rims) == 2
    ends = sorted(np.degrees(np.arctan2(r.centre[1], r.centre[0])) for r in rims)
    assert ends == pytest.approx([30.0, 120.0], abs=0.5)
    with pytest.raises(SurfaceInvalid, match="misses the surface"):
        cut_end(points, triangles, Plane(np.array([0.0, 0.1, 0.0]), np.array([0.0, 1.0, 0.0])))


def test_extension_into_the_vessel_is_refused(file: Path, tmp_path: Path) -> None:
    """A second vessel end that points at the first."""
    ring = Tube(
        BEND * np.column_stack([np.cos(t := np.linspace(0, 1.8 * np.pi, 90)), np.sin(t), 0 * t]),
        np.full(90, RADIUS),
    )
    box = (ring.points.min(axis=0) - 3e-3, ring.points.max(axis=0) + 3e-3)
    surface = surface_from_implicit(ring.field, box, 0.4e-3)
    points = np.asarray(surface.points, dtype=float)
    triangles = surface.regular_faces.astype(np.int64)
    for place, sign in ((0.5e-3, -1.0), (ring.length - 0.5e-3, 1.0)):
        centre, tangent, _, _ = ring.at(place)
        points, triangles = cut_end(points, triangles, Plane(centre, sign * tangent))
    pv.PolyData.from_regular_faces(points * 1e3, triangles).save(tmp_path / "ring.stl")
    with pytest.raises(SurfaceInvalid, match="runs into"):
        import_surface(SurfaceSource(str(tmp_path / "ring.stl"), 1e-3))


def waist(points: Array) -> Array:
    """Hourglass about z: radius 1.5 mm at z = 0 that grows to both sides."""
    radius = 1.5e-3 + 60.0 * points[:, 2] ** 2
    side = np.hypot(points[:, 0], points[:, 1]) - np.minimum(radius, 3.5e-3)
    return np.maximum(side, np.abs(points[:, 2]) - 8e-3)


def test_fitted_neck_of_an_hourglass() -> None:
    corner = np.array([4.5e-3, 4.5e-3, 9e-3])
    surface = surface_from_implicit(waist, (-corner, corner), 0.3e-3)
    z = np.linspace(-5e-3, 6e-3, 40)
    # A crooked path: the neck does not depend on it.
    path = np.column_stack([0.3e-3 * np.sin(600.0 * z), 0.1 * z, z])
    plane = fit_neck(surface, path)
    cut = section(surface, plane)
    assert np.sqrt(cut.area / np.pi) == pytest.approx(1.5e-3, rel=0.02)
    assert np.abs(cut.centre).max() < 0.2e-3
    assert plane.unit[2] > 0.98


def test_no_neck_where_the_vessel_only_narrows() -> None:
    corner = np.array([4.5e-3, 4.5e-3, 9e-3])

    def cone(points: Array) -> Array:
        side = np.hypot(points[:, 0], points[:, 1]) - (2e-3 - 0.15 * points[:, 2])
        return np.maximum(side, np.abs(points[:, 2]) - 8e-3)

    surface = surface_from_implicit(cone, (-corner, corner), 0.3e-3)
    z = np.linspace(-5e-3, 5e-3, 40)
    with pytest.raises(SurfaceInvalid, match="no neck"):
        fit_neck(surface, np.column_stack([0 * z, 0 * z, z]))
