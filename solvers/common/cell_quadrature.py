# SPDX-License-Identifier: BSD-3-Clause
"""Values and gradients of a Lagrange field at quadrature points of cells, block by block.

Keeps one inverse Jacobian per cell instead of a sparse matrix per derivative, which for quadratic
velocities is twenty times smaller; the blocks bound what a pass over the mesh holds at once.
"""

from __future__ import annotations

from collections.abc import Iterator

import basix
import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common import _compat

Array = NDArray[np.float64]

BLOCK = 32_768
"""Cells in a block."""


class CellQuadrature:
    """Quadrature on the owned cells of a scalar Lagrange space.

    Attributes:
        volume: (cells,) [m3].
    """

    def __init__(self, space: dolfinx.fem.FunctionSpace, degree: int) -> None:
        """Tabulate the basis at points exact for polynomials of ``degree``."""
        mesh = space.mesh
        owned = mesh.topology.index_map(3).size_local
        corners = mesh.geometry.x[_compat.cell_nodes(mesh)[:owned]]
        jacobian = np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)
        points, weights = basix.make_quadrature(basix.CellType.tetrahedron, degree)
        table = _compat.basix_element(space).tabulate(1, points)[..., 0]
        self.volume = np.abs(np.linalg.det(jacobian)) / 6.0
        self._inverse = np.linalg.inv(jacobian)
        self._values, self._slopes = table[0], table[1:]
        self._share = weights / weights.sum()
        self._dofs = space.dofmap.list[:owned]

    def blocks(self) -> Iterator[slice]:
        """Slices that cover the cells one after the other."""
        for start in range(0, len(self.volume), BLOCK):
            yield slice(start, min(start + BLOCK, len(self.volume)))

    def values(self, components: list[Array], block: slice) -> Array:
        """(n, q, 3) vector at the points from the local dof arrays of its three components."""
        dofs = self._dofs[block]
        return np.stack([c[dofs] @ self._values.T for c in components], axis=-1)

    def gradients(self, components: list[Array], block: slice) -> Array:
        """(n, q, 3, 3) with entry [i, j] = d u_i / d x_j [1/m times the unit of u]."""
        dofs, inverse = self._dofs[block], self._inverse[block]
        rows = []
        for component in components:
            reference = np.einsum("nw,rqw->nqr", component[dofs], self._slopes, optimize=True)
            rows.append(reference @ inverse)
        return np.stack(rows, axis=-2)

    def mean(self, values: Array) -> Array:
        """(n,) mean over the cell of values (n, q) at the points."""
        return values @ self._share
