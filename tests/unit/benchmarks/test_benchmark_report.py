# SPDX-License-Identifier: BSD-3-Clause
"""Ratios, cost at equal error, errors over instants, the generated page; and a tiny run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flow import cluster, report
from flow.docs import fill
from flow.records import ErrorSum, Job, Record, typical

FLUID = Path(__file__).resolve().parents[2] / "benchmarks" / "fluid.py"


def record(code, seconds, error=None, element="P1-P1", cells=1000, ranks=1, case="tube"):
    errors = dict.fromkeys(report.QUANTITIES, error) if error else {}
    return Record(
        code,
        element,
        case,
        cells,
        ranks,
        100,
        seconds,
        errors=errors,
        phases=dict.fromkeys(report.PHASES, 0.0),
        iterations={"velocity": 4.0, "pressure": 1.0},
    )


def test_cost_is_interpolated_in_logarithms_and_not_beyond():
    points = [(0.1, 1.0), (0.001, 100.0)]
    assert report.cost_at_error(points, 0.01) == pytest.approx(10.0)
    assert report.cost_at_error(points, 0.1) == pytest.approx(1.0)
    assert report.cost_at_error(points, 0.2) is None
    assert report.cost_at_error(points[:1], 0.1) is None


def test_equal_error_takes_our_cheaper_elements():
    ours = [
        record("ours", 1e-3, 0.1),
        record("ours", 1e-1, 0.001),
        record("ours", 2e-3, 0.02, "P2-P1"),
        record("ours", 2e-3, 0.005, "P2-P1"),
    ]
    other = record("oasisx", 1e-1, 0.01)
    # P1-P1 needs 10 ms for an error of 1 %, P2-P1 2 ms.
    assert report.equal_error([*ours, other], "velocity") == [(other, pytest.approx(50.0))]
    assert report.equal_error([*ours[:2], other], "velocity") == [(other, pytest.approx(10.0))]


def test_speed_up_on_the_largest_common_mesh():
    records = [
        record("ours", 1.0, cells=10, case="small"),
        record("plain", 2.0, cells=10, case="small"),
        record("ours", 1.0, cells=20, case="large"),
        record("plain", 7.0, cells=20, case="large"),
        record("plain", 90.0, cells=20, case="large", ranks=2),
        record("ours", 9.0, cells=30, case="alone"),
    ]
    assert report.speed_up(records, "P1-P1") == 7.0
    with pytest.raises(ValueError, match="common mesh"):
        report.speed_up(records, "P2-P1")


def test_comparison_holds_finite_volumes_against_p1():
    text = report.comparison([record("ours", 0.5), record("openfoam", 2.0, 0.05, "FV")])
    ours, foam = text.splitlines()[2:]
    assert "| 0.5000 | 1.0 |" in ours
    assert "| 2.0000 | 4.0 |" in foam
    assert "5 %" in foam


def test_scaling_counts_work_per_core():
    records = [
        record("ours", 1.0, cells=100, case="tube_54k"),
        record("ours", 0.6, cells=100, case="tube_54k", ranks=2),
        record("ours", 1.25, cells=200, case="tube_107k", ranks=2),
    ]
    strong, weak = report.scaling(records).splitlines()[2:]
    assert "1.67x" in strong
    assert "80%" in weak


def test_model_is_the_measurement_on_one_core_and_waits_on_many():
    one = record("ours", 1.0, cells=1000)
    assert cluster.step_time(one, 1.0, 1000, 1) == pytest.approx(1.0)
    assert cluster.step_time(one, 0.5, 1000, 4) > 0.5
    forecast = cluster.forecast([one, record("ours", 0.5, cells=1000, ranks=2)])
    assert len(forecast.splitlines()) == 5


def test_errors_are_root_mean_squares_over_instants():
    errors = ErrorSum()
    errors.add_value("drop", 3.0, 2.0)
    errors.add_value("drop", 4.0, 4.0)
    assert errors.relative() == {"drop": pytest.approx((1 / 20) ** 0.5)}


def test_typical_step_leaves_the_warm_up_out():
    assert typical([9.0] * 5 + [1.0, 2.0, 3.0]) == 2.0
    assert typical([9.0, 1.0]) == 5.0


def test_jobs_travel_as_arguments(tmp_path):
    job = Job(tmp_path / "tube_1k", 2, 80, tmp_path / "out.json")
    assert Job.read(job.arguments()) == job
    assert job.samples == [48, 64, 80]
    assert job.exact


def test_records_travel_as_json(tmp_path):
    one = record("ours", 1.0, 0.1)
    one.write(tmp_path / "record.json")
    assert Record.load(tmp_path / "record.json") == one


def test_generated_part_of_a_page_is_replaced():
    page = "before\n<!-- x -->\nold\n<!-- end of x -->\nafter\n"
    filled = fill(page, "x", "new")
    assert filled == "before\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nafter\n"
    assert fill(filled, "x", "new") == filled
    with pytest.raises(ValueError, match="'y'"):
        fill(page, "y", "new")


def test_a_short_run_ends_with_the_speed_up(tmp_path):
    done = subprocess.run(
        [sys.executable, str(FLUID), "--smoke", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"speedup over plain dolfinx: P1-P1 \d+\.\d", last)
    # Two codes with the same scheme make the same error on the same mesh.
    ours, plain = (
        Record.load(tmp_path / f"tube_1k-{code}-1-1-8.json") for code in ("ours", "plain")
    )
    assert ours.errors["velocity"] == pytest.approx(plain.errors["velocity"], rel=0.05)
