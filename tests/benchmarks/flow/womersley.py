# SPDX-License-Identifier: BSD-3-Clause
"""Pulsatile flow in a straight tube: the exact solution every code is measured against.

Womersley 1955 (doi:10.1113/jphysiol.1955.sp005276): a steady part and one harmonic, fully
developed, so that the velocity does not change along the tube, convection vanishes and
mu du/dn - p n = 0 holds on the outlet with p = 0 there. Velocity at the inlet, no slip and
an outlet that does nothing are therefore exact boundary conditions for every code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import jv

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WomersleyTube:
    """A tube along z from 0 (inlet) to ``length`` (outlet, pressure 0). SI units.

    The defaults are those of a large cerebral artery: peak Reynolds number 375.

    Attributes:
        radius: [m].
        length: [m].
        density: [kg/m3].
        viscosity: dynamic [Pa s].
        alpha: Womersley number R sqrt(omega rho / mu).
        reynolds: of the mean flow, with the diameter and the mean velocity.
        pulsation: amplitude of the harmonic over the mean flow; it rises through 0 at t = 0.
    """

    radius: float = 2.0e-3
    length: float = 20.0e-3
    density: float = 1060.0
    viscosity: float = 3.5e-3
    alpha: float = 4.0
    reynolds: float = 250.0
    pulsation: float = 0.5

    @property
    def omega(self) -> float:
        """Angular frequency [rad/s]."""
        return self.alpha**2 * self.viscosity / (self.density * self.radius**2)

    @property
    def mean_flow(self) -> float:
        """Mean volume flow [m3/s]."""
        speed = self.reynolds * self.viscosity / (2 * self.density * self.radius)
        return np.pi * self.radius**2 * speed

    @property
    def _z(self) -> complex:
        """Argument of the Bessel functions on the wall."""
        return 1j**1.5 * self.alpha

    @property
    def _steady_gradient(self) -> float:
        """Steady pressure fall per length [Pa/m]."""
        return 8 * self.viscosity * self.mean_flow / (np.pi * self.radius**4)

    @property
    def _amplitude(self) -> complex:
        """Pressure fall of the harmonic over i omega rho [m/s]: of the core's speed."""
        z = self._z
        share = 1 - 2 * jv(1, z) / (z * jv(0, z))
        return -1j * self.pulsation * self.mean_flow / (np.pi * self.radius**2 * share)

    def flow(self, time: float) -> float:
        """Volume flow [m3/s] at ``time`` [s]."""
        return self.mean_flow * (1 + self.pulsation * np.sin(self.omega * time))

    def speed(self, r: Array, time: float) -> Array:
        """Axial velocity [m/s] at distances ``r`` [m] from the axis, 0 beyond the wall."""
        shape = np.minimum(np.asarray(r, float) / self.radius, 1.0)
        steady = 2 * self.mean_flow / (np.pi * self.radius**2) * (1 - shape**2)
        mode = self._amplitude * (1 - jv(0, self._z * shape) / jv(0, self._z))
        return steady + (mode * np.exp(1j * self.omega * time)).real

    def speed_table(self, r: Array) -> SpeedTable:
        """The speed at fixed distances ``r`` [m], for use at many times."""
        steady = 0.5 * (self.speed(r, 0.0) + self.speed(r, np.pi / self.omega))
        return SpeedTable(
            self.omega,
            steady,
            self.speed(r, 0.0) - steady,
            self.speed(r, 0.5 * np.pi / self.omega) - steady,
        )

    def velocity(self, points: Array, time: float) -> Array:
        """(3, n) velocity [m/s] at ``points`` (3, n) [m]."""
        axial = self.speed(np.hypot(points[0], points[1]), time)
        return np.array([0 * axial, 0 * axial, axial])

    def gradient(self, time: float) -> float:
        """Pressure fall per length of tube [Pa/m]."""
        mode = 1j * self.omega * self.density * self._amplitude
        return self._steady_gradient + (mode * np.exp(1j * self.omega * time)).real

    def pressure(self, z: Array, time: float) -> Array:
        """Pressure [Pa] at heights ``z`` [m]."""
        return (self.length - np.asarray(z)) * self.gradient(time)

    def wall_force(self, time: float) -> float:
        """Axial force of the fluid on the wall [N]."""
        z = self._z
        mode = self._amplitude * z / self.radius * jv(1, z) / jv(0, z)
        shear = 4 * self.viscosity * self.mean_flow / (np.pi * self.radius**3)
        shear -= self.viscosity * (mode * np.exp(1j * self.omega * time)).real
        return 2 * np.pi * self.radius * self.length * shear


@dataclass(frozen=True)
class SpeedTable:
    """Axial velocity at fixed points: steady + cosine cos(omega t) + sine sin(omega t) [m/s]."""

    omega: float
    steady: Array
    cosine: Array
    sine: Array

    def __call__(self, time: float) -> Array:
        """Speed [m/s] at ``time`` [s]."""
        angle = self.omega * time
        return self.steady + np.cos(angle) * self.cosine + np.sin(angle) * self.sine
