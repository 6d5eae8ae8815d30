# SPDX-License-Identifier: BSD-3-Clause
"""The report of result trees of round numbers: complete, with losses, and with nobody left."""

import base64
import html
import re

import matplotlib.image
import numpy as np
import pytest
from analytic_study import CONTROL, DEVICE, PATIENTS, AnalyticStudy, Loss

from trial.cohort import Quarantined
from trial.computation import software
from trial.config import load_study
from trial.config.load import CONFIGS
from trial.endpoints import REGISTRY
from trial.facts import patient_facts
from trial.formats import number, percent, percent_range, shown_range
from trial.methods import methods
from trial.outcome import write_json
from trial.patients import inflow_curve, read_patients
from trial.report import write_report
from trial.statistics import compare, summarise

LOSSES = (
    Loss("p002", "mesh", "mesh_quality", "minimum_quality is 0.004, allowed is at least 0.01"),
    Loss("p004", "solve", "solver_diverged", "a < b in step 213", DEVICE),
)
QUARANTINE = (Quarantined("s001", "*", "the surface has two sacs"),)
SUMMARY = {
    "mean_inflow": 3.2e-6,
    "cells": 185432,
    "nodes": 33120,
    "steps_per_cycle": 400,
    "time_step": 2.25e-3,
    "cycles": 2,
    "cycle_change": 0.004,
    "max_cfl": 1.7,
    "mass_balance_error": 2e-6,
    "energy_balance_error": -0.021,
    "checkerboard": 0.034,
    "checkerboard_limit": 0.25,
    "ranks": 2,
    "wall_time_s": 83.4,
}


@pytest.fixture(scope="module")
def study():
    return load_study([]).study


def write(analytic: AnalyticStudy, study, root, changes=None) -> str:
    """Write tree, tables and report; returns the page."""
    analytic.write(root)
    for patient in analytic.patients:
        folder = root / "patients" / patient
        for arm in analytic.cohort.arms:
            solved = analytic.outcome(patient, arm, "solve").ok
            if analytic.cohort.excluded(patient, arm) or not solved:
                continue
            change = (changes or {}).get((patient, arm), {})
            write_json(folder / "arms" / arm / "fluid" / "summary.json", SUMMARY | change)
            (folder / "pictures").mkdir(exist_ok=True)
            image = np.full((30, 40, 3), 200, dtype=np.uint8)
            matplotlib.image.imsave(folder / "pictures" / f"{arm}_speed.png", image)
        if analytic.outcome(patient, CONTROL, "mesh").ok:
            info = {"openings": [{"role": "inlet", "area": 1.2e-5}], "sac_volume": 1e-7}
            write_json(folder / "anatomy" / "mesh" / "info.json", info)
    summarise(root, analytic.plan)
    compare(root, analytic.plan)
    return write_report(root, study).read_text(encoding="utf-8")


def text(page: str) -> str:
    """What a reader sees, on one line."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture(scope="module")
def complete(study, tmp_path_factory):
    return write(AnalyticStudy(), study, tmp_path_factory.mktemp("complete"))


@pytest.fixture(scope="module")
def flawed(study, tmp_path_factory):
    analytic = AnalyticStudy(losses=LOSSES, quarantine=QUARANTINE)
    return write(analytic, study, tmp_path_factory.mktemp("flawed"))


def test_primary_result_for_synthetic_patients_and_for_all(complete):
    seen = text(complete)
    assert "66.7 % 4 of 6 analysed synthetic patients; 95 % interval 30.0 to 90.3 %" in seen
    assert "57.1 % 4 of 7 analysed patients of all origins; 95 % interval 25.0 to 84.2 %" in seen
    assert "Complete: all 7 patients analysed" in seen


def test_rate_comes_with_its_bounds_when_patients_are_missing(flawed):
    seen = text(flawed)
    # Of p001, p003, p005, p006 two succeed; p002 and p004 are missing.
    assert "50.0 % 2 of 4 analysed synthetic patients" in seen
    assert "2 missing: 33.3 % if all of them failed, 66.7 % if all succeeded" in seen
    assert "Incomplete: 3 of 7 patients missing" in seen


def test_every_lost_patient_is_listed_with_its_reason(flawed):
    seen = text(flawed)
    assert "minimum_quality is 0.004, allowed is at least 0.01" in seen
    assert "a < b in step 213" in seen
    assert "the surface has two sacs" in seen
    for code in ("mesh_quality", "solver_diverged", "quarantined"):
        assert f"<code>{code}</code>" in flawed


def test_nobody_analysed_gives_a_report(study, tmp_path):
    losses = tuple(Loss(p, "mesh", "mesh_failed", "no route worked") for p in PATIENTS)
    seen = text(write(AnalyticStudy(losses=losses), study, tmp_path))
    assert "no rate None of the synthetic patients could be analysed" in seen
    assert "No patient was analysed in both arms" in seen
    assert "0.0 % if all of them failed, 100.0 % if all succeeded" in seen


def test_a_study_of_one_arm_compares_nothing(study, tmp_path):
    alone = study.model_copy(update={"arms": {CONTROL: study.arms[CONTROL]}})
    seen = text(write(AnalyticStudy(arms=(CONTROL,)), alone, tmp_path))
    assert "The study has one arm; nothing is compared." in seen
    assert "Few patients" not in seen
    assert "Complete: all 7 patients analysed" in seen


def test_page_asks_nothing_of_the_network(complete):
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:|https://)""", complete)
    assert not re.findall(r"<(?:script|iframe|object)", complete)
    assert "@import" not in complete
    assert not re.findall(r"""src=["']https?:""", complete)
    assert "url(" not in complete


