# SPDX-License-Identifier: BSD-3-Clause
"""Model, mesh and solver of a bench study, and the thresholds of its endpoints."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trial.config._base import Block


class Model(Block):
    """The part of a device that is computed."""

    extent: Literal["cell", "ring", "segment", "device"] = Field(
        "cell",
        description="cell: one strut between mirror planes; ring: one ring; segment: some rings "
        "and their connectors; device: all rings",
    )
    first_ring: int = Field(0, ge=0, le=60, description="first ring computed")
    rings: int = Field(3, ge=1, le=60, description="of a segment; at most those of the design")
    whole: bool = Field(
        False, description="whole circumference of a segment or device, not its smallest sector"
    )
    half: bool = Field(False, description="proximal half of a device that its middle plane mirrors")
    half_pitches: int | None = Field(
        None, ge=1, le=60, description="of a ring between mirror planes; none: the whole ring"
    )

    @property
    def round(self) -> bool:
        """Whether the whole circumference is computed."""
        return self.whole or (self.extent == "ring" and self.half_pitches is None)


class Cells(Block):
    """Numbers of hexahedra."""

    across: int = Field(2, ge=1, le=20, description="over the width of a strut")
    thickness: int = Field(2, ge=1, le=20, description="over the wall")
    crown: int = Field(14, ge=2, le=200, description="along half a crown")
    strut: int = Field(16, ge=1, le=400, description="along the straight part of a strut")


class Bench(Block):
    """Model, mesh and solver."""

    model: Model = Field(default=Model(), description="part of the device that is computed")
    cells: Cells = Field(default=Cells(), description="numbers of hexahedra")
    element: Literal["Q2", "S2"] = Field(
        "S2", description="S2: 20 nodes, reduced integration; Q2: 27 nodes, full integration"
    )
    penalty_pa_m: float = Field(1e13, gt=0, le=1e18, description="contact pressure per penetration")
    penetration: float = Field(
        0.01, gt=0, le=0.2, description="allowed, as a share of the strut thickness"
    )
    augmentations: int = Field(
        4, ge=0, le=50, description="further solves in a load step that penetrates too deeply"
    )
    plane_penalty: float = Field(
        1e4,
        gt=0,
        le=1e9,
        description="stiffness of oblique mirror planes, in shear moduli over the strut thickness",
    )
    damping: float = Field(
        1e-8, ge=0, le=1, description="artificial viscous force that holds what nothing else does"
    )
    damping_limit: float = Field(
        0.01, gt=0, le=1, description="largest share of the internal energy that it may take"
    )
    tolerance: float = Field(1e-6, gt=1e-14, le=1e-2, description="residual over largest force")
    iterations: int = Field(10, ge=2, le=200, description="Newton iterations in a load step")
    line_search: Literal["cp", "bt", "basic"] = Field(
        "cp", description="cp: critical point; bt: backtracking; basic: full Newton steps"
    )
    plastic_step: float = Field(
        0.03, gt=0, le=1, description="largest plastic strain that a load step may bring"
    )
    smallest_step: float = Field(
        1e-4, gt=0, le=1, description="smallest share of a procedure in a load step"
    )
    time_budget_s: float = Field(
        3600.0, ge=0, le=604800, description="wall time after which a run stops; 0: none"
    )
    checkpoint_minutes: float = Field(
        10.0, ge=0, le=10080, description="wall time between checkpoints; 0: none"
    )

    @model_validator(mode="after")
    def _stiff(self) -> Bench:
        if self.element == "S2" and self.cells.across < 2:
            raise ValueError("element S2 needs at least 2 cells across; take Q2 for a single one")
        return self

    def solver(self) -> dict[str, Any]:
        """Settings of the solver in SI."""
        values = self.to_si()
        return {name: value for name, value in values.items() if name not in ("model", "cells")}


class BenchEndpoints(Block):
    """Thresholds that the definitions of the bench endpoints refer to."""

    permanent_loss_percent: float = Field(
        5.0, gt=0, lt=100, description="permanent diameter loss that defines the radial strength"
    )
    indicated_diameter_mm: float | None = Field(
        None, gt=0, le=100, description="vessel in which outward and resistive force are read"
    )
    tool_diameters_mm: tuple[Annotated[float, Field(gt=0, le=100)], ...] = Field(
        (), description="further diameters at which the radial force is read"
    )
    plastic_strain_limit_percent: float | None = Field(
        None, gt=0, le=200, description="bounds the expansion; none: not judged"
    )
    crown_angle_limit_deg: float | None = Field(
        None, gt=0, le=180, description="bounds the expansion; none: not judged"
    )

    @model_validator(mode="after")
    def _ascending(self) -> BenchEndpoints:
        if list(self.tool_diameters_mm) != sorted(set(self.tool_diameters_mm)):
            raise ValueError("tool_diameters_mm must ascend")
        return self
