# SPDX-License-Identifier: BSD-3-Clause
"""Settings of the bench endpoints from plain values, as the scripts hand them over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from solvers.fields.bench.diagrams import Strengths
from solvers.fields.bench.endpoints import BenchSettings
from solvers.fields.bench.fatigue import AlloyFatigue, Fatigue, SuperelasticFatigue


def bench_settings(values: Mapping[str, Any]) -> BenchSettings:
    """Settings from SI values.

    Args:
        values: those of :class:`BenchSettings`; ``fatigue`` is None or holds ``kind``
            (stress, strain) and the numbers of that criterion.
    """
    others = dict(values)
    others["tool_diameters"] = tuple(others["tool_diameters"])
    fatigue = others.pop("fatigue")
    return BenchSettings(**others, fatigue=None if fatigue is None else _fatigue(fatigue))


def _fatigue(values: Mapping[str, Any]) -> Fatigue:
    numbers = dict(values)
    if numbers.pop("kind") == "strain":
        return SuperelasticFatigue(**numbers)
    sensitivity = numbers.pop("shear_sensitivity")
    return AlloyFatigue(Strengths(**numbers), sensitivity)
