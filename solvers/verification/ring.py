# SPDX-License-Identifier: BSD-3-Clause
"""Beam estimates of a ring of zigzag struts: stiffness, plastic limit and spring-back.

A strut between two crowns is a beam whose ends keep their direction, so that its moment falls to
nothing at its middle. A change pi dD of the circumference moves the ends of each of N struts by
pi dD/N; a strut that leans by theta bends across itself by that over cos(theta) under the hoop
force times cos(theta). Textbook beams; compare the ring of the open design open-stent, whose
formula has one cosine in the numerator instead of two in the denominator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Ring:
    """A ring at one diameter; lengths in m, moduli in Pa.

    Attributes:
        crowns: peaks; there are twice as many struts.
        length: of a strut between the middles of its crowns.
        width, thickness: of a strut.
        crown_radius: of the centreline of a crown as cut.
        diameter: in the middle of the wall.
        young: modulus.
    """

    crowns: int
    length: float
    width: float
    thickness: float
    crown_radius: float
    diameter: float
    young: float

    @property
    def lean(self) -> float:
        """Angle of a strut to the axis [rad], between arcs that keep their radius."""
        pitch = 0.5 * math.pi * self.diameter / self.crowns
        arcs = 2.0 * self.crown_radius
        reach = math.hypot(self.straight, arcs)
        return math.asin(pitch / reach) - math.atan2(arcs, self.straight)

    @property
    def straight(self) -> float:
        """Length of a strut between its crowns [m]."""
        return self.length - 2.0 * self.crown_radius

    @property
    def hoop_stiffness(self) -> float:
        """Hoop force per change of diameter [N/m] of elastic struts between rigid crowns."""
        inertia = self.thickness * self.width**3 / 12.0
        travel = 0.5 * math.pi / self.crowns
        return 12.0 * self.young * inertia * travel / (self.length**3 * math.cos(self.lean) ** 2)

    def plastic_hoop_force(self, stress: float) -> float:
        """Hoop force [N] at which both ends of each strut are plastic at ``stress`` [Pa]."""
        moment = 0.25 * stress * self.thickness * self.width**2
        return 2.0 * moment / (self.length * math.cos(self.lean))

    def recoil(self, stress: float) -> float:
        """Share of the diameter that fully plastic crowns at ``stress`` [Pa] give back.

        They give back a curvature of 3 s / (E w). Over half a crown this turns the strut by the
        curvature times the arc; the strut bends back like two cantilevers.
        """
        curvature = 3.0 * stress / (self.young * self.width)
        turn = curvature * self.crown_radius * math.pi / 2
        bent = 2.0 * curvature * (0.5 * self.straight) ** 2 / 3.0
        moved = math.cos(self.lean) * (turn * self.straight + bent)
        return 2.0 * self.crowns * moved / (math.pi * self.diameter)