def test_pictures_and_figures_carry_a_description(complete):
    images = re.findall(r"<img[^>]*>", complete)
    assert len(images) >= 2 * len(PATIENTS) + 4
    for image in images:
        assert len(re.search(r'alt="([^"]*)"', image).group(1)) > 30


def test_pictures_of_both_arms_are_embedded(complete):
    for arm in ("Untreated", "Flow diverter"):
        pattern = rf'src="data:image/webp;base64,([^"]+)" alt="p003, {arm}:'
        assert base64.b64decode(re.search(pattern, complete).group(1))[8:12] == b"WEBP"


def test_internal_links_have_targets(flawed):
    targets = set(re.findall(r'href="#([^"]+)"', flawed))
    assert targets <= set(re.findall(r'id="([^"]+)"', flawed))


def test_tags_are_balanced(flawed):
    for tag in ("div", "section", "table", "tr", "td", "figure", "details", "article", "main"):
        opened = len(re.findall(rf"<{tag}[\s>]", flawed))
        assert opened == len(re.findall(rf"</{tag}>", flawed)), tag


def test_surrogate_is_named_and_never_called_occlusion(complete):
    seen = text(complete)
    assert "flow-reduction surrogate" in seen
    own = seen.split("Published results with flow diverters")[0]
    assert "occlusion" not in own.lower()
    assert "not comparators of the result above" in seen


def test_methods_follow_the_configuration(study, complete):
    seen = text(complete)
    assert f"seed {study.study.seed}" in seen
    assert f"{study.flow.steps_per_cycle} steps per cardiac cycle" in seen
    assert f"viscosity {1000 * study.flow.viscosity_pa_s:g} mPa s" in seen
    assert f"{study.arms[DEVICE].device.wires} wires" in seen
    assert study.surfaces[0].provenance.split(".")[0] in seen


def test_blood_and_outlets_are_those_of_the_configuration(study):
    flow = {
        "rheology": {"kind": "casson", "haematocrit": "patient"},
        "outlets": {"kind": "windkessel", "each": {"outlet_2": {"kind": "split"}}},
    }
    changed = load_study([CONFIGS / "studies" / "demo.yaml"], {"flow": flow}).study
    passage = {p.title: p.text for p in methods(changed, [])}["Flow"]
    assert "Casson blood of density" in passage
    assert "Newtonian" not in passage
    assert "yield stress 37.5 mPa" in passage
    assert "scaled to the haematocrit of each patient" in passage
    assert "three-element Windkessel each" in passage
    assert "closed in their own way: outlet 2 split" in passage
    plain = {p.title: p.text for p in methods(study, [])}["Flow"]
    assert "Newtonian blood" in plain
    assert "haematocrit" not in plain


def test_haematocrit_is_a_fact_where_it_acts(study, tmp_path):
    AnalyticStudy(patients=PATIENTS[:1]).write(tmp_path)
    record = read_patients(tmp_path, study, PATIENTS[:1])[0]
    assert "Haematocrit" not in dict(patient_facts(record))
    record.arms[DEVICE].summary.update(SUMMARY | {"haematocrit": 0.38})
    assert dict(patient_facts(record))["Haematocrit"].startswith("38")


