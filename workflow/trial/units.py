# SPDX-License-Identifier: BSD-3-Clause
"""Units written in configuration keys, and their conversion to SI."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

SUFFIXES: dict[str, float] = {
    "_kg_m3": 1.0,
    "_pa_s_m3": 1.0,
    "_m3_pa": 1.0,
    "_pa_s": 1.0,
    "_pa_m": 1.0,
    "_per_s": 1.0,
    "_per_minute": 1.0 / 60.0,
    "_m2_s": 1.0,
    "_cm_s": 1e-2,
    "_m_s": 1.0,
    "_mm": 1e-3,
    "_um": 1e-6,
    "_deg": math.pi / 180.0,
    "_percent": 1e-2,
    "_atm": 101325.0,
    "_gpa": 1e9,
    "_mpa": 1e6,
    "_pa": 1.0,
    "_s": 1.0,
}
"""Key endings and the factor to SI, longest first where one ends with another."""


def split_unit(key: str) -> tuple[str, float]:
    """Return the key without its unit and the factor to SI (1 for a key without unit)."""
    for suffix, factor in SUFFIXES.items():
        if key.endswith(suffix):
            return key.removesuffix(suffix), factor
    return key, 1.0


def to_si(values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert ``{"neck_mm": 5.0}`` to ``{"neck": 0.005}``, nested blocks and lists included."""
    converted = {}
    for key, value in values.items():
        name, factor = split_unit(key)
        converted[name] = _scale(value, factor)
    return converted


def _scale(value: Any, factor: float) -> Any:
    if isinstance(value, Mapping):
        return to_si(value)
    if isinstance(value, list | tuple):
        return [_scale(item, factor) for item in value]
    if factor == 1.0 or isinstance(value, bool | str) or value is None:
        return value
    return value * factor
