# SPDX-License-Identifier: BSD-3-Clause
"""One bench run of one specimen from a mesh bundle, a material and procedures to files."""

from __future__ import annotations

import hashlib
import json
import logging
import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np

from solvers.common.checkpoint import NAMES, CheckpointFiles, Snapshot
from solvers.common.errors import InvalidProblem, TimeBudgetExceeded
from solvers.common.tagged_mesh import read_tagged_mesh
from solvers.revision import NUMERICS_REVISION
from solvers.solid.bench.curve import write_curve
from solvers.solid.bench.driver import Driver
from solvers.solid.bench.material import make_law
from solvers.solid.bench.model import BenchModel
from solvers.solid.bench.procedures import Chamber, make_procedures
from solvers.solid.bench.settings import BenchSettings
from solvers.solid.bench.state import ModelState
from solvers.solid.bench.states import StateWriter

log = logging.getLogger(__name__)

RESUMED_FROM = (*NAMES, "curve.csv", "states")
"""In the output folder, what a run goes on from."""


def run_bench(
    mesh_folder: Path,
    material: Mapping[str, Any],
    procedures: Sequence[Mapping[str, Any]],
    settings: BenchSettings,
    folder: Path,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> dict[str, Any]:
    """Carry out procedures on one specimen.

    Writes ``curve.csv``, ``states/*.vtu``, ``states/*.npz`` and ``summary.json`` into ``folder``
    (docs/architecture.md).

    Args:
        mesh_folder: mesh bundle of the specimen.
        material: SI block of the metal, see ``make_law``.
        procedures: SI blocks, see ``make_procedures``.
        settings: numerical settings.
        folder: existing output folder.
        comm: communicator of the run.

    Returns:
        The content of ``summary.json``, on every rank.

    Raises:
        SolveError: the run cannot go on; the subclass carries the code, ``where`` the procedure,
            the load step and the load.
    """
    try:
        law, steps = make_law(material), make_procedures(procedures)
    except ValueError as error:
        raise InvalidProblem(str(error)) from error
    domain = read_tagged_mesh(mesh_folder, comm)
    info = json.loads((mesh_folder / "info.json").read_text())
    sloped = any(isinstance(step, Chamber) and step.widening for step in steps)
    model = BenchModel(domain, law, info, settings, sloped)
    digest = None
    if comm.rank == 0:
        digest = subject_digest(mesh_folder, material, procedures, settings)
    control = _Control(model, mesh_folder, folder, comm.bcast(digest))
    driver = Driver(model, steps, control)
    control.resume(driver)
    driver.run()
    summary = _summary(driver, control)
    if comm.rank == 0:
        (folder / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    control.files.remove()
    return summary


class _Control:
    """Curve, states, checkpoints and the wall-time budget of a run."""

    def __init__(self, model: BenchModel, mesh_folder: Path, folder: Path, subject: str) -> None:
        self._model, self._folder = model, folder
        self._comm = model.domain.comm
        self._state = ModelState(model)
        self._states = StateWriter(model.body, mesh_folder, folder / "states")
        self.files = CheckpointFiles(folder, subject, self._comm)
        self._started = self._saved = clock.monotonic()
        self._before, self.restarts = 0.0, 0

    @property
    def wall_time(self) -> float:
        """Wall time of this run and the ones it goes on from [s]."""
        return self._before + clock.monotonic() - self._started

    def resume(self, driver: Driver) -> None:
        """Go on from the newest checkpoint, if there is one; collective."""
        snapshot = self.files.read() if self._model.settings.checkpoint_minutes else None
        if snapshot is None:
            return
        self._before, self.restarts = snapshot.header["wall_time"], snapshot.header["restarts"] + 1
        self._state.scatter(snapshot.arrays, snapshot.header["state"])
        driver.resume(snapshot.header["where"])
        if self._comm.rank == 0:
            log.info("going on in procedure %s", driver.procedure.name)

    def keep_state(self, name: str) -> None:
        """Store the present state."""
        self._states.write(name)

    def after_step(self, driver: Driver) -> None:
        """Write the curve; save and stop where due; collective.

        Raises:
            TimeBudgetExceeded: the wall time is used up; the state is on disk if that is asked for.
        """
        if self._comm.rank == 0:
            write_curve(self._folder / "curve.csv", driver.rows)
        settings, now = self._model.settings, clock.monotonic()
        # Clocks of two machines have nothing in common: rank 0 decides.
        spent, unsaved = self._comm.bcast((now - self._started, now - self._saved))
        stop = bool(settings.time_budget) and spent > settings.time_budget
        minutes = settings.checkpoint_minutes
        save = bool(minutes) and (stop or unsaved > 60.0 * minutes)
        if save:
            arrays, state = self._state.gather()
            header = {"where": driver.where(), "wall_time": self.wall_time, "state": state}
            self.files.write(Snapshot({**header, "restarts": self.restarts}, arrays))
            self._saved = clock.monotonic()
        if stop:
            kept = "; the state is kept and the next run goes on from it" if save else ""
            last = driver.rows[-1]
            raise TimeBudgetExceeded(
                f"{spent:.0f} s of {settings.time_budget:.0f} s used up{kept}",
                f"procedure {last['name']}, load {last['load']:.4g}",
            )


def subject_digest(
    mesh_folder: Path,
    material: Mapping[str, Any],
    procedures: Sequence[Mapping[str, Any]],
    settings: BenchSettings,
) -> str:
    """SHA-256 of all that a checkpoint depends on."""
    total = hashlib.sha256()
    for name in ("mesh.msh", "markers.json", "info.json"):
        total.update((mesh_folder / name).read_bytes())
    plain = asdict(replace(settings, time_budget=0.0, checkpoint_minutes=0.0))
    content = [NUMERICS_REVISION, dict(material), [dict(p) for p in procedures], plain]
    total.update(json.dumps(content, sort_keys=True).encode())
    return total.hexdigest()


def _summary(driver: Driver, control: _Control) -> dict[str, Any]:
    model, rows = driver.model, driver.rows
    energies = model.energies()
    mesh = model.domain.mesh
    return {
        "procedures": [p.kind for p in driver.procedures],
        "load_steps": len(rows),
        "newton_iterations": int(np.sum([row["newton_iterations"] for row in rows])),
        "peak_plastic_strain": max(row["peak_plastic_strain"] for row in rows),
        "penetration_share": max(row["penetration"] for row in rows) / model.thickness,
        "damping_share": model.damping.share,
        **energies,
        "mirror_slip": model.plane.slip() if model.plane else 0.0,
        "element": model.settings.element,
        "cells": mesh.topology.index_map(3).size_global,
        "unknowns": 3 * model.body.space.dofmap.index_map.size_global,
        "ranks": model.domain.comm.size,
        "restarts": control.restarts,
        "wall_time_s": control.wall_time,
        "dolfinx": dolfinx.__version__,
    }