def test_every_endpoint_is_compared_and_defined(complete):
    seen = text(complete)
    for endpoint in REGISTRY.values():
        assert f"{endpoint.label} {endpoint.name}" in seen
        # One mask for all arms, a row per outlet, and those that the analytic study leaves empty.
        scalar = endpoint.name.startswith(("residence_time", "aged_share", "washout"))
        if not scalar and endpoint.name not in ("sac_volume", "flow_share", "rrt_sac", "ecap_sac"):
            assert f"{endpoint.label} [{endpoint.display_unit}]" in seen


def test_steady_screening_is_named_as_such(study, tmp_path, complete):
    flow = study.flow.model_copy(update={"mode": "steady"})
    seen = text(write(AnalyticStudy(), study.model_copy(update={"flow": flow}), tmp_path))
    assert "screening at steady mean inflow" in seen
    assert "constant mean inflow of the patient" in seen
    assert "Steady inflow The flow was solved at the constant mean inflow" in seen
    assert "Steady inflow" not in text(complete)


def test_methods_tell_of_transported_scalars_only_where_there_are_some():
    def endpoints(kind):
        changed = load_study([], {"flow": {"scalar": {"kind": kind, "washout_cycle": 1}}}).study
        return next(p.text for p in methods(changed, []) if p.title == "Endpoints")

    assert "passive scalar" not in endpoints("none")
    assert "Blood ages in the sac only" in endpoints("residence_time")
    assert "fills the sac at the start of cycle 1" in endpoints("washout")


def test_numerical_warnings_follow_the_results(study, tmp_path, complete):
    changes = {("p003", DEVICE): {"cycle_change": None, "max_cfl": 12.0, "checkerboard": 0.3}}
    seen = text(write(AnalyticStudy(), study, tmp_path, changes))
    assert "Not shown to be periodic" in seen
    assert "The Courant number reaches 12 (p003 flow diverter)" in seen
    assert "more than it should: p003 flow diverter." in seen
    for warning in ("Not shown to be periodic", "Alternating pressure. "):
        assert warning not in text(complete)


def test_large_cohorts_show_pictures_of_some(study, tmp_path, monkeypatch):
    monkeypatch.setattr("trial.vascular_report.ILLUSTRATED", 3)
    page = write(AnalyticStudy(), study, tmp_path)
    shown = re.findall(r'<article class="patient" id="(\w+)"', page)
    assert shown == ["p001", "p004", "s001"]
    assert "4 more patients are in the tables" in text(page)


def test_software_of_a_mixed_study_lists_every_version(study, tmp_path):
    analytic = AnalyticStudy(patients=PATIENTS[:2])
    analytic.write(tmp_path)
    path = tmp_path / f"patients/p002/arms/{DEVICE}/fluid/outcome.json"
    path.write_text(path.read_text().replace('"silitrial": "test"', '"silitrial": "other"'))
    patients = read_patients(tmp_path, study, PATIENTS[:2])
    assert software(patients)["silitrial"] == ["other", "test"]


def test_inflow_curve_has_the_mean_of_the_patient(study, tmp_path):
    write(AnalyticStudy(patients=PATIENTS[:1]), study, tmp_path)
    curve = inflow_curve(read_patients(tmp_path, study, ["p001"])[0], samples=401)
    assert np.mean(curve["flow"][:-1]) == pytest.approx(0.27 * 1.2e-5)
    assert curve["time"][-1] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.35, "0.350"), (7.0, "7.00"), (-12.345, "−12.3"), (1234.5, "1 234"), (0.0, "0.00"),
        (2.5e-6, "2.50·10⁻⁶"), (None, "–"), (float("inf"), "–"), (999.6, "1 000"),
    ],
)  # fmt: skip
def test_numbers(value, shown):
    assert number(value).replace("\u202f", " ") == shown


def test_percent():
    assert percent(-0.0512) == "−5.1\u00a0%"


def test_what_rounds_to_zero_has_no_sign():
    assert percent(-0.0004) == percent(-0.0) == "0.0\u00a0%"
    assert percent_range({"low": -0.0012, "high": 0.0004}) == "−0.1 to 0.0\u00a0%"
    assert number(-0.0) == "0.00"


def test_range_of_equal_ends_is_one_number():
    assert percent_range({"low": -2e-5, "high": -1e-5}) == "0.0\u00a0%"
    assert percent_range({"low": 0.12, "high": 0.34}) == "12.0 to 34.0\u00a0%"
    assert shown_range({"low": 0.101, "high": 0.101}, "stav") == "10.1"
    assert percent_range({"low": None, "high": None}) == "no interval"
