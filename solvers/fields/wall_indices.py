# SPDX-License-Identifier: BSD-3-Clause
"""Indices of low and oscillating wall shear, made of TAWSS and OSI.

Both divide by a shear that may vanish; there they are not a number, which viewers leave blank.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SMALLEST = 1e-9
"""Shear [Pa] below which an index is undefined: round-off of the flow, not its direction."""


def relative_residence_time(tawss: Array, osi: Array) -> Array:
    """RRT = 1 / ((1 - 2 OSI) TAWSS), the inverse of the mean shear vector's magnitude.

    Lee, Antiga & Steinman 2009, doi:10.1115/1.3127252.

    Args:
        tawss: (n,) time-averaged wall shear stress [Pa].
        osi: (n,) oscillatory shear index, 0 to 0.5.

    Returns:
        (n,) [1/Pa]; NaN where the mean shear vanishes.
    """
    return _quotient(np.ones_like(tawss), (1.0 - 2.0 * osi) * tawss)


def activation_potential(tawss: Array, osi: Array) -> Array:
    """ECAP = OSI / TAWSS, the endothelial cell activation potential.

    Di Achille et al. 2014, doi:10.1098/rspa.2014.0163.

    Args:
        tawss: (n,) time-averaged wall shear stress [Pa].
        osi: (n,) oscillatory shear index, 0 to 0.5.

    Returns:
        (n,) [1/Pa]; NaN where nothing moves.
    """
    return _quotient(osi, tawss)


def _quotient(above: Array, below: Array) -> Array:
    defined = below > SMALLEST
    return np.divide(above, below, out=np.full_like(above, np.nan, dtype=float), where=defined)
