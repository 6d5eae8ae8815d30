# SPDX-License-Identifier: BSD-3-Clause
"""Initial guesses for a sequence of linear systems with one symmetric positive definite matrix.

The best combination, in the energy norm, of the last solutions (Fischer 1998,
doi:10.1016/S0045-7825(98)00012-7). Right sides that change smoothly from step to step then leave
little to the iteration.
"""

from __future__ import annotations

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
        self._solutions: list[np.ndarray] = []
        self._images: list[np.ndarray] = []

    def add(self, solution: PETSc.Vec, image: PETSc.Vec) -> None:
        """Remember a solution and the matrix times it."""
        self._solutions = [*self._solutions, solution.array_r.copy()][-self._depth :]
        self._images = [*self._images, image.array_r.copy()][-self._depth :]

    def set(self, rhs: PETSc.Vec, x: PETSc.Vec) -> None:
        """Set ``x`` to the guess for a right side; leave it as it is without a memory."""
        count = len(self._solutions)
        if count == 0:
            return
        local = np.empty((count, count + 1))
        for i, solution in enumerate(self._solutions):
            local[i, :count] = [solution @ image for image in self._images]
            local[i, count] = solution @ rhs.array_r
        total = np.empty_like(local)
        rhs.comm.tompi4py().Allreduce(local, total)
        gram, load = 0.5 * (total[:, :count] + total[:, :count].T), total[:, count]
        values, vectors = np.linalg.eigh(gram)
        kept = values > DROPPED * values[-1]
        inverse = np.divide(1.0, values, out=np.zeros(count), where=kept)
        weights = vectors @ (inverse * (vectors.T @ load))
        x.array[:] = sum(w * s for w, s in zip(weights, self._solutions, strict=True))
