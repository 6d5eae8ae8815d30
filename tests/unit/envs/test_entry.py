# SPDX-License-Identifier: BSD-3-Clause
"""envs/run and envs/enter.sh hand over to the command without standing in its way."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[3]
RUN = str(REPO / "envs" / "run")
# an empty root path takes /usr and /etc of the running system: no build is needed
ENTER = [str(REPO / "envs" / "enter.sh"), ""]

may_mount = subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0
needs_mounts = pytest.mark.skipif(not may_mount, reason="no permission to mount here")


def output(command: list[str], **options) -> str:
    """Standard output of a command that succeeds."""
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


@pytest.fixture
def by_chroot(monkeypatch):
    monkeypatch.setenv("SILITRIAL_ENTER", "chroot")


def test_run_without_command_shows_usage():
    done = subprocess.run([RUN], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: envs/run CMD")


def test_run_finds_packages_and_command_from_any_folder(tmp_path):
    folder = tmp_path / "with space"
    folder.mkdir()
    code = "import os, trial.config, meshes, solvers; print(os.getcwd())"
    assert output([RUN, "python3", "-c", code], cwd=folder).strip() == str(folder)
    found = output([RUN, "bash", "-c", "command -v silitrial"], cwd=folder)
    assert found.strip() == str(REPO / "envs" / "bin" / "silitrial")


def test_run_keeps_threads_chosen_by_the_user(monkeypatch):
    show = [RUN, "printenv", "OMP_NUM_THREADS"]
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert output(show).strip() == "1"
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert output(show).strip() == "3"


@needs_mounts
def test_entered_command_keeps_arguments_folder_and_exit_code(tmp_path, by_chroot):
    folder = tmp_path / "with space"
    folder.mkdir()
    script = 'printf "%s\n" "$PWD" "$@"; exit 7'
    done = subprocess.run(
        [*ENTER, "sh", "-c", script, "sh", "a  b", ""], cwd=folder, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [str(folder), "a  b", ""]
    assert done.returncode == 7


@needs_mounts
def test_entered_system_is_read_only_and_the_rest_is_not(tmp_path, by_chroot):
    for place in ("/usr", "/etc"):
        done = subprocess.run([*ENTER, "touch", f"{place}/silitrial-probe"], capture_output=True)
        assert done.returncode != 0
    output([*ENTER, "touch", str(tmp_path / "probe")])
    assert (tmp_path / "probe").exists()


@needs_mounts
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_reaches_the_entered_command(number, by_chroot):
    code = f"""
import signal, sys
signal.signal({int(number)}, lambda *_: sys.exit(5))
print("ready", flush=True)
signal.pause()
"""
    command = [*ENTER, sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == "ready"
        os.kill(process.pid, number)
        assert process.wait(timeout=20) == 5


def test_unknown_way_in_is_refused(monkeypatch):
    monkeypatch.setenv("SILITRIAL_ENTER", "jail")
    done = subprocess.run([*ENTER, "true"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "SILITRIAL_ENTER is 'jail'; allowed: bubblewrap, chroot" in done.stderr
