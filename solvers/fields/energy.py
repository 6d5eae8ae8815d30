# SPDX-License-Identifier: BSD-3-Clause
"""The budget of mechanical energy of a vessel, accumulated in the time loop.

With u the velocity, p the pressure and D the strain rate,

    -sum over openings of int (p + rho |u|^2 / 2) u.n dA
        = int 2 mu D : D dV + loss in the screen + d/dt int rho |u|^2 / 2 dV,

the left side being the energy loss. Left out is the work of the viscous traction on the openings,
zero for developed flow. What remains is the work of the scheme: time stepping, stabilisation, the
backflow term; it vanishes under refinement and is reported as the error of the balance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.sampling import facet_evaluation
from solvers.fields.averages import State
from solvers.fields.boundary_power import BoundaryPower
from solvers.fields.dissipation import CellEnergy

Array = NDArray[np.float64]


class ScreenLoss:
    """Power that a resistive screen takes from the flow: int (a + b|U|) U^2 + r |u_t|^2 dA."""

    def __init__(
        self,
        space: dolfinx.fem.FunctionSpace,
        facets: NDArray[np.int32],
        linear: Array,
        quadratic: Array,
        tangential: Array,
    ) -> None:
        """Sample the screen.

        Args:
            space: scalar velocity space.
            facets: (n,) local facets owned by this rank.
            linear: (n,) a [Pa s/m].
            quadratic: (n,) b [Pa s2/m2].
            tangential: (n,) r [Pa s/m].
        """
        self._points = facet_evaluation(space, facets, 3 * space.ufl_element().degree)
        self._coefficients = [c[:, None] for c in (linear, quadratic, tangential)]

    def power(self, velocity: list[Array]) -> float:
        """This rank's share of the power [W]."""
        a, b, r = self._coefficients
        u = self._points.vector(velocity)
        through = np.einsum("nqd,nd->nq", u, self._points.normals)
        along = np.maximum((u**2).sum(axis=-1) - through**2, 0.0)
        density = (a + b * np.abs(through)) * through**2 + r * along
        return float((self._points.weights * density).sum())


@dataclass(frozen=True)
class EnergyResult:
    """Cycle means, equal on every rank.

    Attributes:
        energy_loss: power that enters through the openings less what leaves [W].
        boundary_power: power out of each opening, negative where it enters [W].
        dissipation: viscous dissipation by region [W].
        screen_loss: [W].
        kinetic_energy: by region [J].
        kinetic_energy_rate: change of the kinetic energy over the cycle per time [W].
    """

    energy_loss: float
    boundary_power: dict[str, float]
    dissipation: dict[str, float]
    screen_loss: float
    kinetic_energy: dict[str, float]
    kinetic_energy_rate: float

    @property
    def balance_error(self) -> float | None:
        """Part of the energy loss that its sinks do not explain; None without loss."""
        sinks = sum(self.dissipation.values()) + self.screen_loss + self.kinetic_energy_rate
        return (self.energy_loss - sinks) / abs(self.energy_loss) if self.energy_loss else None


class EnergyBudget:
    """Accumulates the energy budget.

    Attributes:
        cells: kinetic energy and dissipation per cell.
    """

    def __init__(
        self,
        cells: CellEnergy,
        boundary: BoundaryPower,
        screen: ScreenLoss | None,
        regions: Mapping[str, NDArray[np.int32]],
        comm: MPI.Comm,
    ) -> None:
        """Combine the parts; ``regions`` holds the owned cells of each, which share none."""
        self.cells, self._boundary, self._screen = cells, boundary, screen
        self._regions, self._comm = dict(regions), comm
        self._before: float | None = None
        self._after: float | None = None
        self.reset()

    def reset(self) -> None:
        """Begin a cycle; it starts with the kinetic energy the last one ended with."""
        self.cells.reset()
        self._boundary.reset()
        self._before = self._after
        self._screen_loss = self._weight = 0.0

    def add(self, velocity: list[Array], pressure: Array, weight: float) -> dict[str, float]:
        """Add one instant.

        Args:
            velocity: local dof arrays of the components [m/s].
            pressure: (owned cells, 4) at the cell vertices [Pa].
            weight: time that the instant stands for [s].

        Returns:
            The terms of this instant: kinetic_energy [J]; energy_loss, dissipation, screen_loss
            [W].
        """
        self.cells.add(velocity, weight)
        self._boundary.add(velocity, pressure, weight)
        volume = self.cells.volume
        screen = self._screen.power(velocity) if self._screen else 0.0
        kinetic, dissipation, screen = self._comm.allreduce(
            np.array(
                [volume @ self.cells.last_kinetic, volume @ self.cells.last_dissipation, screen]
            )
        )
        if self._before is None:
            self._before = float(kinetic)
        self._after = float(kinetic)
        self._screen_loss += weight * float(screen)
        self._weight += weight
        return {
            "kinetic_energy": float(kinetic),
            "energy_loss": float(-self._boundary.last.sum()),
            "dissipation": float(dissipation),
            "screen_loss": float(screen),
        }

    def state(self) -> State:
        """See Accumulator."""
        ends = [np.nan if e is None else e for e in (self._before, self._after)]
        own = {"scalar.budget": np.array([*ends, self._screen_loss, self._weight])}
        return own | self.cells.state() | self._boundary.state()

    def restore(self, state: State) -> None:
        """See Accumulator."""
        *ends, self._screen_loss, self._weight = state["scalar.budget"].tolist()
        self._before, self._after = (None if np.isnan(e) else e for e in ends)
        self.cells.restore(state)
        self._boundary.restore(state)

    def result(self) -> EnergyResult:
        """Means over what was added since the last reset; collective."""
        outward = self._boundary.outward
        return EnergyResult(
            energy_loss=-sum(outward.values()),
            boundary_power=outward,
            dissipation=self._by_region(self.cells.dissipation),
            screen_loss=self._screen_loss / self._weight,
            kinetic_energy=self._by_region(self.cells.kinetic),
            kinetic_energy_rate=(self._after - self._before) / self._weight,
        )

    def _by_region(self, density: Array) -> dict[str, float]:
        content = self.cells.volume * density
        return {
            name: self._comm.allreduce(float(content[cells].sum()))
            for name, cells in self._regions.items()
        }
