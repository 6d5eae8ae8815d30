# SPDX-License-Identifier: BSD-3-Clause
"""What a pulsatile solve watches besides its cycle means: energy, pressure, peaks, instants."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
from numpy.typing import NDArray

from solvers.fields.averages import Accumulator, State
from solvers.fields.boundary_power import BoundaryPower, Opening
from solvers.fields.dissipation import CellEnergy
from solvers.fields.energy import EnergyBudget, ScreenLoss
from solvers.fields.peak_speed import PeakSpeed
from solvers.fluid.checkerboard import LIMIT, PressureCheckerboard
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.series import FieldSeries

log = logging.getLogger(__name__)
Array = NDArray[np.float64]


class FlowMonitors:
    """Accumulators of one stepper, with one call per cycle, step and sampled instant.

    Attributes:
        energy: the energy budget, with its means per cell.
    """

    def __init__(self, stepper: FractionalStep, inlet: str, series: Path | None) -> None:
        """Prepare; ``series`` is the file of stored instants, if the settings ask for any."""
        self._stepper = stepper
        self.energy = energy_budget(stepper, inlet)
        domain = stepper.problem.domain
        has_sac = "sac" in domain.markers["cells"]
        sac = domain.cells("sac") if has_sac else np.zeros(0, np.int32)
        self._sac = PeakSpeed(sac, self.energy.cells.volume, domain.comm)
        self._checkerboard = PressureCheckerboard(stepper.pressure_space)
        self._series = None
        output = stepper.settings.output
        if series and output.fields != "none":
            self._series = FieldSeries(series, output, stepper.space, stepper.pressure_space)

    def reset(self) -> None:
        """Begin a cycle."""
        for part in self._parts():
            part.reset()

    def _parts(self) -> list[Accumulator]:
        parts = [self.energy, self._sac, self._checkerboard]
        return [*parts, self._series] if self._series else parts

    def state(self) -> State:
        """See Accumulator."""
        return {k: v for part in self._parts() for k, v in part.state().items()}

    def restore(self, state: State) -> None:
        """See Accumulator."""
        for part in self._parts():
            part.restore(state)

    def step(self) -> None:
        """Look at the state after a step."""
        if self._series:
            stepper = self._stepper
            velocity = [u.x.array for u in stepper.velocity]
            self._series.add(stepper.time, velocity, stepper.pressure)

    def sample(self, speed: Array, weight: float) -> dict[str, float]:
        """Add one instant to the means.

        Args:
            speed: (cells,) mean |u| of every owned cell [m/s].
            weight: time the instant stands for [s].

        Returns:
            Values of this instant for the history file.
        """
        stepper = self._stepper
        velocity = [u.x.array for u in stepper.velocity]
        pressure = stepper.pressure_space.cell_values(stepper.pressure)
        self._sac.add(speed)
        values = self.energy.add(velocity, pressure, weight)
        return values | {"checkerboard": self._checkerboard.add(stepper.pressure, weight)}

    def results(self) -> dict[str, Any]:
        """Values of the cycle, equal on every rank; collective."""
        energy = self.energy.result()
        share = self._checkerboard.share
        if share > LIMIT and self._stepper.problem.domain.comm.rank == 0:
            log.warning(
                "the pressure alternates between neighbouring vertices: %.0f %% of its variation,"
                " above %.0f %%; raise the pressure stabilisation or refine the mesh",
                100 * share,
                100 * LIMIT,
            )
        return {
            **asdict(energy),
            "energy_balance_error": energy.balance_error,
            "sac_speed_peak": self._sac.peak,
            "checkerboard": share,
            "checkerboard_max": self._checkerboard.largest,
            "checkerboard_limit": LIMIT,
        }

    def close(self) -> None:
        """End the file of instants."""
        if self._series:
            self._series.close()


def energy_budget(stepper: FractionalStep, inlet: str) -> EnergyBudget:
    """Energy budget of a stepper: its regions, its screen, ``inlet`` and its outlets."""
    problem, space = stepper.problem, stepper.space
    domain = problem.domain
    outlets = [outlet.name for outlet in problem.outlets]
    openings = {name: Opening(space, domain.facets(name)) for name in (inlet, *outlets)}

    def total(values: Array) -> Array:
        return domain.comm.allreduce(values, op=MPI.SUM)

    screen = problem.screen
    loss = screen and ScreenLoss(
        space, screen.facets, screen.linear, screen.quadratic, screen.tangential
    )
    return EnergyBudget(
        CellEnergy(space, problem.density, problem.rheology.viscosity),
        BoundaryPower(openings, outlets, problem.density, total),
        loss,
        {name: domain.cells(name) for name in domain.markers["cells"]},
        domain.comm,
    )
