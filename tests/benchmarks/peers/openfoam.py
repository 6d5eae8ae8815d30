# SPDX-License-Identifier: BSD-3-Clause
"""OpenFOAM's pimpleFoam on the benchmark.

The velocity error is that of the values at the cell centres; step times come from the solver's
own log, without the steps that write fields.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from flow.records import TIME_STEP, WARM_UP, ErrorSum, Job, Record

from peers import foam_files as foam
from peers import openfoam_case as case
from peers.foam_blocks import HEXAHEDRA, write_blocks
from peers.foam_mesh import read_poly_mesh
from peers.openfoam_case import TUBE
from peers.place import openfoam_environment


class OpenFoam:
    """One run of pimpleFoam in a folder of its own."""

    def __init__(self, job: Job, folder: Path, ranks: int) -> None:
        """Start with an empty ``folder``.

        Raises:
            RuntimeError: OpenFOAM is not installed.
        """
        self.job, self.folder, self.ranks = job, folder, ranks
        self._environment = openfoam_environment()
        if self._environment is None:
            raise RuntimeError("OpenFOAM is not installed")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def call(self, *command: str) -> str:
        """Run a program in the folder; returns what it printed.

        Raises:
            RuntimeError: it failed.
        """
        return self._call(*command)[0]

    def _call(self, *command: str) -> tuple[str, int]:
        """What a program printed, and its peak resident memory [bytes]."""
        log = self.folder / f"log.{command[0]}"
        with log.open("w") as out:
            process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment, stdout=out, stderr=out
            )
            _, status, usage = os.wait4(process.pid, 0)
        text = log.read_text()
        if status:
            raise RuntimeError(f"{command[0]} failed:\n{text[-2000:]}")
        return text, usage.ru_maxrss * 1024

    def prepare(self) -> None:
        """Mesh, fields and settings."""
        hexahedra = self.job.case in HEXAHEDRA
        case.write_system(self.folder, self.job, self.ranks, hexahedra)
        case.write_constants(self.folder)
        if hexahedra:
            write_blocks(self.folder, self.job.case, TUBE.radius, TUBE.length)
            self.call("blockMesh")
        else:
            self.call("gmshToFoam", str((self.job.mesh / "ascii.msh").resolve()))
            case.make_wall(self.folder)
        self.call("renumberMesh", "-overwrite")
        self.mesh = read_poly_mesh(self.folder)
        faces = self.mesh.face_centres[self.mesh.patch("inlet")]
        case.write_fields(self.folder, self.mesh.centres, faces, self.job.steps)

    def solve(self) -> tuple[str, float | None]:
        """Log of the solver and, on one rank, its memory in bytes per cell."""
        if self.ranks > 1:
            self.call("decomposePar")
            command = ["mpirun", "-n", str(self.ranks), "--bind-to", "none"]
            log = self.call(*command, "pimpleFoam", "-parallel")
            self.call("reconstructPar")
            return log, None
        _, idle = self._call("pimpleFoam", "-help")
        log, full = self._call("pimpleFoam")
        return log, (full - idle) / len(self.mesh.volumes)

    def errors(self) -> tuple[ErrorSum, dict[str, float]]:
        """Errors over the sampled instants, and the scalars of the last one."""
        errors, centres, volumes = ErrorSum(), self.mesh.centres, self.mesh.volumes
        radius = np.hypot(centres[:, 0], centres[:, 1])
        for step in self.job.samples:
            time = step * TIME_STEP
            velocity = foam.read_field(self.folder / f"{time:g}" / "U")
            pressure = foam.read_field(self.folder / f"{time:g}" / "p")
            force, drop = self._wall_force(velocity), self._inlet_pressure(pressure)
            exact = TUBE.speed(radius, time)
            velocity[:, 2] -= exact
            wrong = float(volumes @ np.square(velocity).sum(axis=1))
            errors.add("velocity", wrong, float(volumes @ exact**2))
            errors.add_value("pressure_drop", drop, float(TUBE.pressure(0.0, time)))
            errors.add_value("wall_force", force, TUBE.wall_force(time))
        return errors, {"pressure_drop": drop, "wall_force": force}

    def _wall_force(self, velocity: foam.Array) -> float:
        """Axial viscous force on the wall [N], from the cells next to it as in the solver."""
        mesh, wall = self.mesh, self.mesh.patch("wall")
        area = np.linalg.norm(mesh.areas[wall], axis=1)
        normal = mesh.areas[wall] / area[:, None]
        cell = mesh.owner[wall]
        distance = np.einsum("fd,fd->f", normal, mesh.face_centres[wall] - mesh.centres[cell])
        speed = velocity[cell]
        along = speed - np.einsum("fd,fd->f", speed, normal)[:, None] * normal
        return float(TUBE.viscosity * np.sum(area * along[:, 2] / distance))

    def _inlet_pressure(self, pressure: foam.Array) -> float:
        """Mean pressure of the inlet faces [Pa], which is that of their cells."""
        inlet = self.mesh.patch("inlet")
        area = np.linalg.norm(self.mesh.areas[inlet], axis=1)
        return float(TUBE.density * (pressure[self.mesh.owner[inlet]] @ area) / area.sum())


def step_times(log: str, interval: int) -> list[float]:
    """Wall time of each step [s] after the warm-up, without those that write fields."""
    total = [0.0, *map(float, re.findall(r"^ExecutionTime = ([\d.]+) s", log, re.MULTILINE))]
    steps = range(1, len(total))
    kept = [n for n in steps if n > WARM_UP and n % interval]
    return [total[n] - total[n - 1] for n in kept]


def iterations(log: str) -> dict[str, float]:
    """Mean iterations of the velocity and the pressure solves, four of the latter in a step."""
    found = {}
    for name, pattern in (("velocity", "U[xyz]"), ("pressure", "p")):
        counts = re.findall(rf"Solving for {pattern},.*No Iterations (\d+)", log)
        found[name] = float(np.mean([int(c) for c in counts]))
    return found


def main() -> None:
    """Run one measurement; a last argument is the number of ranks."""
    job, ranks = Job.read(sys.argv[1:-1]), int(sys.argv[-1])
    run = OpenFoam(job, job.out.with_suffix(""), ranks)
    run.prepare()
    log, memory = run.solve()
    errors, values = run.errors()
    # The log counts hundredths of a second, so a mean says more than a median.
    seconds = float(np.mean(step_times(log, case.writing_interval(job))))
    Record(
        code="openfoam",
        element="hexahedra" if job.case in HEXAHEDRA else job.element,
        case=job.case,
        cells=len(run.mesh.volumes),
        ranks=ranks,
        steps=job.steps,
        seconds=seconds,
        iterations=iterations(log),
        memory=memory,
        errors=errors.relative() if job.exact else {},
        values=values,
    ).write(job.out)
    shutil.rmtree(run.folder)


if __name__ == "__main__":
    main()
