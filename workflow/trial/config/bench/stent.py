# SPDX-License-Identifier: BSD-3-Clause
"""Laser-cut stents: the drawing, and what it is cut from."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trial.config._base import Block
from trial.config.bench.material import Material

Millimetres = Annotated[float, Field(gt=0, le=100)]
PLASTIC, ELASTIC = ("elastoplastic", "linear_elastic"), ("superelastic", "linear_elastic")
LAWS = {"balloon_expandable_stent": PLASTIC, "self_expanding_stent": ELASTIC}


class Stent(Block):
    """Rings of zigzag struts cut from a tube and joined by connectors (docs/devices.md)."""

    from_: str | None = Field(
        None, alias="from", description="file in configs/devices it starts from"
    )
    kind: Literal["balloon_expandable_stent", "self_expanding_stent"] = Field(
        description="device family"
    )
    title: str = Field(min_length=3, description="name shown in the report")
    source: str = Field(min_length=3, description="where the numbers come from")
    tube_outer_diameter_mm: float = Field(gt=0, le=60, description="of the tube before finishing")
    wall_thickness_um: float = Field(gt=0, le=2000, description="of the tube before finishing")
    strut_width_um: float = Field(gt=0, le=2000, description="as cut")
    crowns: int = Field(ge=2, le=60, description="peaks of a ring")
    rings: int = Field(ge=1, le=60, description="rings along the device")
    crown_radius_um: float = Field(gt=0, le=5000, description="of the centreline of a crown")
    ring_height_mm: Millimetres | tuple[Millimetres, ...] | None = Field(
        None, description="from valley to peak, outer edges; one value or one per ring"
    )
    strut_length_mm: Millimetres | tuple[Millimetres, ...] | None = Field(
        None, description="or from valley to peak along the strut, centreline"
    )
    apex_width_factor: float = Field(
        1.2, ge=0.5, le=3, description="width at the apex of a crown over that of the strut"
    )
    connectors: int = Field(0, ge=0, le=60, description="between two neighbouring rings")
    connector_width_um: float | None = Field(
        None, gt=0, le=2000, description="as cut; none: the strut width"
    )
    connector_pattern: Literal["peak_to_peak", "peak_to_valley", "offset", "joined"] = Field(
        "peak_to_peak", description="which crowns the connectors join"
    )
    connector_shift: int | None = Field(
        None, ge=0, le=60, description="crowns from one gap to the next; none: half their spacing"
    )
    gap_mm: float = Field(0.0, ge=0, le=20, description="between the edges of two rings")
    polish_thickness_um: float = Field(
        0.0, ge=0, le=1000, description="taken off the wall by finishing, half on either face"
    )
    polish_width_um: float = Field(
        0.0, ge=0, le=1000, description="taken off the struts by finishing, half on either side"
    )
    kerf_um: float = Field(10.0, gt=0, le=500, description="least width of a cut")
    heat_set_diameter_mm: float | None = Field(
        None, gt=0, le=60, description="outer diameter free of stress; none: that of the tube"
    )
    material: Material = Field(description="what it is made of")

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Stent:
        """What the numbers alone show; the drawing itself is checked when it is meshed."""
        if (self.ring_height_mm is None) == (self.strut_length_mm is None):
            raise ValueError("give either ring_height_mm or strut_length_mm")
        heights = self.ring_height_mm if self.strut_length_mm is None else self.strut_length_mm
        if isinstance(heights, tuple) and len(heights) != self.rings:
            raise ValueError(f"{len(heights)} ring heights or strut lengths for {self.rings} rings")
        if self.rings > 1 and not 1 <= self.connectors <= self.crowns:
            raise ValueError(
                f"connectors is {self.connectors}, but must be 1 to {self.crowns} (the crowns)"
            )
        least = 0.5 * (self.strut_width_um + self.kerf_um)
        if self.crown_radius_um < least:
            raise ValueError(
                f"crown_radius_um is {self.crown_radius_um:g}, but must be at least {least:g}: "
                "half the width of a strut and half the kerf"
            )
        pitch = 1e3 * math.pi * self.tube_outer_diameter_mm / (2 * self.crowns)
        if self.strut_width_um + self.kerf_um > pitch:
            raise ValueError(
                f"{2 * self.crowns} struts of {self.strut_width_um:g} um and the cuts between them "
                f"do not fit around a tube of {self.tube_outer_diameter_mm:g} mm: each has "
                f"{pitch:.0f} um"
            )
        if self.heat_set_diameter_mm is not None and self.kind != "self_expanding_stent":
            raise ValueError("heat_set_diameter_mm is for a self_expanding_stent")
        if self.material.law.kind not in LAWS[self.kind]:
            raise ValueError(
                f"a {self.kind} cannot be made of {self.material.title}: its law is "
                f"{self.material.law.kind}, allowed: {', '.join(LAWS[self.kind])}"
            )
        return self

    @property
    def alloy(self) -> Literal["alloy", "superelastic"]:
        """Kind of metal, as the endpoints tell them apart."""
        return "superelastic" if self.kind == "self_expanding_stent" else "alloy"

    def drawing(self) -> dict[str, Any]:
        """The drawing in SI: the arguments of the stent model."""
        described = {"from", "kind", "title", "source", "material"}
        return {name: value for name, value in self.to_si().items() if name not in described}
