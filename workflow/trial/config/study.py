# SPDX-License-Identifier: BSD-3-Clause
"""The whole of a study."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from trial.config._base import Block
from trial.config.device import Device
from trial.config.endpoints import Endpoints
from trial.config.flow import Flow
from trial.config.mesh import Mesh
from trial.config.population import Population
from trial.config.report import Report
from trial.config.resources import Resources
from trial.config.statistics import Statistics
from trial.config.surfaces import Surface
from trial.overlay import merged

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(--[a-z0-9_]+)?$", max_length=60)]
ArmName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Identity(Block):
    """Which study this is."""

    name: Name = Field(description="folder in results; a numerical variant is called base--variant")
    title: str = Field(min_length=3, description="one line for the report")
    purpose: str = Field("", description="the question asked, for the report")
    seed: int = Field(ge=0, lt=2**63, description="seed of every random draw of the study")


class ArmPhysiology(Block):
    """How the physiology of an arm departs from that of the patient."""

    flow_factor: float = Field(1.0, ge=0.3, le=3, description="factor on the mean inlet flow")
    pulsatility_factor: float = Field(
        1.0, ge=0, le=2, description="factor on the pulsatility index"
    )
    heart_rate_factor: float = Field(1.0, ge=0.3, le=3, description="factor on the heart rate")


class Arm(Block):
    """What is done to every patient in one arm."""

    label: str = Field(min_length=1, description="name shown in the report")
    device: Device | None = Field(None, description="device implanted; none: untreated")
    physiology: ArmPhysiology = Field(
        default=ArmPhysiology(), description="departures from the patient's physiology"
    )
    flow: dict[str, Any] = Field(default={}, description="flow keys that differ in this arm")


class Study(Block):
    """A study: who, what is done to them, how it is computed and judged."""

    study: Identity = Field(description="which study this is")
    population: Population = Field(description="synthetic patients")
    surfaces: tuple[Surface, ...] = Field((), description="patients read from surfaces")
    arms: dict[ArmName, Arm] = Field(
        min_length=1, description="arms; every patient is in all of them"
    )
    reference_arm: str = Field("untreated", description="arm the others are compared with")
    mesh: Mesh = Field(default=Mesh(), description="geometry resolution")
    flow: Flow = Field(default=Flow(), description="blood and flow solver")
    endpoints: Endpoints = Field(
        default=Endpoints(), description="quantities taken from the fields"
    )
    statistics: Statistics = Field(default=Statistics(), description="how the arms are compared")
    report: Report = Field(default=Report(), description="what the report shows")
    resources: Resources = Field(default=Resources(), description="what a job may use")

    @model_validator(mode="after")
    def _consistent(self) -> Study:
        if self.reference_arm not in self.arms:
            raise ValueError(
                f"reference_arm is {self.reference_arm!r}, but the arms are {', '.join(self.arms)}"
            )
        if not self.patients:
            raise ValueError(
                "the study has no patient: population.synthetic is 0 and surfaces is empty"
            )
        return self

    @property
    def patients(self) -> tuple[str, ...]:
        """Patient ids: p001... drawn from the population, s001... read from surfaces."""
        synthetic = (f"p{i:03d}" for i in range(1, self.population.synthetic + 1))
        read = (f"s{i:03d}" for i in range(1, len(self.surfaces) + 1))
        return (*synthetic, *read)

    def arm_flow(self, arm: str) -> Flow:
        """Flow block of an arm.

        Raises:
            pydantic.ValidationError: the arm's own keys do not fit.
        """
        return Flow.model_validate(merged(self.flow.plain(), self.arms[arm].flow))
