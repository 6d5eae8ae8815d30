# SPDX-License-Identifier: BSD-3-Clause
"""What SLURM is asked for: the real rules and profile, with an sbatch that only takes notes."""

import shlex
import subprocess
from pathlib import Path

import pytest
from workflow_runs import PROJECT

from trial.outcome import Outcome

pytestmark = pytest.mark.workflow

PROFILE = PROJECT / "workflow" / "profiles" / "slurm"
# records its arguments, one call per line, and refuses the job
SBATCH = """#!/bin/bash
printf '%q ' "$@" >> {record}
echo >> {record}
exit 1
"""


@pytest.fixture
def submitted(workflow, tmp_path, monkeypatch):
    """Function: arguments of sbatch for the flow solution of one patient on some ranks."""
    record = tmp_path / "calls"
    sbatch = tmp_path / "bin" / "sbatch"
    sbatch.parent.mkdir()
    sbatch.write_text(SBATCH.format(record=shlex.quote(str(record))))
    sbatch.chmod(0o755)
    # asked for the default account and partition: there are none
    for query in ("sacct", "sinfo"):
        (sbatch.parent / query).symlink_to("/usr/bin/true")
    monkeypatch.setenv("PATH", str(sbatch.parent), prepend=":")

    def submit(ranks: int) -> list[str]:
        study = f"ranks{ranks}"
        path = workflow.study(study, resources={"solve_ranks": ranks, "solve_memory_mb": 6000})
        root = workflow.folder / "results" / study
        patient = root / "patients" / "p001"
        for step in (patient / "anatomy", patient / "arms" / "untreated" / "deployment"):
            Outcome("ok", step.name).write(make(step / "outcome.json"))
        make(root / "cohort" / "p001.json").write_text('{"outcome": {"status": "ok", "stage": ""}}')
        make(root / "forms.json").write_text("{}")
        target = f"results/{study}/patients/p001/arms/untreated/fluid/outcome.json"
        options = ["--workflow-profile", str(PROFILE), "--configfile", str(path), "--retries", "0"]
        options += ["--cores", "1000", "--slurm-init-seconds-before-status-checks", "1"]
        done = subprocess.run(
            workflow.command(*options, "--allowed-rules", "solve_flow", "--", target),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode != 0
        assert record.is_file(), done.stdout + done.stderr
        (call,) = record.read_text().splitlines()
        return shlex.split(call)

    return submit


def make(path: Path) -> Path:
    """The path, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def value(arguments: list[str], option: str) -> str | None:
    """Value of an option written as two words or with an equals sign."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


@pytest.mark.parametrize("ranks", [1, 4])
def test_flow_solution_asks_for_one_core_per_rank_on_one_node(submitted, ranks):
    arguments = submitted(ranks)
    assert value(arguments, "--ntasks") == str(ranks)
    # threads are the ranks: taken as cores per task as well they would be counted twice
    assert value(arguments, "--cpus-per-task") == "1"
    assert value(arguments, "--nodes") == "1"
    assert value(arguments, "--mem") == "6000"
    assert value(arguments, "--mem-per-cpu") is None
    assert value(arguments, "-t") == "120"
