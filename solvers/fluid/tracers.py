# SPDX-License-Identifier: BSD-3-Clause
"""Residence time in the sac and washout of the sac, transported beside the flow.

Residence time T: dT/dt + u . grad T = div(D grad T) + H, T = 0 in the blood that enters, with H = 1
in the sac or everywhere (Esmaily-Moghadam et al. 2013, doi:10.1063/1.4819142). Washout: a tracer
that fills the sac, and only the sac, at the start of a chosen cycle.
"""

from __future__ import annotations

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fields.averages import State
from solvers.fluid.edge_flow import EdgeFlow
from solvers.fluid.scalar import PassiveScalar, region_weights
from solvers.fluid.settings import ScalarSettings

Array = NDArray[np.float64]


class VelocityWindow:
    """Time mean of the velocity over some steps, by the trapezoidal rule.

    Attributes:
        duration: length of the window so far [s].
        steps: steps in it.
        last: velocity at its end, (3, local dofs) [m/s], or None.
    """

    def __init__(self) -> None:
        """Start without a velocity."""
        self.last: Array | None = None
        self.clear()

    def clear(self) -> None:
        """Start the next window where the last one ended."""
        self._integral: Array | float = 0.0
        self.duration, self.steps = 0.0, 0

    def add(self, velocity: Array, dt: float) -> None:
        """Add a step of ``dt`` [s] that ended with ``velocity`` (3, local dofs) [m/s]."""
        last = velocity if self.last is None else self.last
        self._integral = self._integral + 0.5 * dt * (last + velocity)
        self.last = velocity
        self.duration += dt
        self.steps += 1

    def state(self) -> State:
        """See Accumulator; without a velocity there is nothing."""
        if self.last is None:
            return {}
        integral = np.zeros_like(self.last) + self._integral
        return {
            "dof.window_last": self.last,
            "dof.window_integral": integral,
            "scalar.window": np.array([self.duration, self.steps]),
        }

    def restore(self, state: State) -> None:
        """See Accumulator."""
        if "scalar.window" in state:
            self.last, self._integral = state["dof.window_last"], state["dof.window_integral"]
            duration, steps = state["scalar.window"]
            self.duration, self.steps = float(duration), int(steps)

    @property
    def mean(self) -> Array:
        """(3, local dofs) mean velocity of the window [m/s]."""
        return self._integral / self.duration


