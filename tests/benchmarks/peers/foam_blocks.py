# SPDX-License-Identifier: BSD-3-Clause
"""A tube of structured hexahedra for OpenFOAM's blockMesh: a square core and four blocks round it.

The mesh that suits finite volumes best, and which exists for a straight tube; vessels are
meshed with tetrahedra.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peers.foam_files import write_file

HEXAHEDRA = {"tube_hex_15k": (8, 48), "tube_hex_58k": (12, 80), "tube_hex_214k": (18, 132)}
"""Cells along the side of each block of a section, and along the tube, by case."""
CORE = 0.5
"""Distance of the corners of the core from the axis over the radius."""


def write_blocks(folder: Path, case: str, radius: float, length: float) -> None:
    """Write ``system/blockMeshDict``; lengths in m."""
    side, along = HEXAHEDRA[case]
    angles = np.pi * np.array([-0.75, -0.25, 0.25, 0.75])
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    points = [
        (*(share * radius * xy), z) for z in (0.0, length) for share in (CORE, 1.0) for xy in ring
    ]
    # Four corners of the core, then four points of the circle; the outlet's come 8 later.
    turns = [(i, (i + 1) % 4) for i in range(4)]
    sections = [(0, 1, 2, 3)] + [(4 + i, 4 + j, j, i) for i, j in turns]
    blocks = [
        f"hex {_tuple([*s, *(v + 8 for v in s)])} ({side} {side} {along}) simpleGrading (1 1 1)"
        for s in sections
    ]
    arcs = []
    for k, z in ((0, 0.0), (8, length)):
        for (i, j), angle in zip(turns, angles + 0.25 * np.pi, strict=True):
            middle = (radius * np.cos(angle), radius * np.sin(angle), z)
            arcs.append(f"arc {4 + i + k} {4 + j + k} {_tuple(middle)}")
    faces = {
        "wall": [(4 + i, 4 + j, 12 + j, 12 + i) for i, j in turns],
        "inlet": [s[::-1] for s in sections],
        "outlet_1": [tuple(v + 8 for v in s) for s in sections],
    }
    boundary = [
        f"{name} {{ type {'wall' if name == 'wall' else 'patch'};"
        f" faces ({' '.join(map(_tuple, items))}); }}"
        for name, items in faces.items()
    ]
    entries = {
        "convertToMeters": 1,
        "vertices": f"({' '.join(map(_tuple, points))})",
        "blocks": f"({' '.join(blocks)})",
        "edges": f"({' '.join(arcs)})",
        "boundary": f"({' '.join(boundary)})",
    }
    write_file(folder / "system" / "blockMeshDict", "dictionary", entries)


def _tuple(values) -> str:
    return f"({' '.join(f'{v:.12g}' for v in values)})"
