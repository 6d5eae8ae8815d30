# SPDX-License-Identifier: BSD-3-Clause
"""Synthetic carotid anatomies: what was asked for is what the surface holds."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from meshes.anatomy.geometry import assemble
from meshes.anatomy.ica import IcaParameters, build, implausible
from meshes.edge_length import LumenOptions
from meshes.implicit import gradient, surface_from_implicit
from meshes.types import Lumen

COARSE = LumenOptions(neck_edge=0.3e-3)
PLAIN = IcaParameters(3.4e-3, 4.2e-3, 5.5e-3)
RICH = IcaParameters(
    3.2e-3,
    3.8e-3,
    6.0e-3,
    neck_vessel_angle=math.radians(60.0),
    bleb_radius=0.8e-3,
    branch="near_neck",
    outlets="bifurcating",
)


@pytest.fixture(scope="module")
def plain() -> Lumen:
    return build(PLAIN, COARSE)


@pytest.fixture(scope="module")
def rich() -> Lumen:
    return build(RICH, COARSE)


@pytest.mark.parametrize("name", ["plain", "rich"])
def test_surface_is_one_closed_sphere_like_piece(name: str, request: pytest.FixtureRequest) -> None:
    surface = request.getfixturevalue(name).surface
    assert surface.n_open_edges == 0
    assert surface.is_manifold
    assert surface.n_points - surface.n_cells // 2 == 2
    assert surface.connectivity().point_data["RegionId"].max() == 0
    assert surface.volume > 0.0


@pytest.mark.parametrize("name", ["plain", "rich"])
def test_openings_are_circles_before_blind_ends(name: str, request: pytest.FixtureRequest) -> None:
    lumen = request.getfixturevalue(name)
    for opening in lumen.openings:
        cut = lumen.surface.slice(normal=opening.normal, origin=opening.centre)
        ring = np.asarray(cut.connectivity("closest", closest_point=opening.centre).points)
        distance = np.linalg.norm(ring - opening.centre, axis=1)
        assert distance == pytest.approx(opening.radius, rel=0.015)
        height = (np.asarray(lumen.surface.points) - opening.centre) @ opening.normal
        near = np.linalg.norm(lumen.surface.points - opening.centre, axis=1) < 4 * opening.radius
        assert height[near].max() > 1.5 * opening.radius


def test_names_of_openings_and_device_surfaces(plain: Lumen, rich: Lumen) -> None:
    assert [o.name for o in plain.openings] == ["inlet", "outlet_1"]
    assert [d.name for d in plain.device_surfaces] == ["ostium"]
    assert [o.name for o in rich.openings] == ["inlet", "outlet_1", "outlet_2", "outlet_3"]
    assert [(d.name, d.region) for d in rich.device_surfaces] == [
        ("ostium", "sac"),
        ("ostium_branch_1", "branch_1"),
    ]


def test_seeds_lie_in_the_lumen_behind_the_device(rich: Lumen) -> None:
    field = assemble(RICH, 1.2).lumen_field
    for surface in rich.device_surfaces:
        assert field(surface.seed[None])[0] < -0.3e-3
        assert surface.level_set(surface.seed[None])[0] > 0.0


def test_axis_runs_from_inlet_to_main_outlet(plain: Lumen) -> None:
    line = plain.centreline
    assert np.allclose(line.points[0], plain.openings[0].centre)
    assert np.allclose(line.points[-1], plain.openings[1].centre)
    length = np.linalg.norm(np.diff(line.points, axis=0), axis=1).sum()
    assert 30e-3 < length < 45e-3
    tangents = np.diff(line.points, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1)[:, None]
    turned = np.degrees(np.arccos(np.clip((tangents[:-1] * tangents[1:]).sum(axis=1), -1, 1))).sum()
    assert turned > math.degrees(PLAIN.bend_angle_1 + PLAIN.bend_angle_2)


@pytest.mark.parametrize("parameters", [PLAIN, RICH], ids=["plain", "rich"])
def test_ostium_area_measured_on_a_triangulated_device_surface(parameters: IcaParameters) -> None:
    """Independent of the calibration: triangulate the device surface, clip it by the lumen."""
    geometry = assemble(dataclasses.replace(parameters, branch="none"), 1.2)
    reach = 0.5 * geometry.neck_length + 4e-3
    box = (geometry.axis.points.min(axis=0) - 4e-3, geometry.axis.points.max(axis=0) + 4e-3)
    tube = surface_from_implicit(geometry.device_field, box, 0.2e-3)
    tube.point_data["lumen"] = geometry.lumen_field(np.asarray(tube.points))
    patch = tube.clip_scalar(scalars="lumen", value=0.0)
    near = np.linalg.norm(patch.cell_centers().points - geometry.sac.origin, axis=1) < reach
    patch = patch.extract_cells(near).connectivity("closest", closest_point=geometry.sac.origin)
    area = patch.compute_cell_sizes().cell_data["Area"].sum()
    assert math.sqrt(4.0 * area / math.pi) == pytest.approx(parameters.neck_diameter, rel=0.03)


def test_braid_meets_the_neck_wall_steeply() -> None:
    geometry = assemble(PLAIN, 1.2)
    points, share = geometry.ostium_samples()
    rim = points[np.abs(geometry.lumen_field(points)) < 0.05e-3]
    rim = rim[np.linalg.norm(rim - geometry.sac.origin, axis=1) < 5e-3]
    normals = [gradient(f, rim, 1e-6) for f in (geometry.lumen_field, geometry.device_field)]
    first, second = (n / np.linalg.norm(n, axis=1)[:, None] for n in normals)
    angle = np.degrees(np.arccos((first * second).sum(axis=1)))
    assert share.sum() > 0.0
    assert len(rim) > 20
    assert angle.min() > 25.0


def test_edges_are_finest_at_the_neck(plain: Lumen) -> None:
    geometry = assemble(PLAIN, 1.2)
    points, share = geometry.ostium_samples()
    assert plain.edge_length(points[share > 0.0]) == pytest.approx(COARSE.neck_edge)
    ends = plain.edge_length(np.array([plain.openings[0].centre, plain.openings[1].centre]))
    assert ends == pytest.approx(COARSE.extension_edge)
    assert plain.edge_length(geometry.sac.wall()).max() <= COARSE.sac_edge + 1e-9


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"neck_diameter": 7.5e-3}, "neck over vessel diameter"),
        ({"sac_length": 1.0e-3}, "sac length over neck diameter"),
        ({"bulge": 0.8}, "bulge"),
        ({"neck_vessel_angle": math.radians(20.0)}, "neck-vessel angle"),
        ({"bend_radius_2": 2.0e-3}, "bend_radius_2"),
        ({"sac_length": 10e-3, "sac_azimuth": math.pi, "neck_bend_radius": 6e-3}, "sac"),
        ({"bend_angle_1": math.radians(320.0), "siphon_torsion": 0.0}, "itself"),
        ({"branch": "near_neck", "branch_azimuth": math.radians(20.0)}, "branch"),
        ({"branch": "near_neck", "branch_axial": 8e-3}, "outside the braid"),
        ({"bleb_radius": 3e-3}, "bleb"),
        ({"vessel_diameter": math.nan}, "finite"),
    ],
)
def test_impossible_shapes_are_refused_with_a_reason(change: dict, words: str) -> None:
    reason = implausible(dataclasses.replace(PLAIN, **change))
    assert reason is not None
    assert words in reason


def test_plausible_shapes_pass() -> None:
    assert implausible(PLAIN) is None
    assert implausible(RICH) is None
    assert implausible(dataclasses.replace(PLAIN, branch="from_sac")) is None


def test_random_shapes_are_built_or_refused() -> None:
    """No parameter set within the sampled ranges breaks the generator."""
    rng = np.random.default_rng(7)
    accepted = 0
    for _ in range(30):
        parameters = IcaParameters(
            vessel_diameter=rng.uniform(2.4e-3, 4.6e-3),
            neck_diameter=rng.uniform(2.0e-3, 7.0e-3),
            sac_length=rng.uniform(2.5e-3, 12e-3),
            neck_vessel_angle=math.radians(rng.uniform(35.0, 140.0)),
            bulge=rng.uniform(1.05, 1.6),
            sac_azimuth=math.radians(rng.uniform(-75.0, 75.0)),
            siphon_torsion=math.radians(rng.uniform(0.0, 60.0)),
            bleb_radius=rng.choice([0.0, 0.8e-3]),
            branch=str(rng.choice(["none", "near_neck", "from_sac"])),
            branch_azimuth=math.radians(rng.uniform(70.0, 150.0)),
            outlets=str(rng.choice(["single", "bifurcating"])),
            terminus_plane=math.radians(rng.uniform(-180.0, 180.0)),
        )
        if implausible(parameters) is None:
            accepted += 1
            diameter = assemble(parameters, 1.2).ostium_diameter()
            assert diameter == pytest.approx(parameters.neck_diameter, rel=0.01)
    assert accepted >= 8
