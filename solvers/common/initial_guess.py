# SPDX-License-Identifier: BSD-3-Clause
"""Initial guesses for a sequence of linear systems with one symmetric positive definite matrix.

The best combination, in the energy norm, of the last solutions (Fischer 1998,
doi:10.1016/S0045-7825(98)00012-7). Right sides that change smoothly from step to step then leave
little to the iteration.
"""

from __future__ import annotations

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np

DROPPED = 1e-10
"""Directions of the span with less than this share of its largest squared energy are noise."""


class InitialGuess:
    """A window on the last solutions."""

    def __init__(self, depth: int = 5) -> None:
        """Remember up to ``depth`` solutions."""
        self._depth = depth
        self.clear()

    def clear(self) -> None:
        """Forget them all."""
        self._count = 0

    def add(self, solution: PETSc.Vec, image: PETSc.Vec) -> None:
        """Remember a solution and the matrix times it."""
        if self._count == 0:
            # (solutions and images, depth, owned entries); the oldest row is written over.
            self._memory = np.empty((2, self._depth, solution.local_size))
        self._memory[:, self._count % self._depth] = solution.array_r, image.array_r
        self._count += 1

    def set(self, rhs: PETSc.Vec, x: PETSc.Vec) -> None:
        """Set ``x`` to the guess for a right side; leave it as it is without a memory."""
        count = min(self._count, self._depth)
        if count == 0:
            return
        solutions, images = self._memory[:, :count]
        products = np.column_stack([solutions @ images.T, solutions @ rhs.array_r])
        rhs.comm.tompi4py().Allreduce(MPI.IN_PLACE, products)
        gram, load = 0.5 * (products[:, :-1] + products[:, :-1].T), products[:, -1]
        values, vectors = np.linalg.eigh(gram)
        kept = values > DROPPED * values[-1]
        inverse = np.divide(1.0, values, out=np.zeros(count), where=kept)
        x.array[:] = (vectors @ (inverse * (vectors.T @ load))) @ solutions
