# SPDX-License-Identifier: BSD-3-Clause
"""Wall-time budget, checkpoints on disk and snapshots in memory of a running solve."""

from __future__ import annotations

import logging
import time as clock
from typing import Any, Protocol

from mpi4py import MPI

import numpy as np

from solvers.common.checkpoint import CheckpointFiles, Snapshot
from solvers.common.errors import TimeBudgetExceeded
from solvers.fluid.settings import FlowSettings

log = logging.getLogger(__name__)

KEPT = 3
"""Snapshots in memory: how often in a row a retry can go further back before it starts at rest."""


class Resumable(Protocol):
    """A running solve.

    Attributes:
        time: simulated time [s].
        resumable: whether its state can be kept now.
    """

    time: float
    resumable: bool

    def snapshot(self) -> Snapshot:
        """Its state."""

    def refresh(self) -> None:
        """Rebuild what carries history beyond the state."""


class RunControl:
    """Decides at every sampled instant whether to save and whether to stop.

    Attributes:
        restarts: earlier runs that this one goes on from.
        failures: attempts that failed, for the summary.
        rung: number of the rung of the ladder in use.
    """

    def __init__(
        self, settings: FlowSettings, spacing: float, files: CheckpointFiles, comm: MPI.Comm
    ) -> None:
        """Start the clock; ``spacing`` [s] is the simulated time between snapshots in memory."""
        self._settings, self._spacing, self._files, self._comm = settings, spacing, files, comm
        self._started = self._saved = clock.monotonic()
        self._before = 0.0
        self._memory: list[Snapshot] = []
        self.restarts, self.rung = 0, 0
        self.failures: list[dict[str, Any]] = []

    @property
    def wall_time(self) -> float:
        """Wall time spent on the solve by this run and the ones it goes on from [s]."""
        return self._before + clock.monotonic() - self._started

    def resume(self) -> Snapshot | None:
        """Newest snapshot on disk, with the counters of the run that left it."""
        snapshot = self._files.read() if self._settings.checkpoint_minutes else None
        if snapshot is None:
            return None
        counters = snapshot.header["control"]
        self._before, self.rung = counters["wall_time"], counters["rung"]
        self.restarts, self.failures = counters["restarts"] + 1, counters["failures"]
        self._memory = [snapshot]
        if self._comm.rank == 0:
            log.info("going on from the checkpoint at t = %.4g s", snapshot.header["time"])
        return snapshot

    def at_sample(self, flow: Resumable) -> None:
        """Save and stop where due; collective.

        After a checkpoint on disk the flow is refreshed, so that this run and one that goes on
        from the file do the same from here.

        Raises:
            TimeBudgetExceeded: the wall time is used up; the state is on disk if that is asked for.
        """
        time = flow.time
        now = clock.monotonic()
        # Clocks of two machines have nothing in common: rank 0 decides.
        spent, unsaved = self._comm.bcast((now - self._started, now - self._saved))
        budget, minutes = self._settings.time_budget, self._settings.checkpoint_minutes
        stop = bool(budget) and spent > budget
        save = bool(minutes) and flow.resumable and (stop or unsaved > 60.0 * minutes)
        age = time - self._memory[-1].header["time"] if self._memory else np.inf
        keep = bool(self._settings.retries) and flow.resumable and age >= self._spacing
        if save or keep:
            taken = flow.snapshot()
            if keep:
                self._memory = [*self._memory[1 - KEPT :], taken]
            if save:
                self._write(taken)
                self._saved = clock.monotonic()
                flow.refresh()
        if stop:
            saved = "; the state is kept and the next run goes on from it" if save else ""
            raise TimeBudgetExceeded(
                f"{spent:.0f} s of {budget:.0f} s used up{saved}", f"t = {time:.4g} s"
            )

    def retreat(self, rung: int, failure: dict[str, Any]) -> Snapshot | None:
        """Snapshot to try again from, None for rest; collective.

        The newest one may already hold what made the solve fail, so it is given up.

        Args:
            rung: number of the rung that is tried next.
            failure: entry for the summary; the instant it goes back to is added.
        """
        self._memory = self._memory[:-1]
        back = self._memory[-1] if self._memory else None
        self.rung = rung
        self.failures.append({**failure, "restarted_from": back.header["time"] if back else 0.0})
        if back is None:
            self._files.remove()
        elif self._settings.checkpoint_minutes:
            self._write(back)
        return back

    def finish(self) -> None:
        """Delete the checkpoints of a solve that has ended."""
        self._files.remove()

    def _write(self, snapshot: Snapshot) -> None:
        counters = {
            "wall_time": self.wall_time,
            "rung": self.rung,
            "restarts": self.restarts,
            "failures": self.failures,
        }
        self._files.write(Snapshot({**snapshot.header, "control": counters}, snapshot.arrays))
