# SPDX-License-Identifier: BSD-3-Clause
"""What every kind of study shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from trial.config._base import Block

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(--[a-z0-9_]+)?$", max_length=60)]
ArmName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Identity(Block):
    """Which study this is."""

    name: Name = Field(description="folder in results; a numerical variant is called base--variant")
    kind: Literal["vascular", "bench"] = Field(
        "vascular", description="vascular: devices in patients; bench: devices on the test bench"
    )
    title: str = Field(min_length=3, description="one line for the report")
    purpose: str = Field("", description="the question asked, for the report")
    seed: int = Field(ge=0, lt=2**63, description="seed of every random draw of the study")


@dataclass(frozen=True)
class ArmBlock:
    """Keys of the study that an arm changes, merged.

    Attributes:
        prefix: keys of the study file down to the block.
        model: what the values must fit.
        values: block of the study with those of the arm laid over it.
    """

    prefix: tuple[str, ...]
    model: type[Block]
    values: Mapping[str, Any]


class Study(Block, ABC):
    """A study: who, what is done to them, how it is computed and judged.

    Every kind has ``arms`` (with a ``label``), ``reference_arm``, ``statistics``, ``report`` and
    ``resources`` of its own.
    """

    study: Identity = Field(description="which study this is")

    @model_validator(mode="after")
    def _reference_exists(self) -> Study:
        arms, reference = getattr(self, "arms", {}), getattr(self, "reference_arm", None)
        if reference is not None and reference not in arms:
            raise ValueError(f"reference_arm is {reference!r}, but the arms are {', '.join(arms)}")
        return self

    @property
    @abstractmethod
    def patients(self) -> tuple[str, ...]:
        """Patient ids."""

    @abstractmethod
    def arm_blocks(self, arm: str) -> Iterator[ArmBlock]:
        """Blocks of the study as one arm changes them, not validated."""

    def missing_files(self, project: Path) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Files that the study names and nobody has: path of the key and file named."""
        yield from ()
