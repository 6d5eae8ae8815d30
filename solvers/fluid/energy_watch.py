# SPDX-License-Identifier: BSD-3-Clause
"""Kinetic energy beyond what the inflow can feed: a solve that is going wrong.

Between rigid walls the kinetic energy E = rho/2 int |u|^2 changes by

    dE/dt = feed - (viscous and screen losses),
    feed  = int_inlet (p + k) (-u.n) - sum_k P_k Q_k - int_outlets k u.n,  k = rho |u|^2 / 2,

so E cannot rise by more than the integral of ``feed``. Steps that are large against the ramp or a
sharp systole miss that integral by a share of the energy E_0 (Q / Q_peak)^2 which the inflow Q
itself prescribes, so the change of that is allowed for. Kinetic energy that returns through an
outlet (u.n < 0) is left out on purpose: the backflow term is there to take it out, and where it
does not, the flow blows up.

A scheme in balance can still be fed through a pressure drop that its own disturbance raises;
therefore the level is bounded too. A flow Q through an area A has int u^2 dA = c Q^2 / A with
c = 4/3 for Poiseuille's profile and less for a flatter one, so a vessel whose area is nowhere below
1/m of its openings holds E <= c m^2 E_0, E_0 = rho/2 V U^2, with V the volume and U the peak inflow
over the smaller of inlet and total outlet area.
"""

from __future__ import annotations

from mpi4py import MPI

import numpy as np

from solvers.common.errors import EnergyGrowth, SolverDiverged
from solvers.common.sampling import PointEvaluation, facet_evaluation
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.inflow import Waveform
from solvers.fluid.problem import StepReport

PROFILE, NARROWING = 4.0 / 3.0, 2.0
"""c and m of the level bound: an average narrowing to half the area, far beyond any vessel."""

MARGIN = 0.05
"""Share of E_0 by which the balance may be missed between two samples under constant inflow; where
the steps resolve the waveform it is met to a thousandth, even without losses."""


class EnergyWatch:
    """Compares the kinetic energy with what was fed into it since the last sample.

    Attributes:
        scale: E_0 [J].
    """

    def __init__(
        self, stepper: FractionalStep, waveform: Waveform, inlet: str, volume: float
    ) -> None:
        """Take the openings; ``volume`` [m3] is that of the whole fluid."""
        self._stepper = stepper
        domain = stepper.problem.domain
        self._comm = domain.comm
        degree = 3 * stepper.space.ufl_element().degree
        self._inlet = facet_evaluation(stepper.space, domain.facets(inlet), degree)
        facets = [domain.facets(outlet.name) for outlet in stepper.problem.outlets]
        self._outlets = facet_evaluation(stepper.space, np.concatenate(facets), degree)
        areas = [self._sum(part.weights.sum()) for part in (self._inlet, self._outlets)]
        times = np.linspace(0.0, waveform.period, 1000)
        self._peak = float(np.abs(waveform.flow(times)).max())
        speed = self._peak / min(areas)
        self.scale = 0.5 * stepper.problem.density * volume * speed**2
        self._energy = self._fed = self._power = self._share = self._share_before = 0.0

    def _sum(self, value: float) -> float:
        return self._comm.allreduce(float(value), op=MPI.SUM)

    def state(self) -> list[float]:
        """Numbers for a checkpoint at a sampled instant."""
        return [self._energy, self._power, self._share]

    def restore(self, numbers: list[float]) -> None:
        """Take up what ``state`` gave."""
        self._energy, self._power, self._share = numbers
        self._fed, self._share_before = 0.0, self._share

    def mark(self) -> None:
        """Start the balance afresh: the instant is a sample."""
        self._energy, self._fed = self._stepper.kinetic_energy(), 0.0
        self._share_before = self._share

    def check(self, report: StepReport, inlet_pressure: float, where: str) -> None:
        """Add what one step fed and compare; ``inlet_pressure`` in Pa.

        Raises:
            EnergyGrowth: with what the kinetic energy is and what it could be.
            SolverDiverged: it is not a number.
        """
        power = self._feed(report, inlet_pressure)
        self._fed += 0.5 * (self._power + power) * self._stepper.time_step
        self._power = power
        self._share = (report.inflow / self._peak) ** 2
        allowed = (MARGIN + abs(self._share - self._share_before)) * self.scale
        energy = self._stepper.kinetic_energy()
        limit = PROFILE * NARROWING**2 * self.scale
        rise = energy - self._energy
        if not np.isfinite(energy):
            raise SolverDiverged("the velocity is not finite", where)
        if energy > limit:
            raise EnergyGrowth(
                f"kinetic energy {energy:.3g} J is above {limit:.3g} J, the most that the peak"
                " inflow can carry through this volume",
                where,
            )
        if rise > self._fed + allowed:
            raise EnergyGrowth(
                f"kinetic energy rose by {rise:.3g} J while the openings fed {self._fed:.3g} J",
                where,
            )

    def _feed(self, report: StepReport, inlet_pressure: float) -> float:
        """Power into the fluid through its openings [W]."""
        entering, carried = self._flux(self._inlet)
        _, lost = self._flux(self._outlets, returning=False)
        # Measured from the outlets, so that a high mean pressure does not magnify the error of the
        # mass balance.
        level = float(np.mean(report.outlet_pressure))
        outlets = float(np.dot(np.array(report.outlet_pressure) - level, report.outflow))
        inlet = (inlet_pressure - level) * self._sum(entering)
        return -inlet - self._sum(carried + lost) - outlets

    def _flux(self, section: PointEvaluation, returning: bool = True) -> tuple[float, float]:
        """This rank's flow [m3/s] and kinetic energy [W] out through a section."""
        velocity = section.vector([u.x.array for u in self._stepper.velocity])
        through = np.einsum("nqd,nd->nq", velocity, section.normals)
        if not returning:
            through = np.maximum(through, 0.0)
        kinetic = 0.5 * self._stepper.problem.density * (velocity**2).sum(axis=-1) * through
        return float((through * section.weights).sum()), float((kinetic * section.weights).sum())
