# SPDX-License-Identifier: BSD-3-Clause
"""One endpoint of a trial: name, unit, meaning, direction and missing-data rule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Direction = Literal["lower", "higher", "none"]

DISPLAY_FACTOR = {
    ("m/s", "cm/s"): 1e2,
    ("m3/s", "mL/s"): 1e6,
    ("m3", "mm3"): 1e9,
    ("1", "%"): 1e2,
    ("1", "1"): 1.0,
    ("s", "s"): 1.0,
    ("Pa", "Pa"): 1.0,
    ("1/Pa", "1/Pa"): 1.0,
    ("W", "mW"): 1e3,
    ("W", "µW"): 1e6,
    ("J", "µJ"): 1e6,
    ("m", "mm"): 1e3,
    ("m2", "mm2"): 1e6,
    ("N", "N"): 1.0,
    ("N/m", "N/mm"): 1e-3,
    ("N m2", "N mm2"): 1e6,
    ("Pa", "kPa"): 1e-3,
    ("Pa", "MPa"): 1e-6,
    ("rad", "°"): math.degrees(1.0),
}
"""Display value = stored value * factor, by (stored unit, display unit)."""


@dataclass(frozen=True)
class Endpoint:
    """One quantity per patient and arm.

    Attributes:
        name: key in files and column name.
        label: what the report prints.
        short_label: the same where space is scarce.
        unit: SI unit of the stored value ("1" for a ratio).
        display_unit: unit the report prints, a key of :data:`DISPLAY_FACTOR` with ``unit``.
        definition: one sentence.
        direction: which way a better device moves it; "none" when neither is a benefit.
        source: DOI or citation of the definition or threshold.
        required: a missing value makes the patient-arm missing; otherwise the column is empty.
        per: what the members of a family differ in ("outlet"), stored as ``<name>_<member>``;
            empty for a single value.
    """

    name: str
    label: str
    short_label: str
    unit: str
    display_unit: str
    definition: str
    direction: Direction
    source: str
    required: bool = True
    per: str = ""

    @property
    def display_factor(self) -> float:
        """Display value = stored value * display_factor."""
        return DISPLAY_FACTOR[self.unit, self.display_unit]

    @property
    def missing_rule(self) -> str:
        """What happens to a patient without this value."""
        if self.per:
            return f"empty where there is no such {self.per}"
        if self.required:
            return "the patient-arm counts as missing"
        return "left empty"
