# SPDX-License-Identifier: BSD-3-Clause
"""Straight circular flow extensions at the rims of an open surface, closed behind the opening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from meshes.errors import SurfaceInvalid
from meshes.openings import Rim
from meshes.topology import Index
from meshes.types import Array, Opening

TRANSITION = 0.6
"""Share of the extension over which the vessel section turns into a circle."""
OVERRUN = 0.75
"""Blind length behind the opening in diameters, before the closing hemisphere."""
RING = 48
"""Vertices around an extension."""
HARMONICS = 3
"""Waves around the rim that the direction of the wall may have; more is noise of the facets."""
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
    edge = np.linalg.norm(np.roll(points[rim.vertices], -1, axis=0) - points[rim.vertices], axis=1)
    travelled = np.r_[0.0, np.cumsum(edge)] / edge.sum()
    even = np.arange(RING) / RING
    start = _around(points[rim.vertices], travelled, even)
    slope = _wall_slope(points, triangles, rim, travelled, even)
    direction = slope.mean(axis=0)
    direction /= np.linalg.norm(direction)
    if direction @ rim.normal < np.cos(np.radians(MOST_OBLIQUE)):
        direction = rim.normal
    length = 2.0 * diameters * rim.radius
    centre = rim.centre + TRANSITION * length * direction
    ring = _circle_from(start, rim, direction, even)
    step = 2.0 * np.pi * rim.radius / RING
    rings = _transition(start, slope, centre + ring, direction, TRANSITION * length, step)
    end = (1.0 - TRANSITION) * length + 2.0 * OVERRUN * rim.radius
    straight = np.linspace(0.0, end, max(int(np.ceil(end / step)), 2) + 1)[1:]
    rings += [centre + z * direction + ring for z in straight]
    bow = np.linspace(0.0, 0.5 * np.pi, RING // 4 + 1)[1:-1]
    rings += [centre + (end + rim.radius * np.sin(a)) * direction + np.cos(a) * ring for a in bow]
    apex = centre + (end + rim.radius) * direction
    opening = Opening(
        name=name,
        role="inlet" if name == "inlet" else "outlet",
        centre=centre + (1.0 - TRANSITION) * length * direction,
        normal=direction,
        radius=rim.radius,
    )
    numbers = first + np.arange(len(rings) * RING).reshape(-1, RING)
    return Extension(
        points=np.vstack([*rings, apex]),
        triangles=np.vstack([_zip(rim.vertices, travelled, numbers[0], even), _stitch(numbers)]),
        opening=opening,
        axis=np.array([*(r.mean(axis=0) for r in rings), apex]),
    )


def _around(values: Array, travelled: Array, even: Array) -> Array:
    """Values (k, 3) at the rim vertices interpolated to even fractions of its length."""
    looped = np.vstack([values, values[:1]])
    return np.column_stack([np.interp(even, travelled, column) for column in looped.T])


def _wall_slope(points: Array, triangles: Index, rim: Rim, travelled: Array, even: Array) -> Array:
    """Unit direction (k, 3) in which the wall runs across the rim at even fractions of its length.

    Facets give a noisy direction; it is fitted by a few waves around the rim.
    """
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
    share = np.diff(travelled)
    weight = np.sqrt(share + np.roll(share, 1))[:, None]
    coefficients, *_ = np.linalg.lstsq(weight * _waves(travelled[:-1]), weight * slope, rcond=None)
    fitted = _waves(even) @ coefficients
    return fitted / np.linalg.norm(fitted, axis=1, keepdims=True)


def _waves(fraction: Array) -> Array:
    """Constant, cosines and sines around a loop, (k, 1 + 2 HARMONICS)."""
    phase = 2.0 * np.pi * np.outer(fraction, np.arange(1, HARMONICS + 1))
    return np.hstack([np.ones((len(fraction), 1)), np.cos(phase), np.sin(phase)])


def _circle_from(start: Array, rim: Rim, direction: Array, even: Array) -> Array:
    """Vectors (k, 3) from the axis to the circle points that the rim runs to [m]."""
    first = start[0] - rim.centre
    first -= (first @ direction) * direction
    first /= np.linalg.norm(first)
    second = np.cross(direction, first)
    arm = start - rim.centre
    angle = np.unwrap(np.arctan2(arm @ second, arm @ first))
    turn = np.sign(angle[-1] - angle[0]) * 2.0 * np.pi * even
    turn += np.mean(angle - turn)
    return rim.radius * (np.cos(turn)[:, None] * first + np.sin(turn)[:, None] * second)


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


def _zip(rim: Index, travelled: Array, ring: Index, even: Array) -> Index:
    """Triangles between the rim and the first ring, which has another number of vertices."""
    there = np.r_[even, 1.0]
    i = j = 0
    triangles = []
    while i < len(rim) or j < len(ring):
        here, after = rim[i % len(rim)], ring[j % len(ring)]
        middle = travelled[i] + travelled[i + 1] if i < len(rim) else np.inf
        opposite = there[j] + there[j + 1] if j < len(ring) else np.inf
        if middle <= opposite:
            i += 1
            triangles.append([rim[i % len(rim)], here, after])
        else:
            j += 1
            triangles.append([here, after, ring[j % len(ring)]])
    return np.array(triangles)


def _stitch(numbers: Index) -> Index:
    """Triangles between rings (m, k), and the fan to the vertex that follows the last ring."""
    here, after = numbers[:-1], numbers[1:]
    here_next, after_next = np.roll(here, -1, axis=1), np.roll(after, -1, axis=1)
    sides = [
        np.stack([here_next, here, after], axis=-1),
        np.stack([here_next, after, after_next], axis=-1),
    ]
    last = numbers[-1]
    apex = np.full(len(last), last[-1] + 1)
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
