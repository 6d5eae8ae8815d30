# SPDX-License-Identifier: BSD-3-Clause
"""A run that was killed, or ran out of its time, goes on where it was."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from workflow_runs import PROJECT

from trial.config.flow import Flow
from trial.outcome import Outcome

pytestmark = pytest.mark.workflow


def test_killed_run_resumes(workflow):
    study = workflow.study(
        "tiny",
        population={"from": "ica_sidewall", "synthetic": 1},
        flow={"checkpoint_minutes": 1e-9, "cycles": 3, "minimum_cycles": 3},
    )
    arguments = ["--configfile", str(study)]
    patient = workflow.folder / "results" / "tiny" / "patients" / "p001"
    mesh = patient / "anatomy" / "outcome.json"
    fluid = patient / "arms" / "untreated" / "fluid"
    checkpoint = fluid / "checkpoint_a.npz"

    log = (workflow.folder / "killed.log").open("w")
    process = subprocess.Popen(
        workflow.command(*arguments), cwd=PROJECT, stdout=log, stderr=log, start_new_session=True
    )
    deadline = time.monotonic() + 240
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    log.close()
    assert process.returncode == -signal.SIGKILL, (workflow.folder / "killed.log").read_text()
    meshed = mesh.stat().st_mtime_ns
    assert not (fluid / "outcome.json").exists()

    unlocked = workflow.run(*arguments, "--unlock")
    assert unlocked.returncode == 0, unlocked.stderr
    resumed = workflow.run(*arguments, "--rerun-incomplete")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert mesh.stat().st_mtime_ns == meshed
    assert (workflow.folder / "results/tiny/report/index.html").is_file()
    assert json.loads((fluid / "summary.json").read_text())["restarts"] == 1
    assert not checkpoint.exists()


def test_solution_out_of_time_goes_on_when_asked_again(tmp_path):
    """The script of the rule, as snakemake runs it before and after ``silitrial resume``."""
    bundle = PROJECT / "meshes" / "reference" / "tube"
    anatomy, deployment, out = (tmp_path / n / "outcome.json" for n in ("anatomy", "device", "arm"))
    for path in (anatomy, deployment):
        Outcome("ok", "before").write(path)
    (anatomy.parent / "mesh").symlink_to(bundle)
    empty = {name: np.zeros(0) for name in ("linear", "quadratic", "tangential")}
    np.savez(deployment.parent / "screen.npz", facets=np.zeros((0, 3), int), **empty)
    physiology = {
        "mean_inlet_velocity": 0.1,
        "period": 0.5,
        "pulsatility_index": 1.0,
        "waveform": {"cosine": [0.2], "sine": [0.0]},
    }
    patient = tmp_path / "p001.json"
    patient.write_text(json.dumps({"patient": "p001", "physiology": physiology}))
    factors = {"flow_factor": 1.0, "pulsatility_factor": 1.0, "heart_rate_factor": 1.0}

    def solve(budget):
        flow = Flow(steps_per_cycle=40, cycles=1, minimum_cycles=1, time_budget_s=budget)
        options = {
            "patient": patient,
            "anatomy": anatomy,
            "deployment": deployment,
            "settings": json.dumps(flow.to_si()),
            "physiology": json.dumps(factors),
            "ranks": 1,
            "out": out,
        }
        script = str(PROJECT / "workflow" / "scripts" / "solve_flow.py")
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        done = subprocess.run([sys.executable, script, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return Outcome.read(out), done.stderr

    stopped, _ = solve(1e-6)
    assert (stopped.status, stopped.code) == ("failed", "time_budget")
    assert stopped.where
    out.unlink()
    finished, log = solve(0.0)
    assert finished.ok
    assert "going on from the checkpoint" in log
