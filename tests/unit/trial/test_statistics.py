# SPDX-License-Identifier: BSD-3-Clause
"""Tables, patient flow, success and paired differences of a result tree of round numbers."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from analytic_study import CONTROL, DEVICE, PATIENTS, STAGES, AnalyticStudy, Loss

from trial.cohort import Quarantined
from trial.outcome import write_json
from trial.statistics import compare, summarise
from trial.tables import TableError

FLAWED = AnalyticStudy(
    losses=(
        Loss("p002", "mesh", "mesh_quality", "minimum quality is 0.01, at least 0.05 is needed"),
        Loss("p004", "solve", "solver_diverged", "the velocity grew without bound", DEVICE),
        Loss("p006", "deploy", "deployment_failed", "the device does not reach", DEVICE),
    ),
    quarantine=(Quarantined("s001", "*", "the surface has two sacs"),),
)


def run(study: AnalyticStudy, root):
    compare(study.write(root), study.plan)
    return json.loads((root / "statistics.json").read_text())


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    return run(AnalyticStudy(), tmp_path_factory.mktemp("complete"))


@pytest.fixture(scope="module")
def flawed(tmp_path_factory):
    return run(FLAWED, tmp_path_factory.mktemp("flawed"))


def group(statistics, name):
    return statistics["comparisons"][DEVICE]["groups"][name]


def test_success_of_synthetic_patients_and_of_all(complete):
    assert complete["plan"]["primary_group"] == "synthetic"
    synthetic, everyone = (group(complete, name)["success"] for name in ("synthetic", "all"))
    assert (synthetic["successes"], synthetic["analysed"], synthetic["missing"]) == (4, 6, 0)
    assert (everyone["successes"], everyone["analysed"]) == (4, 7)
    assert everyone["rate"]["value"] == pytest.approx(4 / 7)
    assert everyone["worst_case"] == everyone["best_case"] == everyone["rate"]


def test_reductions_are_ordered_and_named(complete):
    reductions = complete["comparisons"][DEVICE]["reductions"]
    assert [r["patient"] for r in reductions] == list(PATIENTS)
    assert [r["success"] for r in reductions] == [True] * 4 + [False] * 3
    assert reductions[0]["reduction"] == pytest.approx(0.6)


def test_a_reduction_on_the_threshold_is_a_success(tmp_path):
    study = AnalyticStudy(reductions=dict.fromkeys(PATIENTS, 0.35))
    # 1 - 0.65 is 0.35 to rounding; the rule must not hang on the last bit.
    assert group(run(study, tmp_path), "all")["success"]["successes"] == 7


def test_curve_falls_with_the_threshold_and_passes_through_the_primary_result(complete):
    curve = group(complete, "all")["curve"]
    assert [point["successes"] for point in curve] == [5, 4, 3, 1, 0, 0]
    assert curve[1] == group(complete, "all")["success"]


def test_missing_patients_set_the_bounds(flawed):
    success = group(flawed, "all")["success"]
    # Analysed: p001 0.60, p003 0.45, p005 0.30.
    assert (success["successes"], success["analysed"], success["missing"]) == (2, 3, 4)
    assert success["worst_case"]["value"] == pytest.approx(2 / 7)
    assert success["best_case"]["value"] == pytest.approx(6 / 7)
    synthetic = group(flawed, "synthetic")["success"]
    assert (synthetic["missing"], synthetic["worst_case"]["n"]) == (3, 6)


def test_patient_flow_counts_every_stage_and_code(flawed):
    flow = flawed["flow"]
    assert flow["counts"][CONTROL] == {
        "planned": 7,
        "sampled": 6,
        "meshed": 5,
        "deployed": 5,
        "solved": 5,
        "analysed": 5,
    }
    assert flow["counts"][DEVICE] == {
        "planned": 7,
        "sampled": 6,
        "meshed": 5,
        "deployed": 4,
        "solved": 3,
        "analysed": 3,
    }
    assert flow["codes"][DEVICE] == {
        "mesh_quality": 1,
        "solver_diverged": 1,
        "deployment_failed": 1,
        "quarantined": 1,
    }
    lost = {(item["patient"], item["arm"]): item for item in flow["lost"]}
    assert lost["p002", DEVICE]["stage"] == "mesh"
    assert lost["s001", CONTROL]["message"] == "the surface has two sacs"
    for arm, counts in flow["counts"].items():
        assert counts["analysed"] + sum(flow["codes"][arm].values()) == counts["planned"]


def test_paired_difference_of_a_constant_shift(complete):
    pressure = group(complete, "all")["paired"]["pressure_drop"]
    assert pressure["difference"]["value"] == pytest.approx(5.0)
    assert pressure["difference"]["low"] == pytest.approx(5.0)
    assert pressure["pseudomedian"]["high"] == pytest.approx(5.0)


def test_paired_difference_of_the_sac_velocity(complete):
    stav = group(complete, "all")["paired"]["stav"]
    numbers = np.arange(1, 8)
    reductions = np.array([0.60, 0.50, 0.45, 0.40, 0.30, 0.20, 0.10])
    assert stav["unit"] == "m/s"
    assert stav["reference_mean"] == pytest.approx(0.02 * numbers.mean())
    assert stav["difference"]["value"] == pytest.approx(-(0.02 * numbers * reductions).mean())
    assert stav["relative_change"]["value"] == pytest.approx(-reductions.mean())
    assert stav["relative_change"]["low"] < -reductions.mean() < stav["relative_change"]["high"]


def test_pairs_need_both_arms(flawed):
    assert group(flawed, "all")["paired"]["stav"]["n"] == 3
    assert flawed["arms"][CONTROL]["all"]["stav"]["n"] == 5
    assert flawed["arms"][CONTROL]["all"]["stav"]["missing"] == 2


def test_a_study_of_one_kind_has_one_group(tmp_path):
    statistics = run(AnalyticStudy(patients=PATIENTS[:6]), tmp_path)
    assert list(statistics["plan"]["groups"]) == ["all"]


def test_nobody_analysed_still_gives_counts_and_bounds(tmp_path):
    losses = tuple(Loss(p, "mesh", "mesh_failed", "no route worked") for p in PATIENTS)
    success = group(run(AnalyticStudy(losses=losses), tmp_path), "all")["success"]
    assert success["rate"]["value"] is None
    assert (success["worst_case"]["value"], success["best_case"]["value"]) == (0.0, 1.0)


def test_a_step_without_outcome_is_counted(tmp_path):
    study = AnalyticStudy()
    study.write(tmp_path)
    STAGES[3].path(tmp_path, "p003", DEVICE).unlink()
    compare(tmp_path, study.plan)
    statistics = json.loads((tmp_path / "statistics.json").read_text())
    assert statistics["flow"]["codes"][DEVICE] == {"not_run": 1}
    assert group(statistics, "all")["success"]["missing"] == 1


def test_arms_evaluated_on_different_sacs_are_not_compared(tmp_path):
    study = AnalyticStudy()
    study.write(tmp_path)
    path = STAGES[-1].path(tmp_path, "p001", DEVICE)
    record = json.loads(path.read_text())
    record["endpoints"]["sac_volume"]["value"] *= 1.001
    write_json(path, record)
    with pytest.raises(TableError, match="p001"):
        compare(tmp_path, study.plan)


def test_tables_hold_every_patient_arm_with_units(tmp_path):
    summarise(FLAWED.write(tmp_path), FLAWED.plan)
    table = pd.read_csv(tmp_path / "endpoints.csv")
    assert len(table) == 14
    assert table["stav [m/s]"].notna().sum() == 8
    reduction = table.set_index(["patient", "arm"])["stav_reduction [1]"]
    assert reduction["p003", DEVICE] == pytest.approx(0.45)
    assert np.isnan(reduction["p003", CONTROL])
    assert set(table["status"]) == {
        "analysed",
        "mesh_quality",
        "solver_diverged",
        "deployment_failed",
        "quarantined",
    }
    field = pq.read_schema(tmp_path / "endpoints.parquet").field("neck_inflow")
    assert field.metadata[b"unit"] == b"m3/s"
    missing = pd.read_csv(tmp_path / "missing.tsv", sep="\t")
    assert len(missing) == 6
    assert set(missing["patient"]) == {"p002", "p004", "p006", "s001"}


def test_growing_the_cohort_leaves_the_values_of_others_alone(tmp_path):
    few = run(AnalyticStudy(patients=PATIENTS[:4]), tmp_path / "few")
    many = run(AnalyticStudy(), tmp_path / "many")
    values = {r["patient"]: r["reduction"] for r in many["comparisons"][DEVICE]["reductions"]}
    for item in few["comparisons"][DEVICE]["reductions"]:
        assert values[item["patient"]] == item["reduction"]


def test_plan_is_recorded(complete):
    assert complete["plan"]["threshold"] == 0.35
    assert complete["plan"]["cohort"]["patients"] == list(PATIENTS)
    assert dataclasses.asdict(AnalyticStudy().plan).keys() <= complete["plan"].keys()
