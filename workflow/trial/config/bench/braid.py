# SPDX-License-Identifier: BSD-3-Clause
"""Tubular braids of the catalogue."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from trial.config._base import Block


class Braid(Block):
    """Half of the wires in each direction; described, not yet put on the bench."""

    kind: Literal["braid"] = Field(description="device family")
    title: str = Field(min_length=3, description="name shown in the report")
    source: str = Field(min_length=3, description="where the numbers come from")
    wires: int = Field(ge=8, le=200, multiple_of=2, description="wires, half in each direction")
    wire_diameter_um: float = Field(gt=0, le=1000, description="diameter of a wire")
    free_diameter_mm: float = Field(gt=0, le=60, description="of the unconstrained braid")
    free_angle_deg: float = Field(
        gt=0, lt=90, description="of the wires at the free diameter, from the tube axis"
    )

    def drawing(self) -> dict[str, Any]:
        """The braid in SI: the arguments of its model."""
        described = {"kind", "title", "source"}
        return {name: value for name, value in self.to_si().items() if name not in described}
