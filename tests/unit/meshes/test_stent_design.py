# SPDX-License-Identifier: BSD-3-Clause
"""Drawings of stents: geometry of a strut, what is refused and in which words."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree
from stent_cases import PATTERNS, STENT

from meshes.devices.stent.build import stent_bundle
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.feasibility import check_crimped, check_design, strut_edges
from meshes.devices.stent.heat_set import as_modelled
from meshes.devices.stent.pattern import Part, links
from meshes.devices.stent.strut import StentResolution
from meshes.devices.stent.zigzag import Zigzag
from meshes.errors import DesignInfeasible, MeshQuality
from meshes.hexahedra import hex_volumes


def test_centreline_has_the_height_and_the_tangents_of_the_drawing():
    shape = STENT.zigzag(0)
    apex = shape.edge(np.array([0.0]), 1)[0]
    assert apex == pytest.approx([0.0, 0.5 * (1.2e-3 - 12e-6)])
    assert apex - shape.edge(np.array([0.0]), -1)[0] == pytest.approx([0.0, 1.2 * 90e-6 - 12e-6])
    # The straight part starts where the arc ends, along its tangent, and passes the middle.
    angle = shape.arc_angle
    end = np.array([0.0, shape.rise]) + shape.radius * np.array([math.sin(angle), math.cos(angle)])
    to_middle = np.array([0.5 * shape.half_pitch, 0.0]) - end
    assert np.linalg.norm(to_middle) == pytest.approx(0.5 * shape.straight, rel=1e-12)
    tangent = np.array([math.cos(angle), -math.sin(angle)])
    assert to_middle / np.linalg.norm(to_middle) == pytest.approx(tangent, abs=1e-12)


def test_area_is_that_of_its_outline():
    shape = STENT.zigzag(0)
    inner, outer = strut_edges(shape)
    outline = np.concatenate([inner, outer[::-1]])
    ahead = np.roll(outline, -1, axis=0)
    area = 0.5 * (outline[:, 0] * ahead[:, 1] - outline[:, 1] * ahead[:, 0]).sum()
    assert shape.area == pytest.approx(abs(area), rel=1e-5)


def test_axial_struts_end_in_half_circles():
    shape = Zigzag(half_pitch=0.4e-3, height=1e-3, radius=0.2e-3, strut_width=1e-4, apex_width=1e-4)
    assert shape.arc_angle == pytest.approx(0.5 * math.pi)
    assert shape.straight == pytest.approx(0.6e-3)


def test_strut_length_and_ring_height_describe_the_same_ring():
    shape = STENT.zigzag(0, finished=False)
    length = shape.straight + 2 * shape.apex - 108e-6
    other = replace(STENT, ring_height=None, strut_length=length)
    assert other.heights == pytest.approx([1.2e-3] * 4, rel=1e-12)
    check_design(other)


def test_struts_touch_when_crimped_to_their_own_width():
    assert check_crimped(STENT, 1.0e-3) is None
    width = 78e-6 * STENT.inner_radius / 0.9e-3
    assert math.pi * (STENT.least_crimped_diameter - 2 * 85e-6) == pytest.approx(12 * width)
    with pytest.raises(DesignInfeasible, match=r"the 12 struts of a ring overlap: they touch at"):
        check_crimped(STENT, 0.4e-3)


def test_connectors_are_spread_and_turned():
    assert links(replace(STENT, connectors=3), 0) == [(0, 0), (4, 4), (8, 8)]
    # Opposite phase: peaks of the second ring lie half a pitch further.
    assert links(replace(STENT, connectors=3), 1) == [(3, 3), (7, 7), (11, 11)]
    in_phase = replace(STENT, connector_pattern="offset", connectors=2, connector_shift=1)
    assert links(in_phase, 0) == [(0, 1), (6, 7)]
    assert links(in_phase, 1) == [(2, 1), (8, 7)]


REFUSED = {
    "crown": (
        {"crown_radius": 45e-6},
        "ring 0: a crown radius of 45 um is too small for struts 90 um wide: at least 50 um",
    ),
    "overlap": ({"crowns": 20}, r"40 struts 90 um wide .* at least 10 um, the kerf"),
    "height": (
        {"ring_height": 0.3e-3},
        r"a height of 0\.3 mm has no room for a strut .* above 0\.346 mm",
    ),
    "strut": (
        {"ring_height": None, "strut_length": 0.6e-3},
        r"a strut of 0\.6 mm does not reach .* longer than 0\.6547 mm",
    ),
    "both": ({"strut_length": 1e-3}, "either ring_height or strut_length"),
    "heights": ({"ring_height": (1e-3, 1e-3)}, "2 ring heights or strut lengths for 4 rings"),
    "connectors": ({"connectors": 7}, "7 connectors per gap for 6 crowns: from 1 to 6"),
    "none": ({"connectors": 0}, "0 connectors per gap for 6 crowns: from 1 to 6"),
    "pattern": ({"connector_pattern": "magnet"}, "known are peak_to_peak, "),
    "wide": ({"connector_width": 400e-6}, r"a connector of 400 um is too wide .* at most \d+"),
    "gap": ({"gap": 5e-6}, "a gap of 5 um between rings is narrower than the kerf: at least 10 um"),
    "wall": ({"wall_thickness": 0.6e-3}, r"leaves no lumen .* 450 um"),
    "polish": ({"polish_width": 75e-6}, "taking 75 um off the width of a strut of 80 um"),
    "apex": ({"apex_width_factor": 0.3}, "apex_width_factor is 0.3, it must lie between"),
    "zero": ({"strut_width": 0.0}, "strut_width is 0 mm, it must be above 0 mm"),
    "joined": ({"connector_pattern": "joined"}, "joined rings leave no gap, gap is 200 um: 0 um"),
    "slope": (
        {"connector_pattern": "offset", "gap": 0.12e-3},
        "curved connectors of 80 um .* do not fit into a gap of 120 um",
    ),
    "inner": (
        {"connector_pattern": "peak_to_valley", "connector_width": 130e-6},
        "a connector of 130 um is too wide for the inner edge of a crown: at most",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_cut_is_refused_in_a_sentence(case):
    change, sentence = REFUSED[case]
    with pytest.raises(DesignInfeasible, match=sentence) as caught:
        check_design(replace(STENT, **change))
    assert caught.value.code == "design_infeasible"
    assert caught.value.where
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_limits_are_those_the_sentences_name(pattern):
    """Just inside the limit of the crown radius and of the kerf nothing is refused."""
    check_design(PATTERNS[pattern])
    design = replace(STENT, crown_radius=50.1e-6)
    check_design(design)
    with pytest.raises(DesignInfeasible, match="at least 50 um"):
        check_design(replace(design, crown_radius=49.9e-6))


FRAME = StentDesign(
    tube_outer_diameter=8.0e-3,
    wall_thickness=0.495e-3,
    strut_width=0.3508e-3,
    crowns=16,
    rings=3,
    crown_radius=math.pi * 4.0e-3 / 32,
    strut_length=(5.0e-3, 5.0e-3, 8.0e-3),
    connectors=16,
    connector_pattern="joined",
)
"""The open frame of nitinol-design-concepts (Confluent Medical), without its eyelets."""


def test_open_frame_has_the_slots_of_its_published_drawing():
    """Slots of the unrolled pattern [mm]: distance of the end centres, end radius, node length."""
    shape = FRAME.zigzag(0)
    assert shape.arc_angle == pytest.approx(0.5 * math.pi)
    assert shape.edge_distance(0.0, -1) == pytest.approx(0.2172990817e-3, rel=1e-9)
    # A slot belongs to two rings: twice the distance from its end to the plane of the nodes.
    assert FRAME.heights == pytest.approx([5.42096e-3, 5.42096e-3, 8.42096e-3], rel=1e-9)
    slot = 2 * FRAME.heights[0] - 2 * FRAME.apex_reach
    assert slot == pytest.approx((24.8653798098 - 15.2999779732) * 1e-3, rel=1e-8)
    long = FRAME.heights[1] + FRAME.heights[2] - 2 * FRAME.apex_reach
    assert long == pytest.approx((60.3911398098 - 47.8257379732) * 1e-3, rel=1e-8)


def test_closed_cells_have_the_volume_of_the_drawing():
    """The ring in the middle is the tube less 32 half slots, each a rectangle and a half circle."""
    bundle = stent_bundle(FRAME, StentResolution(2, 2, 40, 16), Part("device"))
    assert bundle.info["copies_around"] == 32
    height, radius = FRAME.heights[1], FRAME.zigzag(1).edge_distance(0.0, -1)
    z = bundle.points[bundle.cells].mean(axis=1)[:, 2] - bundle.points[:, 2].min()
    middle = (z > FRAME.heights[0]) & (z < FRAME.heights[0] + height)
    metal = hex_volumes(bundle.points, bundle.cells)[middle].sum() * 32
    slot = 2 * radius * (height - FRAME.apex_reach) + 0.5 * math.pi * radius**2
    drawn = 2 * math.pi * FRAME.drawing_radius * height - 32 * slot
    mean = (FRAME.outer_radius**2 - FRAME.inner_radius**2) / (2 * FRAME.drawing_radius)
    assert metal == pytest.approx(drawn * mean, rel=1e-3)


def test_heat_setting_keeps_struts_and_metal():
    design = replace(FRAME, heat_set_diameter=16.0e-3)
    opened = as_modelled(design)
    assert as_modelled(FRAME) is FRAME
    assert opened.outer_radius == pytest.approx(8.0e-3)
    for ring in range(3):
        cut, wide = design.zigzag(ring), opened.zigzag(ring)
        length = [s.straight + 2 * s.radius * s.arc_angle for s in (cut, wide)]
        assert length[0] == pytest.approx(length[1], rel=1e-10)
        assert wide.apex_width == pytest.approx(cut.apex_width)
    # Rings alone: the straight parts keep their volume, crowns nearly so.
    alone = replace(FRAME, rings=1, strut_length=5.0e-3, connector_pattern="peak_to_peak")
    found = [
        bundle.quality["volume"] * bundle.info["copies_around"]
        for bundle in (
            stent_bundle(alone, StentResolution()),
            stent_bundle(replace(alone, heat_set_diameter=16e-3), StentResolution()),
        )
    ]
    assert found[1] == pytest.approx(found[0], rel=0.01)


def test_heat_setting_has_its_limits():
    with pytest.raises(DesignInfeasible, match=r"7\.5 mm is below .* tube, 8 mm"):
        as_modelled(replace(FRAME, heat_set_diameter=7.5e-3))
    with pytest.raises(DesignInfeasible, match=r"do not reach around 80 mm: below 5\d\.\d+ mm"):
        as_modelled(replace(FRAME, heat_set_diameter=80e-3))


def drawn(generator: np.random.Generator) -> StentDesign:
    """A random drawing over a wide range; some can be made, some cannot."""
    diameter = generator.uniform(1.0e-3, 3.0e-3)
    crowns = int(generator.integers(4, 17))
    pattern = str(generator.choice(list(PATTERNS)[:2] + ["offset", "joined"]))
    pitch = math.pi * diameter / (2 * crowns)
    joined = pattern == "joined"
    return StentDesign(
        tube_outer_diameter=diameter,
        wall_thickness=generator.uniform(60e-6, 150e-6),
        strut_width=generator.uniform(50e-6, 150e-6),
        crowns=crowns,
        rings=int(generator.integers(1, 4)),
        crown_radius=pitch * generator.uniform(0.25, 0.6),
        ring_height=generator.uniform(0.6e-3, 2.0e-3),
        apex_width_factor=generator.uniform(0.9, 1.4),
        connectors=crowns if joined else int(generator.integers(1, 5)),
        connector_width=generator.uniform(40e-6, 110e-6),
        connector_pattern=pattern,
        gap=0.0 if joined else generator.uniform(0.05e-3, 0.6e-3),
        polish_thickness=generator.uniform(0.0, 20e-6),
        polish_width=generator.uniform(0.0, 20e-6),
    )


def test_random_drawings_are_refused_or_meshed():
    generator = np.random.default_rng(20240501)
    made = refused = 0
    for _ in range(60):
        design = drawn(generator)
        try:
            bundle = stent_bundle(design, StentResolution(2, 1, 8, 8), Part("device"))
        except (DesignInfeasible, MeshQuality) as error:
            assert error.code in ("design_infeasible", "mesh_quality")
            assert len(str(error)) > 40
            refused += 1
            continue
        assert hex_volumes(bundle.points, bundle.cells).min() > 0
        assert bundle.quality["minimum_scaled_jacobian"] >= 0.2
        assert free_of_overlaps(bundle)
        made += 1
    assert made >= 20
    assert refused >= 10


def free_of_overlaps(bundle) -> bool:
    """No node of the outer face lies inside a quadrilateral that it does not belong to."""
    outer = bundle.facets[bundle.facet_tags == bundle.markers["facets"]["outer"]]
    nodes = np.unique(outer)
    corners = bundle.points[outer]
    middle = corners.mean(axis=1)
    reach = np.linalg.norm(corners - middle[:, None], axis=2).max(axis=1)
    near = cKDTree(bundle.points[nodes]).query_ball_point(middle, reach)
    quad = np.repeat(np.arange(len(outer)), [len(found) for found in near])
    node = nodes[np.concatenate(near).astype(int)]
    foreign = (outer[quad] != node[:, None]).all(axis=1)
    quad, node = quad[foreign], node[foreign]
    corner, outward = corners[quad], middle[quad] * [1.0, 1.0, 0.0]
    turn = np.cross(np.roll(corner, -1, axis=1) - corner, bundle.points[node][:, None] - corner)
    return not (np.einsum("qki,qi->qk", turn, outward) > 0).all(axis=1).any()
