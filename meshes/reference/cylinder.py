# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of a cylinder across a channel: the domains of the DFG benchmarks.

The plane of the channel is triangulated once, with rings of structured triangles around the
cylinder, and swept along the cylinder; every prism becomes three tetrahedra. One layer of prisms
between two symmetry planes is the two-dimensional domain. Geometry: Schäfer & Turek 1996
(doi:10.1007/978-3-322-89849-4_39); Bayraktar, Mierka & Turek 2012
(doi:10.1504/IJCSE.2012.048245).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Literal

import gmsh
import numpy as np

from meshes.core import TRIANGLE, gmsh_session
from meshes.errors import MeshFailed
from meshes.topology import Index, orient, tet_facets
from meshes.types import Array, MeshBundle

MARKERS = {
    "cells": {"lumen": 1},
    "facets": {"wall": 10, "inlet": 20, "outlet_1": 31, "cylinder": 50, "symmetry": 60},
}
Side = Literal["wall", "symmetry"]


@dataclass(frozen=True)
class CylinderChannel:
    """Channel along x between y = 0 and y = height, cylinder along z. Lengths in m.

    Attributes:
        length: of the channel.
        height: of the channel.
        centre: (x, y) of the cylinder axis.
        radius: of the cylinder.
        segments: straight edges around the cylinder, a multiple of 4.
        rings: layers of structured triangles around the cylinder.
        ring_radius: outer radius of the rings.
        ring_growth: thickness of a ring over that of the ring inside it.
        growth: increase of the edge length with the distance from the rings.
        wake_growth: the same along the wake.
        largest: largest edge length.
        equal_area: put the vertices slightly outside the circle, so that the polygon has its
            area; else they lie on the circle and the cylinder is too thin.
    """

    length: float = 2.2
    height: float = 0.41
    centre: tuple[float, float] = (0.2, 0.2)
    radius: float = 0.05
    segments: int = 64
    rings: int = 6
    ring_radius: float = 0.08
    ring_growth: float = 1.15
    growth: float = 0.15
    wake_growth: float = 0.02
    largest: float = 0.04
    equal_area: bool = True

    @property
    def vertex_radius(self) -> float:
        """Distance of the cylinder's vertices from its axis [m]."""
        if not self.equal_area:
            return self.radius
        angle = 2 * np.pi / self.segments
        return self.radius * np.sqrt(angle / np.sin(angle))

    def edge_length(self, x: float, y: float) -> float:
        """Wanted edge length outside the rings [m]."""
        first = 2 * np.pi * self.ring_radius / self.segments
        dx, dy = x - self.centre[0], y - self.centre[1]
        away = max(np.hypot(dx, dy) - self.ring_radius, 0.0)
        beside = max(abs(dy) - self.ring_radius, 0.0) if dx > 0 else np.inf
        wake = first + self.growth * beside + self.wake_growth * max(dx, 0.0)
        return float(min(first + self.growth * away, wake, self.largest))


def build_channel(
    shape: CylinderChannel, levels: Array, sides: tuple[Side, Side] = ("wall", "wall")
) -> MeshBundle:
    """Tetrahedral mesh of a channel with a cylinder.

    Args:
        shape: the plane domain.
        levels: (n,) increasing z of the layer boundaries [m].
        sides: what the faces at the first and at the last level are.

    Returns:
        Bundle with the surfaces of ``MARKERS``.

    Raises:
        MeshFailed: ``segments`` is no multiple of 4, or the levels do not increase.
    """
    levels = np.asarray(levels, dtype=float)
    if shape.segments % 4 or len(levels) < 2 or (np.diff(levels) <= 0).any():
        raise MeshFailed("segments must be a multiple of 4 and the levels must increase", "channel")
    plane, triangles = _triangulate(shape)
    points = np.column_stack([np.tile(plane, (len(levels), 1)), np.repeat(levels, len(plane))])
    cells = orient(points, _tetrahedra(triangles, len(plane), len(levels) - 1))
    facets, neighbours = tet_facets(cells)
    facets = facets[neighbours[:, 1] < 0]
    tags = _facet_tags(points[facets], shape, levels, sides)
    info = {"kind": "cylinder_channel", "parameters": asdict(shape), "levels": levels}
    return MeshBundle(
        points, cells, np.ones(len(cells), np.int32), facets, tags, MARKERS, info=info
    )


def graded(segments: int, length: float, centre: tuple[float, float]) -> CylinderChannel:
    """Channel whose edges all shrink with 1/segments; ``length`` and ``centre`` in m."""
    size = 32 / segments
    rings = round(3 / size)
    return CylinderChannel(
        length=length,
        centre=centre,
        segments=segments,
        rings=rings,
        ring_growth=1.7 ** (1 / rings),
        growth=0.2 * size,
        wake_growth=0.03 * size,
        largest=0.06 * size,
    )


def dfg_slab(segments: int, *, equal_area: bool = True) -> MeshBundle:
    """Domain of DFG 2D-3: one layer, thin against the edges so that little varies across it."""
    shape = replace(graded(segments, 2.2, (0.2, 0.2)), equal_area=equal_area)
    return build_channel(shape, np.array([0.0, 0.12 / segments]), ("symmetry", "symmetry"))


