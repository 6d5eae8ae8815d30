# SPDX-License-Identifier: BSD-3-Clause
"""Anatomies read from a surface file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trial.config._base import Block

Vector = Annotated[tuple[float, float, float], Field()]


class OpeningLabel(Block):
    """Which opening of the surface is which, by the point nearest to it."""

    name: str = Field(
        pattern=r"^(inlet|outlet_[1-9])$", description="inlet, outlet_1, outlet_2, ..."
    )
    near_mm: Vector = Field(
        description="a point near the centre of the opening, scaled coordinates"
    )


class SacPlane(Block):
    """Plane through the neck; the sac lies on the side of the normal."""

    point_mm: Vector = Field(description="a point of the neck plane, scaled coordinates")
    normal: Vector = Field(description="normal of the neck plane, towards the sac")


class Surface(Block):
    """One patient read from a surface."""

    from_: str | None = Field(
        None, alias="from", description="file in configs/surfaces it starts from"
    )
    title: str = Field(description="name shown in the report")
    file: str = Field(
        description="STL, VTP, OBJ or PLY (may be gzipped); absolute, or relative to the project"
    )
    unit_mm: float = Field(gt=0, le=1e4, description="length of one unit of the file")
    provenance: str = Field(min_length=10, description="origin, licence and what is not known")
    openings: tuple[OpeningLabel, ...] = Field(
        (), description="labels of the openings; empty: the largest is the inlet"
    )
    sac: SacPlane | None = Field(None, description="neck plane; none: fitted")
    physiology: Literal["sampled"] = Field(
        "sampled", description="inflow and waveform are drawn from the population"
    )
