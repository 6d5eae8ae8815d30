# SPDX-License-Identifier: BSD-3-Clause
"""Quadrilaterals of the unrolled pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meshes.devices.stent.contour import Contour
from meshes.devices.stent.crown import Crown, face_cells, node_corner
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.pattern import Sector, is_peak, links
from meshes.devices.stent.strut import StentResolution, strut_grid
from meshes.types import Array

Index = NDArray[np.int64]

STRUT, CONNECTOR = "strut", "connector"
TIP_ANGLE = 0.25 * np.pi
"""Angle from the apex up to which the outer edge of an end crown counts as end of the device."""


@dataclass(frozen=True)
class FlatMesh:
    """The unrolled pattern.

    Attributes:
        points: (n, 2) along the circumference and along the axis [m]; the first plane is at 0, and
            so is the middle of the rings or the plane that cuts a device in half.
        quads: (m, 4) node numbers, counter-clockwise.
        links: (m,) whether a quadrilateral belongs to a connector.
        closed: the pattern continues at its start.
        width: of the sector, the circumference of a closed pattern [m].
        sets: node sets ``mirror_start``, ``mirror_end``, ``mirror_z``, ``end_proximal`` and
            ``end_distal``; an edge of the boundary belongs to the set that holds both its nodes.
    """

    points: Array
    quads: Index
    links: NDArray[np.bool_]
    closed: bool
    width: float
    sets: dict[str, Index]


class _Sheet:
    """Nodes and quadrilaterals collected block by block."""

    def __init__(self) -> None:
        self.points: list[Array] = []
        self.quads: list[Index] = []
        self.links: list[NDArray[np.bool_]] = []
        self.count = 0

    def nodes(self, points: Array) -> Index:
        """Add points (..., 2); returns their numbers (...)."""
        first, self.count = self.count, self.count + points[..., 0].size
        self.points.append(points.reshape(-1, 2))
        return np.arange(first, self.count).reshape(points.shape[:-1])

    def block(self, nodes: Index, link: bool) -> None:
        """Add the cells of a grid of nodes; first index towards the right of the second one."""
        corners = [nodes[:-1, :-1], nodes[1:, :-1], nodes[1:, 1:], nodes[:-1, 1:]]
        self.quads.append(np.stack(corners, axis=-1).reshape(-1, 4))
        self.links.append(np.full(len(self.quads[-1]), link))

    def at(self, numbers: Index) -> Array:
        """Positions of nodes, (..., 2) [m]."""
        return np.concatenate(self.points)[numbers]


@dataclass(frozen=True)
class _Ring:
    """Node numbers (sections, across + 1), section of each apex, whether the ring is closed."""

    nodes: Index
    apex: list[int]
    closed: bool

    def edge(self, position: int, column: int, cells: int) -> Index:
        """Nodes on an edge up to ``cells`` sections on either side of an apex, in the sector."""
        sections = np.arange(-cells, cells + 1) + self.apex[position]
        if self.closed:
            sections %= len(self.nodes)
        else:
            sections = sections[(sections >= 0) & (sections < len(self.nodes))]
        return self.nodes[sections, column]


def contour_scales(design: StentDesign) -> list[tuple[float, float]] | None:
    """Radius of the drawing surface over that of the contour at the distal and proximal crowns."""
    if design.ring_pitches is None or design.heat_set_contour is None:
        return None
    contour = Contour(design.heat_set_contour)
    tops = np.cumsum([height + design.gap for height in design.heights])
    ends = np.column_stack([tops, tops - np.array(design.heights)])
    return [tuple(row) for row in design.drawing_radius / contour.radius(contour.axial(ends))]


def flat_mesh(design: StentDesign, resolution: StentResolution, sector: Sector) -> FlatMesh:
    """Mesh the unrolled pattern of a part of a feasible design."""
    return _Builder(design, resolution, sector).build()


class _Builder:
    def __init__(self, design: StentDesign, resolution: StentResolution, sector: Sector) -> None:
        self.design, self.resolution, self.sector = design, resolution, sector
        self.around = 2 * design.crowns
        self.joined = design.connector_pattern == "joined"
        self.inward = design.connector_pattern == "peak_to_valley"
        self.half_width = 0.5 * (design.link_width - design.polish_width)
        gaps = [*sector.rings[:-1], *([sector.rings[-1]] if sector.half_gap else [])]
        self.links = {gap: links(design, gap) for gap in gaps}
        ends = [
            design.ring_centre(ring) + side * 0.5 * design.heights[ring]
            for ring, side in ((sector.rings[0], -1), (sector.rings[-1], 1))
        ]
        self.middle = 0.0 if sector.half_gap else 0.5 * sum(ends)
        self.scales = contour_scales(design)
        self.sheet = _Sheet()
        self.rings: dict[int, _Ring] = {}
        self.sets: dict[str, list[Index]] = {
            name: [] for name in ("mirror_z", "end_proximal", "end_distal")
        }

    def build(self) -> FlatMesh:
        """Rings first, then what joins them."""
        for ring in self.sector.rings:
            self.rings[ring] = self._ring(ring)
        same = np.arange(self.sheet.count)
        for gap, ends in self.links.items():
            for start, stop in ends:
                if (position := self._index(start)) is None:
                    continue
                lower = self._face(gap, position, inner=False)
                if gap == self.sector.rings[-1]:
                    self._half_link(lower, position)
                elif self.joined:
                    same[self._face(gap + 1, position, inner=False)] = lower
                else:
                    turned = (position + stop - start) % self.around
                    upper = self._face(gap + 1, turned, self.inward)
                    self._link(lower, upper, position, turned, stop - start)
        self._tips()
        return self._finished(np.append(same, np.arange(len(same), self.sheet.count)))

    def _index(self, position: int) -> int | None:
        """Half pitches from the first plane to a position; None outside the sector."""
        index = (position - self.sector.start) % self.around
        return index if self.sector.closed or index <= self.sector.half_pitches else None

    def _ring(self, ring: int) -> _Ring:
        design, shape = self.design, self.design.zigzag(ring)
        pitch, centre = shape.half_pitch, design.ring_centre(ring) - self.middle
        pieces, apex = [], [0]
        for i in range(self.sector.half_pitches):
            position = self.sector.start + i
            ends = [self._crown(ring, position), self._crown(ring, position + 1)]
            if is_peak(design, ring, position):
                grid = strut_grid(shape, *ends, self.resolution)
            else:
                grid = strut_grid(shape, *ends[::-1], self.resolution)[::-1]
                grid = np.array([pitch, 0.0]) + np.array([-1.0, 1.0]) * grid
            if self.scales is not None:
                ends = (
                    self.scales[ring]
                    if is_peak(design, ring, position)
                    else self.scales[ring][::-1]
                )
                grid[..., 0] = self._on_contour(grid[..., 0], pitch, ends)
            start, stop = i * design.half_pitch, (i + 1) * design.half_pitch
            grid = grid + np.array([start, centre])
            grid[0, :, 0], grid[-1, :, 0] = start, stop
            pieces.append(grid[:-1])
            apex.append(apex[-1] + len(grid) - 1)
        if not self.sector.closed:
            pieces.append(grid[-1:])
        nodes = self.sheet.nodes(np.concatenate(pieces))
        closed = self.sector.closed
        self.sheet.block(np.concatenate([nodes, nodes[:1]]) if closed else nodes, link=False)
        return _Ring(nodes, apex, closed)

    def _on_contour(self, s: Array, pitch: float, scales: tuple[float, float]) -> Array:
        """From lengths around a ring to those around the drawing surface, true at both crowns."""
        near, far = s * scales[0], self.design.half_pitch - (pitch - s) * scales[1]
        return near + s / pitch * (far - near)

    def _crown(self, ring: int, position: int) -> Crown:
        """What meets a crown."""
        design, position = self.design, position % self.around
        peak = is_peak(design, ring, position)
        starts = {a % self.around for a, _ in self.links.get(ring, [])} if peak else set()
        stops = {b % self.around for _, b in self.links.get(ring - 1, [])}
        inner = self.half_width if self.inward and peak and position in stops else 0.0
        if position not in starts | (set() if peak else stops):
            return Crown(inner=inner)
        if self.joined:
            return Crown(corner=self._corner(ring if peak else ring - 1))
        return Crown(self.half_width, inner)

    def _corner(self, gap: int) -> tuple[float, float]:
        """Corner of the nodes of a gap; the mean where its rings differ in height."""
        reach = self.design.apex_reach
        rings = [gap] if gap + 1 not in self.sector.rings else [gap, gap + 1]
        corners = [node_corner(self.design.zigzag(ring), reach)[0] for ring in rings]
        return float(np.mean(corners)), reach

    def _face(self, ring: int, index: int, inner: bool) -> Index:
        """Nodes along +s that a crown shares with a connector or with the next ring."""
        position = self.sector.start + index
        crown = self._crown(ring, position)
        cells = face_cells(crown, self.resolution.crown, self.resolution.link_cells)
        column = -1 if is_peak(self.design, ring, position) != inner else 0
        return self.rings[ring].edge(index, column, cells)

    def _around_apex(self, nodes: Index, index: int) -> tuple[Array, Array]:
        """Positions (n, 2) of the nodes of a face relative to its apex, and of the apex (2,)."""
        points, here = self.sheet.at(nodes), index * self.design.half_pitch
        period = self.around * self.design.half_pitch
        s = points[:, 0] - here
        s = np.where(np.abs(s) > 0.5 * period, s - np.sign(s) * period, s)
        height = points[np.argmin(np.abs(s)), 1]
        return np.column_stack([s, points[:, 1] - height]), np.array([here, height])

    def _link(self, lower: Index, upper: Index, position: int, turned: int, turn: int) -> None:
        """A connector between two faces whose apices are ``turn`` half pitches apart."""
        below, start = self._around_apex(lower, position)
        above, stop = self._around_apex(upper, turned)
        stop[0] = start[0] + turn * self.design.half_pitch
        self._strip((lower, upper), (below, above), start, stop)

    def _half_link(self, lower: Index, position: int) -> None:
        """A connector up to the plane in the middle of its gap, z = 0."""
        if self.joined:
            self.sets["mirror_z"].append(lower)
            return
        below, start = self._around_apex(lower, position)
        above, stop = below * np.array([1.0, 0.0]), np.array([start[0], 0.0])
        upper = self.sheet.nodes(above + stop)
        self.sets["mirror_z"].append(upper)
        self._strip((lower, upper), (below, above), start, stop)

    def _strip(
        self, faces: tuple[Index, Index], offsets: tuple[Array, Array], start: Array, stop: Array
    ) -> None:
        """Cells between two faces along a line or an S whose ends run along the axis."""
        (turn, rise), cell = stop - start, self.half_width / self.resolution.link_cells
        rows = max(int(np.ceil(0.5 * np.hypot(turn, rise) / cell)), 2)
        t = np.linspace(0.0, 1.0, rows + 1)[1:-1, None]
        slope = turn * 6.0 * t * (1.0 - t)
        normal = (
            np.stack([np.full_like(t, rise), -slope], axis=-1) / np.hypot(rise, slope)[..., None]
        )
        centre = start + np.stack([turn * t**2 * (3.0 - 2.0 * t), rise * t], axis=-1)
        below, above = offsets
        mixed = below + t[..., None] * (above - below)
        points = centre + mixed[..., :1] * normal + mixed * np.array([0.0, 1.0])
        nodes = np.concatenate([faces[0][None], self.sheet.nodes(points), faces[1][None]])
        self.sheet.block(nodes.T, link=True)

    def _tips(self) -> None:
        """Outer edges around the apices of the end crowns."""
        first, last = self.sector.rings[0], self.sector.rings[-1]
        ends = [("end_proximal", first, False), ("end_distal", last, True)]
        for name, ring, peaks in ends[: 1 if self.sector.half_gap else 2]:
            shape = self.design.zigzag(ring)
            for index in range(self.sector.half_pitches + (0 if self.sector.closed else 1)):
                if is_peak(self.design, ring, self.sector.start + index) == peaks:
                    edge = self.rings[ring].edge(index, -1 if peaks else 0, self.resolution.crown)
                    offset, _ = self._around_apex(edge, index)
                    reach = shape.apex - np.abs(offset[:, 1])
                    angle = np.arctan2(np.abs(offset[:, 0]), reach)
                    self.sets[name].append(edge[angle <= TIP_ANGLE + 1e-9])

    def _finished(self, same: Index) -> FlatMesh:
        points = np.concatenate(self.sheet.points)
        quads = same[np.concatenate(self.sheet.quads)]
        kept, numbers = np.unique(quads, return_inverse=True)
        new = np.full(len(points), -1)
        new[kept] = np.arange(len(kept))
        points, width = points[kept], self.sector.half_pitches * self.design.half_pitch
        sets = {
            name: new[same[np.concatenate(nodes)]] for name, nodes in self.sets.items() if nodes
        }
        if "mirror_z" in sets:
            points[sets["mirror_z"], 1] = 0.0
        if not self.sector.closed:
            sets["mirror_start"] = np.flatnonzero(points[:, 0] == 0.0)
            sets["mirror_end"] = np.flatnonzero(points[:, 0] == width)
        return FlatMesh(
            points=points,
            quads=numbers.reshape(-1, 4),
            links=np.concatenate(self.sheet.links),
            closed=self.sector.closed,
            width=width,
            sets=sets,
        )
