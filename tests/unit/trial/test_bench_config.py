# SPDX-License-Identifier: BSD-3-Clause
"""Study files of kind bench: one sentence per mistake."""

import copy

import pytest
import yaml

from trial.config import BenchStudy, load_study
from trial.config.bench.braid import Braid
from trial.config.bench.stent import Stent
from trial.config.device import Device
from trial.config.load import CONFIGS, read_recorded
from trial.errors import ConfigError
from trial.overlay import Layer, Overlay, merged

STUDY = yaml.safe_load((CONFIGS / "studies" / "stent_demo.yaml").read_text())


@pytest.fixture
def study_file(tmp_path):
    def write(changes=None, drop=()):
        content = merged(copy.deepcopy(STUDY), changes or {})
        for key in drop:
            del content[key]
        path = tmp_path / "bench.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        return path

    return write


def fault(path) -> str:
    with pytest.raises(ConfigError) as error:
        load_study([path])
    return str(error.value)


def test_kind_decides_the_model_and_its_defaults(study_file):
    study = load_study([study_file()]).study
    assert isinstance(study, BenchStudy)
    assert study.patients == ("p001", "p002", "p003", "p004")
    assert study.bench.element == "S2"


def test_unknown_kind(study_file):
    path = study_file({"study": {"kind": "cadaver"}})
    assert fault(path) == f"study.kind is 'cadaver', allowed: vascular, bench (set in {path})"


def test_a_bench_has_no_flow(study_file):
    assert "flow is not a known key" in fault(study_file({"flow": {"cycles": 3}}))


def test_recorded_study_is_read_back(study_file, tmp_path):
    study = load_study([study_file()]).study
    record = tmp_path / "config.yaml"
    record.write_text(yaml.safe_dump(study.plain(), sort_keys=False))
    assert read_recorded(record) == study
    assert list(read_recorded(record).procedures) == list(STUDY["procedures"])


@pytest.mark.parametrize(
    ("procedures", "sentence"),
    [
        ({"expand": {"kind": "inflate"}}, "procedures.expand has kind 'inflate', allowed: 'crimp'"),
        ({"expand": {"inner_diameter_mm": -1}}, "procedures.expand.inner_diameter_mm is -1, but"),
        ({"expand": {"pressure_atm": 9}}, "takes either inner_diameter_mm or pressure_atm"),
        (
            {"expand": {"inner_diameter_mm": None, "pressure_atm": 9, "chart": None}},
            "pressure_atm needs the chart of the balloon",
        ),
        ({"expand": {"stations": 2}}, "stations is 2, but must be odd"),
        ({"compress": {"outer_diameter_mm": 2}}, "takes either diameter_loss_percent or"),
        ({"crimp": {"gap_mm": 1}}, "procedures.crimp.gap_mm is not a known key"),
        (
            {"late": {"kind": "deflate"}},
            "procedures.late: deflate is not possible here: no balloon is in the device",
        ),
        (
            {"beat": {"kind": "cycle", "amplitude_mm": 0.1}},
            "procedures.beat: cycle is not possible here: no tool is in contact",
        ),
        ({"plates": {"kind": "crush", "gap_mm": 1}}, "crush needs the whole circumference"),
    ],
)
def test_procedures_that_cannot_be_done(study_file, procedures, sentence):
    assert sentence in fault(study_file({"procedures": procedures}))


@pytest.mark.parametrize(
    ("device", "sentence"),
    [
        ({"crown_radius_um": 20}, "crown_radius_um is 20, but must be at least 57: half the width"),
        ({"crowns": 32}, "64 struts of 104 um and the cuts between them do not fit around"),
        ({"connectors": 20}, "connectors is 20, but must be 1 to 6 (the crowns)"),
        ({"ring_height_mm": 1}, "give either ring_height_mm or strut_length_mm"),
        ({"heat_set_diameter_mm": 5}, "heat_set_diameter_mm is for a self_expanding_stent"),
        ({"strut_length_mm": [1, 1]}, "2 ring heights or strut lengths for 4 rings"),
        (
            {"material": {"from": "nitinol_confluent"}},
            "cannot be made of Nitinol at 37 °C: its law is superelastic, allowed: elastoplastic",
        ),
    ],
)
def test_designs_that_cannot_be_made(study_file, device, sentence):
    assert sentence in fault(study_file({"arms": {"six_crowns": {"device": device}}}))


