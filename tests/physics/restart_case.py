# SPDX-License-Identifier: BSD-3-Clause
"""One screened, pulsatile solve that can stop after some samples; also run under mpirun."""

import json
import logging
import sys
from pathlib import Path

from mpi4py import MPI

import dolfinx
import numpy as np
from flow_cases import REFERENCE, screen, vessel

from meshes.io import read_bundle
from meshes.tagging import surface_facets
from solvers.common.errors import TimeBudgetExceeded
from solvers.fields.wall_shear import WallShearAverage
from solvers.fluid import control
from solvers.fluid.inflow import Waveform
from solvers.fluid.run import simulate
from solvers.fluid.settings import flow_settings
from solvers.fluid.snapshot import StateStore

BUNDLE = REFERENCE / "sidewall"
PHYSIOLOGY = {
    "mean_inlet_velocity": 0.2,
    "period": 0.1,
    "waveform": {"cosine": [-0.2], "sine": [0.3]},
}
SETTINGS = {
    "steps_per_cycle": 20,
    "samples_per_cycle": 10,
    "cycles": 2,
    "minimum_cycles": 2,
    "tolerance": 1e-10,
    "outlets": {"kind": "windkessel"},
    "scalar": {"kind": "both", "washout_cycle": 1, "every": 3},
    "output": {"fields": "series", "every": 0.01},
    # a moment: every sample writes a checkpoint
    "checkpoint_minutes": 1e-12,
}


class StoppedClock:
    """Wall time that is the number of samples seen, so that a budget of n ends at sample n."""

    def __init__(self):
        self.samples = 0.0

    def monotonic(self):
        return self.samples


class CountingControl(control.RunControl):
    """Control whose clock goes on by one second at every sample."""

    def at_sample(self, flow):
        control.clock.samples += 1.0
        super().at_sample(flow)


def write_screen(path):
    facets = surface_facets(read_bundle(BUNDLE), "ostium")
    ones = np.ones(len(facets))
    np.savez(path, facets=facets, linear=470.0 * ones, quadratic=770.0 * ones, tangential=ones)


def solve(folder, samples=0, **changes):
    """Summary of the solve in ``folder``, or None when it stopped after ``samples``."""
    coefficients = folder / "screen.npz"
    comm = MPI.COMM_WORLD
    if comm.rank == 0 and not coefficients.exists():
        write_screen(coefficients)
    comm.Barrier()
    budget = {"time_budget": samples and samples - 0.5}
    settings = flow_settings({**SETTINGS, **changes, **budget})
    control.clock = StoppedClock()
    from solvers.fluid import run

    run.RunControl = CountingControl
    try:
        return simulate(BUNDLE, coefficients, PHYSIOLOGY, settings, folder)
    except TimeBudgetExceeded:
        return None


def scalars(summary):
    """What two solves have to agree on."""
    names = ("stav", "sac_shear", "neck_inflow", "pressure_drop", "mean_inflow", "max_cfl")
    names += ("energy_loss", "kinetic_energy_rate", "sac_speed_peak", "checkerboard")
    result = {name: summary[name] for name in names}
    result |= {f"first_{n}": summary["per_cycle"][0][n] for n in ("sac_speed", "sac_shear")}
    tracers = ("residence_time", "residence_time_growth", "washout_share")
    return result | {n: summary["scalar"][n] for n in tracers}


def quadratic(path):
    """Store a given P2 field, and one on the wall, in the numbering of the input mesh."""
    settings = flow_settings({"velocity_degree": 2})
    stepper = vessel("sidewall", Waveform(1e-6, 1.0), settings, 1e-3, lambda d: screen(d, 470.0))
    stepper.set_initial(lambda x: np.array([np.sin(300 * x[1]), 40 * x[2], x[0] * x[1] * 1e4]))
    domain = stepper.problem.domain
    shear = WallShearAverage(domain.facets("wall"))
    shear.add(dolfinx.mesh.compute_midpoints(domain.mesh, 2, shear.facets), 1.0)
    arrays = StateStore(stepper, {"shear": shear}).gather()
    if MPI.COMM_WORLD.rank == 0:
        np.savez(path, **arrays)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    if sys.argv[1] == "quadratic":
        sys.exit(quadratic(Path(sys.argv[2])))
    result = solve(Path(sys.argv[1]), int(sys.argv[2]), **json.loads(sys.argv[3]))
    if result and MPI.COMM_WORLD.rank == 0:
        print("RESULT " + json.dumps(scalars(result)))
