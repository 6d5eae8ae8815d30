# SPDX-License-Identifier: BSD-3-Clause
"""Deployment in vessels whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

from meshes.devices.closure import ScreenClosure
from meshes.devices.deployment import DeployOptions, deploy
from meshes.devices.flow_diverter import FlowDiverter
from meshes.devices.output import write_deployment, write_no_device
from meshes.errors import DeploymentFailed
from meshes.types import Array, MeshBundle

FAMILY = FlowDiverter(
    wires=48,
    wire_diameter=30e-6,
    nominal_diameters=(3.0e-3, 3.25e-3, 3.5e-3),
    nominal_lengths=(10e-3, 12e-3, 14e-3, 20e-3),
    free_excess=0.25e-3,
    metal_coverage=0.30,
    coverage_stated_at="free",
)
LENGTH = 30e-3
BEND = 7.0e-3


def axis_points(bent: bool) -> Array:
    """Straight along z, or a bend about the y axis with its outer side at negative x."""
    s = np.linspace(0.0, LENGTH, 200)
    if not bent:
        return np.column_stack([0 * s, 0 * s, s])
    return np.column_stack([BEND * (1 - np.cos(s / BEND)), 0 * s, BEND * np.sin(s / BEND)])


def patch(bent: bool, azimuth: float, middle: float, half: float, reach: float) -> list[Array]:
    """Triangles on the tube of radius ``reach``, ``half`` wide in both directions [m]."""
    s = np.linspace(middle - half, middle + half, 25)
    turn = azimuth + np.linspace(-half / reach, half / reach, 25)
    across = reach * np.cos(turn)
    y = np.broadcast_to(reach * np.sin(turn), (25, 25))
    if bent:
        out = BEND - across[None, :]
        angle = s[:, None] / BEND
        points = np.stack([BEND - out * np.cos(angle), y, out * np.sin(angle)], axis=-1)
    else:
        points = np.stack(
            [np.broadcast_to(across, (25, 25)), y, np.broadcast_to(s[:, None], (25, 25))], axis=-1
        )
    grid = np.arange(625).reshape(25, 25)
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]
    triangles = np.vstack(
        [
            np.column_stack(t)
            for t in ((a.ravel(), b.ravel(), c.ravel()), (b.ravel(), d.ravel(), c.ravel()))
        ]
    )
    return [points.reshape(-1, 3), triangles]


def bundle(
    radius: float | Array = 1.6e-3,
    bent: bool = False,
    azimuth: float = 0.0,
    bulge: float = 1.0,
    middle: float = 15e-3,
    half: float = 1.5e-3,
) -> MeshBundle:
    """A mesh bundle that holds an ostium and an axis only."""
    line = axis_points(bent)
    radii = np.broadcast_to(radius, len(line))
    reach = bulge * float(np.interp(middle, np.linspace(0, LENGTH, len(line)), radii))
    points, triangles = patch(bent, azimuth, middle, half, reach)
    return MeshBundle(
        points=points,
        cells=np.zeros((0, 4), dtype=np.int64),
        cell_tags=np.zeros(0, dtype=np.int32),
        facets=triangles.astype(np.int64),
        facet_tags=np.full(len(triangles), 40, dtype=np.int32),
        markers={"cells": {"lumen": 1, "sac": 2}, "facets": {"wall": 10, "ostium": 40}},
        info={"centreline": {"points": line.tolist(), "radius": radii.tolist()}},
    )


def test_straight_vessel_gives_the_braid_equations() -> None:
    result = deploy(bundle(), FAMILY)
    braid = FAMILY.braid(3.25e-3)
    assert result.summary["nominal_diameter"] == 3.25e-3
    assert result.diameter == pytest.approx(3.2e-3, rel=1e-3)
    assert result.screen["angle"] == pytest.approx(float(braid.angle(3.2e-3)), rel=1e-3)
    spacing = braid.spacing(3.2e-3)
    assert result.screen["pitch"] == pytest.approx(float(spacing), rel=2e-3)
    linear = float(ScreenClosure().linear(spacing, 30e-6))
    assert result.screen["linear"] == pytest.approx(linear, rel=3e-3)
    assert len(result.facets) == 1152
    assert result.summary["ostia"]["ostium"]["covered_area_share"] == pytest.approx(1.0)
    assert result.summary["largest_gap"] < 1e-5


def test_length_follows_from_the_wire() -> None:
    result = deploy(bundle(), FAMILY)
    braid, summary = FAMILY.braid(3.25e-3), result.summary
    ratio = float(braid.length_ratio(3.2e-3) / braid.length_ratio(3.25e-3))
    assert summary["deployed_length"] == pytest.approx(ratio * summary["nominal_length"], rel=2e-3)
    # Neck of 3 mm and two landing zones of one diameter need 9.4 mm: the 10 mm device is enough.
    assert summary["nominal_length"] == 10e-3
    assert summary["stop"] == pytest.approx(16.5e-3 + 3.2e-3, abs=1e-4)


def test_bend_opens_the_braid_on_the_outer_side() -> None:
    outer = deploy(bundle(bent=True, azimuth=np.pi), FAMILY)
    inner = deploy(bundle(bent=True, azimuth=0.0), FAMILY)
    for result, sign in ((outer, 1.0), (inner, -1.0)):
        expected = result.braid.bent_angle(3.2e-3, 1.0 + sign * 1.6e-3 / BEND)
        middle = result.screen["angle"][np.argsort(np.abs(result.screen["angle"] - expected))[:50]]
        assert middle == pytest.approx(float(expected), rel=0.01)
    assert outer.screen["porosity"].mean() > inner.screen["porosity"].mean() + 0.02
    assert outer.screen["linear"].mean() < 0.8 * inner.screen["linear"].mean()


def test_bulge_counts_by_its_share_of_the_circumference() -> None:
    flat, bulged = deploy(bundle(), FAMILY), deploy(bundle(bulge=1.10), FAMILY)
    share = 3e-3 / (2.0 * np.pi * 1.1 * 1.6e-3)
    node = np.argmin(np.abs(bulged.axis.arclength - 15e-3))
    grown = bulged.diameter[node] / flat.diameter[node] - 1.0
    assert grown == pytest.approx(0.10 * share, rel=0.1)


def test_vessel_wider_than_the_device_leaves_a_gap() -> None:
    """A dilated stretch in the proximal landing zone; the vessel touches elsewhere."""
    s = np.linspace(0.0, LENGTH, 200)
    radius = 1.7e-3 + 0.25e-3 * np.exp(-(((s - 12e-3) / 0.8e-3) ** 2))
    family = FlowDiverter(48, 30e-6, (3.5e-3,), (14e-3, 20e-3), 0.25e-3, 0.30, "free")
    with pytest.raises(DeploymentFailed, match="the largest device opens to"):
        deploy(bundle(radius), family)
    wider = FlowDiverter(48, 30e-6, (3.75e-3,), (14e-3, 20e-3), 0.25e-3, 0.30, "free")
    # The vessel reaches 3.9 mm, the device 4.0 mm but it cannot follow so short a stretch.
    result = deploy(bundle(radius), wider)
    assert 0.01e-3 < result.summary["largest_gap"] < 0.25e-3


def test_landing_zones_need_room() -> None:
    with pytest.raises(DeploymentFailed, match="distal landing zone"):
        deploy(bundle(middle=26.5e-3), FAMILY)
    with pytest.raises(DeploymentFailed, match="proximal landing zone"):
        deploy(bundle(middle=3.0e-3), FAMILY)


def test_longest_device_may_be_too_short() -> None:
    short = FlowDiverter(48, 30e-6, (3.25e-3,), (6e-3,), 0.25e-3, 0.30, "free")
    with pytest.raises(DeploymentFailed, match="the longest device has 6 mm"):
        deploy(bundle(), short)


def test_undersized_device_that_touches_nothing_is_refused() -> None:
    with pytest.raises(DeploymentFailed, match="touches nothing in the proximal landing zone"):
        deploy(bundle(1.75e-3), FAMILY, DeployOptions(oversizing=-0.6e-3))


def test_mesh_without_ostium() -> None:
    plain = bundle()
    plain.markers["facets"].pop("ostium")
    with pytest.raises(DeploymentFailed, match="no ostium"):
        deploy(plain, FAMILY)


def test_files(tmp_path: Path) -> None:
    result = deploy(bundle(bent=True), FAMILY, DeployOptions(landing_diameters=1.2))
    write_deployment(result, tmp_path)
    screen = np.load(tmp_path / "screen.npz")
    assert set(screen) == {
        "facets",
        "linear",
        "quadratic",
        "tangential",
        "porosity",
        "pitch",
        "angle",
    }
    assert screen["facets"].shape == (len(screen["linear"]), 3)
    wires = pv.read(tmp_path / "device.vtp")
    assert wires.n_cells == 48
    assert 0.55 < wires["porosity"].min() < wires["porosity"].max() < 0.85
    summary = json.loads((tmp_path / "deployment.json").read_text())
    # Wires as drawn hold the wire of the device: labelled length over cos(angle) at the label.
    braid = result.braid
    wanted = summary["nominal_length"] / np.cos(braid.angle(summary["nominal_diameter"]))
    drawn = wires.compute_cell_sizes(length=True, area=False, volume=False)["Length"]
    assert drawn.mean() == pytest.approx(float(wanted), rel=0.01)


def test_no_device(tmp_path: Path) -> None:
    write_no_device(tmp_path)
    screen = np.load(tmp_path / "screen.npz")
    assert screen["facets"].shape == (0, 3)
    assert screen["linear"].shape == (0,)
