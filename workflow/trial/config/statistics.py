# SPDX-License-Identifier: BSD-3-Clause
"""How the arms are compared."""

from __future__ import annotations

from pydantic import Field

from trial.config._base import Block


class Statistics(Block):
    """Intervals."""

    confidence_percent: float = Field(95.0, ge=50, le=99.9, description="level of every interval")
    bootstrap_samples: int = Field(
        2000, ge=100, le=100000, description="resamplings of the patients for bootstrap intervals"
    )


class SurrogateStatistics(Statistics):
    """Intervals and the success rule."""

    success_threshold_percent: float = Field(
        35.0, ge=0, le=100, description="reduction of the sac velocity that counts as success"
    )
    threshold_curve_percent: tuple[float, float, float] = Field(
        (25.0, 75.0, 5.0), description="first, last and step of the thresholds shown beside it"
    )
