# SPDX-License-Identifier: BSD-3-Clause
"""A study of devices on the test bench: arms are designs, patients are specimens of a lot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field, model_validator

from trial.bench_endpoint import BenchEndpoint
from trial.bench_endpoints import bench_endpoints
from trial.config._base import Block
from trial.config.bench.lot import Lot
from trial.config.bench.numerics import Bench, BenchEndpoints
from trial.config.bench.procedures import Course, Procedure, ProcedureName
from trial.config.bench.stent import Stent
from trial.config.report import Report
from trial.config.resources import Resources
from trial.config.statistics import Statistics
from trial.config.study import ArmBlock, ArmName, Study
from trial.overlay import merged


class BenchArm(Block):
    """A design, and what is done differently to it."""

    label: str = Field(min_length=1, description="name shown in the report")
    device: Stent = Field(description="the design")
    procedures: dict[str, dict[str, Any]] = Field(
        default={}, description="keys of the procedures that differ for this design"
    )


class BenchStudy(Study):
    """Designs, each made in specimens of one production lot and put through the same procedures."""

    lot: Lot = Field(description="synthetic production lot")
    arms: dict[ArmName, BenchArm] = Field(
        min_length=1, description="designs; every specimen is made in all of them"
    )
    reference_arm: str = Field(description="design that the others are compared with")
    procedures: dict[ProcedureName, Procedure] = Field(
        min_length=1, description="done to every specimen, in the order written"
    )
    bench: Bench = Field(default=Bench(), description="model, mesh and solver")
    endpoints: BenchEndpoints = Field(
        default=BenchEndpoints(), description="thresholds of the endpoints"
    )
    statistics: Statistics = Field(default=Statistics(), description="how the arms are compared")
    report: Report = Field(default=Report(), description="what the report shows")
    resources: Resources = Field(default=Resources(), description="what a job may use")

    @model_validator(mode="after")
    def _consistent(self) -> BenchStudy:
        Course(procedures=self.procedures)
        for name, arm in self.arms.items():
            unknown = sorted(set(arm.procedures) - set(self.procedures))
            if unknown:
                raise ValueError(
                    f"arms.{name}.procedures names {unknown[0]!r}, but the procedures are "
                    f"{', '.join(self.procedures)}"
                )
        whole = {"crush", "bend"} & {one.kind for one in self.procedures.values()}
        if whole and not self.bench.model.round:
            raise ValueError(
                f"{' and '.join(sorted(whole))} needs the whole circumference: bench.model.whole "
                "of a segment or device, or a whole ring"
            )
        return self

    @property
    def patients(self) -> tuple[str, ...]:
        """Specimen ids: p001... drawn from the lot."""
        return tuple(f"p{i:03d}" for i in range(1, self.lot.specimens + 1))

    def arm_course(self, arm: str) -> Course:
        """Procedures of an arm.

        Raises:
            pydantic.ValidationError: the arm's own keys do not fit.
        """
        block = next(self.arm_blocks(arm))
        return Course.model_validate(block.values)

    def arm_blocks(self, arm: str) -> Iterator[ArmBlock]:
        """The procedures of an arm, not validated."""
        plain = {name: one.plain() for name, one in self.procedures.items()}
        yield ArmBlock((), Course, {"procedures": merged(plain, self.arms[arm].procedures)})

    def build_settings(self, arm: str) -> dict[str, Any]:
        """Kind and drawing of a design, the part that is meshed, and how far it is crimped; SI."""
        return {
            "kind": self.arms[arm].device.kind,
            "drawing": self.arms[arm].device.drawing(),
            "part": self.bench.model.to_si(),
            "cells": self.bench.cells.to_si(),
            "crimped": self.arm_course(arm).crimped_diameters(),
        }

    def obtainable(self) -> tuple[BenchEndpoint, ...]:
        """Endpoints that the procedures, the model and the materials of the study can give."""
        kinds = [one.kind for one in self.procedures.values()]
        metals = {arm.device.alloy for arm in self.arms.values()}
        found = {
            endpoint.name: endpoint
            for metal in sorted(metals)
            for endpoint in bench_endpoints(kinds, self.bench.model.extent, metal)
        }
        return tuple(found.values())
