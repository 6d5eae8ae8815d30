# SPDX-License-Identifier: BSD-3-Clause
"""What the CalculiX cases share: meshes with middle nodes, the program, its printed output."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time as clock
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import meshio
import numpy as np
from numpy.typing import NDArray

from peers.place import CALCULIX, calculix_environment

FACETS = {"tetra": "triangle", "hexahedron": "quad"}
EDGES = {
    "tetra": [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)],
    "hexahedron": [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4)]
    + [(0, 4), (1, 5), (2, 6), (3, 7)],
}
"""Edges of a C3D10 and a C3D20 in the order of their middle nodes."""
FACES = {
    "tetra": [(0, 1, 2), (0, 1, 3), (1, 2, 3), (0, 2, 3)],
    "hexahedron": [(0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 4, 5), (1, 2, 5, 6), (2, 3, 6, 7)]
    + [(0, 3, 4, 7)],
}
"""Vertices of the faces, from the first."""
MILLIMETRES = 1e3
"""Input files are in mm: CalculiX takes residuals below a fixed number for converged, so that
forces of a small body must be given in small units."""


class QuadraticMesh:
    """The shared mesh with nodes in the middles of its edges.

    Attributes:
        points: (nodes, 3) [mm], vertices first.
        cells: (cells, nodes of a cell) in the order of CalculiX.
        vertices: number of vertices.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        """Read the mesh of a benchmark, of cells of one ``kind`` (a name of meshio)."""
        source = meshio.read(folder / "mesh.msh")
        self._markers = json.loads((folder / "markers.json").read_text())["facets"]
        self._kind = kind
        cells = source.get_cells_type(kind)
        self._facets = source.get_cells_type(FACETS[kind])
        self._tags = source.get_cell_data("gmsh:physical", FACETS[kind])
        self.vertices = len(source.points)
        pairs = np.sort(np.concatenate([cells[:, edge] for edge in EDGES[kind]]), axis=1)
        edges, number = np.unique(pairs, axis=0, return_inverse=True)
        middles = self.vertices + number.reshape(len(EDGES[kind]), -1).T
        self._edges = {tuple(edge): self.vertices + i for i, edge in enumerate(edges)}
        points = MILLIMETRES * source.points
        self.points = np.concatenate([points, points[edges].mean(axis=1)])
        self.cells = np.hstack([cells, middles])

    def _surface(self, name: str) -> NDArray[np.int64]:
        return self._facets[self._tags == self._markers[name]]

    def nodes(self, surface: str) -> NDArray[np.int64]:
        """Nodes on a surface, those in the middles of edges included."""
        facets = self._surface(surface)
        sides = np.stack([facets, np.roll(facets, 1, axis=1)], axis=-1).reshape(-1, 2)
        middles = [self._edges[tuple(side)] for side in np.unique(np.sort(sides, axis=1), axis=0)]
        return np.unique(np.concatenate([facets.ravel(), middles]))

    def faces(self, surface: str) -> list[tuple[int, int]]:
        """(cell, face number from 1) on a surface."""
        wanted = {tuple(facet) for facet in np.sort(self._surface(surface), axis=1)}
        found = []
        for face, corners in enumerate(FACES[self._kind], start=1):
            keys = np.sort(self.cells[:, corners], axis=1)
            found += [(cell, face) for cell, key in enumerate(keys) if tuple(key) in wanted]
        return found


def write_nodes(out: TextIO, name: str, points: NDArray[np.float64], first: int = 1) -> None:
    """Nodes of a set, numbered from ``first``."""
    out.write(f"*NODE, NSET={name}\n")
    out.writelines(
        f"{i}, {x[0]:.12g}, {x[1]:.12g}, {x[2]:.12g}\n" for i, x in enumerate(points, start=first)
    )


def write_cells(
    out: TextIO, kind: str, name: str, cells: NDArray[np.int64], first: int = 1
) -> None:
    """Elements of a set, numbered from ``first``; nodes count from 0 in ``cells``."""
    out.write(f"*ELEMENT, TYPE={kind}, ELSET={name}\n")
    for i, cell in enumerate(cells + 1, start=first):
        names = list(map(str, cell))
        out.write(f"{i}, " + ",\n".join([", ".join(names[:10]), *_rest(names[10:])]) + "\n")


def _rest(names: list[str]) -> Iterable[str]:
    return [", ".join(names)] if names else []


def write_set(out: TextIO, name: str, nodes: NDArray[np.int64]) -> None:
    """Set of nodes, which count from 0 in ``nodes``."""
    out.write(f"*NSET, NSET={name}\n")
    out.writelines(f"{node + 1},\n" for node in nodes)


def execute(name: str, folder: Path, threads: int) -> dict[str, Any]:
    """Run ``name.inp`` in ``folder``; what a record holds of the run of the whole program.

    Raises:
        RuntimeError: CalculiX did not finish.
    """
    environment = calculix_environment() | {"OMP_NUM_THREADS": str(threads)}
    log = folder / "log.ccx"
    begin = clock.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(CALCULIX), "-i", name], cwd=folder, env=environment, stdout=out, stderr=out
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds = clock.perf_counter() - begin
    text = log.read_text()
    if status or "Job finished" not in text:
        raise RuntimeError(f"CalculiX failed:\n{text[-2000:]}")
    return {
        "code": "calculix",
        "ranks": threads,
        "seconds": seconds,
        "newton": len(re.findall(r"^ iteration +\d+", text, re.MULTILINE)),
        "memory": usage.ru_maxrss * 1024.0,
        "processor": usage.ru_utime + usage.ru_stime,
    }


def displacements(path: Path) -> list[NDArray[np.float64]]:
    """(nodes, 3) displacements [m] that were printed, one array for each time."""
    found = []
    for block in path.read_text().split("displacements (vx,vy,vz)")[1:]:
        rows = [line.split() for line in block.splitlines()[1:]]
        numbers = [list(map(float, row[1:4])) for row in rows if len(row) == 4]
        found.append(np.array(numbers) / MILLIMETRES)
    return found
