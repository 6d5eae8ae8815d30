# SPDX-License-Identifier: BSD-3-Clause
"""Kinematics of a tubular braid of inextensible wires with a fixed number of turns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from meshes.types import Array


@dataclass(frozen=True)
class Braid:
    """Tubular braid, half of its wires in each direction.

    Angles are measured from the tube axis. Diameters may be arrays; results have their shape.

    Attributes:
        wires: number of wires.
        wire_diameter: [m].
        free_diameter: of the unconstrained braid [m].
        free_angle: at the free diameter [rad].
    """

    wires: int
    wire_diameter: float
    free_diameter: float
    free_angle: float

    @classmethod
    def from_coverage(
        cls, wires: int, wire_diameter: float, free_diameter: float, coverage: float, at: float
    ) -> Braid:
        """Braid with a metal coverage stated at a diameter.

        Args:
            wires: number of wires.
            wire_diameter: [m].
            free_diameter: [m].
            coverage: share of the tube surface behind metal [-].
            at: diameter at which it holds [m], at most the free diameter.

        Raises:
            ValueError: no angle gives that coverage.
        """
        spacing = wire_diameter / (1.0 - math.sqrt(1.0 - coverage))
        cosine = spacing * wires / (2.0 * math.pi * at)
        sine = math.sqrt(max(1.0 - cosine**2, 0.0)) * free_diameter / at
        if cosine >= 1.0 or sine >= 1.0 or at > free_diameter:
            raise ValueError(
                f"no braid of {wires} wires of {1e6 * wire_diameter:.0f} um and a free diameter "
                f"of {1e3 * free_diameter:.2f} mm covers {100 * coverage:.1f} % at "
                f"{1e3 * at:.2f} mm"
            )
        return cls(wires, wire_diameter, free_diameter, math.asin(sine))

    def angle(self, diameter: Array | float) -> Array:
        """Wire angle at a diameter up to the free one [rad]."""
        return np.arcsin(math.sin(self.free_angle) * np.asarray(diameter) / self.free_diameter)

    def length_ratio(self, diameter: Array | float) -> Array:
        """Length over free length at a diameter."""
        return np.cos(self.angle(diameter)) / math.cos(self.free_angle)

    def spacing(self, diameter: Array | float, angle: Array | float | None = None) -> Array:
        """Perpendicular spacing of the wires of one direction [m].

        Args:
            diameter: [m].
            angle: wire angle [rad] where it differs from that of the straight tube.
        """
        angle = self.angle(diameter) if angle is None else angle
        return 2.0 * np.pi * np.asarray(diameter) / self.wires * np.cos(angle)

    def porosity(self, spacing: Array | float) -> Array:
        """Open share of the surface between wires at a spacing [m] in both directions."""
        return (1.0 - self.wire_diameter / np.asarray(spacing)) ** 2

    def pore_density(self, diameter: Array | float) -> Array:
        """Pores per area [1/m2]."""
        return np.sin(2.0 * self.angle(diameter)) / self.spacing(diameter) ** 2

    def wire_per_turn(self, diameter: Array | float) -> Array:
        """Wire length of one turn [m]; the same at every diameter."""
        return np.pi * np.asarray(diameter) / np.sin(self.angle(diameter))

    @property
    def least_coverage_diameter(self) -> float:
        """Diameter at which the wires stand at 45 degrees and cover least [m]."""
        return self.free_diameter / (math.sqrt(2.0) * math.sin(self.free_angle))

    def bent_angle(self, diameter: Array | float, stretch: Array | float) -> Array:
        """Wire angle where a bend stretches the braid along its axis [rad].

        The affine approximation: the axial pitch scales by the stretch, 1 + curvature * radius *
        cos(theta) with theta = 0 on the outer side, and tan(angle) by its inverse.
        """
        return np.arctan(np.tan(self.angle(diameter)) / np.asarray(stretch))
