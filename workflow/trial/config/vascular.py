# SPDX-License-Identifier: BSD-3-Clause
"""A study of devices in the vessels of patients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from trial.config._base import Block
from trial.config.device import Device
from trial.config.endpoints import Endpoints
from trial.config.flow import Flow
from trial.config.mesh import Mesh
from trial.config.population import Population
from trial.config.report import Report
from trial.config.resources import Resources
from trial.config.statistics import SurrogateStatistics
from trial.config.study import ArmBlock, ArmName, Study
from trial.config.surfaces import Surface
from trial.overlay import merged


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


class VascularStudy(Study):
    """Virtual patients, with and without devices, and the flow in their vessels."""

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
    statistics: SurrogateStatistics = Field(
        default=SurrogateStatistics(), description="how the arms are compared"
    )
    report: Report = Field(default=Report(), description="what the report shows")
    resources: Resources = Field(default=Resources(), description="what a job may use")

    @model_validator(mode="after")
    def _has_patients(self) -> VascularStudy:
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
        block = next(self.arm_blocks(arm))
        return Flow.model_validate(block.values)

    def arm_blocks(self, arm: str) -> Iterator[ArmBlock]:
        """The flow block of an arm, not validated."""
        yield ArmBlock(("flow",), Flow, merged(self.flow.plain(), self.arms[arm].flow))

    def missing_files(self, project: Path) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Surfaces that are not there: path of the key and file named."""
        for number, surface in enumerate(self.surfaces):
            if not surface.packaged and not (project / surface.file).is_file():
                yield ("surfaces", number, "file"), surface.file
