# SPDX-License-Identifier: BSD-3-Clause
"""Scalars of one cycle, and how much they changed from the cycle before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.fluid.problem import StepReport

Array = NDArray[np.float64]

WATCHED = {
    "stav": "sac_speed",
    "neck_inflow": "neck_inflow",
    "tawss_sac": "sac_shear",
    "pressure_drop": "pressure_drop",
}
"""Field of CycleResult by the endpoint whose repetition can be asked for."""


@dataclass
class CycleResult:
    """Scalars of one cycle, equal on every rank.

    ``changes`` holds the relative change of each watched endpoint from the cycle before, and
    ``change`` the largest of them; empty and None in the first cycle.
    ``scalar``: see SacTracers; ``monitors``: see FlowMonitors. Units: m/s, m3/s, Pa, s.
    """

    number: int
    sac_speed: float
    sac_shear: float
    neck_inflow: float
    neck_net_flow: float
    inlet_pressure: float
    outlet_pressure: dict[str, float]
    outlet_flow: dict[str, float]
    mean_inflow: float
    max_cfl: float
    steps: int
    time_step_range: tuple[float, float]
    change: float | None = None
    changes: dict[str, float] = field(default_factory=dict)
    iterations: dict[str, float] = field(default_factory=dict)
    scalar: dict[str, float] = field(default_factory=dict)
    monitors: dict[str, Any] = field(default_factory=dict)

    @property
    def pressure_drop(self) -> float:
        """Inlet pressure less that of the outlets, weighted by their flow [Pa]."""
        flow = sum(self.outlet_flow.values())
        mixed = sum(q * self.outlet_pressure[name] for name, q in self.outlet_flow.items())
        return self.inlet_pressure - mixed / flow

    def compare(self, before: CycleResult, endpoints: Sequence[str]) -> None:
        """Set ``changes`` and ``change``."""
        for name in endpoints:
            now, then = getattr(self, WATCHED[name]), getattr(before, WATCHED[name])
            self.changes[name] = abs(now - then) / abs(now) if now else abs(then)
        self.change = max(self.changes.values())

    def to_json(self) -> dict[str, Any]:
        """Content for a JSON file."""
        return asdict(self)

    @classmethod
    def of_json(cls, content: dict[str, Any]) -> CycleResult:
        """Opposite of ``to_json``."""
        return cls(**{**content, "time_step_range": tuple(content["time_step_range"])})


class StepRecord:
    """What the steps of the running cycle reported, for its means.

    Attributes:
        elapsed: time since the start of the cycle [s].
    """

    def __init__(self, outlets: int) -> None:
        """Start empty, for a number of outlets."""
        self._outlets = outlets
        self._rows: list[list[float]] = []
        self.elapsed = 0.0

    def reset(self) -> None:
        """Forget the cycle."""
        self._rows.clear()
        self.elapsed = 0.0

    def add(self, report: StepReport, time_step: float) -> None:
        """Keep one step of length ``time_step`` [s]."""
        self.elapsed += time_step
        iterations = [report.velocity_iterations, report.pressure_iterations]
        self._rows.append([time_step, *iterations, *report.outflow, *report.outlet_pressure])

    def state(self) -> list[list[float]]:
        """Rows for a checkpoint."""
        return [list(row) for row in self._rows]

    def restore(self, rows: list[list[float]]) -> None:
        """Take up what ``state`` gave."""
        self._rows = [list(row) for row in rows]
        self.elapsed = 0.0
        for row in rows:
            self.elapsed += row[0]

    @property
    def time_steps(self) -> Array:
        """(steps,) lengths [s]."""
        return np.array([row[0] for row in self._rows])

    def iterations(self) -> dict[str, float]:
        """Mean number of iterations per solve."""
        mean = np.mean([row[1:3] for row in self._rows], axis=0)
        return {"velocity": float(mean[0]), "pressure": float(mean[1])}

    def outlet_means(self) -> tuple[Array, Array]:
        """Time means of outflow [m3/s] and pressure [Pa], each (outlets,).

        Trapezoidal rule around the closed cycle: every instant weighs half of the steps on its
        two sides.
        """
        steps = self.time_steps
        weights = 0.5 * (steps + np.roll(steps, -1))
        values = np.array([row[3:] for row in self._rows])
        mean = weights @ values / weights.sum()
        return mean[: self._outlets], mean[self._outlets :]
