# SPDX-License-Identifier: BSD-3-Clause
"""Wall shear stress per wall facet, accumulated in the time loop."""

from __future__ import annotations

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.sampling import facet_evaluation
from solvers.fields.averages import State
from solvers.fields.wall_indices import activation_potential, relative_residence_time
from solvers.fluid.rheology import Newtonian, Rheology
from solvers.fluid.viscosity import shear_rate

Array = NDArray[np.float64]


def wall_shear(gradient: Array, normals: Array, viscosity: float | Array) -> Array:
    """Tangential traction of the fluid on the wall [Pa].

    Args:
        gradient: (n, q, 3, 3) velocity gradient d u_i / d x_j [1/s].
        normals: (n, 3) unit normals out of the fluid.
        viscosity: dynamic viscosity [Pa s], one number or (n, q).

    Returns:
        (n, q, 3) force per area of the fluid on the wall, normal part removed.
    """
    n = normals[:, None, :]
    # The wall feels the reaction of the traction that the wall exerts on the fluid.
    traction = np.einsum("nqij,nqj->nqi", gradient + np.swapaxes(gradient, 2, 3), n)
    traction *= -np.asarray(viscosity)[..., None]
    return traction - np.einsum("nqi,nqi->nq", traction, n)[..., None] * n


class WallShearAverage:
    """Cycle means of the wall shear vector and of its magnitude.

    TAWSS = (1/T) int |tau| dt and OSI = (1 - |int tau dt| / int |tau| dt) / 2
    (He & Ku 1996, doi:10.1115/1.2795948). Magnitudes are taken at the evaluation points.
    """

    def __init__(
        self,
        space: dolfinx.fem.FunctionSpace,
        facets: NDArray[np.int32],
        viscosity: float | Rheology,
    ) -> None:
        """Sample ``facets``: the centroid for P1 (constant gradient), three points for P2.

        Args:
            space: scalar velocity space.
            facets: of the wall, with one cell each.
            viscosity: dynamic viscosity [Pa s], or a law, taken at the local shear rate.
        """
        degree = 1 if space.ufl_element().degree == 1 else 2
        self.facets = facets
        self.rheology = Newtonian(viscosity) if isinstance(viscosity, float) else viscosity
        self.points = facet_evaluation(space, facets, degree, gradients=True)
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        self._vector = np.zeros((*self.points.shape, 3))
        self._magnitude = np.zeros(self.points.shape)
        self._weight = 0.0

    def add(self, velocity: list[Array], weight: float) -> None:
        """Add one instant of ``weight`` [s] from local dof arrays of the velocity [m/s]."""
        gradient = self.points.gradient(velocity)
        viscosity = self.rheology.viscosity(shear_rate(gradient))
        tau = wall_shear(gradient, self.points.normals, viscosity)
        self._vector += weight * tau
        self._magnitude += weight * np.linalg.norm(tau, axis=-1)
        self._weight += weight

    def state(self) -> State:
        """See Accumulator."""
        return {
            "facet.vector": self._vector,
            "facet.magnitude": self._magnitude,
            "scalar.weight": self._weight,
        }

    def restore(self, state: State) -> None:
        """See Accumulator."""
        self._vector, self._magnitude = state["facet.vector"], state["facet.magnitude"]
        self._weight = float(state["scalar.weight"])

    def _facet_mean(self, values: Array) -> Array:
        weights = self.points.weights / self.points.weights.sum(axis=1, keepdims=True)
        return np.einsum("nq,nq...->n...", weights, values)

    @property
    def tawss(self) -> Array:
        """(n,) time-averaged wall shear stress [Pa]."""
        return self._facet_mean(self._magnitude) / self._weight

    @property
    def mean_vector(self) -> Array:
        """(n, 3) mean wall shear vector [Pa]."""
        return self._facet_mean(self._vector) / self._weight

    @property
    def osi(self) -> Array:
        """(n,) oscillatory shear index, within [0, 0.5]; 0 where nothing moves."""
        magnitude = np.maximum(self._magnitude, np.finfo(float).tiny)
        ratio = np.linalg.norm(self._vector, axis=-1) / magnitude
        still = self._magnitude == 0.0
        return self._facet_mean(np.where(still, 0.0, 0.5 * (1.0 - np.minimum(ratio, 1.0))))

    @property
    def rrt(self) -> Array:
        """(n,) relative residence time [1/Pa]; NaN where the mean shear vanishes."""
        return relative_residence_time(self.tawss, self.osi)

    @property
    def ecap(self) -> Array:
        """(n,) endothelial cell activation potential [1/Pa]; NaN where nothing moves."""
        return activation_potential(self.tawss, self.osi)
