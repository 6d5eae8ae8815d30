# SPDX-License-Identifier: BSD-3-Clause
"""Cycle means of the wall shear stress per wall facet, accumulated in the time loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.fields.averages import State
from solvers.fields.wall_indices import activation_potential, relative_residence_time

Array = NDArray[np.float64]


class WallShearAverage:
    """Cycle means of the wall shear vector and of its magnitude.

    TAWSS = (1/T) int |tau| dt and OSI = (1 - |int tau dt| / int |tau| dt) / 2
    (He & Ku 1996, doi:10.1115/1.2795948).

    Attributes:
        facets: local facets of the wall.
    """

    def __init__(self, facets: NDArray[np.int32]) -> None:
        """Means on these facets."""
        self.facets = facets
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        self._vector = np.zeros((len(self.facets), 3))
        self._magnitude = np.zeros(len(self.facets))
        self._weight = 0.0

    def add(self, shear: Array, weight: float) -> None:
        """Add one instant of ``weight`` [s]; shear (facets, 3) [Pa]."""
        self._vector += weight * shear
        self._magnitude += weight * np.linalg.norm(shear, axis=-1)
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

    @property
    def tawss(self) -> Array:
        """(n,) time-averaged wall shear stress [Pa]."""
        return self._magnitude / self._weight

    @property
    def mean_vector(self) -> Array:
        """(n, 3) mean wall shear vector [Pa]."""
        return self._vector / self._weight

    @property
    def osi(self) -> Array:
        """(n,) oscillatory shear index, within [0, 0.5]; 0 where nothing moves."""
        magnitude = np.maximum(self._magnitude, np.finfo(float).tiny)
        ratio = np.linalg.norm(self._vector, axis=-1) / magnitude
        return np.where(self._magnitude == 0.0, 0.0, 0.5 * (1.0 - np.minimum(ratio, 1.0)))

    @property
    def rrt(self) -> Array:
        """(n,) relative residence time [1/Pa]; NaN where the mean shear vanishes."""
        return relative_residence_time(self.tawss, self.osi)

    @property
    def ecap(self) -> Array:
        """(n,) endothelial cell activation potential [1/Pa]; NaN where nothing moves."""
        return activation_potential(self.tawss, self.osi)
