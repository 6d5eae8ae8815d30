# SPDX-License-Identifier: BSD-3-Clause
"""Beam estimates of a ring against geometry and an integrated beam."""

from dataclasses import replace

import numpy as np
import pytest

from solvers.verification.ring import Ring

RING = Ring(
    crowns=6,
    length=1.3e-3,
    width=80e-6,
    thickness=90e-6,
    crown_radius=110e-6,
    diameter=3.09e-3,
    young=196e9,
)


def test_struts_and_arcs_span_the_circumference():
    straight, radius = RING.straight, RING.crown_radius
    pitch = straight * np.sin(RING.lean) + 2 * radius * np.cos(RING.lean)
    assert 12 * pitch == pytest.approx(np.pi * RING.diameter)


def test_stiffness_is_that_of_an_integrated_beam():
    """Energy of the bending moment, linear and nothing at the middle, of an axial strut."""
    ring = replace(RING, crown_radius=1e-9, diameter=1e-9)
    force, s = 1.0, np.linspace(-0.5, 0.5, 20001) * ring.length
    inertia = ring.thickness * ring.width**3 / 12
    moved = np.trapezoid((force * s) ** 2, s) / (ring.young * inertia)
    # 2 N struts share the change of the circumference
    assert ring.hoop_stiffness == pytest.approx(np.pi / (12 * moved / force), rel=1e-6)


def test_plastic_force_balances_two_hinges():
    hinge = 250e6 * np.trapezoid(np.abs(np.linspace(-40e-6, 40e-6, 4001)) * 90e-6, dx=2e-8)
    force = RING.plastic_hoop_force(250e6)
    assert force * RING.length * np.cos(RING.lean) == pytest.approx(2 * hinge, rel=1e-3)


def test_recoil_of_equal_ends_follows_the_stress_over_modulus_and_width():
    first = RING.recoil(205e6)
    assert RING.recoil(410e6) == pytest.approx(2 * first)
    assert replace(RING, width=40e-6).recoil(205e6) == pytest.approx(2 * first)
    # the curvature integrated from an apex to the middle of the strut
    curvature = 3 * 205e6 / (RING.young * RING.width)
    x, step = np.linspace(0.0, 0.5 * RING.straight, 10001, retstep=True)
    bent = np.cumsum(curvature * (1 - 2 * x / RING.straight)) * step
    turn = curvature * RING.crown_radius * np.pi / 2 + bent
    across = 2 * np.trapezoid(turn, dx=step) * np.cos(RING.lean)
    assert first == pytest.approx(12 * across / (np.pi * RING.diameter), rel=1e-3)
