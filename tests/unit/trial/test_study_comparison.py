# SPDX-License-Identifier: BSD-3-Clause
import pytest
import yaml

from trial import cli
from trial.errors import ConfigError
from trial.outcome import Outcome, write_json
from trial.study_comparison import comparison_text, paired_reductions


def finished(root, reductions, seconds):
    """Result folder of a study with reductions by patient."""
    items = [{"patient": patient, "reduction": value} for patient, value in reductions.items()]
    plan = {"cohort": {"kind": "vascular"}}
    comparisons = {"flow_diverter": {"reductions": items}}
    write_json(root / "statistics.json", {"plan": plan, "comparisons": comparisons})
    for patient in reductions:
        path = root / "patients" / patient / "arms" / "flow_diverter" / "fluid" / "outcome.json"
        Outcome("ok", "solve", wall_time_s=seconds).write(path)
    return root


def test_patients_of_both_studies_are_paired(tmp_path):
    first = finished(tmp_path / "demo", {"p001": 0.8, "p002": 0.6, "p003": 0.5}, 10.0)
    second = finished(tmp_path / "demo--steady", {"p003": 0.48, "p001": 0.85}, 4.0)
    pairs = paired_reductions(first, second)
    assert [(p.patient, p.first, p.second) for p in pairs] == [
        ("p001", 0.8, 0.85),
        ("p003", 0.5, 0.48),
    ]


def test_table(tmp_path):
    first = finished(tmp_path / "demo", {"p001": 0.8, "p002": 0.6, "p003": 0.5}, 10.0)
    second = finished(tmp_path / "demo--steady", {"p001": 0.85, "p002": 0.61, "p003": 0.48}, 4.0)
    text = comparison_text(first, second)
    assert text.splitlines()[1].split() == ["p001", "flow_diverter", "80.0", "85.0", "+5.0"]
    assert "mean +1.3, largest +5.0 percentage points" in text
    assert "rank correlation (Spearman): 1.00" in text
    assert "30 s and 12 s" in text


def test_bench_studies_are_compared_by_their_means(tmp_path):
    for name, force in (("bench", 2.0), ("bench--fine", 2.1)):
        means = {"crowns_9": {"all": {"radial_force_loss_10": {"mean": force}}}}
        plan = {"cohort": {"kind": "bench"}}
        write_json(tmp_path / name / "statistics.json", {"plan": plan, "arms": means})
        path = tmp_path / name / "patients/p001/arms/crowns_9/bench/outcome.json"
        Outcome("ok", "solve", wall_time_s=5.0).write(path)
    text = comparison_text(tmp_path / "bench", tmp_path / "bench--fine")
    row = ["crowns_9", "Force", "at", "10", "%", "N", "2", "2.1", "+5.0", "%"]
    assert text.splitlines()[1].split() == row
    assert text.endswith("time of the solutions: 5 s and 5 s")
    finished(tmp_path / "demo", {"p001": 0.8}, 1.0)
    with pytest.raises(ConfigError, match="demo is a vascular study, bench a bench study"):
        comparison_text(tmp_path / "demo", tmp_path / "bench")


def test_unfinished_study_is_one_sentence(tmp_path):
    first = finished(tmp_path / "demo", {"p001": 0.8}, 1.0)
    with pytest.raises(ConfigError, match="other has no statistics yet"):
        paired_reductions(first, tmp_path / "other")
    other = finished(tmp_path / "other", {"p002": 0.8}, 1.0)
    with pytest.raises(ConfigError, match="no analysed patient in common"):
        paired_reductions(first, other)


def test_solutions_that_ran_out_of_time_are_opened_again(tmp_path, capsys):
    study = tmp_path / "small.yaml"
    content = {
        "study": {"name": "small", "title": "A small trial", "seed": 1},
        "population": {"from": "ica_sidewall", "synthetic": 2},
        "arms": {"untreated": {"label": "Untreated"}},
    }
    study.write_text(yaml.safe_dump(content, sort_keys=False))
    paths = {
        code: tmp_path / "small" / "patients" / patient / "arms/untreated/fluid/outcome.json"
        for patient, code in (("p001", "time_budget"), ("p002", "solver_diverged"))
    }
    for code, path in paths.items():
        Outcome("failed", "solve", code=code, where="t = 0.5 s").write(path)
    assert cli.main(["resume", str(study), "--results", str(tmp_path)]) == 0
    assert "p001 untreated: t = 0.5 s\n1 solutions of small" in capsys.readouterr().out
    assert not paths["time_budget"].exists()
    assert paths["solver_diverged"].exists()
