# SPDX-License-Identifier: BSD-3-Clause
"""What is done to a device on the bench, in the order written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from trial.config._base import Block

ProcedureName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=30)]
Diameter = Annotated[float, Field(gt=0, le=100)]
HOLDING = ("crimp", "compress", "chamber")


class _Procedure(Block):
    """Steps of a procedure."""

    steps: int | None = Field(
        None, ge=1, le=10000, description="load steps aimed at; none: the usual number"
    )
    largest_step: float | None = Field(
        None, gt=0, le=1, description="largest share in one load step; none: 1 / steps"
    )


class Crimp(_Procedure):
    """A cylinder closes on the outside."""

    kind: Literal["crimp"]
    outer_diameter_mm: Diameter = Field(description="of the device at the end")


class Release(_Procedure):
    """Whatever holds the device from outside is withdrawn until it touches nothing."""

    kind: Literal["release"]


class Chart(Block):
    """Diameter of the free balloon against its pressure."""

    pressure_atm: tuple[float, ...] = Field(min_length=2, description="rising pressures")
    diameter_mm: tuple[float, ...] = Field(
        min_length=2, description="rising outer diameters at these pressures"
    )

    @model_validator(mode="after")
    def _rises(self) -> Chart:
        pressures, diameters = self.pressure_atm, self.diameter_mm
        if len(pressures) != len(diameters):
            raise ValueError(f"{len(pressures)} pressures, but {len(diameters)} diameters")
        for name, column in (("pressure_atm", pressures), ("diameter_mm", diameters)):
            if list(column) != sorted(set(column)):
                raise ValueError(f"{name} must rise")
        return self


class Balloon(Block):
    """Outline of the inflated balloon."""

    kind: Literal["cylinder", "profile"] = Field(
        "cylinder", description="cylinder: without end; profile: with ends"
    )
    overhang_mm: float = Field(
        0.5, ge=0, le=20, description="full diameter beyond each end of the device"
    )
    taper_mm: float = Field(2.0, gt=0, le=20, description="over which it then falls to nothing")
    end_excess: float = Field(
        0.0, ge=0, le=1, description="by which the ends are wider at half inflation, as a share"
    )
    transition_mm: float = Field(
        1.0, gt=0, le=20, description="over which the excess rises towards the end of the device"
    )


class Expand(_Procedure):
    """A balloon opens the device from inside."""

    kind: Literal["expand"]
    inner_diameter_mm: Diameter | None = Field(None, description="of the device at the end")
    pressure_atm: float | None = Field(
        None, gt=0, le=60, description="or the inflation pressure, which needs a chart"
    )
    chart: Chart | None = Field(None, description="compliance of the free balloon")
    balloon: Balloon = Field(default=Balloon(), description="outline of the balloon")
    stations: int = Field(
        1, ge=1, le=99, description="along the axis, at which the device pushes back; odd"
    )

    @model_validator(mode="after")
    def _one_target(self) -> Expand:
        if (self.inner_diameter_mm is None) == (self.pressure_atm is None):
            raise ValueError("expand takes either inner_diameter_mm or pressure_atm")
        if self.pressure_atm is not None and self.chart is None:
            raise ValueError("pressure_atm needs the chart of the balloon")
        if self.stations % 2 == 0:
            raise ValueError(f"stations is {self.stations}, but must be odd")
        return self


class Deflate(_Procedure):
    """The balloon is withdrawn until the device touches nothing."""

    kind: Literal["deflate"]


class Compress(_Procedure):
    """A cylinder closes on the deployed device: radial strength."""

    kind: Literal["compress"]
    diameter_loss_percent: float | None = Field(
        None, gt=0, lt=100, description="share of the free outer diameter lost at the end"
    )
    outer_diameter_mm: Diameter | None = Field(None, description="or the diameter at the end")

    @model_validator(mode="after")
    def _one_target(self) -> Compress:
        if (self.diameter_loss_percent is None) == (self.outer_diameter_mm is None):
            raise ValueError("compress takes either diameter_loss_percent or outer_diameter_mm")
        return self


class Crush(_Procedure):
    """Two flat plates close on the device."""

    kind: Literal["crush"]
    gap_mm: float = Field(gt=0, le=100, description="between the plates at the end")


class Bend(_Procedure):
    """Three-point bend."""

    kind: Literal["bend"]
    deflection_mm: float = Field(gt=0, le=100, description="travel of the middle pin")
    span_mm: float = Field(gt=0, le=500, description="between the outer pins")
    pin_diameter_mm: float = Field(2.0, gt=0, le=50, description="of the pins")


class Cycle(_Procedure):
    """The tool in contact pulsates about where it is."""

    kind: Literal["cycle"]
    amplitude_mm: float = Field(
        gt=0, le=10, description="change of the tool diameter from its mean to either extreme"
    )
    cycles: int = Field(3, ge=1, le=100, description="pulsations; the last one is judged")
    side: Literal["outer", "inner"] = Field("outer", description="of the tool that moves")


class Chamber(_Procedure):
    """A crimped self-expanding device is let go into a rigid cylinder."""

    kind: Literal["chamber"]
    outer_diameter_mm: Diameter = Field(description="of the cylinder")


Procedure = Annotated[
    Crimp | Release | Expand | Deflate | Compress | Crush | Bend | Cycle | Chamber,
    Field(discriminator="kind"),
]


class Course(Block):
    """Procedures by name, in order."""

    procedures: dict[ProcedureName, Procedure] = Field(
        min_length=1, description="done to every specimen, in the order written"
    )

    @model_validator(mode="after")
    def _possible(self) -> Course:
        before: list[str] = []
        for name, procedure in self.procedures.items():
            reason = _impossible(procedure, before)
            if reason:
                raise ValueError(f"procedures.{name}: {reason}")
            before.append(procedure.kind)
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kind of every procedure, in order."""
        return tuple(procedure.kind for procedure in self.procedures.values())

    def crimped_diameters(self) -> list[float]:
        """Outer diameters that the device is crimped to [m]."""
        crimps = [one.to_si() for one in self.procedures.values() if one.kind == "crimp"]
        return [crimp["outer_diameter"] for crimp in crimps]

    def to_list(self) -> list[dict[str, Any]]:
        """The procedures in SI, in order, each with its name."""
        return [{"name": name} | one.to_si() for name, one in self.procedures.items()]


def _impossible(procedure: Any, before: list[str]) -> str:
    """Why a procedure cannot follow those before it; empty when it can."""
    last = before[-1] if before else ""
    needed: Mapping[str, tuple[bool, str]] = {
        "release": (last in HOLDING or last == "cycle", "nothing holds the device from outside"),
        "deflate": (last == "expand" or last == "cycle", "no balloon is in the device"),
        "chamber": (last == "crimp", "it takes a crimped device"),
        "cycle": (last in (*HOLDING, "expand"), "no tool is in contact that could move"),
    }
    possible, reason = needed.get(procedure.kind, (True, ""))
    return "" if possible else f"{procedure.kind} is not possible here: {reason}"
