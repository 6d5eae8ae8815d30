# SPDX-License-Identifier: BSD-3-Clause
"""Fastest instant of a region, accumulated in the time loop."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
from numpy.typing import NDArray

from solvers.fields.averages import State

Array = NDArray[np.float64]


class PeakSpeed:
    """Largest space mean of |u| over a region: systole where the flow follows the inflow.

    Attributes:
        peak: [m/s]; 0 for an empty region.
    """

    def __init__(self, cells: NDArray[np.int32], volume: Array, comm: MPI.Comm) -> None:
        """Take the owned ``cells`` of the region and the ``volume`` of all owned cells [m3]."""
        self._cells, self._comm = cells, comm
        self._volume = volume[cells]
        self._total = comm.allreduce(float(self._volume.sum()))
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        self.peak = 0.0

    def state(self) -> State:
        """See Accumulator."""
        return {"scalar.peak_speed": self.peak}

    def restore(self, state: State) -> None:
        """See Accumulator."""
        self.peak = float(state["scalar.peak_speed"])

    def add(self, speed: Array) -> None:
        """Add one instant: mean |u| of every owned cell [m/s]."""
        flux = self._comm.allreduce(float(self._volume @ speed[self._cells]))
        if self._total:
            self.peak = max(self.peak, flux / self._total)
