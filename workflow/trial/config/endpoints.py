# SPDX-License-Identifier: BSD-3-Clause
"""Quantities taken from the fields."""

from __future__ import annotations

from pydantic import Field

from trial.config._base import Block


class Endpoints(Block):
    """Thresholds that endpoint definitions refer to."""

    residual_speed_cm_s: float = Field(
        8.0,
        gt=0,
        le=200,
        description="cycle-mean speed from which sac volume counts as residual flow",
    )
    low_shear_pa: float = Field(
        0.4,
        gt=0,
        le=20,
        description="cycle-mean wall shear below which sac wall counts as low shear",
    )
