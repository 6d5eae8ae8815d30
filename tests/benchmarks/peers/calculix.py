# SPDX-License-Identifier: BSD-3-Clause
"""CalculiX on the inflated tube: C3D10 elements, its NEO HOOKE law, pressure on faces, SPOOLES.

The time is that of the whole program, from input file to results. CalculiX follows the
pressure with the surface and judges the largest residual of a node against the mean force; its
limit is set to the tolerance of the benchmark and its limit on corrections is lifted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from structures.inflation import TUBE
from structures.records import Job, SolidRecord

from peers.calculix_files import (
    QuadraticMesh,
    displacements,
    execute,
    write_cells,
    write_nodes,
    write_set,
)


def write_input(mesh: QuadraticMesh, path: Path) -> None:
    """Input file of the inflation, in mm, Pa and so micronewtons."""
    with path.open("w") as out:
        write_nodes(out, "ALL", mesh.points)
        write_cells(out, "C3D10", "WALL", mesh.cells)
        write_set(out, "ENDS", mesh.nodes("ends"))
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


def main() -> None:
    """Run one measurement; the last argument is the number of threads."""
    job, threads = Job.read(sys.argv[1:-1]), int(sys.argv[-1])
    mesh = QuadraticMesh(job.mesh, "tetra")
    folder = job.out.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    write_input(mesh, folder / "tube.inp")
    done = execute("tube", folder, threads)
    record = SolidRecord(
        case=job.case, cells=len(mesh.cells), unknowns=3 * len(mesh.points), **done
    )
    record.write(job, displacements(folder / "tube.dat")[-1][: mesh.vertices])


if __name__ == "__main__":
    main()
