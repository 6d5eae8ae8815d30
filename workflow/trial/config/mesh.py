# SPDX-License-Identifier: BSD-3-Clause
"""Geometry resolution."""

from __future__ import annotations

from pydantic import Field

from trial.config._base import Block


class Lumen(Block):
    """Edge lengths over the lumen and the straight pieces added at its ends."""

    vessel_edge_mm: float = Field(
        0.40, ge=0.03, le=2, description="edge length in the parent vessel"
    )
    neck_edge_mm: float = Field(0.22, ge=0.03, le=2, description="edge length at the ostium")
    sac_edge_mm: float = Field(0.35, ge=0.03, le=2, description="edge length in the sac")
    extension_edge_mm: float = Field(
        0.55, ge=0.03, le=4, description="edge length at the far ends of the flow extensions"
    )
    growth: float = Field(
        0.20,
        ge=0.02,
        le=1,
        description="increase of the edge length per distance from a refined spot",
    )
    extension_diameters: float = Field(
        1.2, ge=0.5, le=20, description="length of the flow extensions in vessel diameters"
    )


class Mesh(Block):
    """Sizes of the volume mesh and what it must hold."""

    lumen: Lumen = Field(default=Lumen(), description="edge lengths")
