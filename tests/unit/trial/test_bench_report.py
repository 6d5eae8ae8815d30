# SPDX-License-Identifier: BSD-3-Clause
"""Statistics and report of a bench study of round numbers."""

import json
import re

import pandas as pd
import pytest
from analytic_bench import AnalyticBench
from analytic_study import Loss
from test_report import text

from trial.bench_figures import _relevant
from trial.bench_methods import methods
from trial.config import load_study
from trial.config.load import CONFIGS
from trial.formats import scatter, scatter_range
from trial.progress import progress_text
from trial.report import write_report

LOSSES = (
    Loss("p002", "mesh", "design_infeasible", "12 struts overlap by 3 um", "nine_crowns"),
    Loss("p003", "solve", "solver_diverged", "the smallest load step failed at 0.4", "six_crowns"),
)


@pytest.fixture(scope="module")
def study():
    return load_study([CONFIGS / "studies" / "stent_demo.yaml"]).study


def page(study, root, losses=()) -> str:
    return write_report(AnalyticBench(study, losses).write(root), study).read_text("utf-8")


@pytest.fixture(scope="module")
def folder(study, tmp_path_factory):
    root = tmp_path_factory.mktemp("complete")
    page(study, root)
    return root


@pytest.fixture(scope="module")
def complete(folder):
    return (folder / "report" / "index.html").read_text("utf-8")


@pytest.fixture(scope="module")
def flawed(study, tmp_path_factory):
    return page(study, tmp_path_factory.mktemp("flawed"), LOSSES)


def test_statistics_have_differences_and_no_success_rule(folder):
    statistics = json.loads((folder / "statistics.json").read_text())
    comparison = statistics["comparisons"]["nine_crowns"]
    assert statistics["plan"]["threshold"] is None
    assert "reductions" not in comparison
    assert "success" not in comparison["groups"]["all"]
    recoil = comparison["groups"]["all"]["paired"]["recoil"]
    assert recoil["difference"]["value"] == pytest.approx(-0.01)
    # The same specimens in both designs: what scatters with them cancels.
    assert recoil["difference"]["low"] == pytest.approx(-0.01)
    force = comparison["groups"]["all"]["paired"]["radial_force_loss_10"]
    assert force["relative_change"]["value"] == pytest.approx(1.0)
    summary = statistics["arms"]["six_crowns"]["all"]["radial_force_loss_10"]
    assert summary["mean"] == pytest.approx(1.25)


def test_table_has_no_reduction(folder):
    table = pd.read_parquet(folder / "endpoints.parquet")
    assert "stav_reduction" not in table
    assert table["recoil"].notna().all()


def test_first_table_gives_mean_and_scatter(complete):
    seen = text(complete)
    assert "Bench study report · stent_demo" in seen
    assert "Six crowns (reference) 4 of 4 4.25 ± 0.13 5.000 ± 0.000 1.25 ± 0.13" in seen
    assert "Complete: all 4 specimens analysed in all designs." in seen


def test_losses_are_listed_by_code(flawed):
    seen = text(flawed)
    assert "Incomplete: 2 of 4 specimens missing in at least one design" in seen
    assert "<code>design_infeasible</code>" in flawed
    assert "12 struts overlap by 3 um" in seen
    assert "Lost: 1 solver diverged." in seen
    assert "Missing specimens" in seen


def test_nobody_analysed_gives_a_report(study, tmp_path):
    losses = tuple(Loss(p, "mesh", "mesh_quality", "too flat") for p in study.patients)
    seen = text(page(study, tmp_path, losses))
    assert "No specimen could be analysed in any design." in seen
    assert "No specimen was analysed in both designs" in seen


def test_page_speaks_of_specimens_not_of_patients(complete):
    seen = text(complete).partition("Resolved configuration")[0].lower()
    for word in ("patient", "stav", "surrogate", "occlusion", "sac "):
        assert word not in seen


