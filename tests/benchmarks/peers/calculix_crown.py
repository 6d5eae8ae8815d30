# SPDX-License-Identifier: BSD-3-Clause
"""CalculiX on the crown: C3D20R elements, its finite-strain plasticity, penalty contact.

The balloon is a sector of thin C3D8 cells whose nodes are all moved; contact is surface to surface
with the pressure in proportion to the overclosure. The time is that of the whole program.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from structures.crown import CROWN, without_shift
from structures.records import Job, SolidRecord

from peers.calculix_files import (
    QuadraticMesh,
    displacements,
    execute,
    write_cells,
    write_nodes,
    write_set,
)

MARGIN = np.radians(6.0)
"""By which the balloon is wider than the crown on either side."""


def _balloon(info: Mapping[str, Any], radius: float) -> tuple[NDArray, NDArray]:
    """Nodes [mm] and C3D8 cells of a sector whose face S2 is the outer surface."""
    angle = np.linspace(-MARGIN, info["sector_angle"] + MARGIN, 64)
    reach = 0.55e3 * info["length"]
    height = np.linspace(-reach, reach, 9)
    shells = []
    for r in (radius - 0.03, radius):
        t, z = np.meshgrid(angle, height, indexing="ij")
        shells.append(np.column_stack([r * np.cos(t).ravel(), r * np.sin(t).ravel(), z.ravel()]))
    number = np.arange(angle.size * height.size).reshape(angle.size, -1)
    quads = [number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]]
    lower = np.stack([q.ravel() for q in quads], axis=1)
    return np.concatenate(shells), np.hstack([lower, lower + number.size])


def write_input(mesh: QuadraticMesh, info: Mapping[str, Any], path: Path) -> None:
    """Input file of expansion and deflation, in mm, MPa and N."""
    start = 1e3 * info["inner_radius"]
    end = 0.5e3 * CROWN.inner_diameter
    touching = float(np.hypot(*mesh.points[mesh.nodes("inner"), :2].T).min())
    radius = min(start, touching) - 1e-4
    tool, shells = _balloon(info, radius)
    first, first_cell = len(mesh.points), len(mesh.cells)
    corner = info["sector_angle"]
    with path.open("w") as out:
        write = out.write
        write_nodes(out, "METAL", mesh.points)
        write_nodes(out, "TOOL", tool, first + 1)
        write_cells(out, "C3D20R", "STRUT", mesh.cells)
        write_cells(out, "C3D8", "SHELL", shells + first, first_cell + 1)
        write_set(out, "START", mesh.nodes("mirror_start"))
        write_set(out, "END", mesh.nodes("mirror_end"))
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


def main() -> None:
    """Run one measurement; the last argument is the number of threads."""
    job, threads = Job.read(sys.argv[1:-1]), int(sys.argv[-1])
    mesh = QuadraticMesh(job.mesh, "hexahedron")
    info = json.loads((job.mesh / "info.json").read_text())
    folder = job.out.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    write_input(mesh, info, folder / "crown.inp")
    done = execute("crown", folder, threads)
    record = SolidRecord(
        case=job.case, cells=len(mesh.cells), unknowns=3 * len(mesh.points), **done
    )
    states = displacements(folder / "crown.dat")
    record.write(job, without_shift(u[: mesh.vertices] for u in states))


if __name__ == "__main__":
    main()
