# SPDX-License-Identifier: BSD-3-Clause
"""Blood and flow solver."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trial.config._base import Block


class Outlets(Block):
    """How the flow leaves."""

    kind: Literal["split", "resistance"] = Field(
        "resistance",
        description="resistance: P = R Q on each outlet; split: fixed shares of the flow",
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

    @model_validator(mode="after")
    def _complete(self) -> Outlets:
        total = sum(self.split.values())
        if self.split and not math.isclose(total, 1.0, abs_tol=1e-9):
            raise ValueError(f"the shares in split sum to {total:g}, not 1")
        return self


class Output(Block):
    """Stored instants of velocity and pressure."""

    fields: Literal["none", "cycle", "series"] = Field(
        "none",
        description="series.vtkhdf with the instants of no, the last or every cycle",
    )
    every_s: float = Field(0.02, gt=0, le=10, description="time between two stored instants")


class Flow(Block):
    """Blood, boundary conditions and numerics of the pulsatile flow solution."""

    density_kg_m3: float = Field(1060.0, ge=900, le=1200, description="blood density")
    viscosity_pa_s: float = Field(
        0.0035, ge=0.001, le=0.02, description="dynamic viscosity, newtonian"
    )
    velocity_degree: Literal[1, 2] = Field(1, description="polynomial degree of the velocity")
    steps_per_cycle: int = Field(1000, ge=10, le=20000, description="time steps per cardiac cycle")
    cycles: int = Field(
        3, ge=1, le=20, description="cardiac cycles at most; the last one is evaluated"
    )
    minimum_cycles: int = Field(
        2, ge=1, le=20, description="cycles computed before periodicity may stop the run"
    )
    periodicity_tolerance: float = Field(
        0.01, gt=0, le=1, description="stop when two cycles differ by less than this share"
    )
    ramp_share: float = Field(
        0.15, gt=0, le=1, description="share of the first cycle over which the flow rises from rest"
    )
    samples_per_cycle: int = Field(
        100, ge=5, le=20000, description="instants of the last cycle that enter its means"
    )
    inlet_profile: Literal["womersley", "poiseuille", "plug"] = Field(
        "womersley", description="velocity profile at the inlet"
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
        0.25, ge=0, le=1, description="weight of the pressure stabilisation"
    )
    tolerance: float = Field(
        1e-6, gt=1e-14, le=1e-2, description="relative tolerance of the linear solvers"
    )
    velocity_preconditioner: Literal["auto", "jacobi", "ilu"] = Field(
        "auto",
        description="preconditioner of the velocity; auto goes over to ilu where jacobi is slow",
    )
    outlets: Outlets = Field(default=Outlets(), description="how the flow leaves")
    output: Output = Field(
        default=Output(), description="stored instants; the cycle means are always written"
    )
    speed_limit: float = Field(
        30.0, gt=1, le=1000, description="speed over peak mean inlet velocity called non-physical"
    )
    retries: int = Field(
        1, ge=0, le=4, description="times a diverged solve starts again with half the time step"
    )
    time_budget_s: float = Field(
        3600.0, ge=0, le=604800, description="wall time after which a solve stops; 0: none"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Flow:
        if self.minimum_cycles > self.cycles:
            raise ValueError(f"minimum_cycles {self.minimum_cycles} is above cycles {self.cycles}")
        return self
