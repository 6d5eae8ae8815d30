# SPDX-License-Identifier: BSD-3-Clause
"""Numerical and physical settings of one flow solve, in SI."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from solvers.fluid.inflow import Profile
from solvers.fluid.rheology import CarreauYasuda, Casson, RheologySettings

MULTIGRID_OPTIONS: dict[str, Any] = {
    "ksp_type": "cg",
    "ksp_initial_guess_nonzero": True,
    "pc_type": "gamg",
    "pc_gamg_threshold": 0.02,
    "pc_gamg_coarse_eq_limit": 1000,
    "mg_levels_ksp_max_it": 1,
    "mg_levels_pc_type": "jacobi",
    "ksp_max_it": 500,
}
DIRECT_OPTIONS: dict[str, Any] = {"ksp_type": "preonly", "pc_type": "cholesky"}
DIRECT_LIMIT = 10_000
"""Pressure unknowns up to which one rank does as well with a factorisation, made once."""


OutletKind = Literal["split", "resistance", "windkessel"]


@dataclass(frozen=True)
class OutletChoice:
    """How one outlet is closed, with values of its own where they are given.

    Attributes:
        kind: as in OutletSettings.
        proximal: resistance before the capacitor [Pa s/m3].
        capacitance: [m3/Pa].
        distal: resistance after the capacitor, or the only one [Pa s/m3].
        distal_pressure: [Pa]; None takes that of all outlets.
    """

    kind: OutletKind
    proximal: float | None = None
    capacitance: float | None = None
    distal: float | None = None
    distal_pressure: float | None = None


@dataclass(frozen=True)
class OutletSettings:
    """How the outlets are closed.

    Attributes:
        kind: ``resistance`` sets P = P_d + R Q on each outlet, so that a device over a branch can
            lower its flow; ``windkessel`` adds a capacitance; ``split`` prescribes the shares.
        split_exponent: share proportional to radius**exponent (2 to 3).
        split: explicit shares by outlet name (sum 1); empty uses the exponent.
        mean_pressure: cycle-mean pressure [Pa] that sets the resistances,
            R_k = (mean_pressure - distal_pressure) / (share_k * mean flow).
        distal_pressure: behind the resistances [Pa].
        proximal: whether the proximal resistance of a windkessel is a ``ratio`` of the total or
            the characteristic ``impedance`` rho c / A of the outlet.
        proximal_ratio: proximal over total resistance [-].
        wave_speed: c of the impedance [m/s]; nominal.
        time_constant: distal resistance times capacitance of every windkessel [s]; nominal.
        each: choices by outlet name that depart from the above.
    """

    kind: OutletKind = "resistance"
    split_exponent: float = 2.0
    split: dict[str, float] = field(default_factory=dict)
    mean_pressure: float = 12000.0
    distal_pressure: float = 0.0
    proximal: Literal["ratio", "impedance"] = "ratio"
    proximal_ratio: float = 0.1
    wave_speed: float = 8.0
    time_constant: float = 0.5
    each: dict[str, OutletChoice] = field(default_factory=dict)


@dataclass(frozen=True)
class ScalarSettings:
    """Residence time and washout.

    Attributes:
        kind: which scalars are transported.
        diffusivity: D [m2/s].
        every: flow steps per step of the scalars, which see the mean velocity of these.
        source: where blood ages; ``sac`` gives the time spent behind the device surface.
        age_threshold: blood of a greater residence time counts as aged [s].
        washout_cycle: cycle at whose start the tracer fills the sac.
        extra_cycles: repetitions of the last cycle's velocity for the scalars alone.
    """

    kind: Literal["none", "residence_time", "washout", "both"] = "none"
    diffusivity: float = 0.0
    every: int = 1
    source: Literal["sac", "everywhere"] = "sac"
    age_threshold: float = 1.0
    washout_cycle: int = 2
    extra_cycles: int = 0


@dataclass(frozen=True)
class OutputSettings:
    """Which instants of velocity and pressure are stored, besides the cycle means.

    Attributes:
        fields: ``none``; ``cycle``, those of the last cycle; ``series``, those of all cycles.
        every: time between two stored instants [s].
    """

    fields: Literal["none", "cycle", "series"] = "none"
    every: float = 0.02


@dataclass(frozen=True)
class TimeStepSettings:
    """How the time step is chosen.

    Attributes:
        kind: ``fixed`` takes ``FlowSettings.steps_per_cycle`` equal steps; ``adaptive`` follows
            the largest cell Courant number, and starts with about that many.
        target_cfl: Courant number an adaptive step aims at.
    """

    kind: Literal["fixed", "adaptive"] = "fixed"
    target_cfl: float = 2.0


@dataclass(frozen=True)
class FlowSettings:
    """One flow solve.

    Attributes:
        density: rho [kg/m3].
        viscosity: dynamic viscosity mu of newtonian blood [Pa s].
        rheology: viscosity law.
        velocity_degree: 1 (P1-P1) or 2 (P2-P1).
        mode: ``pulsatile``, or ``steady`` at the constant mean inflow for screening.
        steps_per_cycle: time steps per cardiac cycle.
        time_step: fixed or adaptive.
        cycles: largest number of cycles; the last one computed is reported.
        minimum_cycles: cycles computed before periodicity may stop the run.
        periodicity_tolerance: stop when the endpoints of two successive cycles differ by less
            than this share.
        periodicity_endpoints: the endpoints it is about, of ``cycles.WATCHED``.
        ramp_share: share of the first cycle over which the flow rises from rest.
        samples_per_cycle: instants that enter the cycle means.
        inlet_profile: shape of the inlet velocity.
        backflow_beta: weight of the outlet backflow term; 1 is the energy bound and was
            needed where outlets cut coarse or decelerating flow.
        corrections: times the velocity is solved again in each step, convected by the velocity
            just found: 1 makes the scheme second order in time at any step, 0 saves the work.
        wind_extrapolation: the first wind of a step is u_n + this * (u_n - u_(n-1)). Without
            corrections 0 is first order and 1 second order, but above 1/3 disturbances grow once
            a step is no longer small against the inverse shear rate.
        pressure_stabilisation: weight of the pressure stabilisation of P1-P1 (0 to 1), raised
            where the step is small.
        tolerance: relative tolerance of the Krylov solvers; 1e-8 where vortices are shed.
        rotational: rotational form of the pressure update.
        velocity_preconditioner: ``jacobi``, ``ilu``, or ``auto``, which goes over to the
            factorisation once Jacobi needs more than ``velocity_solver.JACOBI_LIMIT`` iterations.
        outlets: outlet closure.
        scalar: residence time and washout.
        output: stored instants.
        speed_limit: a nodal speed above this many times the peak mean inlet velocity is
            called non-physical.
        retries: further attempts of a failed solve, each a rung up (``solvers.fluid.ladder``).
        time_budget: wall time [s] after which the solve writes a checkpoint and ends with
            ``time_budget``; 0 is none.
        checkpoint_minutes: wall time between checkpoints [min]; 0 writes none.
    """

    density: float = 1060.0
    viscosity: float = 3.5e-3
    rheology: RheologySettings = field(default_factory=RheologySettings)
    velocity_degree: Literal[1, 2] = 2
    mode: Literal["pulsatile", "steady"] = "pulsatile"
    steps_per_cycle: int = 1000
    time_step: TimeStepSettings = field(default_factory=TimeStepSettings)
    cycles: int = 3
    minimum_cycles: int = 2
    periodicity_tolerance: float = 0.01
    periodicity_endpoints: tuple[str, ...] = ("stav", "neck_inflow", "tawss_sac", "pressure_drop")
    ramp_share: float = 0.15
    samples_per_cycle: int = 100
    inlet_profile: Profile = "womersley"
    backflow_beta: float = 1.0
    corrections: int = 1
    wind_extrapolation: float = 0.0
    pressure_stabilisation: float = 0.1
    tolerance: float = 1e-6
    rotational: bool = False
    velocity_preconditioner: Literal["auto", "jacobi", "ilu"] = "auto"
    outlets: OutletSettings = field(default_factory=OutletSettings)
    scalar: ScalarSettings = field(default_factory=ScalarSettings)
    output: OutputSettings = field(default_factory=OutputSettings)
    speed_limit: float = 30.0
    retries: int = 3
    time_budget: float = 0.0
    checkpoint_minutes: float = 10.0


def flow_settings(values: dict[str, Any]) -> FlowSettings:
    """Settings from plain dictionaries, nested like the dataclasses; missing keys take defaults."""
    values = dict(values)
    outlets = dict(values.pop("outlets", {}))
    each = {name: OutletChoice(**choice) for name, choice in outlets.pop("each", {}).items()}
    scalar = ScalarSettings(**values.pop("scalar", {}))
    output = OutputSettings(**values.pop("output", {}))
    time_step = TimeStepSettings(**values.pop("time_step", {}))
    if "periodicity_endpoints" in values:
        values["periodicity_endpoints"] = tuple(values["periodicity_endpoints"])
    rheology = dict(values.pop("rheology", {}))
    laws = {"carreau_yasuda": CarreauYasuda, "casson": Casson}
    laws = {name: law(**rheology.pop(name, {})) for name, law in laws.items()}
    return FlowSettings(
        **values,
        outlets=OutletSettings(**outlets, each=each),
        rheology=RheologySettings(**rheology, **laws),
        scalar=scalar,
        output=output,
        time_step=time_step,
    )
