# SPDX-License-Identifier: BSD-3-Clause
"""Straight circular flow extensions at the rims of an open surface, closed behind the opening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree

from meshes.errors import SurfaceInvalid
from meshes.openings import Rim
from meshes.topology import Index
from meshes.types import Array, Opening

TRANSITION = 0.6
"""Share of the extension over which the vessel section turns into a circle."""
OVERRUN = 0.75
"""Blind length behind the opening in diameters, before the closing hemisphere."""
MOST_OBLIQUE = 40.0
"""Angle between vessel and opening normal [deg] up to which the extension follows the vessel."""


@dataclass(frozen=True)
class Extension:
    """A closed extension of one rim.

    Attributes:
        points: (k, 3) new vertices [m].
        triangles: (j, 3) vertex numbers of wall and new vertices.
        opening: the opening at its end.
        axis: (i, 3) centre of each ring and the tip [m].
    """

    points: Array
    triangles: Index
    opening: Opening
    axis: Array


def extend(
    points: Array, triangles: Index, rim: Rim, name: str, diameters: float, first: int
) -> Extension:
    """Continue the wall at a rim: from its own section and slope into a straight circular tube.

    Args:
        points: (n, 3) surface [m].
        triangles: (m, 3), consistently oriented.
        rim: where to continue.
        name: name of the opening.
        diameters: distance of the opening from the rim in diameters of equal area.
        first: number of the first new vertex.
    """
    slope = _wall_slope(points, triangles, rim)
    direction = slope.mean(axis=0)
    direction /= np.linalg.norm(direction)
    if direction @ rim.normal < np.cos(np.radians(MOST_OBLIQUE)):
        direction = rim.normal
    length = 2.0 * diameters * rim.radius
    start = points[rim.vertices]
    centre = rim.centre + TRANSITION * length * direction
    ring = _circle_from(start, rim, direction)
    step = np.linalg.norm(np.roll(start, -1, axis=0) - start, axis=1).mean()
    rings = _transition(start, slope, centre + ring, direction, TRANSITION * length, step)
    end = (1.0 - TRANSITION) * length + 2.0 * OVERRUN * rim.radius
    straight = np.linspace(0.0, end, max(int(np.ceil(end / step)), 2) + 1)[1:]
    rings += [centre + z * direction + ring for z in straight]
    bow = np.linspace(0.0, 0.5 * np.pi, max(int(np.ceil(1.6 * rim.radius / step)), 4) + 1)[1:-1]
    rings += [centre + (end + rim.radius * np.sin(a)) * direction + np.cos(a) * ring for a in bow]
    apex = centre + (end + rim.radius) * direction
    opening = Opening(
        name=name,
        role="inlet" if name == "inlet" else "outlet",
        centre=centre + (1.0 - TRANSITION) * length * direction,
        normal=direction,
        radius=rim.radius,
    )
    return Extension(
        points=np.vstack([*rings, apex]),
        triangles=_stitch(rim.vertices, len(rings), first),
        opening=opening,
        axis=np.array([*(r.mean(axis=0) for r in rings), apex]),
    )


def _wall_slope(points: Array, triangles: Index, rim: Rim) -> Array:
    """Unit direction (k, 3) in which the wall runs across each rim vertex, smoothed."""
    loop = rim.vertices
    position = np.full(len(points), -1)
    position[loop] = np.arange(len(loop))
    slope = np.zeros((len(loop), 3))
    for k in range(3):
        here = position[triangles[:, k]]
        touching = here >= 0
        others = points[triangles[touching]].mean(axis=1)
        np.add.at(slope, here[touching], points[triangles[touching, k]] - others)
    along = np.roll(points[loop], -1, axis=0) - np.roll(points[loop], 1, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    slope -= np.einsum("ij,ij->i", slope, along)[:, None] * along
    slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-300)
    slope = gaussian_filter1d(slope, 0.04 * len(loop), axis=0, mode="wrap")
    return slope / np.linalg.norm(slope, axis=1, keepdims=True)


def _circle_from(start: Array, rim: Rim, direction: Array) -> Array:
    """Vectors (k, 3) from the axis to the circle points that the rim vertices run to [m]."""
    first = start[0] - rim.centre
    first -= (first @ direction) * direction
    first /= np.linalg.norm(first)
    second = np.cross(direction, first)
    arm = start - rim.centre
    angle = np.unwrap(np.arctan2(arm @ second, arm @ first))
    length = np.linalg.norm(np.roll(start, -1, axis=0) - start, axis=1)
    travelled = np.r_[0.0, np.cumsum(length)[:-1]] / length.sum()
    sense = np.sign(angle[-1] - angle[0])
    even = sense * 2.0 * np.pi * travelled
    even += np.mean(angle - even)
    return rim.radius * (np.cos(even)[:, None] * first + np.sin(even)[:, None] * second)


def _transition(
    start: Array, slope: Array, target: Array, direction: Array, length: float, step: float
) -> list[Array]:
    """Rings along cubic Hermite curves that keep the wall direction at both ends."""
    rings = []
    for t in np.linspace(0.0, 1.0, max(int(np.ceil(length / step)), 3) + 1)[1:]:
        rings.append(
            (2 * t**3 - 3 * t**2 + 1) * start
            + (t**3 - 2 * t**2 + t) * length * slope
            + (3 * t**2 - 2 * t**3) * target
            + (t**3 - t**2) * length * direction
        )
    return rings


def _stitch(rim: Index, rings: int, first: int) -> Index:
    """Triangles between consecutive rings and the closing fan, oriented like the wall."""
    count = len(rim)
    numbers = np.vstack([rim, first + np.arange(rings * count).reshape(rings, count)])
    here, after = numbers[:-1], numbers[1:]
    here_next, after_next = np.roll(here, -1, axis=1), np.roll(after, -1, axis=1)
    sides = [
        np.stack([here_next, here, after], axis=-1),
        np.stack([here_next, after, after_next], axis=-1),
    ]
    last = numbers[-1]
    apex = np.full(count, first + rings * count)
    fan = np.column_stack([np.roll(last, -1), last, apex])
    return np.vstack([*(side.reshape(-1, 3) for side in sides), fan])


def check_collisions(wall: Array, extensions: list[Extension]) -> None:
    """Make sure that no extension runs into the vessel or into another extension.

    Args:
        wall: (n, 3) vertices of the vessel [m].
        extensions: all extensions.

    Raises:
        SurfaceInvalid: one does.
    """
    for extension in extensions:
        name, radius = extension.opening.name, extension.opening.radius
        # The first rings lie beside the wall they continue.
        axis = extension.axis[np.linalg.norm(extension.axis - extension.axis[0], axis=1) > radius]
        others = {e.opening.name: e.points for e in extensions if e is not extension}
        for other, points in {"the vessel": wall, **others}.items():
            distance, nearest = cKDTree(points).query(axis)
            if distance.min() < 0.95 * radius:
                where = 1e3 * points[nearest[np.argmin(distance)]]
                raise SurfaceInvalid(
                    f"the flow extension of {name} runs into {other} at ({where[0]:.2f}, "
                    f"{where[1]:.2f}, {where[2]:.2f}) mm; cut the vessel back before it",
                    name,
                )
