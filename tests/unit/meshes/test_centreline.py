# SPDX-License-Identifier: BSD-3-Clause
"""Projection onto curves with closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from meshes.centreline import Tube

BEND = 6.0e-3
RADIUS = 1.7e-3


@pytest.fixture(scope="module")
def arc() -> Tube:
    """Quarter circle in the x-y plane about the origin."""
    turn = np.linspace(0.0, 0.5 * np.pi, 40)
    points = BEND * np.column_stack([np.cos(turn), np.sin(turn), 0.0 * turn])
    return Tube(points, np.full(40, RADIUS))


def test_length_and_curvature_of_an_arc(arc: Tube) -> None:
    assert arc.length == pytest.approx(0.5 * np.pi * BEND, rel=1e-5)
    inner = arc.curvature[5:-5]
    assert np.linalg.norm(inner, axis=1) == pytest.approx(1.0 / BEND, rel=2e-3)
    # The curvature vector points to the centre of the bend.
    assert np.allclose(arc.points[5:-5] + BEND**2 * inner, 0.0, atol=2e-3 * BEND)


def test_distance_to_an_arc(arc: Tube) -> None:
    rng = np.random.default_rng(1)
    turn, ring = rng.uniform(0.1, 1.4, 500), rng.uniform(0.0, 2.0 * np.pi, 500)
    reach = rng.uniform(0.2, 1.5, 500) * RADIUS
    out = BEND + reach * np.cos(ring)
    points = np.column_stack([out * np.cos(turn), out * np.sin(turn), reach * np.sin(ring)])
    near = arc.project(points)
    assert near.distance == pytest.approx(reach, abs=1e-3 * RADIUS)
    assert near.arclength == pytest.approx(BEND * turn, abs=2e-3 * BEND)
    assert arc.field(points) == pytest.approx(reach - RADIUS, abs=1e-3 * RADIUS)


def test_field_is_smooth_across_nodes(arc: Tube) -> None:
    """Second differences along a line beside the axis stay at the level of the curvature."""
    turn = np.linspace(0.5, 1.0, 4001)
    line = (BEND - RADIUS) * np.column_stack([np.cos(turn), np.sin(turn), 0.0 * turn])
    values = arc.field(line)
    assert np.abs(values).max() < 1e-3 * RADIUS
    slope = np.gradient(values, (BEND - RADIUS) * (turn[1] - turn[0]))
    assert np.abs(slope).max() < 0.02


def test_ends_are_spheres(arc: Tube) -> None:
    beyond = np.array([[BEND, -0.5e-3, 0.0], [BEND + 1e-3, -1e-3, 0.5e-3]])
    near = arc.project(beyond)
    assert near.arclength == pytest.approx(0.0, abs=1e-9)
    assert near.distance == pytest.approx([0.5e-3, 1.5e-3], rel=1e-6)


def test_taper() -> None:
    z = np.linspace(0.0, 10e-3, 21)
    tube = Tube(np.column_stack([0 * z, 0 * z, z]), 2e-3 - 0.1 * z)
    near = tube.project(np.array([[1e-3, 0.0, 4e-3]]))
    assert near.radius == pytest.approx(1.6e-3, rel=1e-3)
    part = tube.section(2e-3, 6e-3)
    assert part.radius[[0, -1]] == pytest.approx([1.8e-3, 1.4e-3], rel=1e-3)
    assert np.allclose(part.points[[0, -1], 2], [2e-3, 6e-3])
