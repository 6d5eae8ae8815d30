# SPDX-License-Identifier: BSD-3-Clause
"""CalculiX on the crown: C3D20R elements, its finite-strain plasticity, penalty contact.

The balloon is a sector of thin C3D8 cells whose nodes are all moved; contact is surface to surface
with the pressure in proportion to the overclosure. The time is that of the whole program.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time as clock
from pathlib import Path
from typing import Any

import meshio
import numpy as np
from numpy.typing import NDArray
from structures.crown import CROWN

from peers.place import CALCULIX, calculix_environment

EDGES = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4)]
EDGES += [(0, 4), (1, 5), (2, 6), (3, 7)]
"""Edges of a C3D20 in the order of their middle nodes."""
FACES = [(0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 4, 5), (1, 2, 5, 6), (2, 3, 6, 7), (0, 3, 4, 7)]
"""Vertices of faces S1 to S6."""
MARGIN = np.radians(6.0)
"""By which the balloon is wider than the crown on either side."""


class Serendipity:
    """The shared mesh with nodes in the middles of its edges, in mm."""

    def __init__(self, folder: Path) -> None:
        """Read a bundle."""
        source = meshio.read(folder / "mesh.msh")
        self.info = json.loads((folder / "info.json").read_text())
        self._markers = json.loads((folder / "markers.json").read_text())["facets"]
        cells = source.get_cells_type("hexahedron")
        self._quads = source.get_cells_type("quad")
        self._tags = source.get_cell_data("gmsh:physical", "quad")
        self.vertices = len(source.points)
        pairs = np.sort(np.concatenate([cells[:, edge] for edge in EDGES]), axis=1)
        self._edges, number = np.unique(pairs, axis=0, return_inverse=True)
        middles = self.vertices + number.reshape(len(EDGES), -1).T
        points = 1e3 * source.points
        self.points = np.concatenate([points, points[self._edges].mean(axis=1)])
        self.cells = np.hstack([cells, middles])

    def nodes(self, surface: str) -> NDArray[np.int64]:
        """Nodes of a plane surface, those in the middles of edges included."""
        corners = np.unique(self._quads[self._tags == self._markers[surface]])
        inside = np.isin(self._edges, corners).all(axis=1)
        return np.concatenate([corners, self.vertices + np.flatnonzero(inside)])

    def faces(self, surface: str) -> list[tuple[int, int]]:
        """(cell, face number from 1) on a surface."""
        quads = self._quads[self._tags == self._markers[surface]]
        wanted = {tuple(q) for q in np.sort(quads, axis=1)}
        found = []
        for face, corners in enumerate(FACES, start=1):
            keys = np.sort(self.cells[:, corners], axis=1)
            found += [(cell, face) for cell, key in enumerate(keys) if tuple(key) in wanted]
        return found


def _balloon(mesh: Serendipity, radius: float) -> tuple[NDArray, NDArray]:
    """Nodes [mm] and C3D8 cells of a sector whose face S2 is the outer surface."""
    angle = np.linspace(-MARGIN, mesh.info["sector_angle"] + MARGIN, 64)
    reach = 0.55e3 * mesh.info["length"]
    height = np.linspace(-reach, reach, 9)
    shells = []
    for r in (radius - 0.03, radius):
        t, z = np.meshgrid(angle, height, indexing="ij")
        shells.append(np.column_stack([r * np.cos(t).ravel(), r * np.sin(t).ravel(), z.ravel()]))
    number = np.arange(angle.size * height.size).reshape(angle.size, -1)
    quads = [number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]]
    lower = np.stack([q.ravel() for q in quads], axis=1)
    return np.concatenate(shells), np.hstack([lower, lower + number.size])


def write_input(mesh: Serendipity, path: Path) -> None:
    """Input file of expansion and deflation."""
    start = 1e3 * mesh.info["inner_radius"]
    end = 0.5e3 * CROWN.inner_diameter
    touching = float(np.hypot(*mesh.points[mesh.nodes("inner"), :2].T).min())
    radius = min(start, touching) - 1e-4
    tool, shells = _balloon(mesh, radius)
    first, first_cell = len(mesh.points), len(mesh.cells)
    corner = mesh.info["sector_angle"]
    with path.open("w") as out:
        write = out.write
        write("*NODE, NSET=METAL\n")
        out.writelines(
            f"{i}, {x[0]:.12g}, {x[1]:.12g}, {x[2]:.12g}\n"
            for i, x in enumerate(mesh.points, start=1)
        )
        write("*NODE, NSET=TOOL\n")
        out.writelines(
            f"{i}, {x[0]:.12g}, {x[1]:.12g}, {x[2]:.12g}\n"
            for i, x in enumerate(tool, start=first + 1)
        )
        write("*ELEMENT, TYPE=C3D20R, ELSET=STRUT\n")
        for i, cell in enumerate(mesh.cells + 1, start=1):
            names = list(map(str, cell))
            write(f"{i}, " + ", ".join(names[:10]) + ",\n" + ", ".join(names[10:]) + "\n")
        write("*ELEMENT, TYPE=C3D8, ELSET=SHELL\n")
        for i, cell in enumerate(shells + first + 1, start=first_cell + 1):
            write(f"{i}, " + ", ".join(map(str, cell)) + "\n")
        for name, nodes in (
            ("START", mesh.nodes("mirror_start")),
            ("END", mesh.nodes("mirror_end")),
        ):
            write(f"*NSET, NSET={name}\n")
            out.writelines(f"{node + 1},\n" for node in nodes)
        write("*SURFACE, NAME=LUMEN\n")
        out.writelines(f"{cell + 1}, S{face}\n" for cell, face in mesh.faces("inner"))
        write("*SURFACE, NAME=BALLOON\nSHELL, S2\n")
        write(f"*TRANSFORM, NSET=END, TYPE=R\n{np.cos(corner)}, {np.sin(corner)}, 0., ")
        write(f"{-np.sin(corner)}, {np.cos(corner)}, 0.\n")
        write("*TRANSFORM, NSET=TOOL, TYPE=C\n0., 0., 0., 0., 0., 1.\n")
        write("*MATERIAL, NAME=STEEL\n*ELASTIC\n")
        write(f"{1e-6 * CROWN.young}, {CROWN.poisson}\n*PLASTIC\n")
        write(f"{1e-6 * CROWN.yield_stress}, 0.\n")
        write(f"{1e-6 * (CROWN.yield_stress + 2 * CROWN.modulus)}, 2.\n")
        write("*MATERIAL, NAME=HARD\n*ELASTIC\n2e5, 0.3\n")
        write("*SOLID SECTION, ELSET=STRUT, MATERIAL=STEEL\n")
        write("*SOLID SECTION, ELSET=SHELL, MATERIAL=HARD\n")
        write("*SURFACE INTERACTION, NAME=TOUCH\n")
        write("*SURFACE BEHAVIOR, PRESSURE-OVERCLOSURE=LINEAR\n")
        write(f"{1e-9 * CROWN.penalty}, 0.01\n")
        write("*CONTACT PAIR, INTERACTION=TOUCH, TYPE=SURFACE TO SURFACE\nLUMEN, BALLOON\n")
        still = int(np.abs(mesh.points[mesh.nodes("mirror_start"), 2]).argmin())
        held = mesh.nodes("mirror_start")[still] + 1
        write(f"*BOUNDARY\nSTART, 2, 2\nEND, 2, 2\n{held}, 3, 3\nTOOL, 2, 3\n")
        for to, steps in ((end, CROWN.steps), (end * (1 - CROWN.back), CROWN.back_steps)):
            write(f"*STEP, NLGEOM, INC=1000\n*STATIC\n{1 / steps}, 1., 1e-5, {1 / steps}\n")
            write(f"*BOUNDARY\nTOOL, 1, 1, {to - radius:.12g}\n")
            write("*NODE PRINT, NSET=METAL, FREQUENCY=1000, GLOBAL=YES\nU\n*END STEP\n")


def displacements(path: Path) -> list[NDArray[np.float64]]:
    """(nodes, 3) displacement [m] at the end of each step."""
    found = []
    for block in path.read_text().split("displacements (vx,vy,vz)")[1:]:
        rows = [line.split() for line in block.splitlines()[1:] if line.strip()]
        numbers = [list(map(float, row[1:4])) for row in rows if len(row) == 4]
        found.append(1e-3 * np.array(numbers))
    return found


def run(folder: Path, mesh_folder: Path, threads: int = 1) -> dict[str, Any]:
    """Seconds, iterations and displacements of the vertices.

    Raises:
        RuntimeError: CalculiX did not finish.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mesh = Serendipity(mesh_folder)
    write_input(mesh, folder / "crown.inp")
    environment = calculix_environment() | {"OMP_NUM_THREADS": str(threads)}
    log = folder / "log.ccx"
    begin = clock.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(CALCULIX), "-i", "crown"], cwd=folder, env=environment, stdout=out, stderr=out
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds = clock.perf_counter() - begin
    text = log.read_text()
    if status or "Job finished" not in text:
        raise RuntimeError(f"CalculiX failed:\n{text[-2000:]}")
    return {
        "seconds": seconds,
        "newton": len(re.findall(r"^ iteration +\d+", text, re.MULTILINE)),
        "memory": usage.ru_maxrss * 1024.0,
        "displacements": [u[: mesh.vertices] for u in displacements(folder / "crown.dat")],
    }
