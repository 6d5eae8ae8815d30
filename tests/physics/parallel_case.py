# SPDX-License-Identifier: BSD-3-Clause
"""Run one screened, pulsatile case on any number of ranks and print its scalars as JSON."""

import json
import sys
from pathlib import Path

from mpi4py import MPI

import numpy as np
from flow_cases import REFERENCE, mean_speed, screen, vessel

from solvers.fields.averages import NeckFlow
from solvers.fields.force import BoundaryForce
from solvers.fluid.inflow import Waveform
from solvers.fluid.run import simulate
from solvers.fluid.settings import FlowSettings, OutputSettings, ScalarSettings
from solvers.fluid.simulation import lumen_side
from solvers.fluid.tracers import SacTracers
from solvers.fluid.wall_traction import WallTraction

WAVEFORM = Waveform(3e-6, 0.9, (0.4,), (0.1,))


def steps(degree, screened, count=12):
    """Scalars after some steps."""
    settings = FlowSettings(velocity_degree=degree, tolerance=1e-10, ramp_share=0.02)
    properties = (lambda d: screen(d, 470.0, 770.0, 350.0)) if screened else None
    stepper = vessel("sidewall", WAVEFORM, settings, 1e-3, properties)
    reaction = BoundaryForce(stepper, "wall")
    for _ in range(count):
        report = stepper.step()
        force = reaction.update()
    velocity = [u.x.array for u in stepper.velocity]
    domain, comm = stepper.problem.domain, stepper.problem.domain.comm
    facets = domain.facets("ostium")
    neck = NeckFlow(stepper.space, facets, lumen_side(domain, facets))
    neck.add(velocity, 1.0)
    wall = WallTraction(stepper)
    shear = np.linalg.norm(wall.shear(), axis=1)
    return {
        "sac_speed": mean_speed(stepper, "sac"),
        "lumen_speed": mean_speed(stepper, "lumen"),
        "neck_inflow": comm.allreduce(neck.inflow),
        "wall_force": comm.allreduce(float(wall.area @ shear)),
        "wall_area": comm.allreduce(float(wall.area.sum())),
        "reaction": float(np.linalg.norm(force)),
        "outflow": report.outflow[0],
        "pressure_norm": stepper.pressure.norm(),
    }


def scalars(degree):
    """Residence time and washout over some steps of a given flow."""
    properties = lambda d: screen(d, 470.0, 770.0, 350.0)  # noqa: E731
    settings = FlowSettings(velocity_degree=degree, tolerance=1e-10, ramp_share=0.02)
    stepper = vessel("sidewall", WAVEFORM, settings, 1e-3, properties)
    tracers = SacTracers(
        stepper.problem.domain,
        stepper.space,
        ScalarSettings("both", diffusivity=1e-8, every=3, age_threshold=0.01, washout_cycle=1),
    )
    tracers.start_cycle(1)
    for _ in range(20):
        stepper.step()
        tracers.advance(stepper.velocity, 2e-3)
    found = tracers.finish_cycle()
    age, dye = tracers.age, tracers.dye
    owned = age.graph.owned
    found |= {f"{key}_age": value for key, value in vars(age.balance).items() if key != "defect"}
    found |= {f"{key}_dye": value for key, value in vars(dye.balance).items() if key != "defect"}
    return found | {
        "age_squares": age.graph.total(age.nodal[:owned] ** 2),
        "dye_squares": dye.graph.total(dye.nodal[:owned] ** 2),
        "edges": age.graph.comm.allreduce(len(age.graph.columns)),
        "field": age.graph.total(tracers.age_field[:owned] ** 2),
    }


def files(folder, degree=1):
    """Scalars of the written fields after a short run."""
    settings = FlowSettings(
        velocity_degree=degree,
        steps_per_cycle=60,
        cycles=1,
        minimum_cycles=1,
        samples_per_cycle=10,
        output=OutputSettings("series", 0.02),
    )
    physiology = {
        "mean_inlet_velocity": 0.1,
        "period": 0.06,
        "waveform": {"cosine": [0.3], "sine": [0.0]},
    }
    summary = simulate(REFERENCE / "sidewall", None, physiology, settings, folder)
    if MPI.COMM_WORLD.rank:
        return {}
    import pyvista as pv

    grid, wall = pv.read(folder / "fields.vtu"), pv.read(folder / "wall.vtp")
    reader = pv.get_reader(folder / "series.vtkhdf")
    reader.reader.UpdateInformation()
    reader.reader.SetStep(1)
    instant = reader.read()
    volume = np.abs(grid.compute_cell_sizes(length=False, area=False).cell_data["Volume"])
    return {
        "speed": float(volume @ grid.cell_data["mean_speed"]),
        "momentum": float(np.linalg.norm(grid.point_data["velocity"])),
        "pressure": float(np.linalg.norm(grid.point_data["pressure"])),
        "sac_volume": float(volume[grid.cell_data["region"] == 2].sum()),
        "tawss": float(wall.cell_data["area"] @ wall.cell_data["tawss"]),
        "osi": float(wall.cell_data["osi"].mean()),
        "wall_points": float(np.abs(wall.points).sum()),
        "ecap": float(wall.cell_data["area"] @ wall.cell_data["ecap"]),
        "dissipation": float(volume @ grid.cell_data["dissipation"]),
        "energy_loss": summary["energy_loss"],
        "sac_speed_peak": summary["sac_speed_peak"],
        "checkerboard": summary["checkerboard"],
        "instants": reader.reader.GetNumberOfSteps(),
        "instant_points": float(np.abs(instant.points).sum()),
        "instant_momentum": float(np.linalg.norm(instant.point_data["velocity"])),
        "instant_pressure": float(np.linalg.norm(instant.point_data["pressure"])),
        "instant_regions": float(instant.cell_data["region"].sum()),
        "instant_volume": float(instant.volume),
    }


if __name__ == "__main__":
    task, argument = sys.argv[1], sys.argv[2]
    if task == "files":
        result = files(Path(argument))
    elif task == "scalar":
        result = scalars(int(argument))
    else:
        result = steps(int(argument), task == "screened")
    if MPI.COMM_WORLD.rank == 0:
        print("RESULT " + json.dumps(result))
