# SPDX-License-Identifier: BSD-3-Clause
"""A small study for real, with one patient that cannot be meshed."""

import json

import pandas as pd
import pytest

from trial import cli

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def finished(workflow):
    """The tiny study and a third patient whose surface file is cut off in the middle."""
    broken = workflow.folder / "broken.stl"
    broken.write_text("solid cut off\n facet normal 0 0 1\n  outer loop\n   vertex 0 0 0\n")
    surface = {
        "title": "Broken surface",
        "file": str(broken),
        "unit_mm": 1.0,
        "provenance": "written by a test, cut off in the middle",
    }
    study = workflow.study("tiny", surfaces=[surface])
    done = workflow.run("--configfile", str(study))
    assert done.returncode == 0, done.stdout + done.stderr
    return workflow, study, done.stdout + done.stderr, surface


def test_trial_is_complete_and_the_lost_patient_is_listed(finished):
    workflow, _, _, _ = finished
    root = workflow.folder / "results" / "tiny"
    missing = pd.read_csv(root / "missing.tsv", sep="\t")
    assert set(missing["patient"]) == {"s001"}
    assert set(missing["code"]) == {"surface_invalid"}
    assert set(missing["arm"]) == {"untreated", "flow_diverter"}
    table = pd.read_csv(root / "endpoints.csv")
    analysed = table[table["status"] == "analysed"]
    assert sorted(analysed["patient"]) == ["p001", "p001", "p002", "p002"]


def test_device_slows_the_sac(finished):
    workflow, _, _, _ = finished
    table = pd.read_parquet(workflow.folder / "results" / "tiny" / "endpoints.parquet")
    stav = table.pivot(index="patient", columns="arm", values="stav").dropna()
    assert (stav["flow_diverter"] < stav["untreated"]).all()


def test_report_names_the_lost_patient(finished):
    workflow, _, _, _ = finished
    page = (workflow.folder / "results" / "tiny" / "report" / "index.html").read_text()
    assert "s001" in page
    assert "surface_invalid" in page


def test_steps_after_the_failure_were_skipped(finished):
    workflow, _, _, _ = finished
    arm = workflow.folder / "results/tiny/patients/s001/arms/untreated"
    record = json.loads((arm / "endpoints.json").read_text())
    assert record["endpoints"] == {}
    assert record["outcome"]["status"] == "skipped"
    assert record["outcome"]["cause"] == "mesh"


def test_terminal_says_how_far_the_study_is(finished):
    _, _, output, _ = finished
    assert "p001 mesh: ok in" in output
    assert "s001 mesh: failed (surface_invalid)" in output
    assert "endpoints      4       0        2     0" in output


def test_command_line_finds_the_failure(finished, capsys):
    workflow, study, _, _ = finished
    results = ["--results", str(workflow.folder / "results")]
    assert cli.main(["failures", str(study), *results]) == 0
    assert "s001: surface_invalid at mesh" in capsys.readouterr().out
    assert cli.main(["show-failure", str(study), "s001", *results]) == 0
    text = capsys.readouterr().out
    assert "end of" in text
    assert "broken.stl" in text


def test_nothing_is_left_to_do(finished):
    workflow, study, _, _ = finished
    assert workflow.jobs("--configfile", str(study)) == {}


def test_growing_the_cohort_computes_the_new_patient_only(finished):
    workflow, _, _, surface = finished
    grown = workflow.study(
        "tiny", surfaces=[surface], population={"from": "ica_sidewall", "synthetic": 3}
    )
    jobs = workflow.jobs("--configfile", str(grown))
    assert (jobs["sample_patient"], jobs["build_mesh"], jobs["render_patient"]) == (1, 1, 1)
    assert (jobs["deploy_device"], jobs["solve_flow"], jobs["extract_endpoints"]) == (2, 2, 2)
    assert jobs["compile_forms"] == 0


def test_statistics_key_solves_nobody_again(finished):
    workflow, _, _, surface = finished
    study = workflow.study("tiny", surfaces=[surface], statistics={"success_threshold_percent": 50})
    assert set(workflow.jobs("--configfile", str(study))) == {
        "record_study",
        "summarise_cohort",
        "compare_arms",
        "write_report",
    }


def test_flow_key_of_one_arm_solves_that_arm_again(finished):
    workflow, _, _, surface = finished
    arms = {
        "untreated": {"label": "Untreated"},
        "flow_diverter": {
            "label": "Flow diverter",
            "device": {"from": "flow_diverter_48"},
            "flow": {"steps_per_cycle": 120},
        },
    }
    jobs = workflow.jobs("--configfile", str(workflow.study("tiny", surfaces=[surface], arms=arms)))
    assert (jobs["solve_flow"], jobs["build_mesh"], jobs["deploy_device"]) == (3, 0, 0)
