# SPDX-License-Identifier: BSD-3-Clause
"""How the computed model repeats in the device, and its unrolled state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.fields.bench.record import BenchRun
from solvers.fields.bench.surface import (
    MidSurface,
    mid_surface,
    mirrored_in_z,
    whole_circumference,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Repetition:
    """Copies that make a circumference of a model.

    Attributes:
        copies: around the axis.
        sector: angle of the model [rad].
        mirrored: whether neighbours are mirror images, else turned copies.
        mirror_z: planes across the axis that cut the model [m].
    """

    copies: int
    sector: float
    mirrored: bool
    mirror_z: tuple[float, ...]

    @classmethod
    def of(cls, run: BenchRun) -> Repetition:
        """From info and markers of the bundle; a cut end is one that is no end of the device."""
        facets = run.markers["facets"]
        planes: list[float] = []
        if "mirror_z" in facets:
            z = reference_points(run)[:, 2]
            ends = {"end_proximal": float(z.min()), "end_distal": float(z.max())}
            planes = [place for name, place in ends.items() if name not in facets]
        return cls(
            copies=int(run.info["copies_around"]),
            sector=float(run.info["sector_angle"]),
            mirrored="mirror_start" in facets,
            mirror_z=tuple(planes),
        )


def reference_points(run: BenchRun) -> Array:
    """Reference position of the mesh points (n, 3) [m]."""
    stored = next(stage.label for stage in run.complete if run.has_state(stage.label))
    return np.asarray(run.grid(stored).points, dtype=float)


def unrolled(run: BenchRun, label: str) -> MidSurface:
    """Mid-surface of a state around the whole circumference, mirrored at cut ends."""
    surface = mid_surface(run.grid(label), run.info)
    repetition = Repetition.of(run)
    for plane in repetition.mirror_z[:1]:  # a second plane would only repeat the cells
        surface = mirrored_in_z(surface, plane)
    return whole_circumference(surface, mirrored=repetition.mirrored, copies=repetition.copies)
