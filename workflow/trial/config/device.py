# SPDX-License-Identifier: BSD-3-Clause
"""Devices."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from trial.config._base import Block

Length = Annotated[float, Field(gt=0, le=100)]


class Placement(Block):
    """How a size is chosen and where the device lies."""

    oversizing_mm: float = Field(
        0.0, ge=-2, le=2, description="wanted nominal minus vessel diameter; negative: undersizing"
    )
    landing_diameters: float = Field(
        1.0, gt=0, le=5, description="vessel covered on either side of the ostia, in diameters"
    )
    largest_bulge: float = Field(
        1.10, ge=1, le=2, description="device over vessel radius it reaches into an ostium"
    )
    catheter_diameter_mm: float = Field(
        0.7, gt=0, le=3, description="diameter in the delivery catheter, for the foreshortening"
    )


class Screen(Block):
    """Pressure drop across the braid."""

    crossing: float = Field(
        1.15, ge=1, le=2, description="resistance of crossed wire families over the sum of both"
    )
    inertia: float = Field(1.4, ge=0, le=5, description="factor of the quadratic pressure loss")
    tangential_ratio: float = Field(
        0.75, ge=0, le=1, description="tangential over normal linear resistance"
    )


class Device(Block):
    """A family of braided flow diverters."""

    from_: str | None = Field(
        None, alias="from", description="file in configs/devices it starts from"
    )
    kind: Literal["flow_diverter"] = Field(description="device family")
    title: str = Field(min_length=3, description="name shown in the report")
    source: str = Field(min_length=3, description="where the numbers come from")
    wires: int = Field(ge=8, le=200, multiple_of=2, description="wires, half in each direction")
    wire_diameter_um: float = Field(ge=5, le=100, description="diameter of a wire")
    nominal_diameters_mm: tuple[Length, ...] = Field(min_length=1, description="labelled diameters")
    nominal_lengths_mm: tuple[Length, ...] = Field(min_length=1, description="labelled lengths")
    free_excess_mm: float = Field(ge=0, le=2, description="free minus nominal diameter")
    metal_coverage_percent: float = Field(
        ge=15, le=45, description="share of the surface behind metal; not the porosity"
    )
    coverage_stated_at: Literal["free", "nominal"] = Field(
        description="diameter at which the coverage holds"
    )
    placement: Placement = Field(default=Placement(), description="sizing and position")
    screen: Screen = Field(default=Screen(), description="pressure drop across the braid")

    @field_validator("nominal_diameters_mm", "nominal_lengths_mm")
    @classmethod
    def _ascending(cls, sizes: tuple[float, ...]) -> tuple[float, ...]:
        if list(sizes) != sorted(set(sizes)):
            raise ValueError("sizes must ascend")
        return sizes

    def catalogue(self) -> dict[str, Any]:
        """What is sold, in SI: the arguments of the device model."""
        described = {"from", "kind", "title", "source", "placement", "screen"}
        return {name: value for name, value in self.to_si().items() if name not in described}