class SacTracers:
    """The scalars of one pulsatile solution and their cycle means.

    Attributes:
        age: residence time [s], or None.
        dye: tracer of the washout, or None.
    """

    def __init__(
        self, domain: TaggedMesh, space: dolfinx.fem.FunctionSpace, settings: ScalarSettings
    ) -> None:
        """Prepare the scalars on the mesh of a velocity ``space``.

        Raises:
            InvalidProblem: the mesh has no sac.
        """
        if "sac" not in domain.markers["cells"]:
            raise InvalidProblem("residence time and washout need a region 'sac' in the mesh")
        self.settings = settings
        self.flow = EdgeFlow(domain, space)
        self.sac = region_weights(self.flow, "sac")
        dual = self.flow.mass[: self.flow.graph.owned]
        source = self.sac if settings.source == "sac" else dual
        diffusivity, kind = settings.diffusivity, settings.kind
        self.age = self.dye = None
        if kind in ("residence_time", "both"):
            self.age = PassiveScalar(self.flow, diffusivity, source)
        if kind in ("washout", "both"):
            self.dye = PassiveScalar(self.flow, diffusivity)
        self._window = VelocityWindow()
        self._cycle_flow: list[tuple[NDArray[np.float32], float]] = []
        self._dye_time, self._dye_share = [], []
        self._reset_means()

    def _reset_means(self) -> None:
        self._age_integral = np.zeros(self.flow.graph.owned)
        self._duration = 0.0
        self._first_age = self.age.mean(self.sac) if self.age else 0.0

    # -- in the time loop -----------------------------------------------------------------------

    def start_cycle(self, number: int) -> None:
        """Begin the means of a cycle; the chosen one fills the sac with tracer."""
        self._cycle_flow.clear()
        self._reset_means()
        if self.dye and number == self.settings.washout_cycle:
            # A vertex of the ostium gets the share of its dual cell that lies in the sac.
            self.dye.set_values(self.sac / self.flow.mass[: self.flow.graph.owned])
            self._dye_time, self._dye_share = [0.0], [1.0]

    def advance(self, velocity: list[dolfinx.fem.Function], dt: float) -> None:
        """Take one step of the flow [s]; the scalars follow every ``settings.every`` steps."""
        self._window.add(np.array([u.x.array for u in velocity]), dt)
        if self._window.steps == self.settings.every:
            self._transport()

    def finish_cycle(self) -> dict[str, float]:
        """Transport what is left of the window; returns the scalars of the cycle."""
        if self._window.steps:
            self._transport()
        return self.summary()

    def replay(self) -> None:
        """Repeat the velocity of the last cycle ``settings.extra_cycles`` times."""
        for _ in range(self.settings.extra_cycles):
            self._reset_means()
            for velocity, duration in self._cycle_flow:
                self._move(velocity.astype(np.float64), duration)

    def _transport(self) -> None:
        mean, duration = self._window.mean, self._window.duration
        self._window.clear()
        if self.settings.extra_cycles:
            self._cycle_flow.append((mean.astype(np.float32), duration))
        self._move(mean, duration)

    def _move(self, velocity: Array, duration: float) -> None:
        self.flow.update(velocity)
        owned = self.flow.graph.owned
        if self.age:
            before = self.age.nodal[:owned].copy()
            self.age.step(duration)
            self._age_integral += 0.5 * duration * (before + self.age.nodal[:owned])
        if self.dye and self._dye_time:
            self.dye.step(duration)
            self._dye_time.append(self._dye_time[-1] + duration)
            self._dye_share.append(self.dye.mean(self.sac))
        self._duration += duration

    # -- results --------------------------------------------------------------------------------

    @property
    def age_field(self) -> Array:
        """Cycle-mean residence time [s] at the local dofs of ``flow.graph.space``; collective."""
        return self.flow.graph.spread(self._age_integral / self._duration)

    def summary(self) -> dict[str, float]:
        """Cycle means and washout so far.

        ``residence_time`` [s] mean over the sac and the cycle; ``residence_time_growth`` its rise
        over the cycle per second (0 when periodic, 1 when nothing is washed out);
        ``aged_share`` share of the sac volume whose cycle-mean age exceeds the threshold;
        ``washout_share`` tracer in the sac now; ``substeps`` of the last step.
        """
        result: dict[str, float] = {}
        graph = self.flow.graph
        if self.age:
            mean = self._age_integral / self._duration
            volume = graph.total(self.sac)
            old = mean > self.settings.age_threshold
            result["residence_time"] = graph.total(self.sac * mean) / volume
            growth = (self.age.mean(self.sac) - self._first_age) / self._duration
            result["residence_time_growth"] = growth
            result["aged_share"] = graph.total(self.sac * old) / volume
            result["substeps"] = self.age.substeps
        if self._dye_share:
            result["washout_share"] = self._dye_share[-1]
            result["substeps"] = self.dye.substeps
        return result

    def washout(self, period: float) -> dict[str, float | list[float]]:
        """How the tracer leaves the sac.

        Args:
            period: length of a cycle [s].

        Returns:
            ``time`` [s] since the sac was filled and ``share`` left, as curves; where the record
            is long enough ``share_after_cycle``, ``time_constant`` = -period / ln of it [s], and
            ``half_time`` [s]. Empty when the tracer never started.
        """
        time, share = np.array(self._dye_time), np.array(self._dye_share)
        if len(time) < 2:
            return {}
        result: dict[str, float | list[float]] = {"time": time.tolist(), "share": share.tolist()}
        if time[-1] > period * (1.0 - 1e-9):
            left = float(np.interp(period, time, share))
            result["share_after_cycle"] = left
            if 0.0 < left < 1.0:
                result["time_constant"] = -period / float(np.log(left))
        below = np.flatnonzero(share <= 0.5)
        if len(below):
            k = below[0]
            part = (share[k - 1] - 0.5) / (share[k - 1] - share[k])
            result["half_time"] = float(time[k - 1] + part * (time[k] - time[k - 1]))
        return result

    # -- checkpoint -----------------------------------------------------------------------------

    def state(self) -> State:
        """See Accumulator. The velocity of a cycle that is to be repeated is not part of it."""
        result = self._window.state() | {
            "scalar.dye_time": np.array(self._dye_time),
            "scalar.dye_share": np.array(self._dye_share),
            "vertex.age_integral": self._age_integral,
            "scalar.tracer_means": np.array([self._duration, self._first_age]),
        }
        for name, scalar in self._scalars().items():
            values, *numbers = scalar.state().values()
            result[f"vertex.{name}"] = values
            result[f"scalar.{name}"] = np.concatenate(numbers)
        return result

    def restore(self, state: State) -> None:
        """See Accumulator."""
        self._window.restore(state)
        self._dye_time = state["scalar.dye_time"].tolist()
        self._dye_share = state["scalar.dye_share"].tolist()
        self._age_integral = state["vertex.age_integral"].copy()
        self._duration, self._first_age = map(float, state["scalar.tracer_means"])
        for name, scalar in self._scalars().items():
            numbers = state[f"scalar.{name}"]
            scalar.restore(
                {"values": state[f"vertex.{name}"], "bounds": numbers[:2], "balance": numbers[2:]}
            )

    def _scalars(self) -> dict[str, PassiveScalar]:
        found = {"age": self.age, "dye": self.dye}
        return {name: scalar for name, scalar in found.items() if scalar}
