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
        self._inverse = np.ascontiguousarray(np.moveaxis(np.linalg.inv(jacobian), 0, -1))
        self._values, self._slopes = table[0], table[1:]
        self._share = weights / weights.sum()
        self._dofs = space.dofmap.list[:owned]

    def blocks(self) -> Iterator[slice]:
        """Slices that cover the cells one after the other."""
        for start in range(0, len(self.volume), BLOCK):
            yield slice(start, min(start + BLOCK, len(self.volume)))

    def values(self, components: list[Array], block: slice) -> list[Array]:
        """(n, q) values at the points of each component, from their local dof arrays."""
        dofs = self._dofs[block]
        return [c[dofs] @ self._values.T for c in components]

    def gradients(self, components: list[Array], block: slice) -> list[list[Array]]:
        """(n, q) arrays [i][j] of d u_i / d x_j [1/m times the unit of u]."""
        dofs, inverse = self._dofs[block], self._inverse[..., block, None]
        rows = []
        for component in components:
            at_dofs = component[dofs]
            reference = [at_dofs @ slope.T for slope in self._slopes]
            rows.append([sum(d * inverse[r, j] for r, d in enumerate(reference)) for j in range(3)])
        return rows

    def mean(self, values: Array) -> Array:
        """(n,) mean over the cell of values (n, q) at the points."""
        return values @ self._share
