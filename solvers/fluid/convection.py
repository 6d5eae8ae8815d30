# SPDX-License-Identifier: BSD-3-Clause
"""The terms of the velocity matrix that change every time step.

Skew-symmetrised convection c(w; u, v) = (w . grad u, v) + (div w u, v) / 2 (Temam 1968,
doi:10.24033/bsmf.1662) equals half the difference of (w . grad u, v) and (w . grad v, u) plus
<w.n u, v> / 2 on the boundary. The volume part is antisymmetric: of the 100 entries of a P2
tetrahedron only 45 are computed, each a fixed combination of the 30 wind coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence

import basix
import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.block_matrix import Pattern
from solvers.common.kernels import library
from solvers.common.sampling import PointEvaluation, facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh

Array = NDArray[np.float64]


class CellTerms:
    """Convection and shear-dependent diffusion, from reference tensors."""

    def __init__(self, space: dolfinx.fem.FunctionSpace, pattern: Pattern) -> None:
        """Tabulate the reference tensors and the geometry of the owned cells."""
        mesh, degree = space.mesh, space.ufl_element().degree
        count = mesh.topology.index_map(3).size_local
        dofs = space.dofmap.list[:count]
        self._nodes, self._cells = dofs.shape[1], count
        self._dofs = np.ascontiguousarray(dofs, np.int32).ravel()
        x = mesh.geometry.x[_compat.cell_nodes(mesh)[:count]]
        jacobian = np.swapaxes(x[:, 1:] - x[:, :1], 1, 2)
        inverse, measure = np.linalg.inv(jacobian), np.abs(np.linalg.det(jacobian))
        self._inverse, self._measure = inverse.ravel(), measure
        metric = inverse @ np.swapaxes(inverse, 1, 2) * measure[:, None, None]
        self._metric = np.ascontiguousarray(metric[:, *np.triu_indices(3)]).ravel()
        self._skew, self._soft = _reference_tensors(space, degree)
        self.points = 1 if degree == 1 else 4
        i, j = np.triu_indices(self._nodes, 1)
        positions = pattern.positions(dofs)
        both = np.stack([positions[:, i, j], positions[:, j, i]], axis=-1)
        self._positions = np.ascontiguousarray(both).ravel()
        self._diagonal = pattern.diagonal[self._dofs]

    def add(self, values: Array, wind: Array, density: float, viscosity: Array | None) -> None:
        """Add the terms of all owned cells to the nonzeros of a matrix, ghost rows included.

        Args:
            values: nonzeros [kg/s].
            wind: (local, 3) convecting velocity [m/s].
            density: rho [kg/m3].
            viscosity: (cells, points) dynamic viscosity [Pa s], or None for no diffusion.
        """
        library().cell_terms(
            self._nodes,
            self._cells,
            self._dofs,
            np.ravel(wind),
            self._inverse,
            density * self._measure,
            self._skew,
            self.points,
            None if viscosity is None else np.ravel(viscosity),
            self._soft,
            self._metric,
            self._positions,
            self._diagonal,
            values,
        )


def _reference_tensors(space: dolfinx.fem.FunctionSpace, degree: int) -> tuple[Array, Array]:
    """Tensors of antisymmetric convection and of diffusion, per pair of nodes i < j.

    Convection: (pairs, 3 nodes) with half of int phi_k (phi_i d_r phi_j - phi_j d_r phi_i).
    Diffusion: (pairs, 6 points) with the weight times d_r phi_i d_s phi_j, summed over (r, s) and
    (s, r); P1 has one point, P2 the four of a rule exact for its constant-viscosity stiffness.
    """
    element = _compat.basix_element(space)
    tetrahedron = basix.CellType.tetrahedron
    points, weights = basix.make_quadrature(tetrahedron, 3 * degree - 1)
    value, *slope = element.tabulate(1, points)[..., 0]
    full = np.einsum("q,qk,qi,rqj->ijkr", weights, value, value, np.array(slope), optimize=True)
    skew = 0.5 * (full - np.swapaxes(full, 0, 1))
    points, weights = basix.make_quadrature(tetrahedron, 2 * degree - 2)
    slope = element.tabulate(1, points)[1:, ..., 0]
    product = np.einsum("q,rqi,sqj->ijqrs", weights, slope, slope)
    product = product + np.swapaxes(product, -1, -2)
    r, s = np.triu_indices(3)
    soft = np.where(r == s, 0.5, 1.0) * product[..., r, s]
    i, j = np.triu_indices(value.shape[1], 1)
    pairs = len(i)
    return (
        np.ascontiguousarray(skew[i, j].reshape(pairs, -1)).ravel(),
        np.ascontiguousarray(soft[i, j].reshape(pairs, -1)).ravel(),
    )


class FacetBlocks:
    """Adds small dense blocks, one per facet, to the nonzeros of a matrix."""

    def __init__(
        self, points: PointEvaluation, space: dolfinx.fem.FunctionSpace, pattern: Pattern
    ) -> None:
        """Locate the entries of the cells that ``points`` samples."""
        dofs = space.dofmap.list[points.cells]
        self._positions = pattern.positions(dofs).ravel()
        table = points.values.data.reshape(*points.shape, dofs.shape[1])
        self._products = np.einsum("nqi,nqj->nqij", table, table)

    def add(self, values: Array, weight: Array) -> None:
        """Add sum_q weight[n, q] phi_i phi_j of each facet; weight (n, q) [kg/s]."""
        blocks = np.einsum("nq,nqij->nij", weight, self._products).ravel()
        library().add_entries(len(blocks), self._positions, blocks, values)


class OutletConvection:
    """Boundary part of the convection on the outlets, and the backflow term.

    <w.n u, v> / 2 - beta <(w.n)_- u, v> / 2: with beta = 1 no energy enters with returning fluid,
    0.2 is common practice (Bertoglio et al. 2018, doi:10.1002/cnm.2918).
    """

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        pattern: Pattern,
        outlets: Sequence[str],
        beta: float,
    ) -> None:
        """Prepare the facet quadrature."""
        self._beta = beta
        facets = [domain.facets(name) for name in outlets] or [np.zeros(0, np.int32)]
        degree = 3 * space.ufl_element().degree
        self._points = facet_evaluation(space, np.concatenate(facets), degree)
        self._blocks = FacetBlocks(self._points, space, pattern)

    def add(self, values: Array, wind: Sequence[Array], density: float) -> None:
        """Add the term to the nonzeros [kg/s]; ``wind`` local dof arrays [m/s]."""
        normal = np.einsum("nqd,nd->nq", self._points.vector(list(wind)), self._points.normals)
        weight = 0.5 * density * (normal - self._beta * np.minimum(normal, 0.0))
        self._blocks.add(values, weight * self._points.weights)
