# SPDX-License-Identifier: BSD-3-Clause
"""Outlet models, imposed exactly through pressure liftings.

The pressure on an outlet is one number. Writing the pressure increment as
phi = phi_0 + sum_k c_k psi_k, with psi_k harmonic and 1 on outlet k, the flow of every outlet
is affine in c; each model contributes one equation, and the small dense system is solved each
step. No controller, no inner iteration. A model with a memory advances it once per step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OutletState:
    """What an outlet model may use; K outlets.

    Attributes:
        flow: (K,) flow out of each outlet at c = 0 [m3/s].
        slope: (K, K) d flow_k / d c_j [m3/(s Pa)].
        pressure: (K,) pressure at c = 0 [Pa].
        time_step: length of the step [s]; infinite for steady flow.
    """

    flow: Array
    slope: Array
    pressure: Array
    time_step: float


class Outlet(Protocol):
    """One outlet model.

    A model whose pressure depends on past flow also has ``advance(flow, time_step)``, called once
    after each step, and ``state()`` and ``restore(values)`` for checkpoints.
    """

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


class Windkessel:
    """P = proximal Q + P_c, with C dP_c/dt = Q - (P_c - P_d) / distal.

    The three-element model of the vessels beyond the outlet (reviewed by Westerhof, Lankhaar &
    Westerhof 2009, doi:10.1007/s11517-008-0359-2). Over a step the flow is taken as linear in time
    and the equation is integrated exactly, which is second order and stable at any step. The new
    flow is an unknown of the step: the outlet is implicit.
    """

    def __init__(
        self,
        name: str,
        proximal: float,
        capacitance: float,
        distal: float,
        distal_pressure: float = 0.0,
        mean_flow: float = 0.0,
    ) -> None:
        """Charge the capacitor as a mean flow would; the flow itself starts from rest.

        Args:
            name: outlet surface.
            proximal: resistance before the capacitor [Pa s/m3].
            capacitance: [m3/Pa].
            distal: resistance after the capacitor [Pa s/m3].
            distal_pressure: behind the distal resistance [Pa].
            mean_flow: cycle-mean flow expected [m3/s].

        Raises:
            InvalidProblem: a resistance or the capacitance is not positive.
        """
        values = {"proximal": proximal, "capacitance": capacitance, "distal": distal}
        wrong = {key: value for key, value in values.items() if not value > 0.0}
        if wrong:
            raise InvalidProblem(f"windkessel of '{name}' needs positive values, not {wrong}")
        self.name, self.proximal, self.distal = name, proximal, distal
        self.capacitance, self.distal_pressure = capacitance, distal_pressure
        self._stored = distal_pressure + distal * mean_flow
        self._flow = 0.0

    @property
    def time_constant(self) -> float:
        """Of the discharge through the distal resistance [s]."""
        return self.distal * self.capacitance

    def _weights(self, time_step: float) -> tuple[float, float, float]:
        """Share of the stored pressure that stays, and weights of the old and the new flow [-]."""
        ratio = time_step / self.time_constant
        lost = -np.expm1(-ratio)
        return 1.0 - lost, lost / ratio - (1.0 - lost), 1.0 - lost / ratio

    def _store(self, flow: float, time_step: float) -> float:
        """Capacitor pressure [Pa] at the end of a step that ends with ``flow`` [m3/s]."""
        stays, old, new = self._weights(time_step)
        above = stays * (self._stored - self.distal_pressure)
        return self.distal_pressure + above + self.distal * (old * self._flow + new * flow)

    def equation(self, k: int, state: OutletState) -> tuple[Array, float]:
        """See Outlet: over one step it is a resistance with a known distal pressure."""
        resistance = self.proximal + self.distal * self._weights(state.time_step)[2]
        return Resistance(self.name, resistance, self._store(0.0, state.time_step)).equation(
            k, state
        )

    def advance(self, flow: float, time_step: float) -> None:
        """Take over the flow [m3/s] that a step [s] ended with."""
        self._stored = self._store(flow, time_step)
        self._flow = flow

    def state(self) -> Array:
        """(2,) capacitor pressure [Pa] and last flow [m3/s]."""
        return np.array([self._stored, self._flow])

    def restore(self, values: Array) -> None:
        """Set what ``state`` gave."""
        self._stored, self._flow = map(float, values)


def solve_outlets(outlets: Sequence[Outlet], state: OutletState) -> Array:
    """(K,) pressure increments c [Pa]."""
    equations = [outlet.equation(k, state) for k, outlet in enumerate(outlets)]
    return np.linalg.solve(np.array([e[0] for e in equations]), np.array([e[1] for e in equations]))
