# SPDX-License-Identifier: BSD-3-Clause
import math

import numpy as np
import pytest
import pyvista as pv
from scipy.spatial import cKDTree
from stent_cases import PATTERNS, STENT

from meshes.devices.stent.build import stent_bundle
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.pictures import mirror_images, picture, unrolled
from meshes.devices.stent.strut import StentResolution

COARSE = StentResolution(2, 1, 6, 6)


def test_images_of_a_model_are_the_whole_device():
    design = PATTERNS["joined"]
    model = stent_bundle(design, COARSE, Part("device", half=True))
    whole = stent_bundle(design, COARSE, Part("device", whole=True))
    images = mirror_images(model.points, model.info)
    assert len(images) == 24
    assert sum(inside_out for _, inside_out in images) == 12
    points = np.concatenate([image for image, _ in images])
    assert cKDTree(points).query(whole.points)[0].max() < 1e-15
    assert cKDTree(whole.points).query(points)[0].max() < 1e-15


def test_seam_does_not_tear_cells():
    ring = stent_bundle(STENT, COARSE, Part("ring"))
    quads = ring.facets[ring.facet_tags == ring.markers["facets"]["outer"]]
    corners = unrolled(ring.points, quads, ring.info["outer_radius"])
    ahead = np.roll(corners, -1, axis=1)
    area = 0.5 * (corners[..., 0] * ahead[..., 1] - corners[..., 1] * ahead[..., 0]).sum(axis=1)
    assert (area > 0).all()
    assert area.sum() == pytest.approx(ring.quality["areas"]["outer"], rel=1e-3)
    assert np.ptp(corners[..., 0]) < 1.05 * 2 * math.pi * ring.info["outer_radius"]


def test_picture_shows_both_views(tmp_path):
    path = tmp_path / "stent.png"
    picture(stent_bundle(STENT, COARSE, Part("segment", rings=2)), path, (600, 400))
    image = pv.read(path).point_data.active_scalars.reshape(400, 600, -1)[..., :3].astype(int)
    drawn = (image.min(axis=-1) < 240).mean(axis=0)
    assert (drawn[:300].sum() > 3) and (drawn[300:].sum() > 3)
