# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity that depends on the shear rate, at the last velocity."""

from __future__ import annotations

from collections.abc import Sequence

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.sampling import cell_evaluation, facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.rheology import Rheology

Array = NDArray[np.float64]


def shear_rate(gradient: Array) -> Array:
    """sqrt(2 D : D) [1/s] of velocity gradients (..., 3, 3) [1/s]."""
    double = gradient + np.swapaxes(gradient, -1, -2)
    return np.sqrt(0.5 * np.einsum("...ij,...ij->...", double, double))


class ShearViscosity:
    """Viscosity of the cells and the lagged part of the viscous force.

    The stress mu (grad u + grad u^T) is split: mu grad u goes into the velocity matrix, the
    transposed part acts at the known velocity. On the outlets the transposed part is taken out
    again, so that developed flow leaves undisturbed.

    Attributes:
        cells: (cells, points) viscosity at the last update [Pa s].
    """

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        rheology: Rheology,
        outlets: Sequence[str],
    ) -> None:
        """Sample the cells where the diffusion kernel does: one point for P1, four for P2."""
        degree = space.ufl_element().degree
        owned = np.arange(domain.mesh.topology.index_map(3).size_local, dtype=np.int32)
        self._rheology = rheology
        self._points = cell_evaluation(space, owned, 2 * degree - 2, gradients=True)
        facets = [domain.facets(name) for name in outlets] or [np.zeros(0, np.int32)]
        self._outlets = facet_evaluation(space, np.concatenate(facets), 2 * degree, gradients=True)
        self.cells = np.zeros(self._points.shape)

    def update(self, velocity: list[Array]) -> Array:
        """Set the viscosity from local dof arrays of the velocity [m/s].

        Returns:
            (local, 3) load [N] of the transposed part, ghost entries to be added to their owners.
        """
        points, section = self._points, self._outlets
        gradient = points.gradient(velocity)
        self.cells = self._rheology.viscosity(shear_rate(gradient))
        stress = (self.cells * points.weights)[..., None, None] * np.swapaxes(gradient, -1, -2)
        load = np.zeros((points.values.shape[1], 3))
        for i in range(3):
            for j in range(3):
                load[:, i] -= points.gradients[j].T @ stress[..., i, j].ravel()
        gradient = section.gradient(velocity)
        weight = self._rheology.viscosity(shear_rate(gradient)) * section.weights
        traction = weight[..., None] * np.einsum("nqji,nj->nqi", gradient, section.normals)
        return load + section.values.T @ traction.reshape(-1, 3)
