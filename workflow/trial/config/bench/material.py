# SPDX-License-Identifier: BSD-3-Clause
"""Materials of devices on the bench: law and fatigue limits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trial.config._base import Block


class LinearHardening(Block):
    """Yield stress that rises in proportion to the plastic strain."""

    kind: Literal["linear"]
    yield_stress_mpa: float = Field(gt=0, le=5000, description="true stress at first yield")
    modulus_mpa: float = Field(ge=0, le=1e5, description="rise per unit of plastic strain")


class VoceHardening(Block):
    """Yield stress that approaches a limit: s0 + (s1 - s0) (1 - exp(-rate a)) + modulus a."""

    kind: Literal["voce"]
    yield_stress_mpa: float = Field(gt=0, le=5000, description="s0, true stress at first yield")
    saturation_mpa: float = Field(gt=0, le=5000, description="s1, approached at large strain")
    rate: float = Field(gt=0, le=1000, description="per unit of plastic strain")
    modulus_mpa: float = Field(0.0, ge=0, le=1e5, description="slope that remains")

    @model_validator(mode="after")
    def _hardens(self) -> VoceHardening:
        if self.saturation_mpa < self.yield_stress_mpa:
            raise ValueError(
                f"saturation_mpa {self.saturation_mpa:g} is below yield_stress_mpa "
                f"{self.yield_stress_mpa:g}"
            )
        return self


class TableHardening(Block):
    """Yield stress by rows, straight between them and constant beyond the last."""

    kind: Literal["table"]
    plastic_strain: tuple[float, ...] = Field(
        min_length=2, description="logarithmic plastic strain, rising from 0"
    )
    yield_stress_mpa: tuple[float, ...] = Field(
        min_length=2, description="true stress at these strains"
    )

    @model_validator(mode="after")
    def _rises(self) -> TableHardening:
        strain, stress = self.plastic_strain, self.yield_stress_mpa
        if len(strain) != len(stress):
            raise ValueError(f"{len(strain)} plastic strains, but {len(stress)} yield stresses")
        if strain[0] != 0.0 or list(strain) != sorted(set(strain)):
            raise ValueError("plastic_strain must rise from 0")
        if stress[0] <= 0.0 or list(stress) != sorted(stress):
            raise ValueError("yield_stress_mpa must be above 0 and must not fall")
        return self


Hardening = Annotated[LinearHardening | VoceHardening | TableHardening, Field(discriminator="kind")]


class _Law(Block):
    """A material law."""

    @property
    def shape(self) -> tuple[Any, ...]:
        """What decides the compiled forms of a law: its kind, not its numbers."""
        hardening = getattr(self, "hardening", None)
        rows = len(getattr(hardening, "plastic_strain", ()))
        return (self.kind, getattr(hardening, "kind", None), rows)


class Elastoplastic(_Law):
    """Metal that yields by von Mises, at finite strain."""

    kind: Literal["elastoplastic"]
    young_gpa: float = Field(gt=0, le=1000, description="Young's modulus")
    poisson: float = Field(ge=0, lt=0.5, description="Poisson's ratio")
    hardening: Hardening = Field(description="yield stress against plastic strain")


class Superelastic(_Law):
    """Nitinol above its finish temperature: plateaus without permanent set."""

    kind: Literal["superelastic"]
    young_gpa: float = Field(gt=0, le=200, description="Young's modulus, the same in both phases")
    poisson: float = Field(ge=0, lt=0.5, description="Poisson's ratio")
    transformation_strain: float = Field(
        gt=0, le=0.12, description="length of the plateau in tension"
    )
    load_start_mpa: float = Field(gt=0, le=2000, description="loading plateau in tension, start")
    load_end_mpa: float = Field(gt=0, le=2000, description="loading plateau in tension, end")
    unload_start_mpa: float = Field(gt=0, le=2000, description="unloading plateau, start")
    unload_end_mpa: float = Field(gt=0, le=2000, description="unloading plateau, end")
    compression_start_mpa: float = Field(
        gt=0, le=3000, description="start of the loading plateau in compression"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Superelastic:
        path = (self.load_end_mpa, self.load_start_mpa, self.unload_start_mpa, self.unload_end_mpa)
        if not path[0] > path[1] > path[2] > path[3]:
            raise ValueError(
                "plateaus must be ordered load_end > load_start > unload_start > unload_end, they "
                f"are {', '.join(f'{stress:g}' for stress in path)} MPa"
            )
        if self.compression_start_mpa < self.load_start_mpa:
            raise ValueError(
                f"compression_start_mpa {self.compression_start_mpa:g} is below load_start_mpa "
                f"{self.load_start_mpa:g}"
            )
        return self


class LinearElastic(_Law):
    """Hooke's law, for checks against formulas at small strain."""

    kind: Literal["linear_elastic"]
    young_gpa: float = Field(gt=0, le=1000, description="Young's modulus")
    poisson: float = Field(ge=0, lt=0.5, description="Poisson's ratio")


Law = Annotated[Elastoplastic | Superelastic | LinearElastic, Field(discriminator="kind")]


class _Limits(Block):
    """Limits under cyclic load."""

    def limits(self) -> dict[str, Any]:
        """The numbers in SI."""
        return {name: value for name, value in self.to_si().items() if name != "source"}


class StressFatigue(_Limits):
    """Strengths under cyclic stress: Goodman, Soderberg and Gerber diagrams."""

    kind: Literal["stress"]
    endurance_mpa: float = Field(gt=0, le=2000, description="amplitude borne at zero mean")
    yield_stress_mpa: float = Field(gt=0, le=5000, description="cyclic yield stress")
    ultimate_mpa: float = Field(gt=0, le=5000, description="ultimate true stress")
    shear_sensitivity: float = Field(1.0, ge=0, le=5, description="k of the Fatemi-Socie parameter")
    source: str = Field(min_length=3, description="where the numbers come from")


class StrainFatigue(_Limits):
    """Strain amplitude that nitinol bears."""

    kind: Literal["strain"]
    strain_limit_percent: float = Field(0.4, gt=0, le=5, description="amplitude borne")
    yield_stress_mpa: float = Field(
        460.0, gt=0, le=5000, description="scales tension in the Fatemi-Socie parameter"
    )
    shear_sensitivity: float = Field(1.0, ge=0, le=5, description="k of the Fatemi-Socie parameter")
    source: str = Field(min_length=3, description="where the numbers come from")


Fatigue = Annotated[StressFatigue | StrainFatigue, Field(discriminator="kind")]


class Material(Block):
    """What a device is made of."""

    from_: str | None = Field(
        None, alias="from", description="file in configs/materials it starts from"
    )
    title: str = Field(min_length=2, description="name shown in the report")
    source: str = Field(min_length=3, description="where the numbers of the law come from")
    law: Law = Field(description="stress and strain")
    fatigue: Fatigue | None = Field(None, description="limits under cyclic load; none: not judged")
