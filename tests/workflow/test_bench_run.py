# SPDX-License-Identifier: BSD-3-Clause
"""A small bench study for real, with one design that cannot be crimped as asked."""

import json

import pandas as pd
import pytest
import yaml
from workflow_runs import STUDIES

from trial import cli

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def finished(workflow):
    """The tiny bench study and a third design whose struts overlap when it is crimped."""
    arms = yaml.safe_load((STUDIES / "stent_tiny.yaml").read_text())["arms"]
    tight = {"label": "Tight", "device": {"from": "peaks_10"}}
    tight["procedures"] = {"crimp": {"outer_diameter_mm": 0.5}}
    study = workflow.study("stent_tiny", base="stent_tiny", arms=arms | {"tight": tight})
    done = workflow.run("--configfile", str(study))
    assert done.returncode == 0, done.stdout + done.stderr
    return workflow, study, done.stdout + done.stderr


@pytest.fixture(scope="module")
def root(finished):
    return finished[0].folder / "results" / "stent_tiny"


def test_every_specimen_of_the_sound_designs_is_analysed(root):
    table = pd.read_parquet(root / "endpoints.parquet")
    analysed = table[table["status"] == "analysed"]
    assert sorted(zip(analysed["patient"], analysed["arm"], strict=True)) == [
        (patient, arm) for patient in ("p001", "p002") for arm in ("nine_crowns", "six_crowns")
    ]
    assert analysed["recoil"].between(0.001, 0.2).all()
    assert (analysed["radial_force_loss_10"] > 0).all()
    # The same departures, another design: neither specimens nor designs coincide.
    assert analysed["radial_force_loss_10"].nunique() == 4


def test_the_tight_design_is_lost_with_its_code(root):
    missing = pd.read_csv(root / "missing.tsv", sep="\t")
    assert set(missing["arm"]) == {"tight"}
    assert set(missing["code"]) == {"design_infeasible"}
    assert "overlap" in missing["message"][0]


def test_specimens_of_all_designs_share_their_departures(root):
    drawn = json.loads((root / "cohort" / "p001.json").read_text())["departures"]
    widths = {
        arm: json.loads((root / f"patients/p001/arms/{arm}/device/mesh/info.json").read_text())[
            "strut_width"
        ]
        for arm in ("six_crowns", "nine_crowns")
    }
    # As cut, less finishing, and the departures of this specimen.
    departure = drawn["strut_width"]["absolute"] - 2 * drawn["finish"]["absolute"]
    assert widths["six_crowns"] == pytest.approx(104e-6 - 12e-6 + departure)
    assert widths["nine_crowns"] == pytest.approx(92e-6 - 12e-6 + departure)


def test_report_shows_designs_curves_and_differences(root):
    page = (root / "report" / "index.html").read_text()
    assert page.count('alt="Nine crowns, specimen p001:') == 6
    assert "Nine crowns minus Six crowns" in page
    assert "No specimen of this design was analysed" in page
    assert "design_infeasible" in page
    assert page.count("data:image/svg+xml") >= 4


def test_terminal_says_how_far_the_study_is(finished, capsys):
    workflow, study, output = finished
    assert "study stent_tiny: 2 specimens, arms six_crowns, nine_crowns, tight" in output
    assert "p001 tight mesh: failed (design_infeasible)" in output
    assert "solve          4       0        2     0" in output
    results = ["--results", str(workflow.folder / "results")]
    assert cli.main(["failures", str(study), *results]) == 0
    assert "p001 tight: design_infeasible at mesh" in capsys.readouterr().out
    assert cli.main(["show-failure", str(study), "p001", *results]) == 0
    assert "end of" in capsys.readouterr().out


def test_nothing_is_left_to_do(finished):
    workflow, study, _ = finished
    assert workflow.jobs("--configfile", str(study)) == {}


def test_growing_the_lot_computes_the_new_specimen_only(finished):
    workflow, study, _ = finished
    content = yaml.safe_load(study.read_text())
    content["lot"]["specimens"] = 3
    grown = workflow.folder / "grown.yaml"
    grown.write_text(yaml.safe_dump(content, sort_keys=False))
    jobs = workflow.jobs("--configfile", str(grown))
    assert jobs["sample_patient"] == 1
    assert jobs["build_device"] == jobs["solve_bench"] == jobs["extract_endpoints"] == 3
    assert jobs["compile_forms"] == 0


def test_another_endpoint_threshold_solves_nobody_again(finished):
    workflow, study, _ = finished
    changed = workflow.run(
        "--dry-run", "--configfile", str(study), "--config", "endpoints={permanent_loss_percent: 4}"
    )
    assert changed.returncode == 0, changed.stderr
    assert "solve_bench" not in changed.stdout + changed.stderr
