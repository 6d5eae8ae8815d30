# SPDX-License-Identifier: BSD-3-Clause
"""Ratios and table of the solid benchmark; the input of CalculiX; and a tiny run."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import solid
from peers.calculix_files import QuadraticMesh
from structures import report
from structures.crown import without_shift
from structures.records import SolidRecord, difference

SOLID = Path(__file__).resolve().parents[2] / "benchmarks" / "solid.py"


def record(code, seconds, unknowns=1000, ranks=1):
    case = f"tube_{unknowns}"
    found = SolidRecord(code, case, 200, unknowns, ranks, seconds, newton=4, linear=20)
    found.processor = seconds / 2
    return found


def test_speed_up_is_that_of_the_largest_common_mesh():
    records = [record("ours", 1.0), record("plain", 2.0)]
    records += [record("ours", 2.0, 2000), record("plain", 9.0, 2000), record("ours", 9.0, 3000)]
    assert report.speed_up(records) == 4.5
    with pytest.raises(ValueError, match="common mesh"):
        report.speed_up(records[:1])


def test_table_compares_on_the_same_mesh_and_ranks():
    lines = report.comparison([record("calculix", 30.0), record("ours", 3.0)]).splitlines()
    assert "| 3.0 | 1.5 | 1.0 | 4 | 5 |" in lines[2]
    assert "| 30.0 | 15.0 | 10.0 |" in lines[3]


def test_difference_is_relative_to_the_largest_displacement():
    reference = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 1.0]])
    assert difference(reference + [0.0, 0.0, 0.05], reference) == pytest.approx(0.01)


def test_a_short_run_ends_with_the_speed_up(tmp_path):
    done = subprocess.run(
        [sys.executable, str(SOLID), "--smoke", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"speedup over plain dolfinx: \d+\.\d", last)
    ours, plain = (np.load(tmp_path / f"tube_1k-{code}-1.npy") for code in ("ours", "plain"))
    assert difference(ours, plain) < 1e-5
    two = solid.Measurement("ours", "tube_1k", 2)
    assert solid.measure(two, tmp_path) is not None
    assert difference(np.load(tmp_path / f"{two.name}.npy"), ours) < 1e-6


def test_states_are_compared_less_their_shift_along_the_axis():
    opened, released = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 4.0]]), np.zeros((2, 3))
    shifted = without_shift([opened + [0.0, 0.0, 7.0], released - [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(shifted, without_shift([opened, released]))
    assert shifted.shape == (4, 3)


def test_middle_nodes_and_faces_of_the_input_of_calculix(tmp_path):
    mesh = solid.job_of(solid.Measurement("ours", "crown_44"), tmp_path).mesh
    crown = QuadraticMesh(mesh, "hexahedron")
    # hexahedra of 2 x 2 in the section: 9 vertices and 12 middles at a cut
    assert len(crown.nodes("mirror_start")) == 21
    start = crown.points[crown.nodes("mirror_start")]
    np.testing.assert_allclose(start[:, 1], 0.0, atol=1e-9)
    faces = crown.faces("inner")
    assert len(faces) == 2 * 11
    middles = np.hypot(*crown.points[crown.nodes("inner"), :2].T)
    assert middles.max() < 0.81 + 1e-3
