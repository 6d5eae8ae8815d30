# SPDX-License-Identifier: BSD-3-Clause
"""Outlet models, imposed exactly through pressure liftings.

The pressure on an outlet is one number. Writing the pressure increment as
phi = phi_0 + sum_k c_k psi_k, with psi_k harmonic and 1 on outlet k, the flow of every outlet
is affine in c; each model contributes one equation, and the small dense system is solved each
step. No controller, no inner iteration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OutletState:
    """What an outlet model may use; K outlets.

    Attributes:
        flow: (K,) flow out of each outlet at c = 0 [m3/s].
        slope: (K, K) d flow_k / d c_j [m3/(s Pa)].
        pressure: (K,) pressure at c = 0 [Pa].
    """

    flow: Array
    slope: Array
    pressure: Array


class Outlet(Protocol):
    """One outlet model."""

    name: str

    def equation(self, k: int, state: OutletState) -> tuple[Array, float]:
        """Row (K,) and right side of the equation that closes outlet ``k``."""


@dataclass(frozen=True)
class FixedPressure:
    """Pressure given [Pa]; the reference outlet of a prescribed split."""

    name: str
    pressure: float = 0.0

    def equation(self, k: int, state: OutletState) -> tuple[Array, float]:
        """See Outlet."""
        return np.eye(len(state.flow))[k], self.pressure - state.pressure[k]


@dataclass(frozen=True)
class FlowSplit:
    """A fixed share of the total outflow."""

    name: str
    fraction: float

    def equation(self, k: int, state: OutletState) -> tuple[Array, float]:
        """See Outlet: Q_k = fraction * sum_j Q_j (the sum does not depend on c)."""
        return state.slope[k] / abs(state.slope[k, k]), (
            self.fraction * state.flow.sum() - state.flow[k]
        ) / abs(state.slope[k, k])


@dataclass(frozen=True)
class Resistance:
    """P = distal + resistance * Q, implicit.

    Attributes:
        resistance: [Pa s/m3].
        distal: [Pa].
    """

    name: str
    resistance: float
    distal: float = 0.0

    def equation(self, k: int, state: OutletState) -> tuple[Array, float]:
        """See Outlet."""
        row = np.eye(len(state.flow))[k] - self.resistance * state.slope[k]
        return row, self.distal + self.resistance * state.flow[k] - state.pressure[k]


def solve_outlets(outlets: list[Outlet], state: OutletState) -> Array:
    """(K,) pressure increments c [Pa]."""
    equations = [outlet.equation(k, state) for k, outlet in enumerate(outlets)]
    return np.linalg.solve(np.array([e[0] for e in equations]), np.array([e[1] for e in equations]))


def murray_split(radii: dict[str, float], exponent: float) -> dict[str, float]:
    """Share of each outlet, proportional to radius**exponent (2 square law, 3 Murray 1926).

    Args:
        radii: outlet radius [m] by name.
        exponent: between 2 and 3 (doi:10.1007/s10439-015-1288-5).
    """
    weight = {name: radius**exponent for name, radius in radii.items()}
    total = sum(weight.values())
    return {name: w / total for name, w in weight.items()}
