# SPDX-License-Identifier: BSD-3-Clause
"""What a bench solve left on disk: curve by procedure, states, bundle. SI throughout."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

Array = NDArray[np.float64]

WORDS = ("name", "kind")
"""Columns of the curve that are not numbers."""


class InconsistentBench(ValueError):
    """Curve, states and bundle do not belong to one bench run."""


@dataclass(frozen=True)
class Stage:
    """The rows of the curve of one procedure.

    Attributes:
        index: place of the procedure in the test, from 0.
        name: of the procedure.
        kind: of the procedure.
        columns: numbers by column (n,); not a number where the curve is empty.
    """

    index: int
    name: str
    kind: str
    columns: dict[str, Array]

    @property
    def complete(self) -> bool:
        """Whether its last load step was reached."""
        return bool(self["load"][-1] >= 1.0 - 1e-9)

    @property
    def label(self) -> str:
        """Name of the state at its end."""
        return f"{self.index:02d}-{self.name}"

    def last(self, column: str) -> float:
        """Value at its end."""
        return float(self[column][-1])

    def __getitem__(self, column: str) -> Array:
        try:
            return self.columns[column]
        except KeyError:
            raise InconsistentBench(f"the curve has no column {column!r}") from None


@dataclass(frozen=True)
class Material:
    """Material points of a state of the model.

    Attributes:
        position: reference position (n, 3) [m].
        volume: reference volume each point stands for (n,) [m3].
        deformation: deformation gradient (n, 3, 3).
        radial_gradient: spatial gradient (n, 3, 3) of the finite-element field that is the unit
            vector away from the axis at every node [1/m].
        stress: Cauchy stress (n, 3, 3) [Pa].
        strain: logarithmic strain (n, 3, 3).
        outputs: what the law reports, for example ``plastic_strain`` (n,).
    """

    position: Array
    volume: Array
    deformation: Array
    radial_gradient: Array
    stress: Array
    strain: Array
    outputs: dict[str, Array]

    @classmethod
    def read(cls, path: Path) -> Material:
        """Read one ``states/*.npz``."""
        with np.load(path) as stored:
            arrays = {name: np.asarray(stored[name], dtype=float) for name in stored.files}
        named = ("position", "volume", "radial_gradient", "stress", "strain")
        if absent := {*named, "deformation_gradient"} - arrays.keys():
            raise InconsistentBench(f"{path} has no {', '.join(sorted(absent))}")
        return cls(
            deformation=arrays.pop("deformation_gradient"),
            **{name: arrays.pop(name) for name in named},
            outputs=arrays,
        )

    @property
    def jacobian(self) -> Array:
        """Volume over reference volume (n,)."""
        return np.linalg.det(self.deformation)


@dataclass(frozen=True)
class BenchRun:
    """One bench run of one specimen.

    Attributes:
        folder: of the solve.
        info: of the bundle (``info.json``).
        markers: of the bundle (``markers.json``).
        stages: one per procedure that was begun, in order.
    """

    folder: Path
    info: dict[str, Any]
    markers: dict[str, dict[str, int]]
    stages: tuple[Stage, ...]

    @classmethod
    def read(cls, folder: Path, bundle: Path) -> BenchRun:
        """Read a solve and the bundle it was computed on.

        Raises:
            InconsistentBench: the curve is empty or misses the columns that say where a row is.
        """
        return cls(
            folder=folder,
            info=json.loads((bundle / "info.json").read_text()),
            markers=json.loads((bundle / "markers.json").read_text()),
            stages=read_curve(folder / "curve.csv"),
        )

    @property
    def copies(self) -> float:
        """How often the model repeats in the device."""
        return self.info["copies_around"] * self.info["copies_along"]

    @property
    def complete(self) -> list[Stage]:
        """Stages that reached their end, in order."""
        return [stage for stage in self.stages if stage.complete]

    @cached_property
    def deployed(self) -> Stage | None:
        """Stage at whose end the device is in place, before anything compresses it.

        The last deflation; without one the last expansion; without that the last chamber, and
        without that the last release.
        """
        for kind in ("deflate", "expand", "chamber", "release"):
            if found := self.of_kind(kind):
                return found[-1]
        return None

    def of_kind(self, *kinds: str) -> list[Stage]:
        """Complete stages of these kinds, in order."""
        return [stage for stage in self.complete if stage.kind in kinds]

    def before(self, stage: Stage) -> Stage | None:
        """The stage before, None for the first."""
        return next((s for s in self.complete if s.index == stage.index - 1), None)

    def after(self, stage: Stage) -> Stage | None:
        """The stage after, None for the last."""
        return next((s for s in self.complete if s.index == stage.index + 1), None)

    def grid(self, label: str) -> pv.UnstructuredGrid:
        """Mesh of the model in its reference place with the fields of a state."""
        return pv.read(self.folder / "states" / f"{label}.vtu")

    def material(self, label: str) -> Material:
        """Material points of a state."""
        return Material.read(self.folder / "states" / f"{label}.npz")

    def has_state(self, label: str) -> bool:
        """Whether the state was stored."""
        return (self.folder / "states" / f"{label}.npz").exists()


def read_curve(path: Path) -> tuple[Stage, ...]:
    """Stages of a ``curve.csv``.

    Raises:
        InconsistentBench: no rows, or no column ``procedure``, ``name``, ``kind`` or ``load``.
    """
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    if not rows:
        raise InconsistentBench(f"{path} has no rows")
    if absent := {"procedure", "name", "kind", "load"} - rows[0].keys():
        raise InconsistentBench(f"{path} has no column {', '.join(sorted(absent))}")
    indices = sorted({int(row["procedure"]) for row in rows})
    return tuple(_stage(k, [row for row in rows if int(row["procedure"]) == k]) for k in indices)


def _stage(index: int, rows: Sequence[dict[str, str]]) -> Stage:
    numbers = [name for name in rows[0] if name not in WORDS]
    columns = {
        name: np.array([float(row[name]) if row[name] else np.nan for row in rows])
        for name in numbers
    }
    return Stage(index, rows[0]["name"], rows[0]["kind"], columns)
