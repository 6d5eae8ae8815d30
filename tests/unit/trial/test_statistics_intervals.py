# SPDX-License-Identifier: BSD-3-Clause
"""Intervals against published values, textbooks and scipy."""

import numpy as np
import pytest
from scipy import stats

from trial.intervals import bootstrap_mean, mean_difference, proportion, pseudomedian

DIFFERENCES = np.array([0.8, -0.3, 1.9, 0.4, 2.2, 0.7, 1.1, -0.1, 3.0])


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(106, 138, 69.1, 83.1), (68, 82, 73.4, 89.5), (115, 138, 76.2, 88.6), (77, 103, 65.6, 82.2)],
)
def test_wilson_interval_of_published_trials(successes, n, low, high):
    estimate = proportion(successes, n)
    assert estimate.value == successes / n
    assert round(100 * estimate.low, 1) == low
    assert round(100 * estimate.high, 1) == high


@pytest.mark.parametrize(("successes", "low", "high"), [(0, 0.0, 0.3544), (7, 0.6457, 1.0)])
def test_wilson_interval_stays_inside_zero_and_one(successes, low, high):
    # n = 7: the outer limit is n / (n + z^2).
    estimate = proportion(successes, 7)
    assert estimate.low == pytest.approx(low, abs=1e-4)
    assert estimate.high == pytest.approx(high, abs=1e-4)


def test_proportion_of_nobody_has_no_value():
    assert proportion(0, 0).value is None


@pytest.mark.parametrize(("successes", "n"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(successes, n):
    with pytest.raises(ValueError, match="successes"):
        proportion(successes, n)


def test_mean_difference_is_the_paired_t_interval():
    expected = stats.ttest_1samp(DIFFERENCES, 0.0).confidence_interval(0.9)
    estimate = mean_difference(DIFFERENCES, 0.9)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high))


def test_one_patient_has_a_mean_but_no_interval():
    estimate = mean_difference(np.array([2.0]))
    assert (estimate.value, estimate.low, estimate.high) == (2.0, None, None)


def test_signed_rank_interval_holds_the_shifts_that_the_test_accepts():
    estimate = pseudomedian(DIFFERENCES)
    inside, outside = 1e-6, -1e-6
    for limit, sign in ((estimate.low, 1), (estimate.high, -1)):
        accepted = stats.wilcoxon(DIFFERENCES - limit - sign * inside, method="exact").pvalue
        rejected = stats.wilcoxon(DIFFERENCES - limit - sign * outside, method="exact").pvalue
        assert accepted > 0.05 >= rejected


def test_signed_rank_interval_of_six_patients_is_the_range_and_of_five_does_not_exist():
    six = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    estimate = pseudomedian(six)
    assert (estimate.low, estimate.value, estimate.high) == (1.0, 3.5, 6.0)
    assert pseudomedian(six[:5]).low is None


def test_counted_and_approximate_signed_rank_intervals_agree_where_they_meet():
    sample = np.random.default_rng(3).normal(size=61)
    approximate, counted = pseudomedian(sample), pseudomedian(sample[:60])
    assert approximate.low == pytest.approx(counted.low, abs=0.05)
    assert approximate.high == pytest.approx(counted.high, abs=0.05)


def test_signed_rank_interval_covers_the_centre_as_often_as_it_says():
    rng = np.random.default_rng(11)
    runs = [pseudomedian(rng.laplace(size=12)) for _ in range(600)]
    coverage = np.mean([run.low <= 0.0 <= run.high for run in runs])
    # Exact at least 0.95; the binomial error of 600 runs is 0.009.
    assert 0.93 < coverage <= 1.0


def test_bootstrap_repeats_with_its_seed_and_brackets_the_mean():
    first = bootstrap_mean(DIFFERENCES, 0.95, 2000, seed=5)
    assert first == bootstrap_mean(DIFFERENCES, 0.95, 2000, seed=5)
    assert first != bootstrap_mean(DIFFERENCES, 0.95, 2000, seed=6)
    t = mean_difference(DIFFERENCES)
    assert t.low < first.low < first.value < first.high < t.high


def test_bootstrap_of_two_or_of_equal_values_has_no_interval():
    assert bootstrap_mean(np.array([1.0, 2.0]), 0.95, 100, 0).low is None
    assert bootstrap_mean(np.full(5, 0.2), 0.95, 100, 0).low is None
