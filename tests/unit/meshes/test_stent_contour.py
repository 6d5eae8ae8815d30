# SPDX-License-Identifier: BSD-3-Clause
"""Frames that are heat-set to a contour."""

import math
from dataclasses import replace

import numpy as np
import pytest

from meshes.devices.stent.build import stent_bundle
from meshes.devices.stent.contour import Contour
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.heat_set import as_modelled
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from meshes.errors import DesignInfeasible
from meshes.hexahedra import hex_volumes

COARSE = StentResolution(2, 1, 5, 6)
FRAME = StentDesign(
    tube_outer_diameter=8.0e-3,
    wall_thickness=495e-6,
    strut_width=350.8e-6,
    crowns=16,
    rings=3,
    crown_radius=392.699e-6,
    strut_length=5e-3,
    apex_width_factor=1.2,
    connectors=16,
    connector_pattern="joined",
    kerf=100e-6,
)
BOTTLE = ((0.0, 20e-3), (5e-3, 20e-3), (10e-3, 30e-3), (16e-3, 30e-3))


def test_length_and_normal_of_a_cone():
    cone = Contour([(0.0, 20e-3), (10e-3, 40e-3)])
    length = math.sqrt(2.0) * np.array([2e-3, 5e-3])
    assert cone.axial(length) == pytest.approx([2e-3, 5e-3], rel=1e-6)
    radius, z = cone.wall(length, 1e-3 * math.sqrt(2.0))
    assert radius == pytest.approx([11e-3, 14e-3], rel=1e-6)
    assert z == pytest.approx([3e-3, 6e-3], rel=1e-6)
    # Beyond its ends it goes on as a cylinder.
    assert cone.axial(10e-3 * math.sqrt(2.0) + 1e-3) == pytest.approx(11e-3, rel=1e-6)
    assert cone.radius(20e-3) == pytest.approx(20e-3)


def test_a_straight_contour_is_a_diameter():
    straight = replace(FRAME, heat_set_contour=((0.0, 24e-3), (40e-3, 24e-3)))
    found, expected = (
        stent_bundle(design, COARSE, Part("device"))
        for design in (straight, replace(FRAME, heat_set_diameter=24e-3))
    )
    shift = expected.points[:, 2].min() - found.points[:, 2].min()
    assert found.points + [0.0, 0.0, shift] == pytest.approx(expected.points, abs=1e-9)
    assert found.points[:, 2].min() == pytest.approx(0.0, abs=1e-9)


def test_a_frame_follows_its_contour():
    design = replace(FRAME, heat_set_contour=BOTTLE)
    bundle = stent_bundle(design, StentResolution(2, 2, 8, 8), Part("device"))
    outer = np.unique(bundle.facets[bundle.facet_tags == bundle.markers["facets"]["outer"]])
    points = bundle.points[outer]
    on_contour = Contour(BOTTLE).radius(points[:, 2])
    assert np.hypot(points[:, 0], points[:, 1]) == pytest.approx(on_contour, rel=1e-9)
    # Rings keep the length of their struts, so wider ones are shorter; metal stays.
    heights = as_modelled(design).heights
    assert heights[0] > heights[1] > heights[2]
    volume = hex_volumes(bundle.points, bundle.cells).sum()
    around = [
        stent_bundle(
            replace(FRAME, heat_set_diameter=d), StentResolution(2, 2, 8, 8), Part("device")
        )
        for d in (20e-3, 30e-3)
    ]
    low, high = sorted(one.quality["volume"] for one in around)
    assert 0.99 * low < volume < 1.01 * high


def test_contours_that_cannot_be():
    with pytest.raises(DesignInfeasible, match="shared apices"):
        as_modelled(replace(FRAME, connector_pattern="peak_to_peak", heat_set_contour=BOTTLE))
    with pytest.raises(DesignInfeasible, match="positions must grow"):
        as_modelled(replace(FRAME, heat_set_contour=BOTTLE[::-1]))
    with pytest.raises(DesignInfeasible, match=r"7 mm is below .* tube, 8 mm"):
        as_modelled(replace(FRAME, heat_set_contour=((0.0, 7e-3), (10e-3, 20e-3))))
