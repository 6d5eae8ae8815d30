# SPDX-License-Identifier: BSD-3-Clause
import os

from mpi4py import MPI

import numpy as np
import pytest

from solvers.common.checkpoint import NAMES, CheckpointFiles, Snapshot


def snapshot(number):
    return Snapshot({"number": number, "pi": np.pi}, {"field": np.arange(1000.0) + number})


def files(folder, subject="subject"):
    return CheckpointFiles(folder, subject, MPI.COMM_SELF)


def number(folder):
    found = files(folder).read()
    return found and found.header["number"]


def test_content_comes_back(tmp_path):
    files(tmp_path).write(snapshot(1))
    found = files(tmp_path).read()
    assert found.header == {"number": 1, "pi": np.pi}
    assert np.array_equal(found.arrays["field"], np.arange(1000.0) + 1)


def test_two_files_alternate_and_the_newest_is_read(tmp_path):
    writer = files(tmp_path)
    for k in range(1, 6):
        writer.write(snapshot(k))
        assert number(tmp_path) == k
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)


def test_a_new_run_does_not_write_over_what_it_reads(tmp_path):
    writer = files(tmp_path)
    writer.write(snapshot(1))
    writer.write(snapshot(2))
    for k in (3, 4):
        again = files(tmp_path)
        again.read()
        before = {name: (tmp_path / name).read_bytes() for name in NAMES}
        again.write(snapshot(k))
        changed = [name for name in NAMES if (tmp_path / name).read_bytes() != before[name]]
        assert len(changed) == 1
        assert number(tmp_path) == k


@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 0.999])
def test_any_damage_is_found(tmp_path, place, caplog):
    writer = files(tmp_path)
    writer.write(snapshot(1))
    writer.write(snapshot(2))
    newest = tmp_path / NAMES[0]
    content = bytearray(newest.read_bytes())
    content[int(place * len(content))] ^= 0x55
    newest.write_bytes(content)
    found = number(tmp_path)
    # The table at the end of the file holds bytes that mean nothing here.
    assert found == 1 or (found == 2 and place > 0.9)
    if found == 1:
        assert "ignored" in caplog.text


def test_a_file_cut_short_is_passed_over(tmp_path):
    writer = files(tmp_path)
    writer.write(snapshot(1))
    writer.write(snapshot(2))
    os.truncate(tmp_path / NAMES[0], 4000)
    assert number(tmp_path) == 1
    os.truncate(tmp_path / NAMES[1], 0)
    assert number(tmp_path) is None


def test_a_write_that_stops_leaves_the_old_file(tmp_path, monkeypatch):
    writer = files(tmp_path)
    writer.write(snapshot(1))
    writer.write(snapshot(2))

    def stop(descriptor):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(OSError, match="no space"):
        writer.write(snapshot(3))
    assert number(tmp_path) == 2


def test_another_subject_is_not_read(tmp_path, caplog):
    files(tmp_path, "other").write(snapshot(1))
    assert number(tmp_path) is None
    assert "is of another mesh or configuration and is ignored" in caplog.text


def test_remove(tmp_path):
    writer = files(tmp_path)
    writer.write(snapshot(1))
    writer.remove()
    assert list(tmp_path.iterdir()) == []
