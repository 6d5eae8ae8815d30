# SPDX-License-Identifier: BSD-3-Clause
"""Half a unit cell of a row of parallel wires across a uniform stream.

The stream runs along x, the wire along z, its axis is x = y = 0. The planes y = 0 and y = spacing/2
and the two planes across the wire are planes of symmetry, so the cell stands for an infinite row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meshes.reference.extruded import bundle, extrude, graded
from meshes.types import Array, MeshBundle


@dataclass(frozen=True)
class StrutCell:
    """Wire, gap and resolution.

    Attributes:
        wire_diameter: d [m].
        spacing: distance of the wire axes [m].
        sides: cells around half the wire, a multiple of 4.
        reach: distance of inlet and outlet from the axis over the spacing.
    """

    wire_diameter: float = 30.0e-6
    spacing: float = 90.0e-6
    sides: int = 16
    reach: float = 2.0


def strut_cell(cell: StrutCell) -> MeshBundle:
    """Mesh, one cell thick, with ``inlet``, ``outlet_1``, ``wall``, ``plane_y`` and ``plane_z``.

    The wire is a polygon of the area of the circle.

    Raises:
        ValueError: ``sides`` is not a multiple of 4.
    """
    if cell.sides % 4:
        raise ValueError(f"sides is {cell.sides}, it must be a multiple of 4")
    plane, on_wire, quads = _plane(cell)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    thickness = 0.125 * cell.spacing
    points = np.concatenate(
        [np.column_stack([plane, np.full(len(plane), z)]) for z in (0, thickness)]
    )
    x, y, z = points.T
    tolerance = 1e-6 * cell.spacing
    surfaces = {
        "inlet": x < -cell.reach * cell.spacing + tolerance,
        "outlet_1": x > cell.reach * cell.spacing - tolerance,
        "wall": np.tile(on_wire, 2),
        "plane_y": (y < tolerance) | (y > 0.5 * cell.spacing - tolerance),
        "plane_z": (z < tolerance) | (z > thickness - tolerance),
    }
    return bundle(points, extrude(triangles, 1, len(plane)), surfaces, "strut_cell")


def _plane(cell: StrutCell) -> tuple[Array, NDArray[np.bool_], NDArray[np.int64]]:
    """Nodes (n, 2) [m], whether they lie on the wire, and quadrilaterals of the half cell."""
    half = 0.5 * cell.spacing
    angle = np.pi * np.arange(cell.sides + 1) / cell.sides
    direction = np.column_stack([np.cos(angle), np.sin(angle)])
    step = np.pi / cell.sides
    wire = 0.5 * cell.wire_diameter * np.sqrt(step / np.sin(step)) * direction
    square = half * direction / np.abs(direction).max(axis=1, keepdims=True)
    first = step * 0.5 * cell.wire_diameter
    share = graded(0.0, 1.0, first / half, 1.0, 1.5 * step)[:, None, None]
    around = wire + share * (square - wire)
    quarter = cell.sides // 4
    columns = graded(half, cell.reach * cell.spacing, 1.5 * step * half, half, 0.15 * cell.spacing)
    after = np.stack(np.meshgrid(columns, square[: quarter + 1, 1], indexing="ij"), axis=-1)
    before = after * np.array([-1.0, 1.0])
    blocks = [around, after, before]
    nodes = np.concatenate([block.reshape(-1, 2) for block in blocks])
    _, kept, number = np.unique(
        np.round(nodes / (1e-6 * half)).astype(np.int64),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    quads, start = [], 0
    for block in blocks:
        rows, row = block.shape[0], block.shape[1]
        i = start + np.arange(rows - 1)[:, None] * row + np.arange(row - 1)
        quads.append(np.stack([i, i + 1, i + row + 1, i + row], axis=-1).reshape(-1, 4))
        start += rows * row
    return nodes[kept], kept <= cell.sides, number.reshape(-1)[np.concatenate(quads)]
