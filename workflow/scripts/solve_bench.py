# SPDX-License-Identifier: BSD-3-Clause
"""Procedures on one specimen of a design; runs alone or under mpirun."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from mpi4py import MPI

from solvers.common.errors import SolveError
from solvers.revision import NUMERICS_REVISION
from solvers.solid.bench.run import RESUMED_FROM, run_bench
from solvers.solid.bench.settings import BenchSettings
from trial.outcome import guard
from trial.script import conclude, fresh, log_to_stderr, parser
from trial.specimens import as_alloyed


def main() -> None:
    """Command line."""
    options = {"patient": Path, "device": Path, "settings": dict, "ranks": int}
    args = parser(__doc__, **options, out=Path).parse_args()
    comm = MPI.COMM_WORLD
    if comm.size != args.ranks:
        # A launcher that does not know this MPI starts that many runs of one rank each.
        sys.exit(f"asked for {args.ranks} ranks, but the launcher gave {comm.size}")
    log_to_stderr(comm.rank)
    if comm.rank == 0:
        # A run that was killed or ran out of time goes on from its checkpoints.
        fresh(args.out.parent, keep=RESUMED_FROM)
    comm.Barrier()
    specimen, settings = json.loads(args.patient.read_text()), args.settings

    def work() -> dict[str, Any]:
        summary = run_bench(
            args.device.parent / "mesh",
            as_alloyed(settings["law"], specimen["departures"]),
            settings["procedures"],
            BenchSettings(**settings["solver"]),
            args.out.parent,
            comm,
        )
        return {name: summary[name] for name in ("load_steps", "newton_iterations", "cells")}

    outcome = guard(
        work,
        "solve",
        expected=(SolveError,),
        upstream=[args.device],
        revision=NUMERICS_REVISION,
        comm=comm,
    )
    if comm.rank == 0:
        conclude(outcome, args.out, f"{specimen['patient']} {args.out.parent.parent.name}")


if __name__ == "__main__":
    main()
