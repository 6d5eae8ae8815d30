# SPDX-License-Identifier: BSD-3-Clause
"""One camera and one colour scale for all arms of a patient.

The view is decided from the reference arm: the camera looks across the plane that holds the neck
normal and the vessel axis, with the sac up and, unless the vessel itself is in the way, the flow
from left to right.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from solvers.fields.endpoints import Weighted, tetrahedron_volumes, triangle_areas

Array = NDArray[np.float64]

ASPECT = 1.25
"""Width over height of the anatomy in a picture."""

MARGIN = 1.12


@dataclass(frozen=True)
class View:
    """Camera and colour limits shared by the arms of one patient.

    Attributes:
        focus: (3,) centre of the anatomy shown [m].
        towards: (3,) unit vector from the focus to the camera; also the normal of the slice.
        up: (3,) unit vector.
        half_height: half of the visible height [m].
        origin: (3,) centre of the ostium, on the slice [m].
        speed: upper colour limit of the mean speed [m/s].
        shear: upper colour limit of TAWSS [Pa].
        sac: cell tag of the sac.
    """

    focus: Array
    towards: Array
    up: Array
    half_height: float
    origin: Array
    speed: float
    shear: float
    sac: int

    @property
    def right(self) -> Array:
        """(3,) unit vector that points to the right of the picture."""
        return np.cross(self.up, self.towards)

    @property
    def reach(self) -> float:
        """Distance from the focus to the corners of the picture [m]."""
        return self.half_height * float(np.hypot(1.0, ASPECT))

    def to_json(self) -> dict[str, Any]:
        """Camera and limits as plain numbers, SI."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in asdict(self).items()
        }


def choose_view(fluid: Path, bundle: Path) -> View:
    """Decide camera and colour limits.

    Both scales end at the 95th percentile in the sac, so that the sac fills them and the parent
    vessel saturates.

    Args:
        fluid: solution folder of the reference arm.
        bundle: mesh bundle folder.
    """
    info = json.loads((bundle / "info.json").read_text())
    sac = json.loads((bundle / "markers.json").read_text())["cells"]["sac"]
    grid, wall = pv.read(fluid / "fields.vtu"), pv.read(fluid / "wall.vtp")

    origin, normal = (np.array(info["ostium"][key], dtype=float) for key in ("centre", "normal"))
    axis, radius = vessel_axis(info["centreline"], origin)
    up = normal - axis * (normal @ axis)
    up /= np.linalg.norm(up)
    centres = np.asarray(wall.cell_centers().points, dtype=float)
    in_sac = np.asarray(wall.cell_data["region"]) == sac
    plane = (centres - origin) @ np.column_stack([axis, up])
    offset, half_height = _frame(plane[in_sac], radius)
    focus = origin + offset @ np.array([axis, up])

    shear = Weighted(
        np.asarray(wall.cell_data["tawss"], dtype=float)[in_sac], triangle_areas(wall)[in_sac]
    )
    in_volume = np.asarray(grid.cell_data["region"]) == sac
    speed = Weighted(
        np.asarray(grid.cell_data["mean_speed"], dtype=float)[in_volume],
        tetrahedron_volumes(grid)[in_volume],
    )
    near = np.linalg.norm(centres - focus, axis=1) < half_height * np.hypot(1.0, ASPECT)
    depth = (centres - origin) @ np.cross(axis, up)
    return View(
        focus=focus,
        towards=np.cross(axis, up) * _clear_side(plane[near], depth[near], in_sac[near]),
        up=up,
        half_height=half_height,
        origin=origin,
        speed=nice_limit(100 * speed.percentile(95.0)) / 100,
        shear=nice_limit(shear.percentile(95.0)),
        sac=sac,
    )


def vessel_axis(centreline: dict[str, Any], origin: Array) -> tuple[Array, float]:
    """Downstream direction (3,) and vessel radius [m] beside a point of the ostium."""
    points = np.array(centreline["points"], dtype=float)
    radii = np.array(centreline["radius"], dtype=float)
    nearest = int(np.linalg.norm(points - origin, axis=1).argmin())
    radius = float(radii[nearest])
    beside = np.flatnonzero(np.linalg.norm(points - points[nearest], axis=1) <= radius)
    first, last = max(beside.min() - 1, 0), min(beside.max() + 1, len(points) - 1)
    axis = points[last] - points[first]
    return axis / np.linalg.norm(axis), radius


def nice_limit(value: float) -> float:
    """Smallest of a few multiples of a power of ten, with round quarters, not below ``value``."""
    if value <= 0.0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    steps = power * np.array([1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 6.0, 8.0, 10.0])
    return float(steps[steps >= value * (1.0 - 1e-9)][0])


def _frame(sac: Array, radius: float) -> tuple[Array, float]:
    """Centre (2,) and half height that show the sac and the vessel around its neck.

    Args:
        sac: (n, 2) sac wall along axis and up, from the ostium [m].
        radius: of the parent vessel [m].
    """
    low = np.minimum(sac.min(axis=0), [-3.0 * radius, -2.5 * radius])
    high = np.maximum(sac.max(axis=0), [3.0 * radius, radius])
    half = 0.5 * (high - low)
    return 0.5 * (low + high), MARGIN * float(max(half[1], half[0] / ASPECT))


def _clear_side(plane: Array, depth: Array, in_sac: NDArray[np.bool_]) -> float:
    """+1 or -1: the side from which less of the vessel lies in front of the sac."""
    low, high = plane[in_sac].min(axis=0), plane[in_sac].max(axis=0)
    over = ~in_sac & ((plane > low) & (plane < high)).all(axis=1)
    middle = np.median(depth[in_sac])
    return -1.0 if (depth[over] > middle).sum() > (depth[over] < middle).sum() else 1.0
