# SPDX-License-Identifier: BSD-3-Clause
"""BiCGStab for the three velocity components at once.

One Krylov space serves the block-diagonal system of a scalar matrix repeated on the components
(van der Vorst 1992, doi:10.1137/0913035). The rows are scaled by their diagonal beforehand, which
is Jacobi's preconditioner, and the residual is then a velocity; where that is not enough an
incomplete LU factorisation of the owned block is added.
"""

from __future__ import annotations

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.block_matrix import Pattern, block_vector
from solvers.common.errors import LinearSolveFailed
from solvers.common.kernels import library

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class IncompleteLU:
    """Factors without fill of the owned block of a row-scaled matrix."""

    def __init__(self, pattern: Pattern) -> None:
        """Allocate for one pattern."""
        self._pattern = pattern
        self._factors = np.empty(pattern.nonzeros)
        self._slot = np.empty(pattern.rows, np.int32)
        # Columns ascend, so those of ghosts close each row.
        owned = np.concatenate([[0], np.cumsum(pattern.column < pattern.rows)])
        first = pattern.start[: pattern.rows]
        count = owned[pattern.start[1 : pattern.rows + 1]] - owned[first]
        self._owned_end = (first + count).astype(np.int32)

    def factorise(self, values: Array) -> None:
        """Factorise the nonzeros ``values`` of the owned rows.

        Raises:
            LinearSolveFailed: a pivot vanishes.
        """
        p = self._pattern
        self._factors[:] = values[: p.nonzeros]
        row = library().factorise(p.rows, p.start, p.column, p.diagonal, self._factors, self._slot)
        if row:
            raise LinearSolveFailed(f"the incomplete factorisation has no pivot in row {row - 1}")

    def apply(self, r: Array, z: Array) -> None:
        """Set z = (L U)^-1 r on the owned rows of block vectors."""
        p = self._pattern
        library().solve_factors(
            p.rows, p.start, p.column, p.diagonal, self._owned_end, self._factors, r, z
        )


class BlockSolver:
    """BiCGStab on a row-scaled matrix with some entries of the solution given.

    Attributes:
        iterations: of the last solve.
        residual: norm of the last residual, all ranks.
    """

    def __init__(self, pattern: Pattern, fixed: Index, comm: MPI.Comm, limit: int = 500) -> None:
        """Allocate the work vectors.

        Args:
            pattern: of the matrix.
            fixed: flat positions 3 dof + component, owned dofs, that keep their value.
            comm: of the mesh.
            limit: largest number of iterations.
        """
        self._pattern, self._fixed, self._comm, self._limit = pattern, fixed, comm, limit
        self._p, self._s = block_vector(pattern), block_vector(pattern)
        size = 3 * pattern.rows
        self._r, self._shadow, self._v, self._t = (np.empty(size) for _ in range(4))
        self._direction, self._half = np.empty(size), np.empty(size)
        self.iterations, self.residual = 0, 0.0

    def _dots(self, *pairs: tuple[Array, Array]) -> list[float]:
        """Inner products over all ranks."""
        kernels = library()
        local = np.array([kernels.dot(len(self._r), a, b) for a, b in pairs])
        if self._comm.size > 1:
            self._comm.Allreduce(MPI.IN_PLACE, local)
        return local.tolist()

    def _multiply(self, values: Array, x: dolfinx.la.Vector, y: Array) -> None:
        x.scatter_forward()
        self._pattern.multiply(values, x.array, y)
        y[self._fixed] = 0.0

    def solve(
        self,
        values: Array,
        rhs: Array,
        x: dolfinx.la.Vector,
        tolerance: float,
        factors: IncompleteLU | None = None,
    ) -> None:
        """Solve into ``x``, which holds the initial guess and the given values.

        Args:
            values: nonzeros of the row-scaled matrix.
            rhs: (3 rows,) right side, scaled alike; unchanged.
            x: block vector.
            tolerance: residual norm to reach.
            factors: of the matrix, to precondition with.

        Raises:
            LinearSolveFailed: the limit of iterations is reached or a number is not finite.
        """
        kernels, size = library(), len(self._r)
        r, shadow, v, t = self._r, self._shadow, self._v, self._t
        self._multiply(values, x, r)
        np.subtract(rhs, r, out=r)
        r[self._fixed] = 0.0
        # Without preconditioner the vectors with ghosts serve as directions themselves.
        direct, half = self._p.array[:size], self._s.array[:size]
        p, s = (direct, half) if factors is None else (self._direction, self._half)
        p[:], shadow[:] = r, r
        (rho,) = self._dots((r, r))
        square = rho
        for iteration in range(self._limit + 1):
            self.iterations, self.residual = iteration, float(np.sqrt(square))
            if not np.isfinite(square):
                raise LinearSolveFailed("the velocity iteration gave numbers that are not finite")
            if self.residual <= tolerance:
                x.scatter_forward()
                return
            if factors:
                factors.apply(p, direct)
                direct[self._fixed] = 0.0
            self._multiply(values, self._p, v)
            (projection,) = self._dots((shadow, v))
            if rho == 0.0 or abs(projection) <= 1e-30 * abs(rho):
                # The shadow residual has become useless: start afresh from here.
                p[:], shadow[:] = r, r
                (rho,) = self._dots((r, r))
                continue
            alpha = rho / projection
            kernels.subtract(size, alpha, r, v, s)
            if factors:
                factors.apply(s, half)
                half[self._fixed] = 0.0
            self._multiply(values, self._s, t)
            ts, tt = self._dots((t, s), (t, t))
            omega = ts / tt if tt > 0.0 else 0.0
            kernels.advance(size, alpha, direct, omega, half, x.array[:size])
            kernels.subtract(size, omega, s, t, r)
            square, following = self._dots((r, r), (shadow, r))
            beta = following / rho * alpha / omega if omega else 0.0
            rho = following
            kernels.new_direction(size, beta, omega, r, v, p)
        raise LinearSolveFailed(
            f"tentative_velocity iteration stopped after {self._limit} iterations"
            f" with residual {self.residual:.2e}, {tolerance:.2e} asked for"
        )
