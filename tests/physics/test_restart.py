# SPDX-License-Identifier: BSD-3-Clause
"""A solve that goes on from a checkpoint is the solve that was never stopped."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import pyvista as pv
from restart_case import SETTINGS, scalars, solve

from solvers.common.checkpoint import NAMES

CASE = Path(__file__).with_name("restart_case.py")
ROOT = CASE.parents[2]
# The same operations in the same order; sums over ranks may be ordered otherwise.
ROUND_OFF = 1e-12
# Linear solves stop at 1e-10 of the flow in each of 40 steps.
SOLVER = 1e-6

needs_mpirun = pytest.mark.skipif(shutil.which("mpirun") is None, reason="no mpirun on the path")


def command(ranks, folder, samples=0, **changes):
    launch = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks > 1 else []
    return [*launch, sys.executable, str(CASE), str(folder), str(samples), json.dumps(changes)]


def environment():
    paths = [str(ROOT), str(ROOT / "workflow"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}


def run(ranks, *arguments, **changes):
    """Scalars of a solve, or None when it stopped early."""
    if ranks == 1:
        summary = solve(*arguments, **changes)
        return summary and scalars(summary)
    done = subprocess.run(
        command(ranks, *arguments, **changes),
        capture_output=True,
        text=True,
        timeout=300,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return json.loads(lines[0].removeprefix("RESULT ")) if lines else None


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Folder and summary of the solve that is never stopped."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, solve(folder)


def stored(path):
    """Times and velocities of a file of instants."""
    with h5py.File(path) as file:
        root = file["VTKHDF"]
        return root["Steps/Values"][()], root["PointData/velocity"][()]


def assert_same(summary, whole, tolerance):
    assert scalars(summary) == pytest.approx(scalars(whole), rel=tolerance)


def test_restart_in_the_middle_of_a_cycle(whole, tmp_path):
    assert solve(tmp_path, 13) is None
    assert all((tmp_path / name).exists() for name in NAMES)
    resumed = solve(tmp_path)
    folder, summary = whole
    assert_same(resumed, summary, ROUND_OFF)
    assert (resumed["restarts"], summary["restarts"]) == (1, 0)
    for name, data in (("fields.vtu", "point_data"), ("wall.vtp", "cell_data")):
        fields = [getattr(pv.read(path / name), data) for path in (folder, tmp_path)]
        for key in fields[0]:
            scale = np.abs(fields[0][key]).max()
            difference = np.abs(np.asarray(fields[1][key] - fields[0][key], float)).max()
            assert difference <= ROUND_OFF * scale, key
    instants = [stored(path / "series.vtkhdf") for path in (folder, tmp_path)]
    assert all(np.array_equal(*pair) for pair in zip(*instants, strict=True))
    assert len(instants[0][0]) == 20
    histories = [(path / "history.jsonl").read_text() for path in (folder, tmp_path)]
    assert len(histories[1].splitlines()) == 2 * SETTINGS["steps_per_cycle"]
    assert histories[0] == histories[1]


def test_checkpoints_go_when_the_solve_is_done(whole):
    assert not any(path.name.startswith("checkpoint") for path in whole[0].iterdir())


def test_restart_at_the_end_of_the_first_cycle(whole, tmp_path):
    assert solve(tmp_path, 10) is None
    assert_same(solve(tmp_path), whole[1], ROUND_OFF)


def test_damaged_file_is_passed_over(whole, tmp_path, caplog):
    assert solve(tmp_path, 14) is None
    # Samples are numbered from 1 and the even ones are in the first file.
    newest = tmp_path / NAMES[0]
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 0xFF
    newest.write_bytes(content)
    caplog.set_level(logging.INFO)
    resumed = solve(tmp_path)
    assert f"{newest.name} is damaged" in caplog.text
    assert "from the checkpoint at t = 0.13 s" in caplog.text
    assert_same(resumed, whole[1], ROUND_OFF)


def test_checkpoint_of_another_configuration_is_ignored(whole, tmp_path, caplog):
    assert solve(tmp_path, 3, viscosity=4e-3) is None
    resumed = solve(tmp_path)
    assert "checkpoint_a.npz is of another mesh or configuration and is ignored" in caplog.text
    assert resumed["restarts"] == 0
    assert_same(resumed, whole[1], ROUND_OFF)


def test_kill_at_any_moment(whole, tmp_path):
    process = subprocess.Popen(
        command(1, tmp_path), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 120
    while not (tmp_path / NAMES[0]).exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, errors.decode()[-2000:]
    assert not (tmp_path / "summary.json").exists()
    resumed = solve(tmp_path)
    assert resumed["restarts"] == 1
    assert_same(resumed, whole[1], ROUND_OFF)


@needs_mpirun
@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1)])
def test_other_number_of_ranks(whole, tmp_path, before, after):
    assert run(before, tmp_path, 13) is None
    assert run(after, tmp_path) == pytest.approx(scalars(whole[1]), rel=SOLVER)


@needs_mpirun
def test_quadratic_fields_are_stored_alike_on_any_number_of_ranks(tmp_path):
    """Unknowns on edges, and wall facets."""
    stored = []
    for ranks in (1, 2):
        path = tmp_path / f"{ranks}.npz"
        launch = ["mpirun", "-n", str(ranks), "--bind-to", "none"]
        arguments = [sys.executable, str(CASE), "quadratic", str(path)]
        done = subprocess.run(
            [*launch, *arguments], capture_output=True, text=True, timeout=300, env=environment()
        )
        assert done.returncode == 0, done.stderr[-2000:]
        stored.append(dict(np.load(path)))
    assert set(stored[0]) == set(stored[1])
    for name, values in stored[0].items():
        scale = max(np.abs(values).max(), 1.0)
        assert np.abs(stored[1][name] - values).max() <= ROUND_OFF * scale, name
    assert np.ptp(stored[0]["shear.facet.vector"], axis=0).min() > 0.0
