# SPDX-License-Identifier: BSD-3-Clause
"""Two ranks give the answer of one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CASE = Path(__file__).with_name("parallel_case.py")
ROOT = CASE.parents[2]


def result(ranks, *arguments, case=CASE):
    launch = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks > 1 else []
    paths = [str(ROOT), str(ROOT / "workflow"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [*launch, sys.executable, str(case), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert done.returncode == 0 and lines, done.stderr[-2000:]
    return json.loads(lines[0].removeprefix("RESULT "))


needs_mpirun = pytest.mark.skipif(shutil.which("mpirun") is None, reason="no mpirun on the path")


@needs_mpirun
@pytest.mark.parametrize(("task", "degree"), [("screened", 1), ("open", 1), ("screened", 2)])
def test_steps(task, degree):
    serial, parallel = result(1, task, degree), result(2, task, degree)
    assert parallel == pytest.approx(serial, rel=1e-6)


@needs_mpirun
def test_written_fields(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    serial, parallel = result(1, "files", folders[0]), result(2, "files", folders[1])
    # Solver tolerance 1e-6 per step, accumulated over the run.
    assert parallel == pytest.approx(serial, rel=1e-4, abs=1e-9)


@needs_mpirun
def test_bench(tmp_path):
    """Crimp, release and expansion of half a crown; one rank stops in the release, two go on."""
    case = CASE.with_name("bench_case.py")
    serial, parallel = (result(n, "bench", tmp_path / str(n), case=case) for n in (1, 2))
    assert parallel == pytest.approx(serial, rel=1e-4)
    result(1, "bench", tmp_path / "stopped", 4, case=case)
    rows = (tmp_path / "stopped" / "solve" / "curve.csv").read_text().splitlines()
    assert len(rows) == 5 and ",release," in rows[-1]
    continued = result(2, "bench", tmp_path / "stopped", case=case)
    assert continued.pop("restarts") == 1 + 3
    assert serial.pop("restarts") == 0
    assert continued == pytest.approx(serial, rel=1e-3)