def dfg_half_channel(segments: int, *, equal_area: bool = True) -> MeshBundle:
    """Domain of DFG 3D-1Z and 3D-3Z between a side wall and the middle of the channel."""
    shape = replace(graded(segments, 2.5, (0.5, 0.2)), equal_area=equal_area)
    angles = np.linspace(0.0, 0.5 * np.pi, round(segments / 8) + 1)
    levels = 0.5 * shape.height * (1.0 - np.cos(angles))
    return build_channel(shape, levels, ("wall", "symmetry"))


def _triangulate(shape: CylinderChannel) -> tuple[Array, Index]:
    """Vertices (n, 2) [m] and triangles (m, 3) of the plane."""
    with gmsh_session():
        geo, mesh = gmsh.model.geo, gmsh.model.mesh
        cx, cy = shape.centre
        middle = geo.addPoint(cx, cy, 0)
        circles, spokes, surfaces = [], [], []
        for radius in (shape.vertex_radius, shape.ring_radius):
            angles = 0.5 * np.pi * np.arange(4)
            ends = [
                geo.addPoint(cx + radius * np.cos(a), cy + radius * np.sin(a), 0) for a in angles
            ]
            arcs = [geo.addCircleArc(ends[k], middle, ends[(k + 1) % 4]) for k in range(4)]
            circles.append((ends, arcs))
        (inner, inner_arcs), (outer, outer_arcs) = circles
        for start, end in zip(inner, outer, strict=True):
            spokes.append(geo.addLine(start, end))
            mesh_rings = (shape.rings + 1, "Progression", shape.ring_growth)
            geo.mesh.setTransfiniteCurve(spokes[-1], *mesh_rings)
        for k in range(4):
            for arc in (inner_arcs[k], outer_arcs[k]):
                geo.mesh.setTransfiniteCurve(arc, shape.segments // 4 + 1)
            loop = [spokes[k], outer_arcs[k], -spokes[(k + 1) % 4], -inner_arcs[k]]
            surfaces.append(geo.addPlaneSurface([geo.addCurveLoop(loop)]))
            geo.mesh.setTransfiniteSurface(surfaces[-1], "AlternateLeft")
        corners = [(0, 0), (shape.length, 0), (shape.length, shape.height), (0, shape.height)]
        ends = [geo.addPoint(x, y, 0) for x, y in corners]
        sides = [geo.addLine(ends[k], ends[(k + 1) % 4]) for k in range(4)]
        geo.addPlaneSurface([geo.addCurveLoop(sides), geo.addCurveLoop(outer_arcs)])
        geo.synchronize()
        gmsh.option.setNumber("Mesh.MeshSizeExtendFromBoundary", 0)
        gmsh.option.setNumber("Mesh.Algorithm", 6)
        mesh.setSizeCallback(lambda dim, tag, x, y, z, lc: shape.edge_length(x, y))
        mesh.generate(2)
        tags, coordinates, _ = mesh.getNodes()
        _, nodes = mesh.getElementsByType(TRIANGLE)
    number = np.zeros(int(tags.max()) + 1, np.int64)
    number[tags.astype(np.int64)] = np.arange(len(tags))
    triangles = number[nodes.astype(np.int64)].reshape(-1, 3)
    used, triangles = np.unique(triangles, return_inverse=True)
    return coordinates.reshape(-1, 3)[used, :2], triangles.reshape(-1, 3)


def _tetrahedra(triangles: Index, count: int, layers: int) -> Index:
    """Three tetrahedra per prism.

    The diagonal of a side face starts at its lower vertex number, so that neighbours agree;
    odd layers are the mirror image of even ones, which keeps the mesh symmetric on average.
    """
    a, b, c = np.sort(triangles, axis=1).T
    tets = []
    for layer in range(layers):
        base, top = layer * count, (layer + 1) * count
        if layer % 2:
            base, top = top, base
        tets += [
            np.column_stack([a + base, b + base, c + base, c + top]),
            np.column_stack([a + base, b + base, b + top, c + top]),
            np.column_stack([a + base, a + top, b + top, c + top]),
        ]
    return np.concatenate(tets)


def _facet_tags(
    corners: Array, shape: CylinderChannel, levels: Array, sides: tuple[Side, Side]
) -> np.ndarray:
    """Surface of each boundary face, by where its corners (n, 3, 3) lie."""
    names = MARKERS["facets"]
    tags = np.full(len(corners), names["cylinder"], np.int32)
    planes = [
        (1, 0.0, "wall"),
        (1, shape.height, "wall"),
        (0, 0.0, "inlet"),
        (0, shape.length, "outlet_1"),
        (2, levels[0], sides[0]),
        (2, levels[-1], sides[1]),
    ]
    for axis, value, name in planes:
        tags[np.isclose(corners[..., axis], value, atol=1e-9).all(axis=1)] = names[name]
    return tags
