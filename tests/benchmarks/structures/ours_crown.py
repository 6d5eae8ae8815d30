# SPDX-License-Identifier: BSD-3-Clause
"""The crown opened by this project's bench: curve, states and all, but not start-up or compiling.

20-node hexahedra with the pressure at 8 points, augmented contact.
"""

from __future__ import annotations

import time as clock

from mpi4py import MPI

import numpy as np
import pyvista as pv
from flow.records import peak, resident

from solvers.solid.bench.run import run_bench
from solvers.solid.bench.settings import BenchSettings
from structures.crown import CROWN, without_shift
from structures.records import Job, SolidRecord

LAW = {
    "kind": "elastoplastic",
    "young": CROWN.young,
    "poisson": CROWN.poisson,
    "hardening": {
        "kind": "linear",
        "yield_stress": CROWN.yield_stress,
        "modulus": CROWN.modulus,
    },
}
COURSE = (
    {"kind": "expand", "inner_diameter": CROWN.inner_diameter, "steps": CROWN.steps},
    {"kind": "deflate", "steps": CROWN.back_steps},
)
TOUCH = ({"kind": "expand", "inner_diameter": 1.63e-3, "steps": 1},)
"""Compiles every form and does little more."""
SETTINGS = BenchSettings(element="S2", plastic_step=1.0)


def main() -> None:
    """One measurement."""
    job, comm = Job.read(), MPI.COMM_WORLD
    out = job.out.with_suffix("")
    if comm.rank == 0:
        out.mkdir(parents=True, exist_ok=True)
    comm.barrier()
    before = resident()
    run_bench(job.mesh, LAW, TOUCH, SETTINGS, out)
    comm.barrier()
    begin, busy = clock.perf_counter(), clock.process_time()
    summary = run_bench(job.mesh, LAW, COURSE, SETTINGS, out)
    seconds = clock.perf_counter() - begin
    busy = comm.allreduce(clock.process_time() - busy)
    memory = comm.allreduce(peak() - before)
    if comm.rank == 0:
        states = [pv.read(out / "states" / f"{name}.vtu") for name in ("00-expand", "01-deflate")]
        displacement = without_shift(np.asarray(s.point_data["displacement"]) for s in states)
        record = SolidRecord(
            code="ours",
            case=job.case,
            cells=summary["cells"],
            unknowns=summary["unknowns"],
            ranks=comm.size,
            seconds=seconds,
            newton=summary["newton_iterations"],
            memory=memory,
            processor=busy,
        )
        record.write(job, displacement)


if __name__ == "__main__":
    main()
