# SPDX-License-Identifier: BSD-3-Clause
"""Pulsatile flow of one patient in one arm; runs alone or under mpirun."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from mpi4py import MPI

from solvers.common.errors import SolveError
from solvers.fluid.run import RESUMED_FROM, simulate
from solvers.fluid.settings import flow_settings
from solvers.revision import NUMERICS_REVISION
from trial.outcome import guard
from trial.physiology import in_arm
from trial.script import conclude, fresh, log_to_stderr, parser


def main() -> None:
    """Command line."""
    options = {"patient": Path, "anatomy": Path, "deployment": Path, "settings": dict}
    args = parser(__doc__, **options, physiology=dict, ranks=int, out=Path).parse_args()
    comm = MPI.COMM_WORLD
    if comm.size != args.ranks:
        # A launcher that does not know this MPI starts that many runs of one rank each.
        sys.exit(f"asked for {args.ranks} ranks, but the launcher gave {comm.size}")
    log_to_stderr(comm.rank)
    if comm.rank == 0:
        # A solve that was killed or ran out of time goes on from its checkpoints.
        fresh(args.out.parent, keep=RESUMED_FROM)
    comm.Barrier()
    patient = json.loads(args.patient.read_text())

    def work() -> dict[str, Any]:
        summary = simulate(
            args.anatomy.parent / "mesh",
            args.deployment.parent / "screen.npz",
            in_arm(patient["physiology"], args.physiology),
            flow_settings(args.settings),
            args.out.parent,
            comm,
        )
        return {name: summary[name] for name in ("stav", "cells", "cycles", "ranks")}

    outcome = guard(
        work,
        "solve",
        expected=(SolveError,),
        upstream=[args.anatomy, args.deployment],
        revision=NUMERICS_REVISION,
        comm=comm,
    )
    if comm.rank == 0:
        arm = args.out.parent.parent.name
        conclude(outcome, args.out, f"{patient['patient']} {arm}")


if __name__ == "__main__":
    main()
