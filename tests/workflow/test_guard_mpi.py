# SPDX-License-Identifier: BSD-3-Clause
"""A step under mpirun: a bug on one rank ends the job, an expected failure does not."""

import json
import shutil
import subprocess
import sys

import pytest

STEP = """
import sys
from pathlib import Path
from mpi4py import MPI
from trial.outcome import guard
from trial.script import conclude

class Diverged(Exception):
    code = "solver_diverged"
    where = "step 3"

comm = MPI.COMM_WORLD

def work():
    if sys.argv[1] == "bug" and comm.rank == 1:
        raise IndexError("a bug on one rank")
    comm.Barrier()
    if sys.argv[1] == "diverged":
        raise Diverged("not finite")
    return {"ranks": comm.size}

outcome = guard(work, "solve", expected=(Diverged,), comm=comm)
if comm.rank == 0:
    conclude(outcome, Path(sys.argv[2]), "p001 untreated")
"""


def run(kind, path):
    mpirun = shutil.which("mpirun")
    if mpirun is None:
        pytest.skip("mpirun is not installed")
    command = [mpirun, "-n", "2", sys.executable, "-c", STEP, kind, str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_rank_zero_writes_the_outcome(tmp_path):
    done = run("fine", tmp_path / "outcome.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "outcome.json").read_text())["metrics"] == {"ranks": 2}
    assert done.stdout.count("p001 untreated solve: ok") == 1


def test_expected_failure_exits_well(tmp_path):
    done = run("diverged", tmp_path / "outcome.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "outcome.json").read_text())["code"] == "solver_diverged"


def test_bug_on_one_rank_does_not_hang(tmp_path):
    done = run("bug", tmp_path / "outcome.json")
    assert done.returncode != 0
    assert "a bug on one rank" in done.stderr
    assert not (tmp_path / "outcome.json").exists()
