# SPDX-License-Identifier: BSD-3-Clause
"""Two levels for quadratic elements: their own unknowns, and the linear element on the same mesh.

The linear functions are among the quadratic ones, so the coarse matrix is the Galerkin product
``P^T A P``. It is a tenth of the size: it is factorised, or on large meshes given to smoothed
aggregation. The fine level needs products with the matrix only, which with blocks of three
(``baij``) cost a quarter of those with single rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from petsc4py import PETSc

import basix
import basix.ufl
import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.solid.linear import rigid_body_modes

Array = NDArray[np.float64]


class DegreeMultigrid:
    """Interpolation and coarse matrix of a PETSc ``mg`` preconditioner with two levels.

    Attributes:
        space: linear, three components, on the mesh of the fine space.
        interpolation: (fine unknowns, coarse unknowns).
        coarse: coarse matrix of the last update.
    """

    def __init__(
        self,
        fine: dolfinx.fem.FunctionSpace,
        boundaries: Sequence[dolfinx.fem.DirichletBC],
    ) -> None:
        """Set up the interpolation.

        Args:
            fine: displacement space of three components, degree two or more.
            boundaries: whose unknowns are left out of both levels.
        """
        mesh = fine.mesh
        element = basix.ufl.element("Lagrange", mesh.basix_cell(), 1, shape=(3,))
        self.space = dolfinx.fem.functionspace(mesh, element)
        self.interpolation = _interpolation(fine, self.space, boundaries)
        self.coarse: PETSc.Mat | None = None
        self._plain = PETSc.Mat()

    def attach(self, ksp: PETSc.KSP) -> None:
        """Give the levels to a solver, before its options are set."""
        ksp.pc.setType("mg")
        ksp.pc.setMGLevels(2)
        ksp.pc.setMGInterpolation(1, self.interpolation)
        self._solver = ksp.pc.getMGCoarseSolve()

    def update(self, matrix: PETSc.Mat) -> None:
        """Follow a new fine matrix."""
        # PETSc has no Galerkin product of block matrices.
        if matrix.getType().endswith("baij"):
            plain = self._plain = matrix.convert("aij", self._plain)
        else:
            plain = matrix
        if self.coarse is not None:
            plain.ptap(self.interpolation, self.coarse)
            return
        self.coarse = plain.ptap(self.interpolation)
        self.coarse.setOption(PETSc.Mat.Option.SYMMETRIC, True)
        self.coarse.setNearNullSpace(rigid_body_modes(self.space))
        self._solver.setOperators(self.coarse)

    def destroy(self) -> None:
        """Give the PETSc objects back."""
        self.interpolation.destroy()
        self._plain.destroy()
        if self.coarse is not None:
            self.coarse.destroy()


def _interpolation(
    fine: dolfinx.fem.FunctionSpace,
    coarse: dolfinx.fem.FunctionSpace,
    boundaries: Sequence[dolfinx.fem.DirichletBC],
) -> PETSc.Mat:
    """Interpolation between the unknowns that are free; a held vertex is tied to itself alone.

    The coarse matrix then has rows of the identity where the fine one has them.
    """
    rows, columns, values = _nodes(fine, coarse)
    held_fine = _held(fine, boundaries)
    held_coarse = dolfinx.fem.Function(coarse)
    same = np.abs(values - 1) < 1e-12
    held_coarse.x.array.reshape(-1, 3)[columns[same]] = held_fine[rows[same]]
    held_coarse.x.scatter_forward()
    f, c = held_fine[rows], held_coarse.x.array.reshape(-1, 3)[columns] > 0
    keep = (~f & ~c) | (f & c & same[:, None])
    keep &= (rows < fine.dofmap.index_map.size_local)[:, None]
    axes = np.arange(3)
    layout = coarse.dofmap.index_map
    local = (3 * rows[:, None] + axes)[keep]
    number = layout.local_to_global(columns.astype(np.int32))
    entries = np.broadcast_to(values[:, None], keep.shape)[keep]
    order = np.argsort(local, kind="stable")
    owned = 3 * fine.dofmap.index_map.size_local
    starts = np.searchsorted(local[order], np.arange(owned + 1)).astype(PETSc.IntType)
    numbers = (3 * number[:, None] + axes)[keep][order].astype(PETSc.IntType)
    matrix = PETSc.Mat().createAIJ(
        ((owned, None), (3 * layout.size_local, None)),
        csr=(starts, numbers, entries[order]),
        comm=fine.mesh.comm,
    )
    matrix.setBlockSizes(3, 3)
    return matrix


def _nodes(
    fine: dolfinx.fem.FunctionSpace, coarse: dolfinx.fem.FunctionSpace
) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Fine node, coarse node and value of each entry, by local numbers, ghosts included."""
    elements = [_compat.basix_element(space) for space in (coarse, fine)]
    table = basix.compute_interpolation_operator(*elements)
    entries = np.argwhere(np.abs(table) > 1e-12)
    rows = fine.dofmap.list[:, entries[:, 0]].ravel().astype(np.int64)
    columns = coarse.dofmap.list[:, entries[:, 1]].ravel().astype(np.int64)
    values = np.tile(table[tuple(entries.T)], len(fine.dofmap.list))
    count = coarse.dofmap.index_map.size_local + coarse.dofmap.index_map.num_ghosts
    _, first = np.unique(rows * count + columns, return_index=True)
    return rows[first], columns[first], values[first]


def _held(
    space: dolfinx.fem.FunctionSpace, boundaries: Sequence[dolfinx.fem.DirichletBC]
) -> NDArray[np.bool_]:
    """(nodes, 3) unknowns with prescribed values, ghosts included."""
    mark = dolfinx.fem.Function(space)
    for boundary in boundaries:
        mark.x.array[boundary.dof_indices()[0]] = 1.0
    mark.x.scatter_forward()
    return mark.x.array.reshape(-1, 3) > 0
