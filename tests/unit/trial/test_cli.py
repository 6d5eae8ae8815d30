# SPDX-License-Identifier: BSD-3-Clause
import pytest
import yaml

from trial import cli
from trial.config.load import CONFIGS
from trial.outcome import Outcome

STUDY = {
    "study": {"name": "small", "title": "A small trial", "seed": 1},
    "population": {"from": "ica_sidewall", "synthetic": 2},
    "arms": {"untreated": {"label": "Untreated"}},
    "flow": {"cycles": 5},
}


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(STUDY, sort_keys=False))
    return path


def test_explain_names_the_file_of_each_value(study, capsys):
    assert cli.main(["explain", str(study), "--key", "flow"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(
        line.startswith("flow.cycles") and line.endswith(f"= 5  [{study}]") for line in lines
    )
    assert any("flow.tolerance" in line and "[configs/default.yaml]" in line for line in lines)
    assert all(line.startswith("flow") for line in lines)


def test_check_of_a_wrong_study_is_one_sentence(tmp_path, capsys):
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(STUDY | {"flow": {"cycles": 50}}))
    assert cli.main(["check", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.err == (
        f"flow.cycles is 50, but must be a whole number at least 1 and at most 20 (set in {path})\n"
    )


def test_check_names_what_is_not_installed(study, capsys, monkeypatch):
    monkeypatch.setitem(cli.NEEDED, "a_module_that_nobody_has", "flow solver")
    assert cli.main(["check", str(study)]) == 1
    assert capsys.readouterr().err == "a_module_that_nobody_has (flow solver) is not installed\n"


def test_check_needs_a_launcher_for_several_ranks(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cli, "NEEDED", {})
    monkeypatch.setattr(cli.shutil, "which", lambda name: None)
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(STUDY | {"resources": {"solve_ranks": 4}}, sort_keys=False))
    assert cli.main(["check", str(path)]) == 1
    assert "resources.solve_ranks is 4, but neither mpirun nor srun" in capsys.readouterr().err


def test_check_of_a_good_study_says_what_it_will_do(study, capsys, monkeypatch):
    monkeypatch.setattr(cli, "NEEDED", {})
    assert cli.main(["check", str(study)]) == 0
    assert capsys.readouterr().out == (
        "small is ready: 2 patients, 1 arms, 2 flow solutions on 1 rank(s) each, 0 quarantined\n"
    )


def test_check_of_a_bench_asks_the_geometry(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cli, "NEEDED", {})
    assert cli.main(["check", "stent_demo"]) == 0
    assert "4 specimens, 2 arms, 8 bench runs on 1 rank(s)" in capsys.readouterr().out
    study = yaml.safe_load((CONFIGS / "studies" / "stent_demo.yaml").read_text())
    study["arms"]["nine_crowns"]["device"]["strut_length_mm"] = 0.3
    study["procedures"]["crimp"]["outer_diameter_mm"] = 0.56
    path = tmp_path / "bench.yaml"
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    assert cli.main(["check", str(path)]) == 1
    assert "arms.nine_crowns.device: ring 0: a strut of 0.3 mm does not" in capsys.readouterr().err
    study["arms"]["nine_crowns"]["device"]["strut_length_mm"] = 1.15
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    assert cli.main(["check", str(path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("arms.nine_crowns.device: crimping: at a crimped diameter of 0.56 mm")
    assert "six_crowns" not in error


def test_study_that_does_not_exist(capsys):
    assert cli.main(["check", "nonesuch"]) == 1
    assert "configs/studies has: demo" in capsys.readouterr().err


def test_status_and_failures(study, tmp_path, capsys):
    results = ["--results", str(tmp_path)]
    assert cli.main(["status", str(study), *results]) == 1
    assert "small has no results" in capsys.readouterr().err
    root = tmp_path / "small"
    Outcome("ok", "sample").write(root / "cohort" / "p001.json")
    failed = Outcome("failed", "mesh", code="mesh_failed", message="no route worked", where="neck")
    failed.write(root / "patients" / "p001" / "anatomy" / "outcome.json")
    log = root / "logs" / "build_mesh" / "p001.log"
    log.parent.mkdir(parents=True)
    log.write_text("first\nlast words\n")

    assert cli.main(["status", str(study), *results]) == 0
    assert "  sample         1       0        0     1" in capsys.readouterr().out
    assert cli.main(["failures", str(study), *results]) == 0
    text = capsys.readouterr().out
    assert "p001: mesh_failed at mesh\n    no route worked\n" in text
    assert text.endswith("1 failed steps in small\n")
    assert cli.main(["show-failure", str(study), "p001", *results]) == 0
    text = capsys.readouterr().out
    assert "where: neck" in text
    assert "| last words" in text
    assert cli.main(["show-failure", str(study), "p002", *results]) == 1


def test_config_reports_and_writes_what_is_out_of_date(tmp_path, capsys, monkeypatch):
    target = tmp_path / "default.yaml"
    monkeypatch.setattr(cli, "documents", lambda: {target: "text\n"})
    assert cli.main(["config"]) == 1
    assert not target.exists()
    assert cli.main(["config", "--write"]) == 0
    assert target.read_text() == "text\n"
    assert cli.main(["config"]) == 0
