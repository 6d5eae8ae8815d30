# SPDX-License-Identifier: BSD-3-Clause
"""Blocks of hexahedra as mesh bundles of the bench: a straight bar, a sector of a thin tube."""

from pathlib import Path

import numpy as np

from meshes.io import write_bundle
from meshes.types import MeshBundle

CORNERS = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))


def slender_bar(folder: Path, length: float, side: float, cells: int) -> Path:
    """Along z, two cells over each side of its section; ``outer`` faces y and ``inner`` x."""
    info = {
        "inner_radius": 0.5 * side,
        "outer_radius": 0.5 * side,
        "strut_thickness": side,
        "copies_around": 1,
        "copies_along": 1,
    }
    surfaces = {"outer": [(1, 0), (1, 1)], "inner": [(0, 0), (0, 1)]}
    size = np.array([side, side, length])
    return block(folder, (2, 2, cells), lambda s: (s - 0.5) * size, surfaces, info)


def thin_tube(folder: Path, radius: float, wall: float, length: float, degrees: float) -> Path:
    """A sector of a tube between mirror planes, two cells around and one over wall and length.

    ``radius`` is that of the middle of the wall; all in m.
    """

    def place(s):
        r, angle = radius + (s[:, 0] - 0.5) * wall, s[:, 1] * np.radians(degrees)
        return np.column_stack([r * np.cos(angle), r * np.sin(angle), (s[:, 2] - 0.5) * length])

    info = {
        "inner_radius": radius - 0.5 * wall,
        "outer_radius": radius + 0.5 * wall,
        "strut_thickness": wall,
        "copies_around": round(360 / degrees),
        "copies_along": 1,
        "sector_angle": np.radians(degrees),
        "length": length,
    }
    surfaces = {
        "inner": [(0, 0)],
        "outer": [(0, 1)],
        "mirror_start": [(1, 0)],
        "mirror_end": [(1, 1)],
    }
    return block(folder, (1, 2, 1), place, surfaces, info)


def block(folder: Path, divisions, place, surfaces, info) -> Path:
    """Lattice over the unit cube, moved by ``place``; surfaces are lists of (axis, 0 or 1)."""
    divisions = np.array(divisions)
    number = np.arange(np.prod(divisions + 1)).reshape(divisions + 1)
    lattice = np.indices(divisions + 1).reshape(3, -1).T / divisions

    def corners(offsets, ends):
        found = [
            number[tuple(slice(o, o + e) for o, e in zip(offset, ends, strict=True))].ravel()
            for offset in offsets
        ]
        return np.stack(found, axis=1)

    hexahedra = corners(CORNERS, divisions)
    quads, tags = [], []
    for tag, planes in enumerate(surfaces.values(), 1):
        for axis, end in planes:
            loop = [list(c) for c in CORNERS if not c[axis]]
            for corner in loop:
                corner[axis] = end * divisions[axis]
            quads.append(corners(loop, [1 if k == axis else n for k, n in enumerate(divisions)]))
            tags.append(np.full(len(quads[-1]), tag, np.int32))
    names = {name: tag for tag, name in enumerate(surfaces, 1)}
    markers = {"cells": {"strut": 1}, "facets": names}
    ones = np.ones(len(hexahedra), np.int32)
    facets, points = np.concatenate(quads), place(lattice)
    bundle = MeshBundle(points, hexahedra, ones, facets, np.concatenate(tags), markers, info)
    write_bundle(bundle, folder)
    return folder
