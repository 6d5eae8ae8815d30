# SPDX-License-Identifier: BSD-3-Clause
"""Kinetic energy and viscous dissipation per cell, accumulated in the time loop."""

from __future__ import annotations

from collections.abc import Callable

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.cell_quadrature import CellQuadrature
from solvers.fields.averages import State

Array = NDArray[np.float64]


class CellEnergy:
    """Cycle means of rho |u|^2 / 2 and of 2 mu D : D in every owned cell, D the strain rate.

    Products of instants are averaged: those of the mean velocity would miss what pulsates. The
    dissipation function as energy loss of an aneurysm: Mo et al. 2021,
    doi:10.3389/fneur.2021.639690.

    Attributes:
        volume: (cells,) [m3].
        last_kinetic: (cells,) kinetic energy density of the instant added last [J/m3].
        last_dissipation: (cells,) dissipation density of that instant [W/m3].
    """

    def __init__(
        self,
        space: dolfinx.fem.FunctionSpace,
        density: float,
        viscosity: Callable[[Array], Array],
    ) -> None:
        """Prepare the quadrature, exact for both products when the viscosity is constant.

        Args:
            space: scalar velocity space.
            density: rho [kg/m3].
            viscosity: dynamic viscosity [Pa s] from shear rates [1/s] of any shape.
        """
        degree = space.ufl_element().degree
        self._speed = CellQuadrature(space, 2 * degree)
        self._strain = CellQuadrature(space, 2 * (degree - 1))
        self._density, self._viscosity = density, viscosity
        self.volume = self._speed.volume
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        self._kinetic = np.zeros(len(self.volume))
        self._dissipation = np.zeros(len(self.volume))
        self._weight = 0.0

    def add(self, velocity: list[Array], weight: float) -> None:
        """Add one instant of ``weight`` [s] from local dof arrays of the velocity [m/s]."""
        self.last_kinetic = np.empty(len(self.volume))
        self.last_dissipation = np.empty(len(self.volume))
        for block in self._speed.blocks():
            square = sum(u**2 for u in self._speed.values(velocity, block))
            self.last_kinetic[block] = 0.5 * self._density * self._speed.mean(square)
            twice = twice_strain_squared(self._strain.gradients(velocity, block))
            power = self._viscosity(np.sqrt(twice)) * twice
            self.last_dissipation[block] = self._strain.mean(power)
        self._kinetic += weight * self.last_kinetic
        self._dissipation += weight * self.last_dissipation
        self._weight += weight

    def state(self) -> State:
        """See Accumulator."""
        return {
            "cell.kinetic": self._kinetic,
            "cell.dissipation": self._dissipation,
            "scalar.cell_weight": self._weight,
        }

    def restore(self, state: State) -> None:
        """See Accumulator."""
        self._kinetic, self._dissipation = state["cell.kinetic"], state["cell.dissipation"]
        self._weight = float(state["scalar.cell_weight"])

    @property
    def kinetic(self) -> Array:
        """(cells,) cycle-mean kinetic energy density [J/m3]."""
        return self._kinetic / self._weight

    @property
    def dissipation(self) -> Array:
        """(cells,) cycle-mean dissipation density [W/m3]."""
        return self._dissipation / self._weight


def twice_strain_squared(gradient: list[list[Array]]) -> Array:
    """2 D : D, the square of the shear rate [1/s2], from d u_i / d x_j [1/s] as [i][j]."""
    stretching = sum(gradient[i][i] ** 2 for i in range(3))
    shearing = sum((gradient[i][j] + gradient[j][i]) ** 2 for i, j in ((0, 1), (0, 2), (1, 2)))
    return 2.0 * stretching + shearing
