# SPDX-License-Identifier: BSD-3-Clause
"""A straight square bar as a mesh bundle of the bench."""

from pathlib import Path

import numpy as np

from meshes.io import write_bundle
from meshes.types import MeshBundle

CORNERS = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))


def slender_bar(folder: Path, length: float, side: float, cells: int) -> Path:
    """Along z, two cells over each side of its section; ``outer`` faces y and ``inner`` x."""
    divisions = np.array([2, 2, cells])
    number = np.arange(np.prod(divisions + 1)).reshape(divisions + 1)
    lattice = np.indices(divisions + 1).reshape(3, -1).T / divisions - 0.5

    def corners(offsets, ends):
        block = [
            number[tuple(slice(o, o + e) for o, e in zip(offset, ends, strict=True))].ravel()
            for offset in offsets
        ]
        return np.stack(block, axis=1)

    hexahedra = corners(CORNERS, divisions)
    quads = []
    for axis in (1, 0):
        loop = [c for c in CORNERS if not c[axis]]
        for plane in (0, 2):
            shifted = [tuple(plane if k == axis else c[k] for k in range(3)) for c in loop]
            quads.append(corners(shifted, [1 if k == axis else n for k, n in enumerate(divisions)]))
    facets = np.concatenate(quads)
    tags = np.repeat([1, 2], len(facets) // 2).astype(np.int32)
    info = {
        "inner_radius": 0.5 * side,
        "outer_radius": 0.5 * side,
        "strut_thickness": side,
        "copies_around": 1,
        "copies_along": 1,
    }
    markers = {"cells": {"strut": 1}, "facets": {"outer": 1, "inner": 2}}
    ones = np.ones(len(hexahedra), np.int32)
    points = lattice * [side, side, length]
    write_bundle(MeshBundle(points, hexahedra, ones, facets, tags, markers, info), folder)
    return folder
