# SPDX-License-Identifier: BSD-3-Clause
"""What the report shows."""

from __future__ import annotations

from pydantic import Field

from trial.config._base import Block


class Report(Block):
    """Pictures and colour scales."""

    pictures: bool = Field(True, description="render every patient")
    picture_width_px: int = Field(900, ge=200, le=4000, description="width of one picture")