@pytest.mark.parametrize(
    ("hardening", "sentence"),
    [
        (
            {"kind": "table", "plastic_strain": [0, 0.1], "yield_stress_mpa": [200, 100]},
            "must not fall",
        ),
        (
            {"kind": "table", "plastic_strain": [0.1, 0.2], "yield_stress_mpa": [1, 2]},
            "must rise from 0",
        ),
        (
            {"kind": "voce", "yield_stress_mpa": 300, "saturation_mpa": 200, "rate": 5},
            "saturation_mpa 200 is below yield_stress_mpa 300",
        ),
    ],
)
def test_hardening_that_softens(study_file, hardening, sentence):
    law = {"kind": "elastoplastic", "young_gpa": 200, "poisson": 0.3, "hardening": hardening}
    path = study_file({"arms": {"six_crowns": {"device": {"material": {"law": law}}}}})
    assert sentence in fault(path)


def test_a_law_of_another_kind_leaves_nothing_of_the_one_before(study_file):
    law = {"kind": "linear_elastic", "young_gpa": 200, "poisson": 0.3}
    arms = {"six_crowns": {"device": {"material": {"law": law}}}}
    arms["nine_crowns"] = {"device": {"material": {"law": {"young_gpa": 190}}}}
    study = load_study([study_file({"arms": arms})]).study
    assert study.arms["six_crowns"].device.material.law.plain() == law
    changed = study.arms["nine_crowns"].device.material.law
    assert (changed.young_gpa, changed.hardening.modulus_mpa) == (190, 2000)


def test_a_procedure_of_another_kind_leaves_nothing_of_the_one_before(study_file):
    study = load_study(
        [study_file()], {"procedures": {"crimp": {"kind": "compress", "diameter_loss_percent": 5}}}
    ).study
    assert study.procedures["crimp"].kind == "compress"


def test_one_unit_per_departure(study_file):
    relative = {"distribution": "constant", "value": 1, "source": "test"}
    path = study_file({"lot": {"departures": {"strut_width_percent": relative}}})
    assert "strut_width is given in two units" in fault(path)


def test_arm_changes_its_procedures_only(study_file):
    arms = {"nine_crowns": {"procedures": {"expand": {"inner_diameter_mm": 3.4}}}}
    study = load_study([study_file({"arms": arms})]).study
    course = study.arm_course("nine_crowns")
    assert course.procedures["expand"].inner_diameter_mm == 3.4
    assert study.arm_course("six_crowns").procedures["expand"].inner_diameter_mm == 3.0
    assert [one["name"] for one in course.to_list()] == list(STUDY["procedures"])
    assert course.crimped_diameters() == [pytest.approx(1.2e-3)]


def test_arm_procedures_are_checked(study_file):
    wrong = {"nine_crowns": {"procedures": {"expand": {"inner_diameter_mm": 0}}}}
    path = study_file({"arms": wrong})
    assert "arms.nine_crowns.procedures.expand.inner_diameter_mm is 0" in fault(path)
    wrong = {"nine_crowns": {"procedures": {"blow": {"steps": 3}}}}
    assert "arms.nine_crowns.procedures names 'blow', but" in fault(study_file({"arms": wrong}))


def test_reference_must_be_an_arm(study_file):
    assert fault(study_file({"reference_arm": "bare"})) == (
        "reference_arm is 'bare', but the arms are six_crowns, nine_crowns"
    )
    assert "reference_arm is missing" in fault(study_file(drop=["reference_arm"]))


CATALOGUE = {
    "balloon_expandable_stent": Stent,
    "self_expanding_stent": Stent,
    "braid": Braid,
    "flow_diverter": Device,
}


@pytest.mark.parametrize("path", sorted((CONFIGS / "devices").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_device_of_the_catalogue_is_valid(path):
    overlay = Overlay(CONFIGS)
    overlay.add(Layer({"device": {"from": path.stem}}, "test"))
    values = overlay.values()["device"]
    values.pop("from")
    assert CATALOGUE[values["kind"]].model_validate(values).title == values["title"]


def test_endpoints_follow_procedures_and_metal():
    demo = load_study([CONFIGS / "studies" / "stent_demo.yaml"]).study
    names = {endpoint.name for endpoint in demo.obtainable()}
    assert {"recoil", "radial_strength", "plastic_strain_peak"} <= names
    frame = load_study([CONFIGS / "studies" / "nitinol_frame.yaml"]).study
    names = {endpoint.name for endpoint in frame.obtainable()}
    assert {"chronic_outward_force", "fatigue_strain"} <= names
    assert "recoil" not in names
