# SPDX-License-Identifier: BSD-3-Clause
"""Pressure drop across a braided screen.

Velocities are superficial: volume flow per area of the screen with its wires.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from meshes.types import Array

DENSEST = 0.4
"""Wire diameter over spacing up to which the resistance of one family is within 0.4 % of the exact
Stokes solution."""


def one_family_resistance(spacing: Array, wire_diameter: float, viscosity: float) -> Array:
    """Pressure drop over velocity of parallel wires in creeping flow across them.

    Tamada and Fujikawa 1957, Quarterly Journal of Mechanics and Applied Mathematics 10:425.

    Args:
        spacing: perpendicular distance of wire axes [m].
        wire_diameter: [m].
        viscosity: [Pa s].

    Returns:
        [Pa s/m].

    Raises:
        ValueError: wires closer than the series holds for.
    """
    spacing = np.asarray(spacing, dtype=float)
    if (wire_diameter > DENSEST * spacing).any():
        raise ValueError(
            f"wire diameter over spacing is {wire_diameter / spacing.min():.2f}, "
            f"the resistance formula holds up to {DENSEST}"
        )
    t = np.pi * wire_diameter / spacing
    series = 1.0 - 2.0 * np.log(t) + t**2 / 6.0 - t**4 / 144.0
    return 8.0 * np.pi * viscosity / (spacing * series)


@dataclass(frozen=True)
class ScreenClosure:
    """dp = linear * U + quadratic * U|U| across the screen, tangential * U_t along it.

    Attributes:
        viscosity: at the shear rate between the wires [Pa s].
        density: [kg/m3].
        crossing: resistance of the two crossed families over the sum of two single ones [-]. 1.15
            lies in the middle of 1.13 to 1.17 computed for stacked families (creeping flow, angles
            of 45 to 70 degrees, spacings of 4.5 to 6 wire diameters).
        inertia: quadratic pressure loss over (1 - porosity^2) / porosity^2 dynamic heads [-]. 1.4
            imitates a screen correlation (Brundrett 1993, J. Fluids Eng. 115:239) between
            0.5 and 30 cm/s; the correlation was quoted from memory, so the value is illustrative.
        tangential_ratio: tangential over linear normal resistance [-]. Slender wires drag half as
            much along themselves as across; averaged over two crossed directions in the plane
            that leaves 0.75. Published values depend on the test section: an assumption.
    """

    viscosity: float = 3.5e-3
    density: float = 1060.0
    crossing: float = 1.15
    inertia: float = 1.4
    tangential_ratio: float = 0.75

    def linear(self, spacing: Array, wire_diameter: float) -> Array:
        """Linear coefficient [Pa s/m] of two crossed families at a spacing [m]."""
        return self.crossing * 2.0 * one_family_resistance(spacing, wire_diameter, self.viscosity)

    def quadratic(self, porosity: Array) -> Array:
        """Quadratic coefficient [Pa s2/m2]."""
        porosity = np.asarray(porosity)
        return 0.5 * self.density * self.inertia * (1.0 - porosity**2) / porosity**2

    def tangential(self, linear: Array) -> Array:
        """Tangential coefficient [Pa s/m]."""
        return self.tangential_ratio * np.asarray(linear)
