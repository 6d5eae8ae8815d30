# SPDX-License-Identifier: BSD-3-Clause
"""Convection matrix: the one operator that changes every time step.

Skew-symmetrised form c(w; u, v) = (w . grad u, v) + (div w u, v) / 2 (Temam 1968,
doi:10.24033/bsmf.1662), and the backflow term on outlets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from petsc4py import PETSc

import dolfinx
import numpy as np
import scipy.sparse as sp
import ufl
from dolfinx.fem.petsc import assemble_matrix
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh

Array = NDArray[np.float64]


class Convection(Protocol):
    """Fills a scalar velocity matrix with the convection of a wind."""

    def fill(self, matrix: PETSc.Mat) -> None:
        """Overwrite ``matrix`` with c(w; u, v) per unit density [m3/s]."""


def convection_form(
    space: dolfinx.fem.FunctionSpace, wind: Sequence[dolfinx.fem.Function]
) -> ufl.Form:
    """The UFL form of c(w; u, v) for a scalar ``space`` and the three components of w."""
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    w = ufl.as_vector(wind)
    degree = 3 * space.ufl_element().degree - 1
    integrand = (ufl.dot(w, ufl.grad(u)) + 0.5 * ufl.div(w) * u) * v
    return integrand * ufl.dx(metadata={"quadrature_degree": degree})


class FormConvection:
    """Convection by form assembly, for any degree."""

    def __init__(self, form: dolfinx.fem.Form) -> None:
        """Take the compiled form of ``convection_form``."""
        self._form = form

    def fill(self, matrix: PETSc.Mat) -> None:
        """See Convection."""
        matrix.zeroEntries()
        assemble_matrix(matrix, self._form)
        matrix.assemble()


class LinearConvection:
    """P1 convection as one sparse product.

    On a P1 tetrahedron C_ij = |K|/20 [(sum_k w_k + w_i) . grad phi_j + (1 + delta_ij) div w / 2],
    which is linear in the nodal wind: the nonzeros of the matrix are a constant sparse matrix
    times the stacked components of w.
    """

    _CHUNK = 100_000

    def __init__(
        self, space: dolfinx.fem.FunctionSpace, wind: Sequence[dolfinx.fem.Function]
    ) -> None:
        """Build the constant matrix from the owned cells."""
        self._wind = wind
        mesh, index_map = space.mesh, space.dofmap.index_map
        self._count = index_map.size_local + index_map.num_ghosts
        cells = mesh.topology.index_map(3).size_local
        dofs = space.dofmap.list[:cells]
        pairs = sp.csr_matrix(
            (
                np.ones(16 * cells, np.int8),
                (np.repeat(dofs, 4, axis=1).ravel(), np.tile(dofs, (1, 4)).ravel()),
            ),
            shape=(self._count, self._count),
        )
        pairs.sum_duplicates()
        local = np.arange(self._count, dtype=np.int32)
        self._rows = index_map.local_to_global(local).astype(np.int32)
        self._starts = pairs.indptr.astype(np.int32)
        self._columns = self._rows[pairs.indices]
        slots = sp.csr_matrix(
            (np.arange(pairs.nnz, dtype=np.float64), pairs.indices, pairs.indptr), pairs.shape
        )
        total = sp.csr_matrix((pairs.nnz, 3 * self._count))
        for start in range(0, cells, self._CHUNK):
            part = dofs[start : start + self._CHUNK]
            x = mesh.geometry.x[_compat.cell_nodes(mesh)[start : start + len(part)]]
            total = total + self._product(part, x, slots, pairs.nnz)
        self._matrix = total

    def _product(
        self, dofs: NDArray[np.int32], x: Array, slots: sp.csr_matrix, size: int
    ) -> sp.csr_matrix:
        """Contribution of some cells to the constant matrix."""
        jacobian = np.swapaxes(x[:, 1:] - x[:, :1], 1, 2)
        inverse = np.linalg.inv(jacobian)
        slope = np.concatenate([-inverse.sum(axis=1, keepdims=True), inverse], axis=1)
        slope *= (np.abs(np.linalg.det(jacobian)) / 120)[:, None, None]
        ones, eye = np.ones((4, 4)), np.eye(4)
        table = np.einsum("ik,njd->nijkd", ones + eye, slope)
        table += np.einsum("ij,nkd->nijkd", 0.5 * (ones + eye), slope)
        rows = np.asarray(
            slots[np.repeat(dofs, 4, axis=1).ravel(), np.tile(dofs, (1, 4)).ravel()]
        ).astype(np.int64)
        rows = np.broadcast_to(rows.reshape(-1, 4, 4, 1, 1), table.shape)
        columns = dofs[:, None, None, :, None] + self._count * np.arange(3)
        columns = np.broadcast_to(columns, table.shape)
        return sp.csr_matrix(
            (table.ravel(), (rows.ravel(), columns.ravel())), shape=(size, 3 * self._count)
        )

    def fill(self, matrix: PETSc.Mat) -> None:
        """See Convection."""
        values = self._matrix @ np.concatenate([w.x.array for w in self._wind])
        matrix.zeroEntries()
        matrix.setValuesIJV(
            self._starts, self._columns, values, addv=PETSc.InsertMode.ADD, rowmap=self._rows
        )
        matrix.assemble()


class Backflow:
    """-beta/2 <(w.n)_- u, v> on outlets: no energy enters with returning fluid.

    beta = 1 is the energy bound, 0.2 common practice (Bertoglio et al. 2018,
    doi:10.1002/cnm.2918).
    """

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        wind: Sequence[dolfinx.fem.Function],
        outlets: list[str],
        beta: float,
    ) -> None:
        """Prepare the facet quadrature."""
        self._wind, self._beta = wind, beta
        facets = [domain.facets(name) for name in outlets] or [np.zeros(0, np.int32)]
        degree = 3 * space.ufl_element().degree
        self._points = facet_evaluation(space, np.concatenate(facets), degree)
        dofs = space.dofmap.list[self._points.cells]
        rows = space.dofmap.index_map.local_to_global(dofs.ravel()).astype(np.int32)
        self._rows = rows.reshape(dofs.shape)
        self._table = self._points.values.data.reshape(*self._points.shape, dofs.shape[1])

    def add(self, matrix: PETSc.Mat) -> None:
        """Add the term of the current wind, per unit density [m3/s]."""
        wind = self._points.vector([w.x.array for w in self._wind])
        normal = np.einsum("nqd,nd->nq", wind, self._points.normals)
        weight = -0.5 * self._beta * np.minimum(normal, 0.0) * self._points.weights
        blocks = np.einsum("nq,nqi,nqj->nij", weight, self._table, self._table, optimize=True)
        matrix.setValuesRCV(self._rows, self._rows, blocks, addv=PETSc.InsertMode.ADD)
        matrix.assemble()


def compile_form(form: ufl.Form) -> dolfinx.fem.Form:
    """Compile with the options of this package."""
    return dolfinx.fem.form(form, jit_options=_compat.jit_options())
