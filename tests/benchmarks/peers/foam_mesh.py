# SPDX-License-Identifier: BSD-3-Clause
"""Geometry of an OpenFOAM mesh, from its ASCII files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class PolyMesh:
    """Faces between cells, as OpenFOAM keeps them.

    Attributes:
        points: (n, 3) [m].
        corners: (faces, 4) points of every face; a triangle repeats its last one.
        owner: (faces,) the cell that a face points out of.
        neighbour: (inner faces,) the cell that it points into.
        patches: first face and number of faces by name.
    """

    points: Array
    corners: Index
    owner: Index
    neighbour: Index
    patches: dict[str, tuple[int, int]]

    @cached_property
    def _halves(self) -> tuple[Array, Array]:
        """(2, faces, 3) area vectors [m2] and centres [m] of the two triangles of each face."""
        a, b, c, d = (self.points[self.corners[:, i]] for i in range(4))
        areas = 0.5 * np.stack([np.cross(b - a, c - a), np.cross(c - a, d - a)])
        return areas, np.stack([a + b + c, a + c + d]) / 3

    @cached_property
    def areas(self) -> Array:
        """(faces, 3) area vectors [m2], out of the owner."""
        return self._halves[0].sum(axis=0)

    @cached_property
    def face_centres(self) -> Array:
        """(faces, 3) [m]."""
        weight = np.linalg.norm(self._halves[0], axis=2)
        return np.einsum("kf,kfd->fd", weight, self._halves[1]) / weight.sum(axis=0)[:, None]

    @cached_property
    def _moments(self) -> Array:
        """(cells, 4) volume [m3] and its first moment [m4], by the divergence theorem."""
        areas, centres = self._halves
        cells = int(self.owner.max()) + 1
        # Pyramids from the middle of the corners of each cell: no cancellation.
        apex = self._apex(cells)
        result = np.zeros((cells, 4))
        inner = len(self.neighbour)
        for side, cell, kept in ((1.0, self.owner, len(self.owner)), (-1.0, self.neighbour, inner)):
            for area, centre in zip(areas, centres, strict=True):
                height = centre[:kept] - apex[cell]
                volume = side * np.einsum("fd,fd->f", area[:kept], height) / 3
                middle = 0.75 * centre[:kept] + 0.25 * apex[cell]
                np.add.at(result, cell, np.column_stack([volume, volume[:, None] * middle]))
        return result

    def _apex(self, cells: int) -> Array:
        total, count = np.zeros((cells, 3)), np.zeros(cells)
        for cell in (self.owner, self.neighbour):
            np.add.at(total, cell, self.face_centres[: len(cell)])
            np.add.at(count, cell, 1.0)
        return total / count[:, None]

    @property
    def volumes(self) -> Array:
        """(cells,) [m3]."""
        return self._moments[:, 0]

    @property
    def centres(self) -> Array:
        """(cells, 3) [m]."""
        return self._moments[:, 1:] / self._moments[:, :1]

    def patch(self, name: str) -> slice:
        """Its faces."""
        first, count = self.patches[name]
        return slice(first, first + count)


def read_poly_mesh(case: Path) -> PolyMesh:
    """Read ``constant/polyMesh`` of a case of triangles and quadrilaterals."""
    folder = case / "constant" / "polyMesh"
    points = np.array(re.sub(r"[()]", " ", _body(folder / "points")).split(), float)
    faces = re.findall(r"[34]\(([\d ]+)\)", _body(folder / "faces"))
    rows = [list(map(int, face.split())) for face in faces]
    corners = np.array([row if len(row) == 4 else [*row, row[-1]] for row in rows])
    owner, neighbour = (
        np.array(_body(folder / name).split(), int) for name in ("owner", "neighbour")
    )
    patches = re.findall(
        r"(\w+)\s*\{[^}]*nFaces\s+(\d+);[^}]*startFace\s+(\d+);", (folder / "boundary").read_text()
    )
    ranges = {name: (int(start), int(count)) for name, count, start in patches}
    return PolyMesh(points.reshape(-1, 3), corners, owner, neighbour, ranges)


def _body(path: Path) -> str:
    """What stands between the brackets of the list in a file."""
    text = path.read_text()
    text = text[text.index("}") :]
    return text[text.index("(") + 1 : text.rindex(")")]
