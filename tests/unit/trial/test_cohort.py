# SPDX-License-Identifier: BSD-3-Clause
import pytest

from trial.cohort import COLUMNS, Cohort, read_quarantine
from trial.errors import ConfigError
from trial.outcome import Outcome
from trial.progress import counts, failures, progress_text
from trial.stages import STAGES


def write(path, *rows):
    path.write_text("\n".join("\t".join(row) for row in (COLUMNS, *rows)) + "\n")
    return path


def test_quarantined_patients_leave_the_work_but_not_the_cohort(tmp_path):
    path = write(
        tmp_path / "q.tsv",
        ("demo", "p001", "*", "mesher crashes", "2026-01-02", "A. Person"),
        ("demo", "p002", "device", "solver crashes", "2026-01-02", "A. Person"),
        ("other", "p003", "*", "another study", "2026-01-02", "A. Person"),
    )
    cohort = Cohort(
        "demo", ("p001", "p002", "p003"), ("none", "device"), read_quarantine(path, "demo")
    )
    assert cohort.pairs() == [("p002", "none"), ("p003", "none"), ("p003", "device")]
    assert cohort.computed() == ["p002", "p003"]
    assert cohort.excluded("p001", "none").reason == "mesher crashes"
    assert cohort.excluded("p003", "none") is None


def test_quarantine_without_a_reason_is_refused(tmp_path):
    path = write(tmp_path / "q.tsv", ("demo", "p001", "*", "", "2026-01-02", "A. Person"))
    with pytest.raises(ConfigError, match=r"q\.tsv line 2 says nothing under reason"):
        read_quarantine(path, "demo")


def test_quarantine_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "q.tsv"
    path.write_text("patient\treason\n")
    with pytest.raises(ConfigError, match=r"q\.tsv has columns"):
        read_quarantine(path, "demo")


@pytest.fixture
def half_done(tmp_path):
    cohort = Cohort("demo", ("p001", "p002"), ("none", "device"))
    by_name = {stage.name: stage for stage in STAGES["vascular"]}
    for patient in cohort.patients:
        Outcome("ok", "sample").write(by_name["sample"].path(tmp_path, patient, ""))
    Outcome("ok", "mesh").write(by_name["mesh"].path(tmp_path, "p001", ""))
    failed = Outcome("failed", "mesh", code="mesh_quality", message="flat")
    failed.write(by_name["mesh"].path(tmp_path, "p002", ""))
    Outcome("skipped", "deploy", code="mesh_quality", cause="mesh").write(
        by_name["deploy"].path(tmp_path, "p002", "none")
    )
    return tmp_path, cohort, by_name


def test_counts_of_a_half_done_study(half_done):
    root, cohort, stages = half_done
    assert counts(root, cohort, stages["sample"]) == {"ok": 2}
    assert counts(root, cohort, stages["mesh"]) == {"ok": 1, "failed": 1}
    assert counts(root, cohort, stages["deploy"]) == {"skipped": 1, "open": 3}
    assert "mesh           1       1" in progress_text(root, cohort)


def test_failures_name_patient_code_and_log(half_done):
    root, cohort, _ = half_done
    (failure,) = failures(root, cohort)
    assert (failure.patient, failure.arm, failure.outcome.code) == ("p002", "", "mesh_quality")
    assert failure.log == root / "logs" / "build_mesh" / "p002.log"
