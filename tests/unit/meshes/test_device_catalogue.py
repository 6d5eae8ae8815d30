# SPDX-License-Identifier: BSD-3-Clause
"""Device files and the models they make."""

import math
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from meshes.devices.catalogue import KINDS, device
from meshes.devices.stent.build import stent_bundle
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from meshes.errors import DesignInfeasible
from trial.units import to_si

FOLDER = Path(__file__).resolve().parents[3] / "configs" / "devices"
DESCRIBED = {"from", "kind", "title", "source", "material", "placement", "screen"}
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read(name: str):
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    values = {k: v for k, v in to_si(content).items() if k not in DESCRIBED}
    return content, device(content["kind"], values)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_a_device(name):
    content, model = read(name)
    assert isinstance(model, KINDS[content["kind"]])
    assert len(content["title"]) > 3
    assert len(content["source"]) > 20


@pytest.mark.parametrize("name", [n for n in FILES if "stent" in read(n)[0]["kind"]])
def test_every_stent_is_meshed(name):
    _, design = read(name)
    bundle = stent_bundle(design, StentResolution(2, 1, 10, 10), Part("device"))
    assert bundle.quality["minimum_scaled_jacobian"] > 0.45
    around = {
        "coronary_three_connector": 6,
        "coronary_two_connector": 4,
        "confluent_open_frame": 32,
        "open_stent": 14,
    }
    if name in around:
        assert bundle.info["copies_around"] == around[name]


def test_finished_sizes_are_those_the_files_state():
    for name, width, wall in (
        ("coronary_three_connector", 80e-6, 81e-6),
        ("coronary_two_connector", 92e-6, 81e-6),
        ("open_stent", 94e-6, 111e-6),
        ("peaks_9", 89e-6, 89e-6),
    ):
        _, design = read(name)
        assert design.strut_width - design.polish_width == pytest.approx(width)
        assert design.thickness == pytest.approx(wall)


def test_peaks_differ_in_their_number_and_length_alone():
    nine, ten, twelve = (read(f"peaks_{n}")[1] for n in (9, 10, 12))
    assert nine.strut_length == ten.strut_length == twelve.strut_length
    for n in (10, 12):
        scaled = read(f"peaks_{n}_scaled")[1]
        assert n * scaled.strut_length == pytest.approx(9 * nine.strut_length, rel=1e-4)
    same = {f.name for f in fields(StentDesign)} - {"crowns", "strut_length"}
    assert all(getattr(nine, name) == getattr(twelve, name) for name in same)


def test_angle_of_a_braid_is_from_the_axis():
    _, braid = read("braid_24")
    assert math.degrees(0.5 * math.pi - braid.free_angle) == pytest.approx(31.9)


def test_unusable_values_are_named():
    with pytest.raises(DesignInfeasible, match="kind is 'coil', known are balloon_expandable"):
        device("coil", {})
    with pytest.raises(DesignInfeasible, match="braid: pitch unknown and free_angle missing"):
        device("braid", {"wires": 24, "wire_diameter": 1e-4, "free_diameter": 1e-2, "pitch": 1e-2})
    with pytest.raises(DesignInfeasible, match=r"flow_diverter: .* porosity"):
        device(
            "flow_diverter",
            {
                "wires": 48,
                "wire_diameter": 30e-6,
                "nominal_diameters": [4e-3],
                "nominal_lengths": [14e-3],
                "free_excess": 0.25e-3,
                "metal_coverage": 0.7,
                "coverage_stated_at": "free",
            },
        )
