# SPDX-License-Identifier: BSD-3-Clause
"""Geometry resolution."""

from __future__ import annotations

from pydantic import Field

from trial.config._base import Block


class Lumen(Block):
    """Edge lengths over the lumen and the straight pieces added at its ends."""

    vessel_edge_mm: float = Field(0.40, ge=0.03, le=2, description="edge length, parent vessel")
    neck_edge_mm: float = Field(0.22, ge=0.03, le=2, description="edge length at the ostium")
    sac_edge_mm: float = Field(0.35, ge=0.03, le=2, description="edge length in the sac")
    extension_edge_mm: float = Field(
        0.55, ge=0.03, le=4, description="edge length at the far ends of the flow extensions"
    )
    growth: float = Field(
        0.20, ge=0.02, le=1, description="increase of the edge length away from a refined spot"
    )
    extension_diameters: float = Field(
        1.2, ge=0.5, le=20, description="length of the flow extensions in vessel diameters"
    )


class Layers(Block):
    """Flat tetrahedra along the wall."""

    count: int = Field(2, ge=0, le=12, description="number of layers; 0: none")
    first: float = Field(
        0.25, ge=0.02, le=1, description="height of the first layer over the local wall edge"
    )
    growth: float = Field(
        1.4, ge=1, le=3, description="height of a layer over that of its outer neighbour"
    )


class Limits(Block):
    """What a mesh must hold; a patient whose mesh does not fails as mesh_quality."""

    minimum: float = Field(
        0.03, ge=0, le=1, description="smallest quality, 3 inscribed over circumscribed radius"
    )
    percentile_1: float = Field(
        0.1, ge=0, le=1, description="smallest first percentile of the quality"
    )
    volume: float = Field(
        0.02, gt=0, le=1, description="largest relative difference from the surface volume"
    )
    wall_area: float = Field(
        0.03, gt=0, le=1, description="largest relative difference from the surface area"
    )


class Mesh(Block):
    """Sizes of the volume mesh and what it must hold."""

    lumen: Lumen = Field(default=Lumen(), description="edge lengths")
    layers: Layers = Field(default=Layers(), description="near-wall layers")
    limits: Limits = Field(default=Limits(), description="quality limits")
