# SPDX-License-Identifier: BSD-3-Clause
"""Radial pressure of a braid whose wires bend and twist as open helices.

Jedwab and Clerc 1993, Journal of Applied Biomaterials 4:77, doi 10.1002/jab.770040111. Wires are
inextensible, turn freely at their ends and crossings, and slide without friction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from meshes.devices.braid import Braid
from meshes.types import Array


@dataclass(frozen=True)
class WireElasticity:
    """Elastic moduli of a wire.

    Attributes:
        youngs_modulus: [Pa].
        shear_modulus: [Pa].
    """

    youngs_modulus: float
    shear_modulus: float


def axial_force(braid: Braid, wire: WireElasticity, diameter: Array | float) -> Array:
    """Axial force that holds the braid at a diameter [N]; positive pulls.

    Args:
        braid: diameters and angles refer to the wire axes.
        wire: moduli.
        diameter: [m], up to the free one.
    """
    # Angles of the formula are measured from the circumference.
    free, pitch = (0.5 * np.pi - angle for angle in (braid.free_angle, braid.angle(diameter)))
    scale = braid.free_diameter / np.cos(free)
    twist = 2.0 * np.sin(pitch) / scale - np.sin(2.0 * free) / braid.free_diameter
    bend = 2.0 * np.cos(pitch) / scale - 2.0 * np.cos(free) ** 2 / braid.free_diameter
    inertia = np.pi * braid.wire_diameter**4 / 64.0
    torsion, flexure = wire.shear_modulus * 2.0 * inertia, wire.youngs_modulus * inertia
    return 2.0 * braid.wires / scale * (torsion * twist - flexure * np.tan(pitch) * bend)


def radial_pressure(braid: Braid, wire: WireElasticity, diameter: Array | float) -> Array:
    """Pressure on the surface of the wire axes that holds the braid at a diameter [Pa].

    Args:
        braid: diameters and angles refer to the wire axes.
        wire: moduli.
        diameter: [m], up to the free one.
    """
    diameter = np.asarray(diameter, dtype=float)
    pitch = 0.5 * np.pi - braid.angle(diameter)
    turn = np.pi * diameter * np.tan(pitch)
    return 2.0 * axial_force(braid, wire, diameter) / (diameter * turn * np.tan(pitch))


def radial_force_per_length(braid: Braid, wire: WireElasticity, diameter: Array | float) -> Array:
    """Radial force around the circumference over the length of the braid [N/m]."""
    return np.pi * np.asarray(diameter) * radial_pressure(braid, wire, diameter)
