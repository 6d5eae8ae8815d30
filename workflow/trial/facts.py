# SPDX-License-Identifier: BSD-3-Clause
"""Which stored numbers the report shows, with label, unit and conversion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trial.formats import NOTHING, SPACE, count, number
from trial.patients import PatientRecord


@dataclass(frozen=True)
class Column:
    """A number inside a stored JSON file.

    Attributes:
        label: heading.
        unit: display unit, empty for counts.
        path: keys down to the number.
        factor: display value = stored value * factor.
        digits: significant digits; 0 for a whole number.
    """

    label: str
    unit: str
    path: tuple[str, ...]
    factor: float = 1.0
    digits: int = 3

    def show(self, content: Mapping[str, Any]) -> str:
        """The number as text; a dash when the file does not hold it."""
        value: Any = content
        for key in self.path:
            if not isinstance(value, Mapping) or key not in value:
                return NOTHING
            value = value[key]
        if value is None:
            return NOTHING
        return number(self.factor * value, self.digits) if self.digits else count(value)


NUMERICS = (
    Column("Cells", "", ("cells",), digits=0),
    Column("Nodes", "", ("nodes",), digits=0),
    Column("Steps per cycle", "", ("steps_per_cycle",), digits=0),
    Column("Time step", "ms", ("time_step",), 1e3),
    Column("Cycles", "", ("cycles",), digits=0),
    Column("Largest change of a watched endpoint, last two cycles", "%", ("cycle_change",), 1e2, 2),
    Column("Largest Courant number", "1", ("max_cfl",)),
    Column("Mass balance error", "%", ("mass_balance_error",), 1e2, 2),
    Column("Energy balance error", "%", ("energy_balance_error",), 1e2, 2),
    Column("Alternating pressure", "%", ("checkerboard",), 1e2, 2),
    Column("Ranks", "", ("ranks",), digits=0),
    Column("Wall time", "s", ("wall_time_s",), digits=4),
)
"""From ``fluid/summary.json``."""

QUALITY = (
    Column("Cells", "", ("cells",), digits=0),
    Column("Nodes", "", ("nodes",), digits=0),
    Column("Smallest quality", "1", ("quality", "minimum"), digits=2),
    Column("1st percentile of quality", "1", ("quality", "percentile_1"), digits=2),
    Column("Volume against surface", "%", ("checks", "volume", "value"), 1e2, 2),
    Column("Wall area against surface", "%", ("checks", "wall_area", "value"), 1e2, 2),
    Column("Wall cells with near-wall height", "%", ("checks", "near_wall_share", "value"), 1e2),
)
"""From ``anatomy/mesh/quality.json``."""

_ANATOMY = (
    Column("Age", "years", ("cohort", "demographics", "age_years"), digits=2),
    Column("Sac volume", "mm³", ("info", "sac_volume"), 1e9),
    Column("Pulsatility index", "1", ("cohort", "physiology", "pulsatility_index")),
)
_DEVICE = (
    Column("Device diameter (label)", "mm", ("nominal_diameter",), 1e3),
    Column("Device length (label)", "mm", ("nominal_length",), 1e3),
    Column("Mean porosity over the ostium", "1", ("ostia", "ostium", "porosity", "mean")),
    Column("Largest gap to the wall", "mm", ("largest_gap",), 1e3, 2),
)


def patient_facts(patient: PatientRecord) -> list[tuple[str, str]]:
    """Label and text of what characterises a patient and the device placed in it."""
    facts = []
    if patient.inlet_area is not None:
        facts.append(_fact("Inlet diameter", "mm", 1e3 * _diameter(patient.inlet_area)))
    if "ostium" in patient.info:
        neck = _diameter(patient.info["ostium"]["area"])
        facts.append(_fact("Neck (circle of equal area)", "mm", 1e3 * neck))
    content = {"cohort": patient.cohort, "info": patient.info}
    facts += _present(_ANATOMY, content)
    flows = [arm.summary["mean_inflow"] for arm in patient.arms.values() if arm.summary]
    if flows:
        facts.append(_fact("Mean inflow", "mL/s", 1e6 * flows[0]))
    # In the summary only where the viscosity follows it.
    shares = [a.summary["haematocrit"] for a in patient.arms.values() if "haematocrit" in a.summary]
    if shares:
        facts.append(_fact("Haematocrit", "%", 1e2 * shares[0]))
    if "physiology" in patient.cohort:
        rate = 60.0 / patient.cohort["physiology"]["period"]
        facts.append(_fact("Heart rate", "per minute", rate, 2))
    for arm in patient.arms.values():
        facts += _present(_DEVICE, arm.deployment)
    return facts


def _present(columns: tuple[Column, ...], content: Mapping[str, Any]) -> list[tuple[str, str]]:
    texts = [(column, column.show(content)) for column in columns]
    return [
        (column.label, f"{text}{SPACE}{column.unit}".removesuffix(f"{SPACE}1"))
        for column, text in texts
        if text != NOTHING
    ]


def _fact(label: str, unit: str, value: float, digits: int = 3) -> tuple[str, str]:
    return label, f"{number(value, digits)}{SPACE}{unit}"


def _diameter(area: float) -> float:
    """Diameter of the circle of an area [m]."""
    return 2.0 * float(np.sqrt(area / np.pi))
