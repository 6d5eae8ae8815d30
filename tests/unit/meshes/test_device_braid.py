# SPDX-License-Identifier: BSD-3-Clause
"""Braid kinematics: identities, a worked device, and discretised wires."""

from __future__ import annotations

import math

import numpy as np
import pytest

from meshes.devices.braid import Braid
from meshes.devices.closure import ScreenClosure, one_family_resistance
from meshes.devices.deployment import bend_stretch
from meshes.devices.flow_diverter import FlowDiverter
from meshes.errors import DeploymentFailed

WORKED = Braid.from_coverage(48, 30e-6, 4.25e-3, 0.30, at=4.25e-3)
"""48 wires of 30 um with 30 % metal coverage at the free diameter of 4.25 mm."""

DIAMETERS = 1e-3 * np.linspace(1.0, 4.25, 40)

TABLE = np.array(
    # D mm, angle deg, L/L0, spacing um, coverage %, pores per mm2, resistance at factor 1.17
    [
        [4.25, 70.7, 1.00, 184, 30.0, 18.5, 471],
        [4.00, 62.7, 1.39, 240, 23.4, 14.1, 296],
        [3.75, 56.4, 1.68, 272, 20.9, 12.5, 241],
        [3.50, 51.0, 1.91, 288, 19.7, 11.8, 220],
        [3.25, 46.2, 2.10, 294, 19.3, 11.5, 212],
        [3.00, 41.8, 2.26, 293, 19.4, 11.6, 214],
        [2.50, 33.7, 2.52, 272, 20.8, 12.5, 241],
    ]
)


def coverage(braid: Braid, diameter: float | np.ndarray) -> np.ndarray:
    return 1.0 - braid.porosity(braid.spacing(diameter))


def test_coverage_holds_where_it_is_stated() -> None:
    assert coverage(WORKED, 4.25e-3) == pytest.approx(0.30, abs=1e-12)
    assert math.degrees(WORKED.free_angle) == pytest.approx(70.72, abs=0.005)
    assert 1e3 * WORKED.wire_per_turn(4.25e-3) == pytest.approx(14.145, abs=5e-4)


def test_wire_of_a_turn_and_of_the_tube_is_conserved() -> None:
    assert WORKED.wire_per_turn(DIAMETERS) == pytest.approx(WORKED.wire_per_turn(2e-3), rel=1e-10)
    # Wire over tube length is 1 / cos(angle): times the length it stays the same.
    wire = WORKED.length_ratio(DIAMETERS) / np.cos(WORKED.angle(DIAMETERS))
    assert wire == pytest.approx(wire[0], rel=1e-10)


def test_length_ratio_in_closed_form() -> None:
    sine = math.sin(WORKED.free_angle)
    closed = np.sqrt(1.0 - (DIAMETERS / 4.25e-3 * sine) ** 2) / math.cos(WORKED.free_angle)
    assert WORKED.length_ratio(DIAMETERS) == pytest.approx(closed, rel=1e-10)


def test_least_coverage_is_at_45_degrees() -> None:
    least = WORKED.least_coverage_diameter
    assert WORKED.angle(least) == pytest.approx(0.25 * math.pi, abs=1e-10)
    assert 1e3 * least == pytest.approx(3.184, abs=5e-4)
    assert (coverage(WORKED, DIAMETERS) >= coverage(WORKED, least) - 1e-12).all()


def test_pores_tile_the_surface() -> None:
    """Pore density times pore area is one, with the area of a rhombus of perpendicular spacing."""
    angle, spacing = WORKED.angle(DIAMETERS), WORKED.spacing(DIAMETERS)
    area = spacing**2 / np.sin(2.0 * angle)
    assert WORKED.pore_density(DIAMETERS) * area == pytest.approx(1.0, rel=1e-10)


def test_worked_table() -> None:
    closure = ScreenClosure(crossing=1.17)
    diameter = 1e-3 * TABLE[:, 0]
    spacing = WORKED.spacing(diameter)
    found = np.column_stack(
        [
            np.degrees(WORKED.angle(diameter)),
            WORKED.length_ratio(diameter),
            1e6 * spacing,
            100.0 * coverage(WORKED, diameter),
            1e-6 * WORKED.pore_density(diameter),
            closure.linear(spacing, WORKED.wire_diameter),
        ]
    )
    rounding = np.array([0.05, 0.005, 0.5, 0.05, 0.05, 0.5])
    assert (np.abs(found - TABLE[:, 1:]) <= 1.01 * rounding).all()


