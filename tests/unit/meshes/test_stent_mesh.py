# SPDX-License-Identifier: BSD-3-Clause
"""Hexahedra of stents against the drawing they come from."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree
from stent_cases import PATTERNS, STENT

from meshes.devices.stent.build import build_stent, stent_bundle
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from meshes.errors import DesignInfeasible
from meshes.hexahedra import hex_boundary, hex_volumes, quad_areas, scaled_jacobian
from meshes.io import read_bundle

RESOLUTION = StentResolution()
COARSE = StentResolution(across=2, thickness=1, crown=8, strut=8)
PARTS = {
    "cell": Part(),
    "ring": Part("ring"),
    "third": Part("ring", half_pitches=2),
    "segment": Part("segment"),
    "device": Part("device", whole=True),
}


def swept(design, area: float) -> float:
    """Volume of an area of the drawing cut radially through the wall."""
    radii = design.outer_radius**2 - design.inner_radius**2
    return area * radii / (2.0 * design.drawing_radius)


def facets_of(bundle, name):
    return bundle.facets[bundle.facet_tags == bundle.markers["facets"][name]]


def area(bundle, name):
    return quad_areas(bundle.points, facets_of(bundle, name)).sum()


@pytest.mark.parametrize("crowns", [6, 9, 10, 12])
@pytest.mark.parametrize("part", ["cell", "ring", "third"])
def test_volume_is_that_of_the_swept_drawing(crowns, part):
    if part == "third" and crowns == 9:
        pytest.skip("nine crowns have no sector of two half pitches")
    design = replace(STENT, crowns=crowns, tube_outer_diameter=0.3e-3 * crowns)
    bundle = stent_bundle(design, RESOLUTION, PARTS[part])
    modelled = bundle.quality["volume"] * bundle.info["copies_around"]
    assert modelled == pytest.approx(swept(design, 2 * crowns * design.zigzag(0).area), rel=1e-3)


def test_volume_and_areas_converge_with_the_square_of_the_cell_size():
    design, shape = STENT, STENT.zigzag(0)
    exact = [
        swept(design, shape.area),
        shape.area * design.inner_radius / design.drawing_radius,
        shape.area * design.outer_radius / design.drawing_radius,
        shape.apex_width * design.thickness,
    ]
    errors = []
    for factor in (1, 2, 4):
        bundle = stent_bundle(design, RESOLUTION.refined(factor))
        found = [
            bundle.quality["volume"],
            *(area(bundle, name) for name in ("inner", "outer", "mirror_start")),
        ]
        errors.append(
            np.abs(np.array(found) / [*exact[:3], shape.apex_width * design.thickness] - 1)
        )
    errors = np.array(errors)
    assert (errors[-1, :3] < 1e-4).all()
    assert np.allclose(errors[:-1, :3] / errors[1:, :3], 4.0, rtol=0.1)
    assert (errors[:, 3] < 1e-10).all()


def test_width_of_a_section_is_the_finished_width():
    """The end of the arc and the apex of a finished strut, on the drawing."""
    bundle = stent_bundle(STENT, RESOLUTION)
    start = bundle.points[np.unique(facets_of(bundle, "mirror_start"))]
    assert np.ptp(start[:, 2]) == pytest.approx(1.2 * 90e-6 - 12e-6, rel=1e-12)
    radius = np.linalg.norm(bundle.points[:, :2], axis=1)
    assert radius.min() == pytest.approx(0.9e-3 - 7.5e-6 - 85e-6, rel=1e-12)
    assert radius.max() == pytest.approx(0.9e-3 - 7.5e-6, rel=1e-12)
    assert bundle.info["length"] == pytest.approx(1.2e-3 - 12e-6, rel=1e-12)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("part", PARTS)
def test_cells_are_sound_and_the_surface_is_closed(pattern, part):
    bundle = stent_bundle(PATTERNS[pattern], COARSE, PARTS[part])
    assert hex_volumes(bundle.points, bundle.cells).min() > 0
    assert scaled_jacobian(bundle.points, bundle.cells).min() > 0.5
    # Every edge of the surface between two facets, once in either direction.
    edges = np.stack([bundle.facets, np.roll(bundle.facets, -1, axis=1)], axis=-1).reshape(-1, 2)
    forward, count = np.unique(edges, axis=0, return_counts=True)
    assert (count == 1).all()
    assert np.array_equal(forward, np.unique(edges[:, ::-1], axis=0))
    # No two nodes in one place: connectors share the nodes of the crowns.
    assert len(cKDTree(bundle.points).query_pairs(1e-9)) == 0
    assert np.array_equal(np.unique(bundle.cells), np.arange(len(bundle.points)))
    faces, _ = hex_boundary(bundle.cells)
    assert len(faces) == len(bundle.facets)
    # Volume by the divergence theorem: the facets point outwards and bound the cells.
    a, b, c, d = bundle.points[bundle.facets].transpose(1, 0, 2)
    flux = np.einsum("ij,ij->i", a + b + c + d, np.cross(c - a, d - b)).sum() / 24
    assert flux == pytest.approx(bundle.quality["volume"], rel=1e-4)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_regions_are_one_piece_of_struts_and_connectors(pattern):
    bundle = stent_bundle(PATTERNS[pattern], COARSE, Part("device", whole=True))
    expected = {"strut"} if pattern == "joined" else {"strut", "connector"}
    assert set(bundle.markers["cells"]) == expected
    if pattern != "joined":
        cells = bundle.cells[bundle.cell_tags == bundle.markers["cells"]["connector"]]
        volume = hex_volumes(bundle.points, cells).sum()
        design = PATTERNS[pattern]
        # Two per gap and three gaps; a connector has at least the length of the gap.
        count, width = 6, design.connector_width - design.polish_width
        shortest = count * width * design.gap
        assert volume > swept(design, shortest)
        assert volume < swept(design, 1.1 * shortest + count * width * 1.35e-3)


def test_straight_connectors_have_the_area_between_the_apices():
    design = STENT
    bundle = stent_bundle(design, RESOLUTION.refined(3), Part("segment", rings=2))
    cells = bundle.cells[bundle.cell_tags == bundle.markers["cells"]["connector"]]
    shape, half = design.zigzag(0), 0.5 * (design.connector_width - design.polish_width)
    s = np.linspace(0.0, half, 200)
    angle = np.array([shape.edge_angle(x, 1) if x else 0.0 for x in s])
    edge = shape.edge(angle, 1)[:, 1]
    drawn = 2 * np.trapezoid(design.gap + design.polish_width + 2 * (edge[0] - edge), s)
    volume = hex_volumes(bundle.points, cells).sum() * bundle.info["copies_around"]
    assert volume == pytest.approx(2 * swept(design, drawn), rel=1e-3)


@pytest.mark.parametrize("pattern", ["peak_to_peak", "joined"])
def test_node_of_a_mirror_model_lies_on_its_planes(pattern):
    design = PATTERNS[pattern]
    bundle = stent_bundle(design, COARSE, Part("device", half=True))
    angle = bundle.info["sector_angle"]
    assert bundle.info["copies_around"] * angle == pytest.approx(2 * math.pi)
    assert bundle.info["copies_along"] == 2
    for name, normal in (
        ("mirror_start", (0.0, 1.0, 0.0)),
        ("mirror_end", (-math.sin(angle), math.cos(angle), 0.0)),
        ("mirror_z", (0.0, 0.0, 1.0)),
    ):
        if name in bundle.markers["facets"]:
            nodes = np.unique(facets_of(bundle, name))
            assert np.abs(bundle.points[nodes] @ normal).max() < 1e-18
    assert bundle.points[:, 2].max() == 0.0


def test_sectors_of_a_ring_are_mirror_images_of_its_cell():
    """All nodes of the ring are those of the cell, mirrored at the planes of the crowns."""
    cell = stent_bundle(STENT, COARSE).points
    ring = stent_bundle(STENT, COARSE, Part("ring")).points
    step = math.pi / STENT.crowns
    angle, radius = np.arctan2(cell[:, 1], cell[:, 0]), np.hypot(cell[:, 0], cell[:, 1])
    images = []
    for k in range(2 * STENT.crowns):
        turned = k * step + angle if k % 2 == 0 else (k + 1) * step - angle
        images.append(
            np.column_stack([radius * np.cos(turned), radius * np.sin(turned), cell[:, 2]])
        )
    distance, _ = cKDTree(np.concatenate(images)).query(ring)
    assert distance.max() < 1e-17
    distance, _ = cKDTree(ring).query(np.concatenate(images))
    assert distance.max() < 1e-17


def test_a_strut_turns_into_itself():
    """Half a turn about the radius through its middle swaps peak and valley."""
    points = stent_bundle(STENT, COARSE).points
    angle, radius = np.arctan2(points[:, 1], points[:, 0]), np.hypot(points[:, 0], points[:, 1])
    turned = math.pi / STENT.crowns - angle
    other = np.column_stack([radius * np.cos(turned), radius * np.sin(turned), -points[:, 2]])
    assert cKDTree(points).query(other)[0].max() < 1e-17


@pytest.mark.parametrize("pattern", PATTERNS)
def test_smallest_sector_of_a_segment_is_the_whole_divided(pattern):
    design = PATTERNS[pattern]
    sector = stent_bundle(design, COARSE, Part("segment"))
    whole = stent_bundle(design, COARSE, Part("segment", whole=True))
    expected = {"peak_to_peak": 4, "peak_to_valley": 1, "stacked": 4, "offset": 1, "joined": 12}
    assert sector.info["copies_around"] == expected[pattern]
    assert sector.quality["volume"] * sector.info["copies_around"] == pytest.approx(
        whole.quality["volume"], rel=1e-12
    )


def test_ends_are_the_tips_of_the_outermost_crowns():
    bundle = stent_bundle(STENT, RESOLUTION, Part("device"))
    z = bundle.points[:, 2]
    for name, sign in (("end_proximal", -1), ("end_distal", 1)):
        quads = facets_of(bundle, name)
        assert (sign * z[quads]).max() == pytest.approx((sign * z).max())
        a, b, c, d = bundle.points[quads].transpose(1, 0, 2)
        normal = np.cross(c - a, d - b)
        # 45 degrees, and the taper of the crown.
        assert (sign * normal[:, 2] > 0.6 * np.linalg.norm(normal, axis=1)).all()


def test_files_are_the_same_every_time(tmp_path):
    info = build_stent(STENT, COARSE, tmp_path / "a", Part("segment", rings=2))
    build_stent(STENT, COARSE, tmp_path / "b", Part("segment", rings=2))
    for name in ("mesh.msh", "markers.json", "info.json", "quality.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    bundle, made = (
        read_bundle(tmp_path / "a"),
        stent_bundle(STENT, COARSE, Part("segment", rings=2)),
    )
    assert np.array_equal(bundle.points, made.points)
    assert np.array_equal(bundle.cells, made.cells)
    assert np.array_equal(bundle.facets, made.facets)
    assert np.array_equal(bundle.facet_tags, made.facet_tags)
    assert bundle.markers == made.markers
    assert {"extent", "copies_around", "copies_along", "length", "inner_radius"} <= set(info)


def test_cells_grow_from_the_crown_to_the_middle_of_the_strut():
    bundle = stent_bundle(STENT, StentResolution(crown=14, strut=16))
    volumes = hex_volumes(bundle.points, bundle.cells)[:: 2 * 1][:44]
    steps = volumes[14:30]
    assert steps.argmax() in (7, 8)
    ratio = steps[1:8] / steps[:7]
    assert np.allclose(ratio, ratio[0], rtol=0.02)
    assert 1.0 < ratio[0] < 1.6
    assert len(bundle.cells) == 4 * (14 + 16 + 14)


@pytest.mark.parametrize("strut", [1, 2, 3])
def test_few_cells_along_the_strut_are_equal(strut):
    bundle = stent_bundle(STENT, StentResolution(1, 1, 4, strut))
    assert len(bundle.cells) == 2 * 4 + strut


def test_parts_that_a_design_lacks_are_refused():
    for part, sentence in (
        (Part("ring", half_pitches=5), "divisor of the 6 crowns"),
        (Part("ring", first_ring=4), "the rings 0 to 3"),
        (Part("segment", rings=5), "it has 4 rings"),
    ):
        with pytest.raises(DesignInfeasible, match=sentence):
            stent_bundle(STENT, COARSE, part)
    with pytest.raises(DesignInfeasible, match="even number of rings"):
        stent_bundle(replace(STENT, rings=3), COARSE, Part("device", half=True))
