# SPDX-License-Identifier: BSD-3-Clause
"""Grid convergence index of three meshes (Celik et al. 2008, doi:10.1115/1.2960953)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SAFETY = 1.25


@dataclass(frozen=True)
class Convergence:
    """What three meshes say about a quantity.

    Attributes:
        order: observed; not a number where the differences do not allow one.
        extrapolated: value for cells of no size.
        index: fine-grid convergence index, a share of the fine value.
        oscillating: whether the differences change sign.
    """

    order: float
    extrapolated: float
    index: float
    oscillating: bool


def grid_convergence(
    sizes: tuple[float, float, float], values: tuple[float, float, float]
) -> Convergence:
    """Observed order, extrapolation and index.

    Args:
        sizes: representative cell sizes, fine to coarse.
        values: of the quantity on these meshes.
    """
    r21, r32 = sizes[1] / sizes[0], sizes[2] / sizes[1]
    e21, e32 = values[1] - values[0], values[2] - values[1]
    if e21 == 0.0 or e32 == 0.0:
        return Convergence(np.nan, values[0], 0.0 if e21 == 0.0 else np.nan, False)
    sign = np.sign(e32 / e21)
    order = 1.0
    for _ in range(200):
        change = np.log((r21**order - sign) / (r32**order - sign))
        order = 0.5 * (order + abs(np.log(abs(e32 / e21)) + change) / np.log(r21))
        order = float(np.clip(order, 0.05, 20.0))
    factor = r21**order - 1.0
    index = SAFETY * abs(e21 / values[0]) / factor
    return Convergence(order, values[0] - e21 / factor, index, bool(sign < 0))