def test_bend_makes_the_outer_side_open() -> None:
    """Vessel of 3.5 mm on a bend of 6 mm: coverage inside, midway and outside."""
    curvature = np.tile([1.0 / 6e-3, 0.0, 0.0], (3, 1))
    outward = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    stretch = bend_stretch(curvature, outward, np.full(3, 1.75e-3))
    assert stretch == pytest.approx([1 - 1.75 / 6, 1.0, 1 + 1.75 / 6])
    spacing = WORKED.spacing(3.5e-3, WORKED.bent_angle(3.5e-3, stretch))
    assert 100 * (1 - WORKED.porosity(spacing)) == pytest.approx([24.6, 19.7, 17.3], abs=0.06)
    assert ScreenClosure().linear(spacing, 30e-6) == pytest.approx([318, 216, 173], abs=0.6)


def test_discretised_helix_has_the_wire_length() -> None:
    diameter = 3.5e-3
    turn = np.linspace(0.0, 2.0 * np.pi, 49)
    pitch = np.pi * diameter / math.tan(WORKED.angle(diameter))
    helix = np.column_stack(
        [0.5 * diameter * np.cos(turn), 0.5 * diameter * np.sin(turn), pitch * turn / (2 * np.pi)]
    )
    length = np.linalg.norm(np.diff(helix, axis=0), axis=1).sum()
    assert length == pytest.approx(WORKED.wire_per_turn(diameter), rel=0.01)


@pytest.mark.parametrize(
    ("ratio", "series", "stokes"),
    [
        (0.05, 5.3404, 5.3404),
        (0.10, 7.5426, 7.5426),
        (0.163, 10.5521, 10.5520),
        (0.25, 15.8737, 15.8717),
        (0.40, 31.8542, 31.7379),
    ],
)
def test_one_family_against_computed_stokes_flow(
    ratio: float, series: float, stokes: float
) -> None:
    """In units of viscosity over spacing; the second column is a fundamental-solution result."""
    found = float(one_family_resistance(np.array(1.0), ratio, 1.0))
    assert found == pytest.approx(series, abs=1e-4)
    assert found == pytest.approx(stokes, rel=4e-3)


def test_too_dense_wires_are_refused() -> None:
    with pytest.raises(ValueError, match=r"holds up to 0\.4"):
        one_family_resistance(np.array([1.0]), 0.5, 1.0)


def test_quadratic_share_is_small_at_neck_velocities() -> None:
    closure = ScreenClosure()
    linear = float(closure.linear(WORKED.spacing(4.25e-3), 30e-6))
    quadratic = float(closure.quadratic(0.70))
    assert linear == pytest.approx(463.0, abs=1.0)
    share = quadratic * 0.05 / (linear + quadratic * 0.05)
    assert 0.05 < share < 0.10
    assert closure.tangential(linear) == pytest.approx(0.75 * linear)


FAMILY = FlowDiverter(
    wires=48,
    wire_diameter=30e-6,
    nominal_diameters=(3.0e-3, 3.25e-3, 3.5e-3, 3.75e-3, 4.0e-3),
    nominal_lengths=(10e-3, 14e-3, 20e-3),
    free_excess=0.25e-3,
    metal_coverage=0.30,
    coverage_stated_at="free",
)


def test_size_is_the_smallest_that_reaches_the_vessel() -> None:
    assert FAMILY.size_for(3.3e-3, 0.0) == 3.5e-3
    assert FAMILY.size_for(3.5e-3, 0.0) == 3.5e-3
    assert FAMILY.size_for(3.3e-3, 0.25e-3) == 3.75e-3
    assert FAMILY.size_for(3.3e-3, -0.1e-3) == 3.25e-3
    assert FAMILY.size_for(4.2e-3, 0.0) == 4.0e-3
    with pytest.raises(DeploymentFailed, match=r"opens to 4\.25 mm"):
        FAMILY.size_for(4.4e-3, 0.0)


def test_coverage_entered_as_porosity_is_caught() -> None:
    with pytest.raises(ValueError, match=r"porosity|no braid"):
        FlowDiverter(48, 30e-6, (4.0e-3,), (14e-3,), 0.25e-3, 0.70, "free")
    # 30 % at 4.00 mm with a free diameter of 4.25 mm would mean 79 % at the free diameter.
    with pytest.raises(ValueError, match=r"porosity of the 4\.00 mm device at 4\.25 mm"):
        FlowDiverter(48, 30e-6, (4.0e-3,), (14e-3,), 0.25e-3, 0.30, "nominal")
