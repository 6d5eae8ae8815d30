# SPDX-License-Identifier: BSD-3-Clause
"""A unit cube of tetrahedra for tests."""

from itertools import permutations

import numpy as np

from meshes.topology import orient


def box_mesh(n):
    """Points and cells of n^3 cubes with six tetrahedra each along the main diagonal."""
    grid = np.indices((n + 1,) * 3).reshape(3, -1).T
    number = np.arange(len(grid)).reshape((n + 1,) * 3)
    base = np.indices((n,) * 3).reshape(3, -1).T
    cells = []
    for order in permutations(range(3)):
        corner, path = base.copy(), [number[tuple(base.T)]]
        for axis in order:
            corner = corner + np.eye(3, dtype=int)[axis]
            path.append(number[tuple(corner.T)])
        cells.append(np.stack(path, axis=1))
    points = grid / n
    return points, orient(points, np.vstack(cells))
