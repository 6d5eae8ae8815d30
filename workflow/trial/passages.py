# SPDX-License-Identifier: BSD-3-Clause
"""Titled passages of a report, and those that every kind of study has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trial.config.statistics import Statistics


@dataclass(frozen=True)
class Passage:
    """A titled passage of text.

    Attributes:
        title: heading.
        text: sentences.
    """

    title: str
    text: str


def intervals_text(block: Statistics, subject: str) -> str:
    """How differences between the arms are estimated.

    Args:
        block: settings.
        subject: what a pair shares: patient, specimen.
    """
    return (
        f"Differences between arms are paired by {subject}: mean with Student's t interval, "
        "Hodges-Lehmann pseudomedian with the signed-rank interval, mean relative change with a "
        f"BCa bootstrap of {block.bootstrap_samples} samples, all at "
        f"{block.confidence_percent:g} %. No p-values: the number of virtual {subject}s is a "
        "choice."
    )


def missing_patients(statistics: Mapping[str, Any], subjects: str, advice: str) -> list[Passage]:
    """Who is missing and what follows from it; nothing where nobody is.

    Args:
        statistics: content of ``statistics.json``.
        subjects: patients, specimens.
        advice: a sentence on how to read the result then.
    """
    lost = sorted({item["patient"] for item in statistics["flow"]["lost"]})
    if not lost:
        return []
    total = len(statistics["plan"]["cohort"]["patients"])
    return [
        Passage(
            f"Missing {subjects}",
            f"{len(lost)} of {total} {subjects} are missing in at least one arm "
            f"({', '.join(lost)}). {advice}",
        )
    ]
