# SPDX-License-Identifier: BSD-3-Clause
"""Estimates with intervals: proportions, paired differences, relative changes.

Every function returns ``None`` in place of an interval that the sample cannot support.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

EXACT_SIGNED_RANK_LIMIT = 60
"""Largest sample for which the signed-rank distribution is counted instead of approximated."""

ROUNDING = 1e-9
"""Relative differences below this are rounding of the arithmetic, not of the physics."""


@dataclass(frozen=True)
class Estimate:
    """A point estimate and its interval.

    Attributes:
        value: estimate; None for an empty sample.
        low: lower limit, None when there is no interval.
        high: upper limit, None when there is no interval.
        n: sample size.
        method: name of the interval.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str


def proportion(successes: int, n: int, confidence: float = 0.95) -> Estimate:
    """Share of successes with the Wilson score interval (10.1080/01621459.1927.10502953).

    Raises:
        ValueError: ``successes`` is not in 0..n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes is {successes}, expected 0 to n = {n}")
    if n == 0:
        return Estimate(None, None, None, 0, "Wilson")
    interval = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return Estimate(successes / n, float(interval.low), float(interval.high), n, "Wilson")


def mean_difference(differences: Array, confidence: float = 0.95) -> Estimate:
    """Mean of paired differences (n,) with Student's t interval; needs two patients."""
    n = len(differences)
    if n == 0:
        return Estimate(None, None, None, 0, "Student t")
    mean = float(np.mean(differences))
    if n == 1:
        return Estimate(mean, None, None, 1, "Student t")
    half = stats.t.ppf(0.5 + confidence / 2, n - 1) * np.std(differences, ddof=1) / np.sqrt(n)
    return Estimate(mean, float(mean - half), float(mean + half), n, "Student t")


def pseudomedian(differences: Array, confidence: float = 0.95) -> Estimate:
    """Hodges-Lehmann pseudomedian of (n,) differences with the signed-rank interval.

    The limits are order statistics of the Walsh averages (10.1214/aoms/1177704172). Below six
    patients no 95 % interval of this kind exists.
    """
    n = len(differences)
    method = "Wilcoxon signed-rank"
    if n == 0:
        return Estimate(None, None, None, 0, method)
    i, j = np.triu_indices(n)
    walsh = np.sort((differences[i] + differences[j]) / 2.0)
    centre = float(np.median(walsh))
    k = _signed_rank_order(n, (1.0 - confidence) / 2.0)
    if k == 0:
        return Estimate(centre, None, None, n, method)
    return Estimate(centre, float(walsh[k - 1]), float(walsh[-k]), n, method)


def bootstrap_mean(values: Array, confidence: float, samples: int, seed: int) -> Estimate:
    """Mean of (n,) values with a bias-corrected and accelerated bootstrap over patients.

    Args:
        values: one per patient.
        confidence: level of the interval.
        samples: resamplings.
        seed: of the resampling, so that a report can be reproduced.
    """
    n = len(values)
    method = f"BCa bootstrap, {samples} samples"
    if n == 0:
        return Estimate(None, None, None, 0, method)
    mean = float(np.mean(values))
    if n < 3 or np.ptp(values) <= ROUNDING * abs(mean):
        return Estimate(mean, None, None, n, method)
    interval = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=samples,
        confidence_level=confidence,
        method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Estimate(mean, float(interval.low), float(interval.high), n, method)


def _signed_rank_order(n: int, tail: float) -> int:
    """Largest k with P(T+ <= k - 1) <= tail, T+ the signed-rank statistic; 0 when there is none."""
    if n > EXACT_SIGNED_RANK_LIMIT:
        mean, variance = n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24
        return max(int(np.floor(mean + stats.norm.ppf(tail) * np.sqrt(variance))), 0)
    counts = np.zeros(n * (n + 1) // 2 + 1)
    counts[0] = 1.0
    for rank in range(1, n + 1):
        counts[rank:] += counts[:-rank].copy()
    cumulative = np.cumsum(counts) / 2.0**n
    return int(np.searchsorted(cumulative, tail, side="right"))
