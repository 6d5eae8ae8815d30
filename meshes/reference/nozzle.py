# SPDX-License-Identifier: BSD-3-Clause
"""Quarter of the nozzle of the FDA benchmark.

Geometry: Hariharan et al. 2011, doi:10.1115/1.4003440. The axis is z, the flow goes towards +z and
z = 0 is the sudden change of diameter: an expansion behind cone and throat, or a contraction ahead
of them. The planes x = 0 and y = 0 bound the quarter. Rings of nodes
around the axis are extruded along it: the levels can be as far apart as a slender jet allows, they
pass through every corner, and the axis is a line of nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from meshes.reference.extruded import bundle, extrude, graded
from meshes.types import Array, MeshBundle

Index = NDArray[np.int64]
Orientation = Literal["SE", "CD"]
"""Sudden expansion, or sudden contraction and conical diffuser."""
THROAT_RADIUS, PIPE_RADIUS = 2.0e-3, 6.0e-3
"""Radii [m]."""
CONE_START, THROAT_START = -62.685e-3, -40.0e-3
"""Ends of the cone [m]."""


@dataclass(frozen=True)
class NozzleSize:
    """Resolution and length, as of the sudden expansion; the other orientation is its mirror image.

    Attributes:
        rings: rings of cells from the axis to the throat wall; outside the jet there are as many.
        sides: cells along the quarter circle at the throat wall.
        corner: distance of the levels at the sudden expansion [m]; four times that at the cone.
        spacing: largest distance of levels [m].
        start: end of the pipe before the cone [m].
        end: end of the pipe behind the sudden change of diameter [m].
        clustering: how much the rings gather at the throat wall; 1 for not at all.
        orientation: direction of the flow.
    """

    rings: int = 6
    sides: int = 6
    corner: float = 0.25e-3
    spacing: float = 2.5e-3
    start: float = -0.1
    end: float = 0.14
    clustering: float = 1.4
    orientation: Orientation = "SE"


def wall_radius(z: Array, orientation: Orientation = "SE") -> Array:
    """Wall radius [m] at z [m]; at z = 0 that of the throat."""
    z = np.asarray(z) if orientation == "SE" else -np.asarray(z)
    cone = np.interp(z, [CONE_START, THROAT_START], [PIPE_RADIUS, THROAT_RADIUS])
    return np.where(z > 0.0, PIPE_RADIUS, cone)


def nozzle_quarter(size: NozzleSize) -> MeshBundle:
    """Mesh with the surfaces ``inlet``, ``outlet_1``, ``wall``, ``plane_x`` and ``plane_y``."""
    radii = _ring_radii(size)
    plane, triangles, inner, inner_triangles = _quarter_disk(radii, size)
    before, after = _levels(size)
    count = len(plane)
    near = [np.column_stack([plane[:inner] * wall_radius(z), np.full(inner, z)]) for z in before]
    far = [np.column_stack([plane * THROAT_RADIUS, np.full(count, z)]) for z in after]
    points = np.concatenate(near + far)
    first = inner * len(before)
    cells = np.concatenate(
        [
            extrude(inner_triangles, len(before), inner),
            first + extrude(triangles, len(after) - 1, count),
        ]
    )
    surfaces = _surfaces(points, plane, inner, len(before), size)
    if size.orientation == "CD":
        points = points * np.array([1.0, 1.0, -1.0])
        surfaces["inlet"], surfaces["outlet_1"] = surfaces["outlet_1"], surfaces["inlet"]
    return bundle(points, cells, surfaces, "nozzle")


def nozzle_meridian(size: NozzleSize) -> tuple[Array, Index]:
    """Points (n, 2) of z and r [m] and triangles (m, 3) of the meridian, without the sector."""
    radii = _ring_radii(size)
    before, after = _levels(size)
    inner, count = size.rings + 1, len(radii)
    near = [np.column_stack([np.full(inner, z), radii[:inner] * wall_radius(z)]) for z in before]
    far = [np.column_stack([np.full(count, z), radii * THROAT_RADIUS]) for z in after]
    triangles, start = [], 0
    for level in range(len(before) + len(after) - 1):
        width = inner if level < len(before) else count
        here = start + np.arange(width - 1)
        above = here + width
        triangles += [
            np.column_stack([here, above, above + 1]),
            np.column_stack([here, above + 1, here + 1]),
        ]
        start += width
    mirror = np.array([1.0 if size.orientation == "SE" else -1.0, 1.0])
    return mirror * np.concatenate(near + far), np.concatenate(triangles)


def _levels(size: NozzleSize) -> tuple[Array, Array]:
    """Levels before the sudden change of diameter and from it on [m]."""
    cone, throat = 4 * size.corner, 2 * size.corner
    before = [
        graded(size.start, CONE_START, size.spacing, cone, size.spacing)[:-1],
        graded(CONE_START, THROAT_START, cone, throat, size.spacing)[:-1],
        graded(THROAT_START, 0.0, throat, size.corner, size.spacing)[:-1],
    ]
    return np.concatenate(before), graded(0.0, size.end, size.corner, size.spacing, size.spacing)


def _ring_radii(size: NozzleSize) -> Array:
    """Radii over the throat radius, close together on both sides of the jet boundary."""
    share = np.linspace(0.0, 1.0, size.rings + 1)
    ratio = PIPE_RADIUS / THROAT_RADIUS
    return np.concatenate(
        [1.0 - (1.0 - share) ** size.clustering, 1.0 + (ratio - 1.0) * share[1:] ** 1.5]
    )


def _quarter_disk(radii: Array, size: NozzleSize) -> tuple[Array, Index, int, Index]:
    """Nodes and triangles of the whole quarter disk; node count and triangles of the jet."""
    counts = np.minimum(np.arange(len(radii)), size.sides)
    angles = [np.linspace(0.0, 0.5 * np.pi, n + 1) if n else np.zeros(1) for n in counts]
    start = np.concatenate([[0], np.cumsum([len(a) for a in angles])])
    nodes = [
        radius * np.column_stack([np.cos(a), np.sin(a)])
        for radius, a in zip(radii, angles, strict=True)
    ]
    # A polygon of the area of the circle: the mean velocity is right on every mesh.
    half = 0.25 * np.pi / size.sides
    plane = np.sqrt(2 * half / np.sin(2 * half)) * np.concatenate(nodes)
    plane[np.abs(plane) < 1e-12] = 0.0
    between = [
        _band(start[k], counts[k], start[k + 1], counts[k + 1]) for k in range(len(radii) - 1)
    ]
    inner = int(start[size.rings + 1])
    return plane, np.concatenate(between), inner, np.concatenate(between[: size.rings])


def _band(low: int, low_count: int, high: int, high_count: int) -> Index:
    """Triangles between two rings whose first nodes are ``low`` and ``high``."""
    i = j = 0
    triangles = []
    while i < low_count or j < high_count:
        # Advance on the ring whose next node comes first.
        if j < high_count and (i == low_count or (j + 0.5) * low_count <= (i + 0.5) * high_count):
            triangles.append((low + i, high + j, high + j + 1))
            j += 1
        else:
            triangles.append((low + i, high + j, low + i + 1))
            i += 1
    return np.array(triangles, dtype=np.int64)


def _surfaces(
    points: Array, plane: Array, inner: int, before: int, size: NozzleSize
) -> dict[str, NDArray[np.bool_]]:
    """Which points lie on each surface."""
    z = points[:, 2]
    ring = np.linalg.norm(plane, axis=1) / np.linalg.norm(plane[inner - 1])
    behind = (len(z) - inner * before) // len(ring)
    reach = np.concatenate([np.tile(ring[:inner], before), np.tile(ring, behind)])
    tolerance = 1e-9
    step = (np.abs(z) < tolerance) & (reach > 1.0 - tolerance)
    outer = (z > tolerance) & (reach > PIPE_RADIUS / THROAT_RADIUS - tolerance)
    throat = (z < -tolerance) & (reach > 1.0 - tolerance)
    return {
        "inlet": z < size.start + tolerance,
        "outlet_1": z > size.end - tolerance,
        "plane_x": points[:, 0] == 0.0,
        "plane_y": points[:, 1] == 0.0,
        "wall": step | outer | throat,
    }
