# SPDX-License-Identifier: BSD-3-Clause
"""Cells of a device on its unrolled mid-surface, and the angle of its crowns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from solvers.fields.bench.polygon import Circle, largest_circle, signed_area
from solvers.fields.bench.surface import Edge, MidSurface, metal_edges

Array = NDArray[np.float64]

SMALLEST = 1e-4
"""Least area of a cell over that of a square as high as the device: below lies numerical dust."""

PROMINENCE = 0.2
"""How far a crown stands out along the axis, over the height of the edge it belongs to."""

ALIKE = 1e-3
"""Cells whose area and height differ by less (relative) are one cell repeated."""


@dataclass(frozen=True)
class Cell:
    """A region enclosed by metal.

    Attributes:
        outline: corners (n, 2) s, z [m].
        area: [m2].
    """

    outline: Array
    area: float

    @property
    def height(self) -> float:
        """Extent along the axis [m]."""
        return float(np.ptp(self.outline[:, 1]))

    def circle(self) -> Circle:
        """Largest circle inside."""
        return largest_circle(self.outline)


def find_cells(surface: MidSurface) -> list[Cell]:
    """Cells of a whole circumference, one of each shape.

    Holes in the metal; where there are none, as in a lone ring, the bays of its ends, closed by
    the lines between neighbouring crowns.
    """
    edges = metal_edges(surface)
    outlines = [e.points for e in edges if e.turns == 0 and signed_area(e.points) < 0.0]
    cells = _distinct(outlines, surface)
    if cells:
        return cells
    bays = [bay for edge in edges if abs(edge.turns) == 1 for bay in _bays(edge, surface.period)]
    return _distinct(bays, surface)


def crown_angle(surface: MidSurface) -> float | None:
    """Angle between the two struts of an end crown [rad], mean of both ends.

    From the middle third of the height of the end edges, where struts are straight: twice the angle
    between their sides and the axis. None where there are no crowns.
    """
    across, along = 0.0, 0.0
    for edge in metal_edges(surface):
        if abs(edge.turns) != 1 or not _bays(edge, surface.period):
            continue
        low, high = edge.points[:, 1].min(), edge.points[:, 1].max()
        third = (high - low) / 3.0
        closed = np.vstack([edge.points, edge.points[0] + [edge.turns * surface.period, 0.0]])
        steps, middles = np.diff(closed, axis=0), 0.5 * (closed[1:, 1] + closed[:-1, 1])
        inside = (middles > low + third) & (middles < high - third)
        across += float(np.abs(steps[inside, 0]).sum())
        along += float(np.abs(steps[inside, 1]).sum())
    return 2.0 * float(np.arctan2(across, along)) if along > 0.0 else None


def _bays(edge: Edge, period: float) -> list[Array]:
    """Outlines between neighbouring crowns of an end edge, closed by a line between the two."""
    # Metal lies on the left: an edge that runs along +s has it above, so crowns point to -z.
    height = -edge.turns * edge.points[:, 1]
    count, reach = len(height), float(np.ptp(height))
    if reach == 0.0:
        return []
    start = int(height.argmin())
    order = np.arange(start, start + count + 1) % count
    shift = np.where(np.arange(start, start + count + 1) >= count, edge.turns * period, 0.0)
    line = edge.points[order] + np.column_stack([shift, np.zeros(count + 1)])
    crowns, shape = find_peaks(height[order], prominence=PROMINENCE * reach, plateau_size=1)
    if len(crowns) < 2:
        return []
    left, right = shape["left_edges"], shape["right_edges"]
    around = np.concatenate([line[:-1], line[:-1] + [edge.turns * period, 0.0]])
    ends = zip(right, np.append(left[1:], left[0] + count), strict=True)
    return [around[a : b + 1] for a, b in ends]


def _distinct(outlines: list[Array], surface: MidSurface) -> list[Cell]:
    """Cells that are not numerical dust, one of each area and height."""
    cells: list[Cell] = []
    for outline in outlines:
        if len(outline) < 3:
            continue
        cell = Cell(outline, abs(signed_area(outline)))
        if cell.area < SMALLEST * surface.length**2:
            continue
        if not any(_alike(cell, other) for other in cells):
            cells.append(cell)
    return cells


def _alike(one: Cell, other: Cell) -> bool:
    return bool(
        np.isclose(one.area, other.area, rtol=ALIKE)
        and np.isclose(one.height, other.height, rtol=ALIKE)
    )
