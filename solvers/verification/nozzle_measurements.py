# SPDX-License-Identifier: BSD-3-Clause
"""Measurements in the FDA nozzle, reduced over the laboratories.

Data: U.S. Food and Drug Administration, RST24CV11.01, doi:10.17917/C78G69, public domain; the files
read here are a rearranged and screened version of it with the mean and the standard deviation
(n - 1) over the laboratories at each point.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem

Array = NDArray[np.float64]
Orientation = Literal["SE", "CD"]
FILES = {
    "centreline": "centreline_axial_velocity_interlab.csv",
    "profile": "profile_axial_velocity_interlab.csv",
    "pressure": "wall_pressure_interlab.csv",
    "closure": "flow_closure.csv",
    "all": "fda_nozzle_tidy.csv.gz",
}


@dataclass(frozen=True)
class Measurement:
    """Mean and scatter over laboratories at n points.

    Attributes:
        z: axial positions [m].
        mean: [m/s] or [Pa].
        deviation: standard deviation over the laboratories, same unit.
        r: distances from the axis [m], zero where there is none.
    """

    z: Array
    mean: Array
    deviation: Array
    r: Array

    def distance(self, values: Array) -> Array:
        """|values - mean| over the standard deviation, at each point."""
        return np.abs(np.asarray(values) - self.mean) / self.deviation

    def share_within(self, values: Array, deviations: float = 2.0) -> float:
        """Share of the points where ``values`` lie within so many standard deviations."""
        return float(np.mean(self.distance(values) <= deviations))

    def mean_error(self, values: Array) -> float:
        """Mean over the points of |values - mean| / |mean|."""
        return float(np.mean(np.abs((np.asarray(values) - self.mean) / self.mean)))


class NozzleMeasurements:
    """The measurements of one orientation at a throat Reynolds number of 500."""

    def __init__(self, folder: Path, orientation: Orientation = "SE") -> None:
        """Remember where the files are.

        Raises:
            InvalidProblem: a file is missing.
        """
        for name in FILES.values():
            if not (folder / name).is_file():
                raise InvalidProblem(f"the nozzle measurements need {folder / name}")
        self._folder, self._orientation = folder, orientation

    def _rows(self, name: str) -> list[dict[str, str]]:
        path = self._folder / FILES[name]
        opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
        with opened as file:
            return [
                row
                for row in csv.DictReader(file)
                if row["orientation"] == self._orientation and row["Re"] == "500"
            ]

    def centreline(self, *, screened: bool = True) -> Measurement:
        """Axial velocity on the axis [m/s]; ``screened`` leaves out sets whose flow is wrong."""
        return _measurement(self._rows("centreline"), "kept" if screened else "all")

    def wall_pressure(self, *, screened: bool = True) -> Measurement:
        """Wall pressure less that of the last tap [Pa], without the last tap."""
        rows = sorted(self._rows("pressure"), key=lambda row: float(row["z_m"]))
        return _measurement(rows[:-1], "kept" if screened else "all")

    @property
    def last_tap(self) -> float:
        """Place of the pressure tap that the others refer to [m]."""
        return max(float(row["z_m"]) for row in self._rows("pressure"))

    def profiles(self) -> Measurement:
        """Axial velocity across the stations [m/s], where three sets or more reach, r signed."""
        rows = [row for row in self._rows("profile") if int(row["n_kept"]) >= 3]
        return _measurement(rows, "kept")

    def scaled_centreline(self) -> Measurement:
        """Axial velocity on the axis, each set divided by its own flow over the nominal one."""
        closure = {
            (row["dataset"], float(row["z_m"])): float(row["Q_ratio"])
            for row in self._rows("closure")
            if row["status"] == "keep"
        }
        found: dict[float, list[float]] = {}
        for row in self._rows("all"):
            key = (row["dataset"], float(row["coord_m"]))
            if row["quantity"] == "z-distribution-axial-velocity" and key in closure:
                found.setdefault(key[1], []).append(float(row["value"]) / closure[key])
        places = [z for z in sorted(found) if len(found[z]) >= 3]
        values = [np.array(found[z]) for z in places]
        return Measurement(
            np.array(places),
            np.array([v.mean() for v in values]),
            np.array([v.std(ddof=1) for v in values]),
            np.zeros(len(places)),
        )


def _measurement(rows: list[dict[str, str]], which: str) -> Measurement:
    rows = [row for row in rows if int(row[f"n_{which}"]) >= 3]

    def column(name: str) -> Array:
        return np.array([float(row.get(name) or 0.0) for row in rows])

    return Measurement(column("z_m"), column(f"mean_{which}"), column(f"sd_{which}"), column("r_m"))
