# SPDX-License-Identifier: BSD-3-Clause
"""Run under mpirun by test_solid_steps: the strut on two ranks, and restarts across ranks."""

import json
import sys
from pathlib import Path

from mpi4py import MPI

from strut_case import Strut

from solvers.common.checkpoint import CheckpointFiles, Snapshot
from solvers.solid.state import BodyState


def outcome(strut):
    return {
        "plastic_strain": strut.plastic_strain(),
        "work": strut.body.internal_energy(),
        "stored": strut.body.stored_energy(),
    }


def main(cells, folder, mode):
    """``whole``: all the load; ``first``: half of it and a checkpoint; ``rest``: from there."""
    comm = MPI.COMM_WORLD
    strut = Strut(comm=comm, cells=cells, first=0.125, largest=0.125)
    files, state = CheckpointFiles(Path(folder), "strut", comm), BodyState(strut.body)
    start = 0.0
    if mode == "rest":
        found = files.read()
        state.scatter(found.arrays)
        strut.body.work.total = found.header["work"]
        start = found.header["load"]

    def store(step):
        if mode == "first" and abs(step.load - 0.5) < 1e-9:
            header = {"load": step.load, "work": strut.body.internal_energy()}
            files.write(Snapshot(header, state.gather()))

    strut.pull(start=start, stops=(0.5,), on_step=store)
    result = outcome(strut)
    if comm.rank == 0:
        print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
