# SPDX-License-Identifier: BSD-3-Clause
"""Does the pressure alternate from vertex to vertex?"""

from __future__ import annotations

from petsc4py import PETSc

import numpy as np
from numpy.typing import NDArray

from solvers.common._compat import cell_nodes
from solvers.fields.averages import State
from solvers.fluid.pressure_space import PressureSpace

Array = NDArray[np.float64]

LIMIT = 0.25
"""Cycle value above which a run is warned of; figures in docs/flow.md."""


class PressureCheckerboard:
    """Root mean square of p - S p over the volume, as a share of that of p - mean(p).

    S predicts the pressure of a vertex from the cells around it: the mean over them of their
    centre value carried to the vertex with the smoothed gradient at the vertex, all means
    weighted by volume and taken on each side of a device surface by itself. S keeps a linear
    pressure, on the boundary too, so a smooth pressure gives O(h^2); a mode that equal-order
    velocities cannot see changes sign between neighbours, S p goes to zero and the share to 1.
    (Its gradient, on which the stabilisation acts, does not tell: on a coarse mesh most of the
    gradient alternates even where the pressure itself is good to some per cent.)

    Attributes:
        largest: largest share among the instants added.
    """

    def __init__(self, pressure: PressureSpace) -> None:
        """Gradients of the basis and the share of each unknown in the volume."""
        mesh = pressure.domain.mesh
        self._space, self._comm = pressure, pressure.domain.comm
        self._owned = mesh.topology.index_map(3).size_local
        corners = mesh.geometry.x[cell_nodes(mesh)[: self._owned]]
        edges = corners[:, 1:] - corners[:, :1]
        self._quarter = np.abs(np.linalg.det(edges)) / 24.0
        slopes = np.swapaxes(np.linalg.inv(edges), 1, 2)
        self._slopes = np.concatenate([-slopes.sum(axis=1, keepdims=True), slopes], axis=1)
        self._dofs = pressure.broken.dofmap.list[: self._owned]
        self._broken, self._sum = pressure.reduction.createVecLeft(), pressure.vector()
        self._mass = self._gathered(np.ones((self._owned, 1)))
        # From the mean of the centres around a vertex to the vertex.
        offset = corners - corners.mean(axis=1, keepdims=True)
        self._offset = [self._gathered(offset[..., k]) / self._mass for k in range(3)]
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        self._squares = np.zeros(2)
        self.largest = 0.0

    def add(self, pressure: PETSc.Vec, weight: float) -> float:
        """Add one instant of ``weight`` [s]; returns its share."""
        squares = self._integrals(pressure)
        share = _root_share(squares)
        self._squares += weight * squares
        self.largest = max(self.largest, share)
        return share

    def state(self) -> State:
        """See Accumulator."""
        return {"scalar.checkerboard": np.array([*self._squares, self.largest])}

    def restore(self, state: State) -> None:
        """See Accumulator."""
        *squares, self.largest = state["scalar.checkerboard"].tolist()
        self._squares = np.array(squares)

    @property
    def share(self) -> float:
        """Share over all instants, each counted by its pressure: none of them rests on noise."""
        return _root_share(self._squares)

    def _integrals(self, pressure: PETSc.Vec) -> Array:
        """(2,) int (p - S p)^2 and int (p - mean)^2 [Pa2 m3], over all ranks."""
        values = self._space.cell_values(pressure)
        mass, p = self._mass, pressure.array
        predicted = self._gathered(values.mean(axis=1)[:, None])
        for k in range(3):
            slope = np.einsum("ni,ni->n", values, self._slopes[..., k])
            predicted += self._offset[k] * self._gathered(slope[:, None])
        alternating = p - predicted / mass
        # The level of the pressure is large and arbitrary: subtract it before squaring.
        volume, content = self._total(mass, mass * p)
        return self._total(mass * alternating**2, mass * (p - content / volume) ** 2)

    def _gathered(self, values: Array) -> Array:
        """Owned unknowns: sum over the cell vertices there of values times share of volume."""
        self._broken.array[self._dofs] = self._quarter[:, None] * values
        self._space.reduction.multTranspose(self._broken, self._sum)
        return self._sum.array.copy()

    def _total(self, *fields: Array) -> Array:
        """Sums over unknowns and ranks."""
        return self._comm.allreduce(np.array([field.sum() for field in fields]))


def _root_share(squares: Array) -> float:
    part, whole = squares
    return float(np.sqrt(part / whole)) if whole > 0.0 else 0.0
