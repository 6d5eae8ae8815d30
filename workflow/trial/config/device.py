# SPDX-License-Identifier: BSD-3-Clause
"""Devices."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trial.config._base import Block


class Device(Block):
    """A braided flow diverter."""

    from_: str | None = Field(
        None, alias="from", description="file in configs/devices it starts from"
    )
    kind: Literal["flow_diverter"] = Field(description="device family")
