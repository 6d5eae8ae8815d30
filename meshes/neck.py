# SPDX-License-Identifier: BSD-3-Clause
"""Neck planes of a sac: sections of a surface by a plane, and the narrowest one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pyvista as pv
from scipy.optimize import minimize

from meshes.errors import SurfaceInvalid
from meshes.types import Array

MOST_TILTED = np.radians(70.0)


@dataclass(frozen=True)
class Plane:
    """An oriented plane.

    Attributes:
        point: (3,) [m].
        normal: (3,), need not be of unit length.
    """

    point: Array
    normal: Array

    @property
    def unit(self) -> Array:
        """Unit normal (3,)."""
        normal = np.asarray(self.normal, dtype=float)
        return normal / np.linalg.norm(normal)

    def height(self, points: Array) -> Array:
        """Signed distance of points (n, 3) from the plane [m], positive on the normal's side."""
        return (np.asarray(points) - np.asarray(self.point)) @ self.unit


@dataclass(frozen=True)
class Section:
    """The part of a plane inside a surface, around one point.

    Attributes:
        loop: (k, 3) closed outline [m].
        area: [m2].
        centre: (3,) centroid [m].
    """

    loop: Array
    area: float
    centre: Array

    @property
    def perimeter(self) -> float:
        """Length of the outline [m]."""
        return float(np.linalg.norm(np.roll(self.loop, -1, axis=0) - self.loop, axis=1).sum())


def section(surface: pv.PolyData, plane: Plane) -> Section | None:
    """Outline in which a plane cuts a closed surface, the one around or nearest to its point.

    Returns:
        The section, or None when the plane misses the surface.
    """
    cut = surface.slice(normal=plane.unit, origin=plane.point).strip(join=True)
    outlines = []
    for line in _polylines(cut):
        loop = np.asarray(cut.points)[line]
        if len(loop) > 3 and np.allclose(loop[0], loop[-1]):
            outlines.append(_outline(loop[:-1], plane))
    if not outlines:
        return None
    point = np.asarray(plane.point)
    around = [s for s in outlines if _encloses(s.loop, point, plane.unit)]
    if around:
        return min(around, key=lambda s: s.area)
    return min(outlines, key=lambda s: float(np.linalg.norm(s.loop - point, axis=1).min()))


def _polylines(lines: pv.PolyData) -> list[Array]:
    cells, start, result = np.asarray(lines.lines), 0, []
    while start < len(cells):
        result.append(cells[start + 1 : start + 1 + cells[start]])
        start += cells[start] + 1
    return result


def _outline(loop: Array, plane: Plane) -> Section:
    middle = loop.mean(axis=0)
    following = np.roll(loop, -1, axis=0)
    share = 0.5 * np.cross(loop - middle, following - middle) @ plane.unit
    centre = share @ (loop + following + middle) / (3.0 * share.sum())
    return Section(loop, abs(float(share.sum())), centre)


def _encloses(loop: Array, point: Array, normal: Array) -> bool:
    """Whether a planar loop winds around a point of its plane."""
    arm = loop - point
    following = np.roll(arm, -1, axis=0)
    turn = np.arctan2(
        np.cross(arm, following) @ normal, np.einsum("ij,ij->i", arm, following)
    ).sum()
    return bool(abs(turn) > np.pi)


def fit_neck(surface: pv.PolyData, path: Array) -> Plane:
    """The plane of shortest section outline across a path from the parent vessel into a sac.

    Position along the path and two tilts are varied. The outline counts rather than the area, since
    a section that grazes a vessel beside the neck is long before it is large. A sac without a
    constriction between vessel and dome has no such plane.

    Args:
        surface: closed lumen [m].
        path: (n, 3) from the axis of the parent vessel to a point inside the sac [m].

    Returns:
        The plane, its normal towards the sac.

    Raises:
        SurfaceInvalid: the outlines have no shortest one between the ends of the path.
    """
    travelled = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    tangent = np.gradient(path, travelled, axis=0)

    def plane(values: Array) -> Plane:
        at = np.clip(values[0], 0.0, 1.0) * travelled[-1]
        point = np.array([np.interp(at, travelled, column) for column in path.T])
        ahead = np.array([np.interp(at, travelled, column) for column in tangent.T])
        ahead /= np.linalg.norm(ahead)
        first = np.cross(ahead, np.eye(3)[np.argmin(np.abs(ahead))])
        first /= np.linalg.norm(first)
        second = np.cross(ahead, first)
        return Plane(point, ahead + np.tan(values[1]) * first + np.tan(values[2]) * second)

    def outline(values: Array) -> float:
        if np.abs(values[1:]).max() > MOST_TILTED or not 0.0 <= values[0] <= 1.0:
            return np.inf
        cut = section(surface, plane(values))
        return cut.perimeter if cut else np.inf

    places, tilts = np.linspace(0.1, 0.9, 9), np.radians([-25.0, 0.0, 25.0])
    starts = [np.array(values) for values in product(places, tilts, tilts)]
    best = min(starts, key=outline)
    found = minimize(
        outline,
        best,
        method="Nelder-Mead",
        options={
            "initial_simplex": best + np.vstack([np.zeros(3), np.diag([0.06, 0.15, 0.15])]),
            "xatol": 0.01,
            "fatol": 1e-3 * outline(best),
            "maxfev": 300,
        },
    )
    if not 0.05 < found.x[0] < 0.95:
        raise SurfaceInvalid(
            "no neck: the outlines of sections between parent vessel and sac have no shortest one; "
            "give the neck plane",
            "sac",
        )
    return plane(found.x)