def test_a_lot_is_called_synthetic_and_its_draws_are_shown(complete, folder):
    seen = text(complete)
    assert "A synthetic lot: no device was measured for it." in seen
    assert "normal: mean 0, sd 2, min -6, max 6 µm" in seen
    draws = json.loads((folder / "cohort" / "p001.json").read_text())["draws"]
    assert set(draws) == {
        "strut_width_um",
        "wall_thickness_um",
        "finish_um",
        "yield_stress_percent",
    }


def test_endpoints_carry_their_standard(complete):
    seen = text(complete)
    assert "Recoil [%] ASTM F2079" in seen
    assert "Radial force at 10 % diameter loss [N] ASTM F3067" in seen
    assert "chronic_outward_force" not in seen  # the study has no such procedure


def test_methods_follow_the_configuration(study):
    passages = {p.title: p.text for p in methods(study, [])}
    assert "4 specimens were drawn from a synthetic production lot" in passages["Specimens"]
    assert "4 rings of 9 crowns cut from a tube of 1.8 mm" in passages["Designs"]
    assert "yield stress 476 MPa rising by 2000 MPa" in passages["Materials"]
    assert (
        "(3) expanded by a balloon (a cylinder without end) to an inner diameter of 3 mm"
        in (passages["Procedures"])
    )
    assert "8 along half a crown" in passages["Model and mesh"]
    assert "paired by specimen" in passages["Statistics"]


def test_every_procedure_of_every_study_is_told():
    for name in ("stent_bench", "nitinol_frame"):
        study = load_study([CONFIGS / "studies" / f"{name}.yaml"]).study
        told = {p.title: p.text for p in methods(study, [])}
        assert told["Procedures"].count("(") >= len(study.procedures)
    assert "3 pulsations of the outer tool by ±1.125 mm in diameter" in told["Procedures"]
    assert "let go into a rigid cylinder of 25 mm" in told["Procedures"]
    assert "superelastic law" in told["Materials"]
    assert "Amplitude limit of 0.4 %" in told["Endpoints"]


def test_page_is_whole(complete, flawed):
    for content in (complete, flawed):
        targets = set(re.findall(r'href="#([^"]+)"', content))
        assert targets <= set(re.findall(r'id="([^"]+)"', content))
        assert not re.findall(r"""(?:src|href)=["'](?!#|data:|https://)""", content)
        for tag in ("div", "section", "table", "tr", "td", "figure", "details", "article"):
            opened = len(re.findall(rf"<{tag}[\s>]", content))
            assert opened == len(re.findall(rf"</{tag}>", content)), tag


def test_progress_counts_specimens(study, folder):
    lines = progress_text(folder, AnalyticBench(study).cohort).splitlines()
    assert lines[0] == "study stent_demo: 4 specimens, arms six_crowns, nine_crowns"
    assert [line.split()[0] for line in lines[2:]] == ["sample", "mesh", "solve", "endpoints"]
    assert lines[3].split() == ["mesh", "8", "0", "0", "0"]


def test_range_has_the_decimals_of_the_scatter():
    summary = {"mean": 0.0100004, "sd": 2e-9, "range": [0.0100003, 0.0100005]}
    assert scatter(summary, "deployed_diameter") == "10.00 ± 0.00"
    assert scatter_range(summary, "deployed_diameter") == "10.00"
    wide = {"mean": 0.0239, "sd": 0.00012, "range": [0.02378, 0.02402]}
    assert scatter(wide, "deployed_diameter") == "23.90 ± 0.12"
    assert scatter_range(wide, "deployed_diameter") == "23.78 to 24.02"


def test_crimping_is_shown_beside_the_chamber_and_not_beside_a_compression():
    def drawn(*kinds):
        stages = [{"name": k, "kind": k, "diameter": [1.0], "force": [1.0]} for k in kinds]
        return [stage["kind"] for stage in _relevant(stages)]

    assert drawn("crimp", "chamber", "cycle") == ["crimp", "chamber", "cycle"]
    assert drawn("crimp", "release", "compress", "release") == ["compress", "release"]
