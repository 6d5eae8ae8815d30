# SPDX-License-Identifier: BSD-3-Clause
"""A run that was killed goes on where it was."""

import os
import signal
import subprocess
import time

import pytest
from conftest import PROJECT

pytestmark = pytest.mark.workflow


def test_killed_run_resumes(workflow):
    study = workflow.study("tiny", population={"from": "ica_sidewall", "synthetic": 1})
    arguments = ["--configfile", str(study)]
    patient = workflow.folder / "results" / "tiny" / "patients" / "p001"
    mesh = patient / "anatomy" / "outcome.json"
    history = patient / "arms" / "untreated" / "fluid" / "history.jsonl"

    log = (workflow.folder / "killed.log").open("w")
    process = subprocess.Popen(
        workflow.command(*arguments), cwd=PROJECT, stdout=log, stderr=log, start_new_session=True
    )
    deadline = time.monotonic() + 240
    while not history.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    log.close()
    assert process.returncode == -signal.SIGKILL, (workflow.folder / "killed.log").read_text()
    meshed = mesh.stat().st_mtime_ns
    assert not (history.parent / "outcome.json").exists()

    unlocked = workflow.run(*arguments, "--unlock")
    assert unlocked.returncode == 0, unlocked.stderr
    resumed = workflow.run(*arguments, "--rerun-incomplete")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert mesh.stat().st_mtime_ns == meshed
    assert (workflow.folder / "results/tiny/report/index.html").is_file()
