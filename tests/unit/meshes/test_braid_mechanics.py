# SPDX-License-Identifier: BSD-3-Clause
"""Radial pressure of braids: computed tables, and the energy of the wires."""

import math

import numpy as np
import pytest

from meshes.devices.braid import Braid
from meshes.devices.braid_mechanics import (
    WireElasticity,
    axial_force,
    radial_force_per_length,
    radial_pressure,
)

STEEL = Braid(24, 0.22e-3, 16.71e-3, math.radians(90.0 - 31.9))
FINE = Braid(48, 30e-6, 4.5e-3, math.radians(55.0))
STEEL_WIRE = WireElasticity(206e9, 81.5e9)
FINE_WIRE = WireElasticity(225e9, 225e9 / 2.6)


def test_table_of_the_steel_braid():
    diameter = 1e-3 * np.array([15, 14, 12, 10, 8])
    pressure = radial_pressure(STEEL, STEEL_WIRE, diameter)
    assert pressure == pytest.approx(
        1e3 * np.array([3.8655, 5.3515, 7.9861, 10.9393, 15.0165]), rel=1e-4
    )
    force = radial_force_per_length(STEEL, STEEL_WIRE, diameter)
    assert force == pytest.approx(
        1e3 * np.array([0.1822, 0.2354, 0.3011, 0.3437, 0.3774]), rel=3e-4
    )


def test_table_of_the_fine_braid():
    diameter = 1e-3 * np.array([4.0, 3.5, 3.0])
    pressure = radial_pressure(FINE, FINE_WIRE, diameter)
    assert pressure == pytest.approx([438.9, 751.6, 1064.3], rel=1.5e-4)
    force = radial_force_per_length(FINE, FINE_WIRE, diameter)
    assert force == pytest.approx([5.515, 8.265, 10.031], rel=1e-4)


@pytest.mark.parametrize(("braid", "wire"), [(STEEL, STEEL_WIRE), (FINE, FINE_WIRE)])
def test_pressure_does_the_work_that_the_wires_store(braid, wire):
    """Curvature 2 sin^2(a)/D and twist sin(2a)/D of a helix at angle a from the axis."""

    def energy(diameter):
        angle = braid.angle(diameter)
        bend = (
            2 * np.sin(angle) ** 2 / diameter
            - 2 * math.sin(braid.free_angle) ** 2 / braid.free_diameter
        )
        twist = np.sin(2 * angle) / diameter - math.sin(2 * braid.free_angle) / braid.free_diameter
        inertia = math.pi * braid.wire_diameter**4 / 64
        density = (
            0.5 * wire.youngs_modulus * inertia * bend**2 + wire.shear_modulus * inertia * twist**2
        )
        return braid.wires * braid.wire_per_turn(diameter) * density

    def length(diameter):
        return math.pi * diameter / np.tan(braid.angle(diameter))

    for share in (0.9, 0.7, 0.5):
        diameter, step = share * braid.free_diameter, 1e-6 * braid.free_diameter
        fall = (energy(diameter - step) - energy(diameter + step)) / (2 * step)
        area = math.pi * diameter * length(diameter)
        pressure = radial_pressure(braid, wire, diameter)
        assert pressure * area / 2 == pytest.approx(fall, rel=1e-6)
        # The same work along the axis.
        slope = (length(diameter + step) - length(diameter - step)) / (2 * step)
        assert axial_force(braid, wire, diameter) * -slope == pytest.approx(fall, rel=1e-6)


def test_free_braid_pushes_on_nothing():
    assert radial_pressure(STEEL, STEEL_WIRE, STEEL.free_diameter) == pytest.approx(0.0, abs=1e-8)
    diameter = STEEL.free_diameter * np.linspace(0.5, 1.0, 20)
    assert (np.diff(radial_pressure(STEEL, STEEL_WIRE, diameter)) < 0).all()
