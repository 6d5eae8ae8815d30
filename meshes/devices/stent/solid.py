# SPDX-License-Identifier: BSD-3-Clause
"""Hexahedra of a stent: the unrolled pattern swept over the wall and wrapped onto the tube."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    radii = design.inner_radius + share * (design.outer_radius - design.inner_radius)
    points = np.concatenate([wrap(flat.points, r, design.drawing_radius) for r in radii])
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
