# SPDX-License-Identifier: BSD-3-Clause
"""The workflow without running a job."""

import subprocess
import sys

import pytest
from workflow_runs import PROJECT, STUDIES

from trial.config import load_study

pytestmark = pytest.mark.workflow


def studies(kind):
    paths = sorted(STUDIES.glob("*.yaml"))
    return [path for path in paths if load_study([path]).study.study.kind == kind]


@pytest.mark.parametrize("study", studies("vascular"), ids=lambda path: path.stem)
def test_every_study_has_a_complete_graph(workflow, study):
    jobs = workflow.jobs("--configfile", str(study))
    assert jobs["write_report"] == 1
    assert jobs["solve_flow"] == jobs["extract_endpoints"] == jobs["deploy_device"]
    assert jobs["build_mesh"] == jobs["sample_patient"] == jobs["render_patient"]
    assert jobs["solve_flow"] % jobs["build_mesh"] == 0


@pytest.mark.parametrize("study", studies("bench"), ids=lambda path: path.stem)
def test_every_bench_study_has_a_complete_graph(workflow, study):
    jobs = workflow.jobs("--configfile", str(study))
    resolved = load_study([study]).study
    specimens, arms = len(resolved.patients), len(resolved.arms)
    assert jobs["write_report"] == jobs["compile_forms"] == jobs["render_designs"] == 1
    assert jobs["sample_patient"] == specimens
    for rule in ("build_device", "solve_bench", "extract_endpoints"):
        assert jobs[rule] == specimens * arms
    assert not {"build_mesh", "deploy_device", "solve_flow", "render_patient"} & set(jobs)


def test_demo_is_the_default_study(workflow):
    assert workflow.jobs()["build_mesh"] == 7


def test_wrong_study_stops_with_one_sentence(workflow):
    path = workflow.study("wrong", flow={"steps_per_cycle": 1})
    done = workflow.run("--configfile", str(path))
    text = done.stdout + done.stderr
    assert done.returncode != 0
    sentence = "flow.steps_per_cycle is 1, but must be a whole number at least 10 and at most 20000"
    assert f"{sentence} (set in {path})" in text
    assert "Traceback" not in text
    assert not (workflow.folder / "results").exists()


def test_wrong_command_line_value_is_named(workflow):
    done = workflow.run("--dry-run", "--config", "flow={cycles: 99}")
    text = done.stdout + done.stderr
    assert "flow.cycles is '99', but must be a whole number at least 1 and at most 20" in text
    assert "(set in the command line)" in text


def test_quarantined_arm_leaves_the_graph(workflow, monkeypatch, tmp_path):
    # The list is read from the project, so a copy of the project is needed.
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("Snakefile", "workflow", "solvers", "meshes"):
        (copy / name).symlink_to(PROJECT / name)
    (copy / "configs").mkdir()
    for path in (PROJECT / "configs").iterdir():
        if path.name != "quarantine.tsv":
            (copy / "configs" / path.name).symlink_to(path)
    header = (PROJECT / "configs" / "quarantine.tsv").read_text().splitlines()[0]
    row = "tiny\tp002\tflow_diverter\tcrashes the solver\t2026-01-02\tA. Person"
    (copy / "configs" / "quarantine.tsv").write_text(f"{header}\n{row}\n")
    command = workflow.command("--dry-run", "--configfile", str(STUDIES / "tiny.yaml"))
    command[command.index("--snakefile") + 1] = str(copy / "Snakefile")
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "solve_flow               3" in done.stdout + done.stderr


def test_lint():
    command = [sys.executable, "-m", "snakemake", "--lint"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_are_formatted():
    command = [sys.executable, "-m", "snakefmt", "--check", "Snakefile", "workflow/rules"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
