# SPDX-License-Identifier: BSD-3-Clause
"""Blood and flow solver."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from trial.config._base import Block

HAEMATOCRITS = (0.1, 0.65)
OutletName = Annotated[str, StringConstraints(pattern=r"^outlet_[1-9]$")]
OutletKind = Literal["split", "resistance", "windkessel"]


class CarreauYasuda(Block):
    """mu = mu_inf + (mu_0 - mu_inf) (1 + (lambda g)^a)^((n - 1) / a)."""

    zero_shear_viscosity_pa_s: float = Field(
        0.16, ge=0.001, le=10, description="mu_0; the set of HemeLB, published sets vary widely"
    )
    infinite_shear_viscosity_pa_s: float = Field(
        0.0035, ge=0.0005, le=0.1, description="mu_inf, at high shear rates"
    )
    relaxation_time_s: float = Field(8.2, gt=0, le=1000, description="lambda")
    transition: float = Field(0.64, ge=0.1, le=5, description="a")
    power_index: float = Field(0.2128, gt=0, le=1, description="n")

    @model_validator(mode="after")
    def _thinning(self) -> CarreauYasuda:
        low, high = self.zero_shear_viscosity_pa_s, self.infinite_shear_viscosity_pa_s
        if low < high:
            raise ValueError(
                f"zero_shear_viscosity_pa_s {low:g} is below the infinite one {high:g}"
            )
        return self


class Casson(Block):
    """sqrt(mu) = sqrt(tau_y / g) + sqrt(mu_c)."""

    yield_stress_pa: float = Field(
        0.0375,
        gt=0,
        le=1,
        description="tau_y; the set of HemeLB, ten times what is measured at rest",
    )
    casson_viscosity_pa_s: float = Field(
        0.003025, ge=0.0005, le=0.1, description="mu_c, at high shear rates"
    )
    lowest_shear_rate_per_s: float = Field(
        0.315, ge=0.001, le=10, description="lower shear rates have the viscosity of this one"
    )


def _haematocrit(value: Any) -> Any:
    if value in ("none", "patient"):
        return value
    low, high = HAEMATOCRITS
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not low <= number <= high:
        raise ValueError(
            f"must be none, patient or a number from {low:g} to {high:g}, not {value!r}"
        )
    return number


class Rheology(Block):
    """How blood resists shear."""

    kind: Literal["newtonian", "carreau_yasuda", "casson"] = Field(
        "newtonian", description="viscosity law; newtonian has the viscosity flow.viscosity_pa_s"
    )
    haematocrit: Annotated[Literal["none", "patient"] | float, BeforeValidator(_haematocrit)] = (
        Field(
            "none",
            description="none: the laws as they are; patient or a number from 0.1 to 0.65: "
            "viscosities times ((1 - reference) / (1 - haematocrit))^2.5, yield stress times the "
            "cube of haematocrit / reference (nominal)",
        )
    )
    reference_haematocrit: float = Field(
        0.42, ge=0.1, le=0.65, description="at which the parameters of the laws hold (nominal)"
    )
    carreau_yasuda: CarreauYasuda = Field(
        default=CarreauYasuda(), description="parameters of that law"
    )
    casson: Casson = Field(default=Casson(), description="parameters of that law")


class OutletChoice(Block):
    """One outlet that is closed in its own way."""

    kind: OutletKind = Field(description="as for all outlets")
    proximal_pa_s_m3: float | None = Field(
        None, gt=0, description="resistance before the capacitor; windkessel"
    )
    capacitance_m3_pa: float | None = Field(None, gt=0, description="capacitance; windkessel")
    distal_pa_s_m3: float | None = Field(
        None, gt=0, description="resistance after the capacitor; the only one of a resistance"
    )
    distal_pressure_pa: float | None = Field(
        None, ge=-10000, le=40000, description="behind the resistances; none: that of all outlets"
    )

    @model_validator(mode="after")
    def _complete(self) -> OutletChoice:
        names = ("proximal_pa_s_m3", "capacitance_m3_pa", "distal_pa_s_m3")
        given = [name for name in names if getattr(self, name) is not None]
        allowed = {"split": (), "resistance": names[2:], "windkessel": names}[self.kind]
        if given and given != list(allowed):
            wanted = " and ".join(allowed) or "no values"
            raise ValueError(
                f"{self.kind} takes {wanted}, or none of its own, not {', '.join(given)}"
            )
        return self


class Outlets(Block):
    """How the flow leaves."""

    kind: OutletKind = Field(
        "resistance",
        description="resistance: P = P_d + R Q on each outlet; windkessel: two resistances and a "
        "capacitance; split: fixed shares of the flow",
    )
    split_exponent: float = Field(
        2.0, ge=2, le=3, description="shares are proportional to outlet diameter to this power"
    )
    split: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(
        default={}, description="share of the flow by outlet name, instead of the power law"
    )
    mean_pressure_pa: float = Field(
        12000.0, ge=1000, le=40000, description="cycle-mean pressure that sets the resistances"
    )
    distal_pressure_pa: float = Field(
        0.0, ge=-10000, le=40000, description="pressure behind the resistances"
    )
    proximal: Literal["ratio", "impedance"] = Field(
        "ratio",
        description="proximal resistance of a windkessel: proximal_ratio of the total, or the "
        "characteristic impedance density x wave speed / area",
    )
    proximal_ratio: float = Field(
        0.1, gt=0, lt=1, description="proximal over total resistance (nominal)"
    )
    wave_speed_m_s: float = Field(
        8.0, ge=1, le=50, description="pulse wave speed of the impedance (nominal)"
    )
    time_constant_s: float = Field(
        0.5, gt=0, le=20, description="distal resistance x capacitance of a windkessel (nominal)"
    )
    each: dict[OutletName, OutletChoice] = Field(
        default={}, description="outlets closed in their own way, by name"
    )

    @model_validator(mode="after")
    def _complete(self) -> Outlets:
        total = sum(self.split.values())
        if self.split and not math.isclose(total, 1.0, abs_tol=1e-9):
            raise ValueError(f"the shares in split sum to {total:g}, not 1")
        behind = [c.distal_pressure_pa for c in self.each.values()]
        highest = max([self.distal_pressure_pa, *(p for p in behind if p is not None)])
        if highest >= self.mean_pressure_pa:
            raise ValueError(
                f"a distal pressure of {highest:g} Pa is not below mean_pressure_pa "
                f"{self.mean_pressure_pa:g}"
            )
        return self


class Scalar(Block):
    """Residence time and washout, transported beside the flow."""

    kind: Literal["none", "residence_time", "washout", "both"] = Field(
        "none", description="which scalars are computed"
    )
    diffusivity_m2_s: float = Field(0.0, ge=0, le=1e-5, description="diffusivity in blood")
    every: int = Field(
        1, ge=1, le=100, description="flow steps per step of the scalars, in their mean velocity"
    )
    source: Literal["sac", "everywhere"] = Field(
        "sac", description="where blood ages: behind the device surface only, or everywhere"
    )
    age_threshold_s: float = Field(
        1.0, gt=0, le=1000, description="residence time above which sac blood counts as aged"
    )
    washout_cycle: int = Field(
        2, ge=1, le=20, description="cycle at whose start the tracer fills the sac"
    )
    extra_cycles: int = Field(
        0, ge=0, le=1000, description="repetitions of the last cycle for the scalars alone"
    )


class Output(Block):
    """Stored instants of velocity and pressure."""

    fields: Literal["none", "cycle", "series"] = Field(
        "none",
        description="series.vtkhdf with the instants of no, the last or every cycle",
    )
    every_s: float = Field(0.02, gt=0, le=10, description="time between two stored instants")


class TimeStep(Block):
    """How the time step is chosen."""

    kind: Literal["fixed", "adaptive"] = Field(
        "fixed",
        description="fixed: steps_per_cycle equal steps; adaptive: follows the Courant number",
    )
    target_cfl: float = Field(
        2.0, ge=0.1, le=100, description="largest cell Courant number an adaptive step aims at"
    )


class Flow(Block):
    """Blood, boundary conditions and numerics of the flow solution."""

    density_kg_m3: float = Field(1060.0, ge=900, le=1200, description="blood density")
    viscosity_pa_s: float = Field(
        0.0035, ge=0.001, le=0.02, description="dynamic viscosity of newtonian blood"
    )
    rheology: Rheology = Field(default=Rheology(), description="how blood resists shear")
    velocity_degree: Literal[1, 2] = Field(2, description="polynomial degree of the velocity")
    mode: Literal["pulsatile", "steady"] = Field(
        "pulsatile", description="steady: constant mean inflow, for screening"
    )
    steps_per_cycle: int = Field(1000, ge=10, le=20000, description="time steps per cardiac cycle")
    time_step: TimeStep = Field(default=TimeStep(), description="how the time step is chosen")
    cycles: int = Field(
        3, ge=1, le=20, description="cardiac cycles at most; the last one is evaluated"
    )
    minimum_cycles: int = Field(
        2, ge=1, le=20, description="cycles computed before periodicity may stop the run"
    )
    periodicity_tolerance: float = Field(
        0.01, gt=0, le=1, description="stop when two cycles differ by less than this share"
    )
    periodicity_endpoints: tuple[
        Literal["stav", "neck_inflow", "tawss_sac", "pressure_drop"], ...
    ] = Field(
        ("stav", "neck_inflow", "tawss_sac", "pressure_drop"),
        min_length=1,
        description="endpoints that have to repeat",
    )
    ramp_share: float = Field(
        0.15, gt=0, le=1, description="share of the first cycle over which the flow rises from rest"
    )
    samples_per_cycle: int = Field(
        100, ge=5, le=20000, description="instants of the last cycle that enter its means"
    )
    inlet_profile: Literal["womersley", "poiseuille", "parabolic", "plug"] = Field(
        "womersley", description="velocity profile at the inlet; parabolic is poiseuille"
    )
    backflow_beta: float = Field(
        1.0, ge=0, le=1, description="backflow stabilisation at the outlets; 1 is the energy bound"
    )
    corrections: int = Field(
        1,
        ge=0,
        le=5,
        description="velocity solves after the first in each step; 1: second order in time",
    )
    wind_extrapolation: float = Field(
        0.0,
        ge=0,
        le=1,
        description="extrapolation of the convecting velocity; above 1/3 for small steps only",
    )
    rotational: bool = Field(False, description="rotational form of the pressure update")
    pressure_stabilisation: float = Field(
        0.1, ge=0, le=1, description="least weight of the pressure stabilisation of P1-P1"
    )
    tolerance: float = Field(
        1e-6,
        gt=1e-14,
        le=1e-2,
        description="relative tolerance of the linear solvers; 1e-8 where vortices are shed",
    )
    velocity_preconditioner: Literal["auto", "jacobi", "ilu"] = Field(
        "auto",
        description="preconditioner of the velocity; auto goes over to ilu where jacobi is slow",
    )
    outlets: Outlets = Field(default=Outlets(), description="how the flow leaves")
    scalar: Scalar = Field(default=Scalar(), description="residence time and washout")
    output: Output = Field(
        default=Output(), description="stored instants; the cycle means are always written"
    )
    speed_limit: float = Field(
        30.0, gt=1, le=1000, description="speed over peak mean inlet velocity called non-physical"
    )
    retries: int = Field(
        3,
        ge=0,
        le=4,
        description="further attempts of a failed solve: preconditioner, smaller steps, damping",
    )
    time_budget_s: float = Field(
        3600.0, ge=0, le=604800, description="wall time after which a solve stops; 0: none"
    )
    checkpoint_minutes: float = Field(
        10.0, ge=0, le=10080, description="wall time between checkpoints; 0: none"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Flow:
        if self.minimum_cycles > self.cycles:
            raise ValueError(f"minimum_cycles {self.minimum_cycles} is above cycles {self.cycles}")
        washout = self.scalar.kind in ("washout", "both")
        if washout and self.scalar.washout_cycle > self.minimum_cycles:
            raise ValueError(
                f"scalar.washout_cycle {self.scalar.washout_cycle} is above minimum_cycles"
                f" {self.minimum_cycles}: the run might stop before"
            )
        if self.time_step.kind == "adaptive" and self.samples_per_cycle < 20:
            raise ValueError(
                f"an adaptive time step changes at sampled instants, and samples_per_cycle is"
                f" {self.samples_per_cycle}; take at least 20"
            )
        return self
