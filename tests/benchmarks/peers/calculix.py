# SPDX-License-Identifier: BSD-3-Clause
"""CalculiX on the inflated tube: C3D10 elements, its NEO HOOKE law, pressure on faces, SPOOLES.

The time is that of the whole program, from input file to results. CalculiX follows the
pressure with the surface and judges the largest residual of a node against the mean force; its
limit is set to the tolerance of the benchmark and its limit on corrections is lifted.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time as clock
from itertools import combinations
from pathlib import Path

import meshio
import numpy as np
from numpy.typing import NDArray
from structures.inflation import TUBE
from structures.records import Job, SolidRecord

from peers.place import CALCULIX, calculix_environment

EDGES = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)]
"""Edges of a C3D10 in the order of their middle nodes."""
FACES = [(0, 1, 2), (0, 1, 3), (1, 2, 3), (0, 2, 3)]
"""Vertices of faces P1 to P4."""
MILLIMETRES = 1e3
"""The input file is in mm, Pa and so micronewtons: CalculiX takes residuals below a fixed number
for converged, so that forces of a small tube must be given in small units."""


class Quadratic:
    """The shared mesh with nodes in the middles of its edges.

    Attributes:
        points: (nodes, 3) [m], vertices first.
        cells: (cells, 10) in the order of C3D10.
        vertices: number of vertices.
    """

    def __init__(self, folder: Path) -> None:
        """Read the mesh of a benchmark."""
        source = meshio.read(folder / "mesh.msh")
        self._markers = json.loads((folder / "markers.json").read_text())["facets"]
        cells = source.get_cells_type("tetra")
        self._triangles = source.get_cells_type("triangle")
        self._tags = source.get_cell_data("gmsh:physical", "triangle")
        self.vertices = len(source.points)
        pairs = np.sort(np.concatenate([cells[:, edge] for edge in EDGES]), axis=1)
        edges, number = np.unique(pairs, axis=0, return_inverse=True)
        middles = self.vertices + number.reshape(len(EDGES), -1).T
        self._edges = {tuple(edge): self.vertices + i for i, edge in enumerate(edges)}
        self.points = np.concatenate([source.points, source.points[edges].mean(axis=1)])
        self.cells = np.hstack([cells, middles])

    def nodes(self, surface: str) -> NDArray[np.int64]:
        """Nodes on a surface, those in the middles of edges included."""
        triangles = self._triangles[self._tags == self._markers[surface]]
        middles = [self._edges[tuple(sorted(p))] for t in triangles for p in combinations(t, 2)]
        return np.unique(np.concatenate([triangles.ravel(), middles]))

    def faces(self, surface: str) -> list[tuple[int, int]]:
        """(cell, face number from 1) on a surface."""
        triangles = self._triangles[self._tags == self._markers[surface]]
        wanted = {tuple(t) for t in np.sort(triangles, axis=1)}
        found = []
        for face, corners in enumerate(FACES, start=1):
            keys = np.sort(self.cells[:, corners], axis=1)
            found += [(cell, face) for cell, key in enumerate(keys) if tuple(key) in wanted]
        return found


def write_input(mesh: Quadratic, path: Path) -> None:
    """Input file of the inflation."""
    with path.open("w") as out:
        out.write("*NODE, NSET=ALL\n")
        for i, x in enumerate(MILLIMETRES * mesh.points, start=1):
            out.write(f"{i}, {x[0]:.12g}, {x[1]:.12g}, {x[2]:.12g}\n")
        out.write("*ELEMENT, TYPE=C3D10, ELSET=WALL\n")
        for i, cell in enumerate(mesh.cells + 1, start=1):
            out.write(f"{i}, " + ", ".join(map(str, cell)) + "\n")
        out.write("*NSET, NSET=ENDS\n")
        out.writelines(f"{node + 1},\n" for node in mesh.nodes("ends"))
        shear, bulk = TUBE.shear_modulus, TUBE.bulk_modulus
        out.write(f"*MATERIAL, NAME=SOFT\n*HYPERELASTIC, NEO HOOKE\n{shear / 2:.12g}, {2 / bulk}\n")
        out.write("*SOLID SECTION, ELSET=WALL, MATERIAL=SOFT\n")
        out.write("*BOUNDARY\nENDS, 1, 3\n")
        size = 1 / TUBE.steps
        out.write(f"*STEP, NLGEOM, INC=100\n*STATIC\n{size}, 1., 1e-5, {size}\n")
        out.write(f"*CONTROLS, PARAMETERS=FIELD, FIELD=DISPLACEMENT\n{TUBE.tolerance}, 1e9\n")
        out.write("*DLOAD\n")
        faces = mesh.faces("inner")
        out.writelines(f"{cell + 1}, P{face}, {TUBE.pressure:.12g}\n" for cell, face in faces)
        out.write("*NODE PRINT, NSET=ALL, FREQUENCY=1000\nU\n*END STEP\n")


def read_displacement(path: Path) -> NDArray[np.float64]:
    """(nodes, 3) displacement [m] at the end, from the printed output."""
    block = path.read_text().split("displacements (vx,vy,vz)")[-1].splitlines()[1:]
    rows = [line.split() for line in block if line.strip()]
    return np.array(rows, dtype=float)[:, 1:4] / MILLIMETRES


def run(job: Job, threads: int) -> tuple[SolidRecord, NDArray[np.float64]]:
    """One measurement.

    Raises:
        RuntimeError: CalculiX did not finish.
    """
    mesh = Quadratic(job.mesh)
    folder = job.out.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    write_input(mesh, folder / "tube.inp")
    environment = calculix_environment() | {"OMP_NUM_THREADS": str(threads)}
    log = folder / "log.ccx"
    begin = clock.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(CALCULIX), "-i", "tube"], cwd=folder, env=environment, stdout=out, stderr=out
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds = clock.perf_counter() - begin
    text = log.read_text()
    if status or "Job finished" not in text:
        raise RuntimeError(f"CalculiX failed:\n{text[-2000:]}")
    record = SolidRecord(
        code="calculix",
        case=job.case,
        cells=len(mesh.cells),
        unknowns=3 * len(mesh.points),
        ranks=threads,
        seconds=seconds,
        newton=len(re.findall(r"^ iteration +\d+", text, re.MULTILINE)),
        memory=usage.ru_maxrss * 1024.0,
        processor=usage.ru_utime + usage.ru_stime,
    )
    return record, read_displacement(folder / "tube.dat")[: mesh.vertices]


def main() -> None:
    """Run one measurement; the last argument is the number of threads."""
    job, threads = Job.read(sys.argv[1:-1]), int(sys.argv[-1])
    record, displacement = run(job, threads)
    record.write(job, displacement)


if __name__ == "__main__":
    main()
