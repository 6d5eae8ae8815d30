# SPDX-License-Identifier: BSD-3-Clause
"""Anatomies read from a surface file."""

from __future__ import annotations

from pydantic import Field

from trial.config._base import Block

Vector = tuple[float, float, float]


class OpeningLabel(Block):
    """Which opening of the surface is which, by the point nearest to it."""

    name: str = Field(
        pattern=r"^(inlet|outlet_[1-9])$", description="inlet, outlet_1, outlet_2, ..."
    )
    near_mm: Vector = Field(
        description="a point near the centre of the opening, scaled coordinates"
    )


class Plane(Block):
    """An oriented plane, in scaled coordinates."""

    point_mm: Vector = Field(description="a point of the plane")
    normal: Vector = Field(description="direction it faces; any length")


class Surface(Block):
    """One patient read from a surface."""

    from_: str | None = Field(
        None, alias="from", description="file in configs/surfaces it starts from"
    )
    title: str = Field(description="name shown in the report")
    file: str = Field(
        min_length=1,
        description="STL, VTP, OBJ or PLY, also gzipped; relative to the project, or package:name "
        "for a file that an installed package ships with its documentation",
    )
    unit_mm: float = Field(gt=0, le=1e4, description="length of one unit of the file")
    provenance: str = Field(min_length=10, description="origin, licence and what is not known")
    openings: tuple[OpeningLabel, ...] = Field(
        (), description="labels of the openings; empty: the largest is the inlet"
    )
    sac: Plane | None = Field(
        None, description="neck plane, facing the sac; none: fitted to sac_seed_mm"
    )
    sac_seed_mm: Vector | None = Field(None, description="a point inside the sac")
    branches: tuple[Plane, ...] = Field(
        (), description="origins of side branches a device would cover, facing into the branch"
    )
    cuts: tuple[Plane, ...] = Field(
        (), description="planes beyond which a vessel is cut off, facing the end that goes"
    )

    @property
    def packaged(self) -> bool:
        """Whether the file is found in an installed package."""
        return ":" in self.file
