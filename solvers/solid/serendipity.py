# SPDX-License-Identifier: BSD-3-Clause
"""The serendipity hexahedron of 20 nodes, with values at corners and mid-edges as unknowns.

The serendipity elements of basix have moments as unknowns; with point values the supports, contact
and output need no special case.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import basix
import basix.ufl
import numpy as np


@cache
def serendipity(shape: tuple[int, ...] = (3,)) -> Any:
    """Vector element of quadratic serendipity functions (doi:10.1007/s10208-011-9087-3)."""
    cell = basix.CellType.hexahedron
    points, matrices = [[], [], [], []], [[], [], [], []]
    nodes = basix.geometry(cell)
    for dim, entities in enumerate(basix.topology(cell)):
        for entity in entities:
            here = nodes[entity].mean(axis=0, keepdims=True) if dim < 2 else np.zeros((0, 3))
            points[dim].append(here)
            matrices[dim].append(np.ones((len(here), 1, len(here), 1)))
    scalar = basix.ufl.custom_element(
        cell,
        [],
        _coefficients(cell),
        points,
        matrices,
        0,
        basix.MapType.identity,
        basix.SobolevSpace.H1,
        False,
        1,
        2,
    )
    return basix.ufl.blocked_element(scalar, shape=shape)


def _coefficients(cell: basix.CellType) -> np.ndarray:
    """(20, 27) functions of superlinear degree 2 in the orthonormal triquadratic basis."""
    x, weights = basix.make_quadrature(cell, 6)
    basis = basix.tabulate_polynomials(basix.PolynomialType.legendre, cell, 2, x)
    rows = []
    for powers in product(range(3), repeat=3):
        if sum(p for p in powers if p > 1) <= 2:
            rows.append(basis @ (weights * np.prod(x**powers, axis=1)))
    return np.ascontiguousarray(np.linalg.qr(np.array(rows).T)[0].T)
