# SPDX-License-Identifier: BSD-3-Clause
"""Implicit bodies."""

from __future__ import annotations

import numpy as np
import pytest

from meshes.anatomy.shapes import Meridian, Sac, smooth_union
from meshes.implicit import gradient


def test_smooth_union_is_the_minimum_away_from_the_fillet() -> None:
    first, second = np.array([1.0, -2.0, 0.5]), np.array([3.0, 1.0, 0.5])
    blended = smooth_union(first, second, 1.0)
    assert blended[:2] == pytest.approx([1.0, -2.0])
    assert blended[2] == pytest.approx(0.5 - 0.25)


def test_fillet_leaves_a_perpendicular_corner_at_the_documented_offset() -> None:
    """Zero set of two perpendicular planes: tangent at the blend width, both equal at k / 4."""
    k = 0.4
    assert smooth_union(np.array([0.0]), np.array([k]), k)[0] == pytest.approx(0.0)
    assert smooth_union(np.array([k / 4]), np.array([k / 4]), k)[0] == pytest.approx(0.0)


def test_meridian_passes_neck_dome_and_top() -> None:
    meridian = Meridian(neck=2.0, dome=3.0, base=-0.5, top=6.0)
    widest = meridian.top - meridian.semi_axis
    half = np.sqrt(meridian.spread(np.array([-0.5, widest])) * (6.0 - np.array([-0.5, widest])))
    assert half == pytest.approx([2.0, 3.0])
    grid = np.linspace(-0.5, 6.0, 400)
    assert np.sqrt(meridian.spread(grid) * (6.0 - grid)).max() == pytest.approx(3.0, rel=1e-4)


@pytest.fixture
def sac() -> Sac:
    axis = np.array([0.3, 0.1, 1.0]) / np.linalg.norm([0.3, 0.1, 1.0])
    along = np.cross([0.0, 1.0, 0.0], axis)
    return Sac(
        origin=np.array([1e-3, 2e-3, -3e-3]),
        axis=axis,
        along=along / np.linalg.norm(along),
        meridian_along=Meridian(2.2e-3, 3.0e-3, 0.0, 6e-3),
        meridian_across=Meridian(1.5e-3, 2.6e-3, -0.6e-3, 6e-3),
        depth=1.5e-3,
    )


def test_sac_field_vanishes_on_its_wall_with_unit_slope(sac: Sac) -> None:
    wall = sac.wall()
    high = wall[(wall - sac.origin) @ sac.axis > 1.5e-3]
    assert np.abs(sac.field(high)).max() < 2e-6
    slope = np.linalg.norm(gradient(sac.field, high, 1e-6), axis=1)
    assert slope == pytest.approx(1.0, abs=0.02)


def test_sac_ends_at_its_top_and_depth(sac: Sac) -> None:
    heights = np.array([-1.6e-3, -1.4e-3, 5.9e-3, 6.1e-3])
    values = sac.field(sac.origin + heights[:, None] * sac.axis)
    assert list(values < 0.0) == [False, True, True, False]
