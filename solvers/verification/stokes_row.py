# SPDX-License-Identifier: BSD-3-Clause
"""Creeping flow across an infinite row of parallel cylinders, to round-off.

Point forces inside the cylinder, each repeated with the spacing of the row, are fitted to no slip
on its surface. One periodic point force in closed form: Pozrikidis 1992, Boundary integral and
singularity methods for linearized viscous flow, Cambridge University Press,
doi:10.1017/CBO9780511624124.
"""

from __future__ import annotations

import numpy as np


def row_resistance(solidity: float, forces: int = 48, depth: float = 0.6) -> float:
    """Pressure drop over mu U / h for a stream U that far away is normal to the row.

    By the balance of momentum it is also the drag per cylinder and length over mu U.

    Args:
        solidity: cylinder diameter over spacing h [-], below about 0.6.
        forces: point forces, on a circle inside the cylinder.
        depth: radius of that circle over the radius of the cylinder.

    Returns:
        The ratio [-]; the largest slip left on the surface is below 1e-8 U at the default values.
    """
    radius = 0.5 * solidity
    source = 2 * np.pi * (np.arange(forces) + 0.5) / forces
    angle = 2 * np.pi * (np.arange(4 * forces) + 0.25) / (4 * forces)
    x = radius * (np.cos(angle)[:, None] - depth * np.cos(source))
    y = radius * (np.sin(angle)[:, None] - depth * np.sin(source))
    k = 2 * np.pi
    denominator = np.cosh(k * x) - np.cos(k * y)
    potential = 0.5 * np.log(2 * denominator)
    by_x = 0.5 * k * np.sinh(k * x) / denominator
    by_y = 0.5 * k * np.sin(k * y) / denominator
    kernel = np.block([[x * by_x - potential, x * by_y], [x * by_y, 1.0 - potential - x * by_x]])
    stream = np.repeat([-1.0, 0.0], 4 * forces)
    found = np.linalg.lstsq(kernel, stream, rcond=1e-13)[0]
    return float(-4 * np.pi * found[:forces].sum())
