# SPDX-License-Identifier: BSD-3-Clause
"""Cycle means of the flow, accumulated in the time loop."""

from __future__ import annotations

from typing import Any, Protocol

from petsc4py import PETSc

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.sampling import cell_evaluation, facet_evaluation

Array = NDArray[np.float64]
State = dict[str, Any]
"""Content of an accumulator, by kind and name: ``dof.`` (..., local dofs), ``unknown.`` a vector of
pressure unknowns, ``cell.`` (owned cells, ...), ``vertex.`` (owned vertices, ...), ``facet.``
(facets, ...), ``share.`` this rank's part of a sum over ranks, ``scalar.`` a number or array
equal on every rank, NaN where there is none yet."""


class Accumulator(Protocol):
    """Sums over the instants of a cycle, which a checkpoint can hold."""

    def reset(self) -> None:
        """Forget what was accumulated."""

    def state(self) -> State:
        """What was accumulated."""

    def restore(self, state: State) -> None:
        """Take up what ``state`` gave."""


class FlowAverage:
    """Mean velocity at the dofs, mean speed in every cell, mean pressure.

    Attributes:
        cells: the owned cells.
        volume: (cells,) [m3].
        last_speed: (cells,) mean |u| of the instant added last [m/s].
    """

    def __init__(self, space: dolfinx.fem.FunctionSpace, pressure: PETSc.Vec) -> None:
        """Prepare the cell quadrature."""
        self.cells = np.arange(space.mesh.topology.index_map(3).size_local, dtype=np.int32)
        self._points = cell_evaluation(space, self.cells, 2)
        self.volume = self._points.weights.sum(axis=1)
        self._pressure = pressure.duplicate()
        self._dofs = space.dofmap.index_map.size_local + space.dofmap.index_map.num_ghosts
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        self._velocity = np.zeros((3, self._dofs))
        self._speed = np.zeros(len(self.cells))
        self._pressure.set(0.0)
        self._weight = 0.0

    def add(self, velocity: list[Array], pressure: PETSc.Vec, weight: float) -> None:
        """Add one instant of ``weight`` [s]."""
        speed = np.linalg.norm(self._points.vector(velocity), axis=-1)
        self.last_speed = (speed * self._points.weights).sum(axis=1) / self.volume
        self._speed += weight * self.last_speed
        self._velocity += weight * np.array(velocity)
        self._pressure.axpy(weight, pressure)
        self._weight += weight

    def state(self) -> State:
        """See Accumulator."""
        return {
            "dof.velocity": self._velocity,
            "cell.speed": self._speed,
            "unknown.pressure": self._pressure,
            "scalar.weight": self._weight,
        }

    def restore(self, state: State) -> None:
        """See Accumulator."""
        self._velocity, self._speed = state["dof.velocity"], state["cell.speed"]
        self._pressure.array[:] = state["unknown.pressure"]
        self._weight = float(state["scalar.weight"])

    @property
    def speed(self) -> Array:
        """(cells,) cycle mean of |u|, averaged over the cell [m/s]."""
        return self._speed / self._weight

    @property
    def velocity(self) -> Array:
        """(3, local dofs) cycle-mean velocity [m/s]."""
        return self._velocity / self._weight

    @property
    def pressure(self) -> PETSc.Vec:
        """Cycle-mean pressure unknowns [Pa]."""
        mean = self._pressure.copy()
        mean.scale(1.0 / self._weight)
        return mean


class NeckFlow:
    """Flow through a device surface, towards the region behind it."""

    def __init__(
        self,
        space: dolfinx.fem.FunctionSpace,
        facets: NDArray[np.int32],
        lumen_cells: NDArray[np.int32],
    ) -> None:
        """Sample ``facets`` from their ``lumen_cells``, whose outward normal points behind."""
        degree = 2 * space.ufl_element().degree
        self._points = facet_evaluation(space, facets, degree, cells=lumen_cells)
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        self._inflow = self._net = self._weight = 0.0

    def add(self, velocity: list[Array], weight: float) -> None:
        """Add one instant of ``weight`` [s]."""
        points = self._points
        through = np.einsum("nqd,nd->nq", points.vector(velocity), points.normals)
        self._inflow += weight * float((np.maximum(through, 0.0) * points.weights).sum())
        self._net += weight * float((through * points.weights).sum())
        self._weight += weight

    def state(self) -> State:
        """See Accumulator."""
        return {
            "share.inflow": self._inflow,
            "share.net": self._net,
            "scalar.weight": self._weight,
        }

    def restore(self, state: State) -> None:
        """See Accumulator."""
        self._inflow, self._net = float(state["share.inflow"]), float(state["share.net"])
        self._weight = float(state["scalar.weight"])

    @property
    def inflow(self) -> float:
        """This rank's share of the cycle-mean flow into the region [m3/s]."""
        return self._inflow / self._weight

    @property
    def net(self) -> float:
        """This rank's share of the cycle-mean net flow [m3/s]; 0 for a closed sac."""
        return self._net / self._weight


class PeakVelocity:
    """Velocity at one instant of the cycle.

    Attributes:
        velocity: (3, local dofs) [m/s], of the last cycle that reached the instant.
    """

    def __init__(self, space: dolfinx.fem.FunctionSpace, instant: float) -> None:
        """``instant`` [s] after the start of each cycle."""
        index_map = space.dofmap.index_map
        self._instant, self._waiting = instant, True
        self.velocity = np.zeros((3, index_map.size_local + index_map.num_ghosts))

    def reset(self) -> None:
        """Wait for the instant again."""
        self._waiting = True

    def offer(self, velocity: list[Array], elapsed: float, time_step: float) -> None:
        """Keep the velocity of the step nearest to the instant; ``elapsed`` [s] in the cycle."""
        if self._waiting and elapsed > self._instant - 0.5 * time_step:
            self.velocity, self._waiting = np.array(velocity), False

    def state(self) -> State:
        """See Accumulator."""
        return {"dof.velocity": self.velocity, "scalar.waiting": float(self._waiting)}

    def restore(self, state: State) -> None:
        """See Accumulator."""
        self.velocity, self._waiting = state["dof.velocity"], bool(state["scalar.waiting"])
