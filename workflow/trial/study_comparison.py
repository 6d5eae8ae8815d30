# SPDX-License-Identifier: BSD-3-Clause
"""Results of two studies of the same patients or specimens, side by side.

For numerical variants (``demo--fine``, ``stent_demo--fine``) and for the steady screening mode
(``demo--steady``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from trial.endpoints import lookup
from trial.errors import ConfigError
from trial.outcome import Outcome
from trial.patients import read_json
from trial.stages import stage
from trial.statistics import ALL


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
    """Table for a terminal: what was found in either study, differences and computing time.

    Raises:
        ConfigError: a study is not finished, they differ in kind or have nobody in common.
    """
    plans = [_statistics(root)["plan"]["cohort"] for root in (first, second)]
    kinds = [plan["kind"] for plan in plans]
    if kinds[0] != kinds[1]:
        raise ConfigError(f"{first.name} is a {kinds[0]} study, {second.name} a {kinds[1]} study")
    lines = _bench_lines(first, second) if kinds[0] == "bench" else _reduction_lines(first, second)
    times = [_solve_time(root, kinds[0]) for root in (first, second)]
    return "\n".join([*lines, f"time of the solutions: {times[0]:.0f} s and {times[1]:.0f} s"])


def _bench_lines(first: Path, second: Path) -> list[str]:
    """Mean of every endpoint and design in both studies."""
    means = [_means(root) for root in (first, second)]
    common = [key for key in means[0] if key in means[1]]
    if not common:
        raise ConfigError(f"{first.name} and {second.name} have no analysed design in common")
    width = max(len(f"{arm} {lookup(name).short_label}") for arm, name in common)
    heads = [f"{name:>{max(12, len(name))}}" for name in (first.name, second.name)]
    lines = [f"{'mean over specimens':<{width + 10}} {heads[0]} {heads[1]}   change"]
    for arm, name in common:
        endpoint = lookup(name)
        values = [endpoint.display_factor * found[arm, name] for found in means]
        shown = [f"{v:>{len(head)}.4g}" for v, head in zip(values, heads, strict=True)]
        change = f"{100 * (values[1] / values[0] - 1):+8.1f} %" if values[0] else f"{'–':>10}"
        subject = f"{arm} {endpoint.short_label}"
        lines.append(f"{subject:<{width}} {endpoint.display_unit:<9} {' '.join(shown)} {change}")
    return lines


def _means(root: Path) -> dict[tuple[str, str], float]:
    """Mean of every endpoint by arm and name."""
    return {
        (arm, name): summary["mean"]
        for arm, groups in _statistics(root)["arms"].items()
        for name, summary in groups[ALL].items()
    }


def _reduction_lines(first: Path, second: Path) -> list[str]:
    """Reductions, differences and ranks."""
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
    return lines


def _reductions(root: Path) -> Mapping[tuple[str, str], float]:
    """STAV reduction by arm and patient."""
    return {
        (arm, item["patient"]): item["reduction"]
        for arm, comparison in _statistics(root)["comparisons"].items()
        for item in comparison["reductions"]
    }


def _statistics(root: Path) -> Mapping[str, Any]:
    statistics = read_json(root / "statistics.json")
    if not statistics:
        raise ConfigError(f"{root.name} has no statistics yet: run it to its end first")
    return statistics


def _solve_time(root: Path, kind: str) -> float:
    """Wall time of all solutions of a study [s]."""
    paths = root.glob(stage(kind, "solve").outcome.format(patient="*", arm="*"))
    return sum(Outcome.read(path).wall_time_s for path in paths)
