# SPDX-License-Identifier: BSD-3-Clause
"""Scalar sparse matrices that act on the three velocity components in one pass.

The components lie side by side in a block vector (n, 3), so the matrix, which is most of the
memory traffic, is read once instead of three times.
"""

from __future__ import annotations

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.kernels import library

Array = NDArray[np.float64]
Index = NDArray[np.int32]


class Pattern:
    """Sparsity of a scalar space, shared by all matrices on it.

    Rows are the owned dofs followed by the ghosts, which exist for assembly only. Owned rows reach
    further than the ghosts of the space, by columns that only other ranks contribute to: they
    come after these ghosts. Columns ascend within each row.

    Attributes:
        rows, local, columns: number of owned dofs, of dofs of the space with ghosts, and of all
            columns.
        nonzeros: entries in the owned rows.
        start, column: compressed rows of local indices, int32.
        diagonal: (local,) position of the diagonal entry of each row.
    """

    def __init__(self, space: dolfinx.fem.FunctionSpace, form: dolfinx.fem.Form) -> None:
        """Take the sparsity of a compiled bilinear ``form`` on ``space``."""
        #: The native matrix, whose values are the ones being assembled.
        self.native = dolfinx.fem.create_matrix(form)
        self.column_map = self.native.index_map(1)
        self.rows = self.column_map.size_local
        self.local = self.rows + space.dofmap.index_map.num_ghosts
        self.columns = self.rows + self.column_map.num_ghosts
        self.start = self.native.indptr.astype(np.int32)
        self.column = np.ascontiguousarray(self.native.indices)
        self.nonzeros = int(self.start[self.rows])
        self.diagonal = self.positions(np.arange(self.local, dtype=np.int32)[:, None]).ravel()

    def positions(self, dofs: Index) -> Index:
        """(n, w, w) positions among the nonzeros of the pairs of local ``dofs`` (n, w)."""
        dofs = np.ascontiguousarray(dofs, np.int32)
        n, width = dofs.shape
        found = np.empty((n, width, width), np.int32)
        library().find_entries(n, width, dofs.ravel(), self.start, self.column, found.ravel())
        return found

    def assembled(self, form: dolfinx.fem.Form) -> Array:
        """Nonzeros of the owned rows of a compiled form."""
        values = self.native.data
        values[:] = 0.0
        dolfinx.fem.assemble_matrix(self.native, form)
        self.native.scatter_reverse()
        return values[: self.nonzeros].copy()

    def multiply(self, values: Array, x: Array, y: Array) -> None:
        """Set y = A x; ``x`` (columns, 3) with its ghosts up to date, y (rows, 3)."""
        library().multiply(self.rows, self.start, self.column, values, x.reshape(-1), y.reshape(-1))


def block_vector(pattern: Pattern) -> dolfinx.la.Vector:
    """Distributed block vector; ``view(v)`` is its (columns, 3) array."""
    return dolfinx.la.vector(pattern.column_map, 3)


def view(vector: dolfinx.la.Vector) -> Array:
    """(columns, 3) array of a block vector."""
    return vector.array.reshape(-1, 3)
