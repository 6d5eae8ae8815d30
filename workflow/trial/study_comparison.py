# SPDX-License-Identifier: BSD-3-Clause
"""STAV reductions of two studies of the same patients, side by side.

For numerical variants (``demo--fine``) and for the steady screening mode (``demo--steady``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from trial.errors import ConfigError
from trial.outcome import Outcome
from trial.patients import read_json
from trial.stages import stage


@dataclass(frozen=True)
class PairedReduction:
    """Reductions of one patient in one arm, as shares.

    Attributes:
        patient: id.
        arm: the treated arm.
        first, second: STAV reduction in either study.
    """

    patient: str
    arm: str
    first: float
    second: float


def paired_reductions(first: Path, second: Path) -> list[PairedReduction]:
    """Reductions of the patients and arms that both studies analysed, by arm and patient.

    Args:
        first: result folder of a study.
        second: that of the other.

    Raises:
        ConfigError: a study is not finished, or they have nobody in common.
    """
    values = [_reductions(root) for root in (first, second)]
    common = sorted(set(values[0]) & set(values[1]))
    if not common:
        raise ConfigError(f"{first.name} and {second.name} have no analysed patient in common")
    return [PairedReduction(p, arm, *(v[arm, p] for v in values)) for arm, p in common]


def comparison_text(first: Path, second: Path) -> str:
    """Table for a terminal: reductions, differences, ranks and computing time."""
    pairs = paired_reductions(first, second)
    width = max(len(pair.arm) for pair in pairs)
    heads = [f"{name:>{max(16, len(name))}}" for name in (first.name, second.name)]
    lines = [f"STAV reduction in %   {'':<{width}} {heads[0]} {heads[1]}  difference"]
    for pair in pairs:
        numbers = [
            f"{100 * value:>{len(head)}.1f}"
            for value, head in zip((pair.first, pair.second), heads, strict=True)
        ]
        difference = 100 * (pair.second - pair.first)
        lines.append(
            f"  {pair.patient:<19} {pair.arm:<{width}} {' '.join(numbers)} {difference:+11.1f}"
        )
    difference = np.array([pair.second - pair.first for pair in pairs])
    lines.append(
        f"difference: mean {100 * difference.mean():+.1f}, largest"
        f" {100 * difference[np.abs(difference).argmax()]:+.1f} percentage points"
    )
    if len(pairs) > 2:
        ranks = spearmanr([p.first for p in pairs], [p.second for p in pairs]).statistic
        lines.append(f"rank correlation (Spearman): {ranks:.2f}")
    times = [_solve_time(root) for root in (first, second)]
    lines.append(f"time of the solutions: {times[0]:.0f} s and {times[1]:.0f} s")
    return "\n".join(lines)


def _reductions(root: Path) -> Mapping[tuple[str, str], float]:
    """STAV reduction by arm and patient."""
    statistics = read_json(root / "statistics.json")
    if not statistics:
        raise ConfigError(f"{root.name} has no statistics yet: run it to its end first")
    return {
        (arm, item["patient"]): item["reduction"]
        for arm, comparison in statistics["comparisons"].items()
        for item in comparison["reductions"]
    }


def _solve_time(root: Path) -> float:
    """Wall time of all solutions of a study [s]."""
    paths = root.glob(stage("vascular", "solve").outcome.format(patient="*", arm="*"))
    return sum(Outcome.read(path).wall_time_s for path in paths)
