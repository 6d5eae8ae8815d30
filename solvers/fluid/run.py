# SPDX-License-Identifier: BSD-3-Clause
"""One flow solve from a mesh bundle, a screen and a patient's physiology to files."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.checkpoint import NAMES, CheckpointFiles
from solvers.common.errors import InvalidProblem, NonPhysical, SolverDiverged
from solvers.common.tagged_mesh import TaggedMesh, read_tagged_mesh
from solvers.fluid.closure import make_outlets
from solvers.fluid.control import RunControl
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.inflow import InletVelocity, Waveform
from solvers.fluid.ladder import Rung, next_rung, rung
from solvers.fluid.outlets import Outlet
from solvers.fluid.output import write_fields
from solvers.fluid.problem import FlowProblem, Wall
from solvers.fluid.rheology import Rheology, haematocrit_of, make_rheology
from solvers.fluid.schedule import Schedule, make_schedule
from solvers.fluid.screen import ScreenProperties
from solvers.fluid.settings import FlowSettings
from solvers.fluid.simulation import PulsatileFlow
from solvers.revision import NUMERICS_REVISION

log = logging.getLogger(__name__)

STEADY_WINDOW = 0.25
"""Window of a steady solve as a share of the cardiac period: long against the diffusion time
R^2 / (20 nu) of the slowest eddy in a sac of a few millimetres."""

RESUMED_FROM = (*NAMES, "history.jsonl", "series.vtkhdf")
"""Files in the output folder that a solve goes on from."""

SNAPSHOT_SHARE = 0.1
"""Share of the cardiac period between snapshots in memory, where a retry starts."""

SCREEN_SHEAR_RATE = 500.0
"""Shear rate between the wires [1/s] at which a law acts on the screen: 0.1 m/s over 0.2 mm."""


def simulate(
    mesh_folder: Path,
    screen_file: Path | None,
    physiology: dict[str, Any],
    settings: FlowSettings,
    folder: Path,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> dict[str, Any]:
    """Solve the pulsatile flow of one patient in one arm.

    Writes ``summary.json``, ``history.jsonl``, ``fields.vtu``, ``wall.vtp`` and, if asked for,
    ``series.vtkhdf`` into ``folder``.

    Args:
        mesh_folder: mesh bundle.
        screen_file: device coefficients; None or an empty screen is the untreated vessel.
        physiology: ``mean_inlet_velocity`` [m/s], ``period`` [s] and ``waveform`` with the
            relative Fourier coefficients ``cosine`` and ``sine``; ``haematocrit`` where the
            viscosity follows it.
        settings: numerical settings.
        folder: existing output folder.
        comm: communicator of the solve.

    Returns:
        The content of ``summary.json``, on every rank.

    Raises:
        SolveError: the solve cannot go on; the subclass carries the code.
    """
    domain = read_tagged_mesh(mesh_folder, comm)
    info = json.loads((mesh_folder / "info.json").read_text())
    radii = {o["name"]: o["radius"] for o in info["openings"]}
    waveform = _waveform(physiology, radii["inlet"])
    if settings.mode == "steady":
        waveform, settings = steady_flow(waveform, settings)
    law = make_rheology(settings.rheology, settings.viscosity, physiology.get("haematocrit"))
    screen = in_blood(read_screen(domain, screen_file), law, settings.viscosity)

    def prepare(step: Rung) -> PulsatileFlow:
        current = step.settings(settings)
        # Outlets may have a memory: every attempt starts with new ones.
        outlets = make_outlets(radii, settings.outlets, waveform.mean, settings.density)
        problem = _problem(domain, waveform, law, outlets, screen, current, radii["inlet"])
        schedule = make_schedule(waveform, current, step.refinement)
        return _prepare(problem, waveform, current, schedule, folder)

    # Files are read by rank 0: the others may not see the same disk.
    digest = None
    if comm.rank == 0:
        digest = subject_digest(mesh_folder, screen_file, physiology, settings)
    files = CheckpointFiles(folder, comm.bcast(digest), comm)
    control = RunControl(settings, SNAPSHOT_SHARE * waveform.period, files, comm)
    flow = climb(prepare, control, settings.retries)
    write_fields(flow, mesh_folder, folder)
    summary = _summary(flow, waveform, radii)
    if settings.rheology.haematocrit != "none":
        summary["haematocrit"] = haematocrit_of(settings.rheology, physiology.get("haematocrit"))
    summary |= {
        "failed_attempts": control.failures,
        "restarts": control.restarts,
        "wall_time_s": control.wall_time,
    }
    if comm.rank == 0:
        (folder / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    control.finish()
    return summary


def climb(
    prepare: Callable[[Rung], PulsatileFlow], control: RunControl, retries: int
) -> PulsatileFlow:
    """The flow that reached its end, after as many rungs of the ladder as it took.

    Args:
        prepare: makes a solve at rest.
        control: budget and checkpoints.
        retries: largest number of further attempts.

    Raises:
        SolveError: of the last attempt.
    """
    snapshot = control.resume()
    step = rung(control.rung)
    while True:
        flow = prepare(step)
        if snapshot:
            flow.restore(snapshot)
        try:
            flow.run(control.at_sample)
            return flow
        except (SolverDiverged, NonPhysical) as error:
            if len(control.failures) >= retries:
                control.finish()
                raise
            following = next_rung(step, error)
            failure = {"rung": step.number, "remedy": step.remedy, "code": error.code}
            failure |= {"message": str(error), "where": error.where}
            snapshot = control.retreat(following.number, failure)
            back = f"t = {snapshot.header['time']:.4g} s" if snapshot else "rest"
            log.warning("%s (%s); again from %s: %s", error, error.where, back, following.remedy)
            step = following


def _problem(
    domain: TaggedMesh,
    waveform: Waveform,
    law: Rheology,
    outlets: list[Outlet],
    screen: ScreenProperties | None,
    settings: FlowSettings,
    inlet_radius: float,
) -> FlowProblem:
    # The inlet modes are those of one viscosity: that at the mean wall shear rate of the inlet.
    shear_rate = np.array([4.0 * waveform.mean / (np.pi * inlet_radius**3)])
    viscosity = float(law.viscosity(shear_rate)[0]) / settings.density
    ramp = settings.ramp_share * waveform.period
    return FlowProblem(
        domain=domain,
        density=settings.density,
        rheology=law,
        outlets=outlets,
        boundaries=[
            lambda space: InletVelocity(
                domain, space, "inlet", waveform, settings.inlet_profile, viscosity, ramp
            ),
            lambda space: Wall(domain, space, "wall"),
        ],
        screen=screen,
    )


def _prepare(
    problem: FlowProblem,
    waveform: Waveform,
    settings: FlowSettings,
    schedule: Schedule,
    folder: Path,
) -> PulsatileFlow:
    """A fresh solve from rest."""
    stepper = FractionalStep(problem, settings, schedule.steps(0, 0.0)[1])
    surfaces = problem.domain.surfaces("ostium")
    files = {"history": folder / "history.jsonl", "series": folder / "series.vtkhdf"}
    return PulsatileFlow(stepper, waveform, "inlet", surfaces, schedule, **files)


def steady_flow(waveform: Waveform, settings: FlowSettings) -> tuple[Waveform, FlowSettings]:
    """The constant mean inflow, and settings whose cycles are windows of a part of the period.

    The flow is steady when the means over two successive windows agree, so the machinery of
    cycles does the rest; the ramp and the time step keep their length.
    """
    share = STEADY_WINDOW
    return Waveform(waveform.mean, share * waveform.period), replace(
        settings,
        steps_per_cycle=max(1, round(share * settings.steps_per_cycle)),
        samples_per_cycle=max(1, round(share * settings.samples_per_cycle)),
        cycles=round(settings.cycles / share),
        ramp_share=settings.ramp_share / share,
    )


def subject_digest(
    mesh_folder: Path,
    screen_file: Path | None,
    physiology: dict[str, Any],
    settings: FlowSettings,
) -> str:
    """SHA-256 of all that the solution depends on: mesh, screen, physiology, settings, methods."""
    total = hashlib.sha256()
    files = [mesh_folder / name for name in ("mesh.msh", "markers.json", "info.json")]
    for path in [*files, *([screen_file] if screen_file else [])]:
        total.update(path.read_bytes())
    plain = asdict(replace(settings, time_budget=0.0, checkpoint_minutes=0.0))
    content = [NUMERICS_REVISION, physiology, plain]
    total.update(json.dumps(content, sort_keys=True).encode())
    return total.hexdigest()


def in_blood(
    screen: ScreenProperties | None, law: Rheology, deployed: float
) -> ScreenProperties | None:
    """The screen, its viscous resistances turned from the viscosity of deployment to the law."""
    if screen is None:
        return None
    factor = float(law.viscosity(np.array([SCREEN_SHEAR_RATE]))[0]) / deployed
    return replace(screen, linear=factor * screen.linear, tangential=factor * screen.tangential)


def _waveform(physiology: dict[str, Any], inlet_radius: float) -> Waveform:
    """Flow from the mean inlet velocity and the nominal inlet area (square law)."""
    shape = physiology["waveform"]
    return Waveform(
        mean=physiology["mean_inlet_velocity"] * np.pi * inlet_radius**2,
        period=physiology["period"],
        cosine=tuple(shape["cosine"]),
        sine=tuple(shape["sine"]),
    )


def read_screen(domain: TaggedMesh, file: Path | None) -> ScreenProperties | None:
    """Device coefficients on this rank's device facets, zero where no device lies.

    The untreated vessel is a screen without resistance: every arm is then the same discrete
    problem, with a pressure that may jump at the ostium and so keeps the mass of the sac.

    Raises:
        InvalidProblem: a screen facet is not on a device surface of the mesh.
    """
    surfaces = domain.surfaces("ostium")
    if not surfaces:
        return None
    facets = np.concatenate([domain.facets(name) for name in surfaces])
    data = dict(np.load(file)) if file else {"facets": np.zeros((0, 3), np.int64)}
    count = len(data["facets"])
    row = _rows_of_facets(domain, data["facets"])[facets]
    covered = row >= 0
    if domain.comm.allreduce(int(covered.sum())) != count:
        raise InvalidProblem(f"{file} holds facets that are not on a device surface of the mesh")
    values = {}
    for name in ("linear", "quadratic", "tangential"):
        values[name] = np.zeros(len(facets))
        if count:
            values[name][covered] = data[name][row[covered]]
    return ScreenProperties(surfaces, facets, **values)


def _rows_of_facets(domain: TaggedMesh, vertices: NDArray[np.integer]) -> NDArray[np.int64]:
    """For each local facet, which row of ``vertices`` (k, 3), in bundle numbers, it is, or -1."""
    mesh = domain.mesh
    root = domain.comm.rank == 0
    entities = vertices.astype(np.int64) if root else np.zeros((0, 3), np.int64)
    numbers = np.arange(len(entities), dtype=np.int32)
    local, number = _compat.distribute_entity_data(mesh, 2, entities, numbers)
    adjacency = dolfinx.graph.adjacencylist(local)
    tags = dolfinx.mesh.meshtags_from_entities(mesh, 2, adjacency, number.astype(np.int32))
    facets = mesh.topology.index_map(2)
    rows = np.full(facets.size_local + facets.num_ghosts, -1, np.int64)
    rows[tags.indices] = tags.values
    return rows


def _summary(flow: PulsatileFlow, waveform: Waveform, radii: dict[str, float]) -> dict[str, Any]:
    last, domain, settings = flow.results[-1], flow.domain, flow.settings
    summary = last.to_json()
    summary["stav"] = summary.pop("sac_speed")
    summary["cycles"] = summary.pop("number")
    summary["cycle_change"] = summary.pop("change")
    summary["cycle_changes"] = summary.pop("changes")
    summary["pressure_inlet"] = summary.pop("inlet_pressure")
    summary["pressure_outlets"] = summary.pop("outlet_pressure")
    summary["krylov_iterations"] = summary.pop("iterations")
    summary["steps_per_cycle"] = summary.pop("steps")
    summary |= summary.pop("monitors")
    sac = domain.markers["cells"].get("sac")
    summary |= {
        "mode": settings.mode,
        "pressure_drop": last.pressure_drop,
        "sac_volume": flow.region_volume("sac") if sac else 0.0,
        "mass_balance_error": abs(last.mean_inflow - waveform.mean) / waveform.mean,
        "period": waveform.period,
        "peak_inflow": float(waveform.flow(waveform.peak_time)),
        "waveform": asdict(waveform),
        "inlet_radius": radii["inlet"],
        "time_step": waveform.period / last.steps,
        "velocity_degree": settings.velocity_degree,
        "cells": domain.mesh.topology.index_map(3).size_global,
        "nodes": domain.mesh.geometry.index_map().size_global,
        "ranks": domain.comm.size,
        "per_cycle": [result.to_json() for result in flow.results],
        "dolfinx": dolfinx.__version__,
    }
    if flow.tracers:
        summary["scalar"] = {
            **asdict(settings.scalar),
            **flow.tracers.summary(),
            "washout": flow.tracers.washout(waveform.period),
        }
    return summary
