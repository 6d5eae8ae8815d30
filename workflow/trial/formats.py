# SPDX-License-Identifier: BSD-3-Clause
"""Numbers as the report prints them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trial.endpoints import lookup

SPACE = "\u00a0"
"""No-break space between a number and its unit."""

NOTHING = "–"


def number(value: float | None, digits: int = 3) -> str:
    """Significant digits without exponent in the usual range; a dash for no value."""
    if value is None or not math.isfinite(value):
        return NOTHING
    value += 0.0  # a negative zero becomes positive
    if value != 0 and not 1e-4 <= abs(value) < 1e7:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        text = f"{mantissa}·10{exponent_text(int(exponent))}"
    elif abs(float(f"{value:.{digits - 1}e}")) >= 10**digits:
        text = count(value)
    else:
        text = f"{value:#.{digits}g}".rstrip(".")
    return text.replace("-", "−")


def count(value: float | None) -> str:
    """A whole number with its thousands set apart; a dash for no value."""
    return NOTHING if value is None else f"{value:,.0f}".replace(",", "\u202f")


def exponent_text(exponent: int) -> str:
    """An integer as superscript."""
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def fixed(value: float, decimals: int) -> str:
    """A number with fixed decimals; what rounds to zero has no sign."""
    # Adding zero makes a negative zero positive.
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def span(low: str, high: str) -> str:
    """Two printed numbers as a range, one where they look the same."""
    return low if low == high else f"{low} to {high}"


def percent(value: float | None) -> str:
    """A share as percentage with one decimal."""
    return NOTHING if value is None else f"{fixed(100 * value, 1)}{SPACE}%"


def percent_range(estimate: Mapping[str, Any]) -> str:
    """Interval of a share as percentages."""
    if estimate["low"] is None:
        return "no interval"
    return f"{span(*(fixed(100 * estimate[key], 1) for key in ('low', 'high')))}{SPACE}%"


def shown(value: float | None, endpoint: str) -> str:
    """An endpoint value in its display unit, without the unit."""
    return number(None if value is None else lookup(endpoint).display_factor * value)


def shown_range(estimate: Mapping[str, Any], endpoint: str) -> str:
    """Interval of an endpoint in its display unit, without the unit."""
    if estimate["low"] is None:
        return "no interval"
    return span(*(shown(estimate[key], endpoint) for key in ("low", "high")))


def scatter(summary: Mapping[str, Any], endpoint: str) -> str:
    """Mean and standard deviation of an endpoint in its display unit, to the same decimals.

    Two digits of the deviation, unless that takes more than four of the mean.
    """
    factor = lookup(endpoint).display_factor
    mean, sd = factor * summary["mean"], factor * (summary["sd"] or 0.0)
    decimals = _decimals(mean, sd)
    if summary["sd"] is None:
        return number(mean)
    if decimals is None:
        return f"{number(mean)} ± {number(sd, 1)}"
    return f"{fixed(mean, decimals)} ± {fixed(sd, decimals)}"


def scatter_range(summary: Mapping[str, Any], endpoint: str) -> str:
    """Least and largest value of an endpoint, to the decimals of ``scatter``."""
    factor = lookup(endpoint).display_factor
    low, high = (factor * value for value in summary["range"])
    decimals = _decimals(factor * summary["mean"], factor * (summary["sd"] or 0.0))
    if decimals is None:
        return span(number(low), number(high))
    return span(fixed(low, decimals), fixed(high, decimals))


def _decimals(mean: float, sd: float) -> int | None:
    """Decimals of a mean with its deviation; None where they need an exponent."""
    if not 1e-3 <= abs(mean) < 1e5:
        return None
    most = 3 - math.floor(math.log10(abs(mean)))
    return max(min(1 - math.floor(math.log10(sd)), most) if sd > 0.0 else most, 0)


def duration(seconds: float | None) -> str:
    """A time span in the unit that suits it."""
    if seconds is None:
        return NOTHING
    if seconds < 120:
        return f"{seconds:.1f}{SPACE}s"
    if seconds < 7200:
        return f"{seconds / 60:.1f}{SPACE}min"
    return f"{seconds / 3600:.1f}{SPACE}h"


def words(name: str) -> str:
    """An identifier as words."""
    return name.replace("_", " ")


FILTERS = {
    "number": number,
    "count": count,
    "percent": percent,
    "percent_range": percent_range,
    "shown": shown,
    "scatter": scatter,
    "scatter_range": scatter_range,
    "shown_range": shown_range,
    "duration": duration,
    "words": words,
}
"""Jinja filters of the report."""
