# SPDX-License-Identifier: BSD-3-Clause
"""The inflated tube: geometry, material, load. NumPy only, read by every code.

Both ends are clamped; the pressure on the lumen follows the surface. The energy is
``C10 (J^(-2/3) I1 - 3) + (J - 1)^2/D1``, which every code of the comparison has or can be given.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Inflation:
    """One tube.

    Attributes:
        radius, wall, length: inner radius, thickness and length of the tube [m].
        shear_modulus, bulk_modulus: [Pa].
        pressure: at the end [Pa].
        steps: equal load steps.
        tolerance: of the residual, relative; see each code for its own norm.
    """

    radius: float = 1.5e-3
    wall: float = 0.5e-3
    length: float = 8.0e-3
    shear_modulus: float = 100.0e3
    bulk_modulus: float = 2.0e6
    pressure: float = 20.0e3
    steps: int = 4
    tolerance: float = 1e-6


TUBE = Inflation()
MARKERS = {"cells": {"wall": 1}, "facets": {"inner": 10, "outer": 11, "ends": 12}}
EDGES = {
    "tube_1k": 0.70e-3,
    "tube_4k": 0.36e-3,
    "tube_21k": 0.226e-3,
    "tube_66k": 0.150e-3,
    "tube_109k": 0.1245e-3,
}
"""Edge length of the tetrahedra [m] of each mesh."""
