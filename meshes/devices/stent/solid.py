# SPDX-License-Identifier: BSD-3-Clause
"""Hexahedra of a stent: the unrolled pattern swept over the wall and wrapped onto the tube."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from meshes.devices.stent.contour import Contour
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.flat import FlatMesh
from meshes.hexahedra import hex_boundary
from meshes.topology import Index
from meshes.types import Array, MeshBundle

CELLS = {"strut": 1, "connector": 2}
FACETS = {
    "inner": 10,
    "outer": 11,
    "side": 12,
    "mirror_start": 20,
    "mirror_end": 21,
    "mirror_z": 22,
    "end_proximal": 30,
    "end_distal": 31,
}


def wrap(points: Array, radius: Array | float, drawing_radius: float) -> Array:
    """Points of the drawing on a cylinder about the z axis.

    Args:
        points: (n, 2) along the circumference and along the axis of the drawing [m].
        radius: where they go, (n,) or one for all [m].
        drawing_radius: of the cylinder that was unrolled [m].

    Returns:
        (n, 3) [m].
    """
    angle = points[:, 0] / drawing_radius
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), points[:, 1]])


def solid(design: StentDesign, flat: FlatMesh, layers: int) -> MeshBundle:
    """Sweep a flat pattern from the luminal to the abluminal face.

    Args:
        design: for the radii.
        flat: the unrolled pattern.
        layers: cells over the wall.

    Returns:
        Bundle without info and quality.
    """
    count = len(flat.points)
    share = np.arange(layers + 1) / layers
    points = np.concatenate([_layer(design, flat.points, 1.0 - part) for part in share])
    cells = np.concatenate(
        [
            np.concatenate([flat.quads + k * count, flat.quads + (k + 1) * count], axis=1)
            for k in range(layers)
        ]
    )
    facets, _ = hex_boundary(cells)
    tags = _facet_tags(flat, facets, layers)
    names = {"strut"} | ({"connector"} if flat.links.any() else set())
    return MeshBundle(
        points=points,
        cells=cells,
        cell_tags=np.tile(np.where(flat.links, CELLS["connector"], CELLS["strut"]), layers).astype(
            np.int32
        ),
        facets=facets,
        facet_tags=tags,
        markers={
            "cells": {name: tag for name, tag in CELLS.items() if name in names},
            "facets": {name: tag for name, tag in FACETS.items() if (tags == tag).any()},
        },
    )


def _layer(design: StentDesign, points: Array, depth: float) -> Array:
    """Points of the drawing at a share of the wall below the outer face."""
    if design.ring_pitches is None or design.heat_set_contour is None:
        return wrap(points, design.outer_radius - depth * design.thickness, design.drawing_radius)
    along = points[:, 1] + 0.5 * design.cut_length
    contour = Contour(design.heat_set_contour)
    radius, z = contour.wall(along, depth * design.thickness)
    return wrap(np.column_stack([points[:, 0], z]), radius, design.drawing_radius)


def _facet_tags(flat: FlatMesh, facets: Index, layers: int) -> NDArray[np.int32]:
    count = len(flat.points)
    level, node = facets // count, facets % count
    tags = np.full(len(facets), FACETS["side"], np.int32)
    for name, members in flat.sets.items():
        inside = np.zeros(count, bool)
        inside[members] = True
        tags[inside[node].all(axis=1)] = FACETS[name]
    # Whole faces of the wall: a cell without inner nodes could have all of them in a set.
    tags[(level == 0).all(axis=1)] = FACETS["inner"]
    tags[(level == layers).all(axis=1)] = FACETS["outer"]
    return tags
