# SPDX-License-Identifier: BSD-3-Clause
"""One flow solve from a mesh bundle, a screen and a patient's physiology to files."""

from __future__ import annotations

import json
import logging
import time as clock
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.errors import InvalidProblem, NonPhysical, SolverDiverged
from solvers.common.tagged_mesh import TaggedMesh, read_tagged_mesh
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.inflow import InletVelocity, Waveform
from solvers.fluid.outlets import FixedPressure, FlowSplit, Outlet, Resistance, murray_split
from solvers.fluid.output import write_fields
from solvers.fluid.problem import FlowProblem, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.screen import ScreenProperties
from solvers.fluid.settings import FlowSettings, OutletSettings
from solvers.fluid.simulation import CycleResult, PulsatileFlow

log = logging.getLogger(__name__)


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
            relative Fourier coefficients ``cosine`` and ``sine``.
        settings: numerical settings.
        folder: existing output folder.
        comm: communicator of the solve.

    Returns:
        The content of ``summary.json``, on every rank.

    Raises:
        SolveError: the solve cannot go on; the subclass carries the code.
    """
    started = clock.monotonic()
    domain = read_tagged_mesh(mesh_folder, comm)
    info = json.loads((mesh_folder / "info.json").read_text())
    radii = {o["name"]: o["radius"] for o in info["openings"]}
    waveform = _waveform(physiology, radii["inlet"])
    screen = read_screen(domain, screen_file)
    outlets = make_outlets(radii, settings.outlets, waveform.mean)
    failures: list[dict[str, Any]] = []
    for attempt in range(settings.retries + 1):
        # The budget is that of the whole job: a retry has what is left of it.
        spent = comm.bcast(clock.monotonic() - started) if settings.time_budget else 0.0
        current = replace(
            settings,
            steps_per_cycle=settings.steps_per_cycle * 2**attempt,
            time_budget=max(settings.time_budget - spent, 1e-3) if settings.time_budget else 0.0,
        )
        flow = _prepare(domain, waveform, outlets, screen, current, folder)
        try:
            results = flow.run()
            break
        except (SolverDiverged, NonPhysical) as error:
            if attempt == settings.retries:
                raise
            log.warning("%s (%s); again with half the time step", error, error.where)
            failures.append(
                {
                    "steps_per_cycle": current.steps_per_cycle,
                    "code": error.code,
                    "message": str(error),
                    "where": error.where,
                }
            )
    write_fields(flow, mesh_folder, folder)
    summary = _summary(flow, results, waveform, current, radii)
    summary["failed_attempts"] = failures
    summary["wall_time_s"] = clock.monotonic() - started
    if comm.rank == 0:
        (folder / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    return summary


def _prepare(
    domain: TaggedMesh,
    waveform: Waveform,
    outlets: list[Outlet],
    screen: ScreenProperties | None,
    settings: FlowSettings,
    folder: Path,
) -> PulsatileFlow:
    """A fresh solve from rest."""
    viscosity = settings.viscosity / settings.density
    ramp = settings.ramp_share * waveform.period
    problem = FlowProblem(
        domain=domain,
        density=settings.density,
        rheology=Newtonian(settings.viscosity),
        outlets=outlets,
        boundaries=[
            lambda space: InletVelocity(
                domain, space, "inlet", waveform, settings.inlet_profile, viscosity, ramp
            ),
            lambda space: Wall(domain, space, "wall"),
        ],
        screen=screen,
    )
    stepper = FractionalStep(problem, settings, waveform.period / settings.steps_per_cycle)
    surfaces = domain.surfaces("ostium")
    files = {"history": folder / "history.jsonl", "series": folder / "series.vtkhdf"}
    return PulsatileFlow(stepper, waveform, "inlet", surfaces, **files)


def _waveform(physiology: dict[str, Any], inlet_radius: float) -> Waveform:
    """Flow from the mean inlet velocity and the nominal inlet area (square law)."""
    shape = physiology["waveform"]
    return Waveform(
        mean=physiology["mean_inlet_velocity"] * np.pi * inlet_radius**2,
        period=physiology["period"],
        cosine=tuple(shape["cosine"]),
        sine=tuple(shape["sine"]),
    )


def make_outlets(
    radii: dict[str, float], settings: OutletSettings, mean_flow: float
) -> list[Outlet]:
    """Outlet models for the outlets among ``radii`` [m]; ``mean_flow`` in m3/s.

    Raises:
        InvalidProblem: an explicit split does not name every outlet or does not sum to 1.
    """
    names = sorted(name for name in radii if name.startswith("outlet"))
    share = settings.split or murray_split({n: radii[n] for n in names}, settings.split_exponent)
    if sorted(share) != names or abs(sum(share.values()) - 1.0) > 1e-6:
        raise InvalidProblem(f"outlet split {share} must name {names} and sum to 1")
    if settings.kind == "resistance":
        return [Resistance(n, settings.mean_pressure / (share[n] * mean_flow)) for n in names]
    # The last share follows from the others; its outlet carries the reference pressure.
    return [FlowSplit(n, share[n]) for n in names[:-1]] + [FixedPressure(names[-1])]


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


def _summary(
    flow: PulsatileFlow,
    results: list[CycleResult],
    waveform: Waveform,
    settings: FlowSettings,
    radii: dict[str, float],
) -> dict[str, Any]:
    last, domain = results[-1], flow.domain
    outflow = sum(last.outlet_flow.values())
    mixed = sum(q * last.outlet_pressure[n] for n, q in last.outlet_flow.items()) / outflow
    summary = asdict(last)
    summary["stav"] = summary.pop("sac_speed")
    summary["cycles"] = summary.pop("number")
    summary["cycle_change"] = summary.pop("change")
    summary["pressure_inlet"] = summary.pop("inlet_pressure")
    summary["pressure_outlets"] = summary.pop("outlet_pressure")
    summary["krylov_iterations"] = summary.pop("iterations")
    summary |= summary.pop("monitors")
    sac = domain.markers["cells"].get("sac")
    summary |= {
        "pressure_drop": last.inlet_pressure - mixed,
        "sac_volume": flow.region_volume("sac") if sac else 0.0,
        "mass_balance_error": abs(last.mean_inflow - waveform.mean) / waveform.mean,
        "period": waveform.period,
        "peak_inflow": float(waveform.flow(waveform.peak_time)),
        "waveform": asdict(waveform),
        "inlet_radius": radii["inlet"],
        "steps_per_cycle": settings.steps_per_cycle,
        "time_step": flow.stepper.time_step,
        "velocity_degree": settings.velocity_degree,
        "cells": domain.mesh.topology.index_map(3).size_global,
        "nodes": domain.mesh.geometry.index_map().size_global,
        "ranks": domain.comm.size,
        "per_cycle": [asdict(r) for r in results],
        "dolfinx": dolfinx.__version__,
    }
    return summary
