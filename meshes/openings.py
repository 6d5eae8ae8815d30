# SPDX-License-Identifier: BSD-3-Clause
"""Ends of a vessel surface: open rims and flat caps, and which of them is the inlet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from meshes.errors import SurfaceInvalid
from meshes.topology import (
    TRIANGLE_EDGES,
    Index,
    components,
    triangle_vectors,
    unique_edges,
)
from meshes.types import Array

SMALLEST_OPENING = 0.1
"""Diameter of the smallest opening over the largest; smaller ones are holes, and are filled."""


@dataclass(frozen=True)
class Rim:
    """Edge of an opening.

    Attributes:
        vertices: (k,) vertex numbers in order around the opening, so that with the next vertex they
            continue the orientation of the wall triangles.
        centre: (3,) centroid of the enclosed area [m].
        normal: (3,) unit normal of the opening, out of the lumen.
        area: enclosed area [m2].
    """

    vertices: Index
    centre: Array
    normal: Array
    area: float

    @property
    def radius(self) -> float:
        """Radius of the circle of the same area [m]."""
        return float(np.sqrt(self.area / np.pi))


@dataclass(frozen=True)
class OpeningLabel:
    """Which opening is which.

    Attributes:
        name: ``inlet``, ``outlet_1``, ...
        near: (3,) a point near the centre of the opening [m].
    """

    name: str
    near: Array


def remove_caps(points: Array, triangles: Index) -> Index:
    """Triangles without the flat, round patches that close the ends of a capped surface.

    A cap is a set of connected triangles in one plane, round (4 pi area over squared perimeter
    above 0.7), that meets the wall at more than 45 degrees on most of its rim.
    """
    normals = triangle_vectors(points, triangles)
    area = np.linalg.norm(normals, axis=1)
    normals = normals / np.maximum(area, 1e-300)[:, None]
    _, of_triangle = unique_edges(triangles)
    order = np.argsort(of_triangle.ravel(), kind="stable")
    counts = np.bincount(of_triangle.ravel())
    paired = order[np.repeat(counts == 2, counts)].reshape(-1, 2) // 3
    cosine = np.einsum("ij,ij->i", normals[paired[:, 0]], normals[paired[:, 1]])
    # Normals of slivers are noise: they join whatever plane they border on.
    speck = area < 1e-4 * np.median(area)
    flat = (cosine > np.cos(np.radians(1.0))) | speck[paired].any(axis=1)
    patch = components(paired[flat], len(triangles))
    keep = np.ones(len(triangles), dtype=bool)
    sizes = np.bincount(patch, area)
    for number in np.flatnonzero(sizes > 1e-3 * area.sum()):
        member = _in_plane(points, triangles, normals, area, patch == number)
        if _is_cap(points, triangles, normals, area, member, paired):
            keep[member] = False
    return triangles[keep]


def _in_plane(points: Array, triangles: Index, normals: Array, area: Array, member: Array) -> Array:
    """The triangles of a patch that lie in its mean plane; slivers may have linked others."""
    corners = points[triangles]
    for tolerance in (0.05, 0.01):
        weight = np.where(member, area, 0.0)
        if not weight.any():
            break
        mean = weight @ normals
        middle = weight @ corners.mean(axis=1) / weight.sum()
        height = np.abs((corners - middle) @ mean).max(axis=1) / np.linalg.norm(mean)
        member = member & (height < tolerance * np.sqrt(weight.sum()))
    return member


def _is_cap(
    points: Array, triangles: Index, normals: Array, area: Array, member: Array, paired: Index
) -> bool:
    mean = np.average(normals[member], axis=0, weights=area[member]) if member.any() else 0.0
    rim = paired[member[paired[:, 0]] != member[paired[:, 1]]]
    if len(rim) == 0:
        return False
    outside = np.where(member[rim[:, 0]], rim[:, 1], rim[:, 0])
    steep = np.abs(normals[outside] @ mean) < np.cos(np.radians(45.0))
    edges, of_triangle = unique_edges(triangles[member])
    border = edges[np.bincount(of_triangle.ravel(), minlength=len(edges)) == 1]
    perimeter = np.linalg.norm(points[border[:, 0]] - points[border[:, 1]], axis=1).sum()
    round_enough = 4.0 * np.pi * area[member].sum() > 0.7 * perimeter**2
    return bool(round_enough and steep.mean() > 0.8)


def find_rims(points: Array, triangles: Index) -> list[Rim]:
    """Rims of all holes of a consistently oriented open surface, largest first.

    Raises:
        SurfaceInvalid: a rim touches itself or edges are shared by more than two triangles.
    """
    following = _border(points, triangles)
    rims = []
    while following:
        start, vertex = following.popitem()
        loop = [start]
        while vertex != start:
            loop.append(vertex)
            vertex = following.pop(vertex)
        rims.append(_rim(points, triangles, np.array(loop)))
    return sorted(rims, key=lambda rim: -rim.area)


def _border(points: Array, triangles: Index) -> dict[int, int]:
    """Next border vertex of each border vertex, along the border edges of the wall triangles."""
    directed = triangles[:, TRIANGLE_EDGES].reshape(-1, 2)
    edges, of_triangle = unique_edges(triangles)
    use = np.bincount(of_triangle.ravel(), minlength=len(edges))
    if (use > 2).any():
        where = 1e3 * points[edges[use > 2][0]].mean(axis=0)
        raise SurfaceInvalid(
            f"{int((use > 2).sum())} edges belong to more than two triangles, "
            f"first at ({where[0]:.2f}, {where[1]:.2f}, {where[2]:.2f}) mm",
            "surface",
        )
    border = directed[use[of_triangle.ravel()] == 1]
    following = {int(a): int(b) for a, b in border}
    if len(following) < len(border):
        raise SurfaceInvalid("the rim of a hole touches itself at a vertex", "surface")
    return following


def _rim(points: Array, triangles: Index, loop: Index) -> Rim:
    corners = points[loop]
    middle = corners.mean(axis=0)
    fan = 0.5 * np.cross(corners - middle, np.roll(corners, -1, axis=0) - middle)
    normal = fan.sum(axis=0)
    area = float(np.linalg.norm(normal))
    normal = normal / max(area, 1e-300)
    share = fan @ normal
    centroid = (corners + np.roll(corners, -1, axis=0) + middle) / 3.0
    centre = (share @ centroid) / max(share.sum(), 1e-300)
    # The wall lies on the inner side of its rim.
    touching = np.isin(triangles, loop).any(axis=1)
    inner = points[triangles[touching]].mean(axis=(0, 1))
    if (middle - inner) @ normal < 0.0:
        normal = -normal
    return Rim(loop, centre, normal, area)


def fill_small_holes(
    points: Array, triangles: Index, rims: list[Rim]
) -> tuple[Array, Index, list[Rim]]:
    """Close holes much smaller than the largest opening by a fan; the other rims are openings."""
    limit = SMALLEST_OPENING * rims[0].radius if rims else 0.0
    for rim in [r for r in rims if r.radius < limit]:
        following = np.roll(rim.vertices, -1)
        hub = np.full(len(rim.vertices), len(points))
        points = np.vstack([points, points[rim.vertices].mean(axis=0)])
        triangles = np.vstack([triangles, np.column_stack([following, rim.vertices, hub])])
    return points, triangles, [r for r in rims if r.radius >= limit]


def label_openings(rims: list[Rim], labels: tuple[OpeningLabel, ...]) -> dict[str, Rim]:
    """Name the openings, inlet first, then the outlets by number.

    Args:
        rims: openings, largest first.
        labels: one per opening, or empty: the largest is the inlet, the others are outlets by area.

    Raises:
        SurfaceInvalid: fewer than two openings, or labels that do not match them one to one.
    """
    if len(rims) < 2:
        raise SurfaceInvalid(
            f"{len(rims)} openings found, at least an inlet and an outlet are needed", "openings"
        )
    if not labels:
        names = ["inlet"] + [f"outlet_{k}" for k in range(1, len(rims))]
        return dict(zip(names, rims, strict=True))
    found = "; ".join(
        f"({c[0]:.2f}, {c[1]:.2f}, {c[2]:.2f}) mm" for c in (1e3 * rim.centre for rim in rims)
    )
    named: dict[str, Rim] = {}
    taken: set[int] = set()
    for label in sorted(labels, key=lambda label: (label.name != "inlet", label.name)):
        gaps = [float(np.linalg.norm(rim.centre - label.near)) for rim in rims]
        nearest = int(np.argmin(gaps))
        if gaps[nearest] > 2.0 * rims[nearest].radius or nearest in taken:
            raise SurfaceInvalid(
                f"no opening of its own within a diameter of the point for {label.name}; "
                f"openings are at {found}",
                "openings",
            )
        taken.add(nearest)
        named[label.name] = rims[nearest]
    if len(taken) < len(rims):
        raise SurfaceInvalid(
            f"{len(rims)} openings but {len(labels)} labels; openings are at {found}", "openings"
        )
    if "inlet" not in named:
        raise SurfaceInvalid("no opening is labelled inlet", "openings")
    return named
