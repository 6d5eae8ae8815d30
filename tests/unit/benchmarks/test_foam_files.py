# SPDX-License-Identifier: BSD-3-Clause
"""What the benchmark reads from OpenFOAM and writes for it."""

import re

import numpy as np
import pytest
from peers import foam_files as foam
from peers.foam_blocks import HEXAHEDRA, write_blocks
from peers.foam_mesh import PolyMesh, read_poly_mesh
from peers.openfoam import iterations, step_times

HEADER = "FoamFile\n{\n    class x;\n}\n"
POINTS = [(0, 0, 0), (1, 0, 0), (1, 2, 0), (0, 2, 0), (0, 0, 3), (1, 0, 3), (1, 2, 3), (0, 2, 3)]
QUADS = [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (3, 7, 6, 2), (0, 4, 7, 3), (1, 2, 6, 5)]


def test_box_has_its_volume_centre_and_areas():
    mesh = PolyMesh(
        np.array(POINTS, float), np.array(QUADS), np.zeros(6, int), np.zeros(0, int), {}
    )
    assert mesh.volumes == pytest.approx([6.0])
    assert mesh.centres[0] == pytest.approx([0.5, 1.0, 1.5])
    assert mesh.face_centres[1] == pytest.approx([0.5, 1.0, 3.0])
    assert mesh.areas[1] == pytest.approx([0.0, 0.0, 2.0])
    assert mesh.areas.sum(axis=0) == pytest.approx([0.0, 0.0, 0.0])


def test_two_tetrahedra_are_read_from_files(tmp_path):
    folder = tmp_path / "constant" / "polyMesh"
    folder.mkdir(parents=True)
    points = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, -2)], float)
    # The shared face points out of the first cell, the one above it.
    faces = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3), (0, 4, 1), (0, 2, 4), (1, 4, 2)]
    (folder / "points").write_text(HEADER + foam.values(points))
    text = "\n".join("3(" + " ".join(map(str, face)) + ")" for face in faces)
    (folder / "faces").write_text(f"{HEADER}7\n(\n{text}\n)\n")
    (folder / "owner").write_text(HEADER + "7\n(\n0\n0\n0\n0\n1\n1\n1\n)\n")
    (folder / "neighbour").write_text(HEADER + "1\n(\n1\n)\n")
    patch = "    wall\n    {\n        type wall;\n        nFaces 6;\n        startFace 1;\n    }\n"
    (folder / "boundary").write_text(f"{HEADER}1\n(\n{patch})\n")
    mesh = read_poly_mesh(tmp_path)
    assert mesh.volumes == pytest.approx([1 / 6, 1 / 3])
    assert mesh.centres == pytest.approx(
        np.array([points[[0, 1, 2, 3]].mean(axis=0), points[[0, 1, 2, 4]].mean(axis=0)])
    )
    assert mesh.patch("wall") == slice(1, 7)


@pytest.mark.parametrize("shape", [(4,), (4, 3)])
def test_fields_are_read_as_written(tmp_path, shape):
    array = np.arange(np.prod(shape), dtype=float).reshape(shape) / 7
    path = tmp_path / "0" / "U"
    foam.write_file(path, "volVectorField", {"internalField": foam.nonuniform(array)})
    assert foam.read_field(path) == pytest.approx(array)
    path.write_text("internalField uniform 0;")
    with pytest.raises(ValueError, match="no list"):
        foam.read_field(path)


def test_dictionaries_nest():
    text = foam.dictionary({"a": 1, "b": {"c": "d"}})
    assert text == "a 1;\nb\n{\n    c d;\n}\n"


def test_log_gives_step_times_and_iterations():
    lines = []
    for n in range(1, 11):
        lines += [
            "DILUPBiCGStab:  Solving for Ux, Initial residual = 1, Final residual = 0, "
            "No Iterations 2",
            "GAMG:  Solving for p, Initial residual = 1, Final residual = 0, No Iterations 6",
            f"ExecutionTime = {0.1 * n + (5.0 if n >= 8 else 0):.2f} s  ClockTime = 1 s",
        ]
    log = "\n".join(lines) + "\n"
    # The fields are written in step 8, which is not counted; nor are the first five.
    assert step_times(log, 4) == pytest.approx([0.1] * 4)
    assert iterations(log) == {"velocity": 2.0, "pressure": 6.0}


def test_blocks_of_the_tube(tmp_path):
    write_blocks(tmp_path, "tube_hex_15k", 2.0, 20.0)
    text = (tmp_path / "system" / "blockMeshDict").read_text()
    side, along = HEXAHEDRA["tube_hex_15k"]
    assert text.count(f"({side} {side} {along})") == 5
    # Points on the circle: four corners and, for the arcs, four between them, at both ends.
    triples = [
        tuple(map(float, t)) for t in re.findall(r"\(([-.\de]+) ([-.\de]+) ([-.\de]+)\)", text)
    ]
    on_circle = [t for t in triples if abs(np.hypot(*t[:2]) - 2.0) < 1e-9 and t[2] in (0.0, 20.0)]
    assert len(set(on_circle)) == 16
