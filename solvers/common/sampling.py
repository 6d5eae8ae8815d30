# SPDX-License-Identifier: BSD-3-Clause
"""Sparse matrices that evaluate a finite-element field at points of cells or facets.

Built once, applied every time step: a value or gradient costs one sparse product and
works the same for every polynomial degree.
"""

from __future__ import annotations

from dataclasses import dataclass

import basix
import dolfinx
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.tagged_mesh import facet_cells

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PointEvaluation:
    """Evaluation of a scalar space at ``q`` points on each of ``n`` cells or facets.

    Attributes:
        values: (n q, local dofs) matrix of basis values.
        gradients: three such matrices of derivatives [1/m], where asked for.
        weights: (n, q) quadrature weights times measure [m3 or m2].
        normals: (n, 3) unit normals out of the sampled cell, facets only.
        cells: (n,) the cell each entity was sampled from.
    """

    values: sp.csr_matrix
    gradients: tuple[sp.csr_matrix, ...] | None
    weights: Array
    normals: Array | None
    cells: NDArray[np.int32]

    @property
    def shape(self) -> tuple[int, int]:
        """(n, q)."""
        return self.weights.shape

    def vector(self, components: list[Array]) -> Array:
        """(n, q, 3) vector from the local dof arrays of its three components."""
        stacked = np.stack([self.values @ c for c in components], axis=-1)
        return stacked.reshape(*self.shape, 3)

    def gradient(self, components: list[Array]) -> Array:
        """(n, q, 3, 3) with entry [i, j] = d u_i / d x_j."""
        rows = [np.stack([g @ c for g in self.gradients], axis=-1) for c in components]
        return np.stack(rows, axis=-2).reshape(*self.shape, 3, 3)


def cell_evaluation(
    space: dolfinx.fem.FunctionSpace,
    cells: NDArray[np.int32],
    degree: int,
    *,
    gradients: bool = False,
) -> PointEvaluation:
    """Evaluation at quadrature points of ``cells`` exact for polynomials of ``degree``."""
    points, weights = basix.make_quadrature(basix.CellType.tetrahedron, degree)
    corners = _corners(space.mesh, cells)
    jacobian = np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)
    measure = np.abs(np.linalg.det(jacobian))
    sample = np.broadcast_to(points, (len(cells), *points.shape))
    return PointEvaluation(
        _values(space, cells, sample),
        _gradients(space, cells, sample, corners) if gradients else None,
        measure[:, None] * weights,
        None,
        cells,
    )


def facet_evaluation(
    space: dolfinx.fem.FunctionSpace,
    facets: NDArray[np.int32],
    degree: int,
    *,
    gradients: bool = False,
    cells: NDArray[np.int32] | None = None,
) -> PointEvaluation:
    """Evaluation at facet quadrature points, from ``cells`` or from any attached cell."""
    mesh = space.mesh
    if cells is None:
        cells, local = facet_cells(mesh, facets)
    else:
        to_facet = mesh.topology.connectivity(3, 2).array.reshape(-1, 4)
        local = np.argmax(to_facet[cells] == facets[:, None], axis=1)
    points, weights = basix.make_quadrature(basix.CellType.triangle, degree)
    reference = basix.geometry(basix.CellType.tetrahedron)
    faces = np.array(basix.topology(basix.CellType.tetrahedron)[2])
    barycentric = np.column_stack([1 - points.sum(axis=1), points])
    on_face = np.einsum("qv,fvd->fqd", barycentric, reference[faces])
    corners = _corners(mesh, cells)
    face = np.take_along_axis(corners, faces[local][:, :, None], axis=1)
    normal = np.cross(face[:, 1] - face[:, 0], face[:, 2] - face[:, 0])
    doubled_area = np.linalg.norm(normal, axis=1)
    outward = np.einsum("nd,nd->n", normal, face.mean(axis=1) - corners.mean(axis=1))
    normal *= (np.sign(outward) / np.where(doubled_area > 0, doubled_area, 1))[:, None]
    sample = on_face[local]
    return PointEvaluation(
        _values(space, cells, sample),
        _gradients(space, cells, sample, corners) if gradients else None,
        doubled_area[:, None] * weights,
        normal,
        cells,
    )


def _corners(mesh: dolfinx.mesh.Mesh, cells: NDArray[np.int32]) -> Array:
    """(n, 4, 3) vertex coordinates [m]."""
    return mesh.geometry.x[_compat.cell_nodes(mesh)[cells]]


def _tabulate(space: dolfinx.fem.FunctionSpace, derivative: int, points: Array) -> Array:
    """(derivatives, n, q, dofs) basis values at (n, q, 3) reference points."""
    table = _compat.basix_element(space).tabulate(derivative, points.reshape(-1, 3))[..., 0]
    return table.reshape(*table.shape[:1], *points.shape[:2], table.shape[-1])


def _sparse(
    space: dolfinx.fem.FunctionSpace, cells: NDArray[np.int32], table: Array
) -> sp.csr_matrix:
    """CSR matrix (n q, local dofs) with the entries ``table`` (n, q, dofs)."""
    n, q, width = table.shape
    dofs = space.dofmap.list[cells]
    columns = np.broadcast_to(dofs[:, None, :], (n, q, width)).ravel()
    rows = np.arange(0, n * q * width + 1, width)
    index_map = space.dofmap.index_map
    matrix = sp.csr_matrix(
        (table.ravel(), columns, rows),
        shape=(n * q, index_map.size_local + index_map.num_ghosts),
    )
    return matrix


def _values(
    space: dolfinx.fem.FunctionSpace, cells: NDArray[np.int32], points: Array
) -> sp.csr_matrix:
    return _sparse(space, cells, _tabulate(space, 0, points)[0])


def _gradients(
    space: dolfinx.fem.FunctionSpace, cells: NDArray[np.int32], points: Array, corners: Array
) -> tuple[sp.csr_matrix, ...]:
    table = np.moveaxis(_tabulate(space, 1, points)[1:], 0, -1)
    jacobian = np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)
    physical = np.einsum("nqwr,nrd->nqwd", table, np.linalg.inv(jacobian))
    return tuple(_sparse(space, cells, np.ascontiguousarray(physical[..., d])) for d in range(3))
