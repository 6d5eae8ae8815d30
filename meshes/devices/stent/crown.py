# SPDX-License-Identifier: BSD-3-Clause
"""Grids of the crowns of a ring: where connectors meet them, and the outline of joined apices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from meshes.devices.stent.zigzag import Zigzag
from meshes.types import Array


@dataclass(frozen=True)
class Crown:
    """What a half crown has to offer to its neighbours.

    Attributes:
        outer: half width of a connector on the outer edge [m], 0 for none.
        inner: half width of a connector on the inner edge [m], 0 for none.
        corner: (2,) corner of the node shared with the next ring, relative to the centre of the
            crown, along the circumference and towards the apex [m]; None for a round apex.
    """

    outer: float = 0.0
    inner: float = 0.0
    corner: tuple[float, float] | None = None


def node_corner(shape: Zigzag, reach: float) -> tuple[float, float]:
    """Where the outer edge of the strut, prolonged, meets the line ``reach`` above the centre [m].

    The corner of the node at which two rings share an apex.
    """
    angle = shape.arc_angle
    edge = shape.radius + 0.5 * shape.strut_width
    across, along = edge * np.sin(angle), edge * np.cos(angle)
    return float(across - (reach - along) * np.cos(angle) / np.sin(angle)), reach


def face_cells(crown: Crown, slices: int, link_cells: int) -> int:
    """Cells over half the face that a crown shares with a connector or with the next ring."""
    if crown.corner is None:
        return link_cells
    return max(round(slices * float(np.arctan2(*crown.corner)) / (0.5 * np.pi)), link_cells)


def crown_angles(shape: Zigzag, crown: Crown, slices: int, link_cells: int) -> tuple[Array, Array]:
    """Angles of the sections of half a crown, from the apex to the end of the arc.

    Args:
        shape: of the ring.
        crown: sections pass the edges of connectors and the corner of a shared node.
        slices: wanted number of cells.
        link_cells: cells across half a connector.

    Returns:
        Ascending angles [rad] on the outer and on the inner edge. They differ where connectors of
        the same width meet both edges.
    """
    if crown.corner:
        outer = inner = float(np.arctan2(*crown.corner))
        first = face_cells(crown, slices, link_cells)
    elif crown.outer or crown.inner:
        outer = shape.edge_angle(crown.outer or crown.inner, 1 if crown.outer else -1)
        inner = shape.edge_angle(crown.inner, -1) if crown.inner else outer
        first = face_cells(crown, slices, link_cells)
    else:
        angles = np.linspace(0.0, shape.arc_angle, slices + 1)
        return angles, angles
    rest = max(round(slices * (1.0 - 0.5 * (outer + inner) / shape.arc_angle)), 2)
    return tuple(
        np.concatenate(
            [np.linspace(0.0, stop, first + 1), np.linspace(stop, shape.arc_angle, rest + 1)[1:]]
        )
        for stop in (outer, inner)
    )


def node_edge(shape: Zigzag, corner: tuple[float, float], angles: Array) -> Array:
    """Outer edge (n, 2) of a crown that ends in a shared node, relative to its centre [m].

    Straight from the middle of the node to its corner, and along the strut to the end of the arc.
    """
    across, reach = corner
    edge = shape.radius + 0.5 * shape.strut_width
    end = edge * np.array([np.sin(shape.arc_angle), np.cos(shape.arc_angle)])
    sine, cosine = np.sin(angles), np.cos(angles)
    on_top = angles <= np.arctan2(across, reach) + 1e-12
    flank = end - np.array(corner)
    normal = np.array([flank[1], -flank[0]])
    # Rays towards the top, or towards the flank.
    towards = np.where(on_top, cosine, sine * normal[0] + cosine * normal[1])
    distance = np.where(on_top, reach, normal @ corner) / towards
    return distance[:, None] * np.column_stack([sine, cosine])
