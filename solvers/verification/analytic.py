# SPDX-License-Identifier: BSD-3-Clause
"""Flow in a round pipe: any viscosity law at a steady flow, Womersley flow; Windkessel impedance.

Shear stresses are those of the fluid on the wall, positive in the direction of positive flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import cumulative_simpson
from scipy.interpolate import CubicHermiteSpline
from scipy.optimize import brentq
from scipy.special import jv

from solvers.fluid.rheology import Rheology

Array = NDArray[np.float64]
_RANGE, _POINTS = 1e-9, 8001


@dataclass(frozen=True)
class PipeFlow:
    """Steady, fully developed flow of a generalised Newtonian fluid.

    The shear stress tau is linear in the radius. With the shear rate g as the parameter,
    r = R tau(g) / tau_w, and flow (Rabinowitsch 1929) and velocity follow by parts without
    inverting the law: 3 tau_w^3 Q / (pi R^3) = g_w tau_w^3 - int tau^3 dg over the rates from 0 to
    that at the wall, and u(r) = (R / tau_w) (g_w tau_w - g tau - int tau dg) from g to g_w.

    Attributes:
        rheology: viscosity law; tau must increase with the shear rate.
        radius: R [m].
        flow: Q [m3/s].
    """

    rheology: Rheology
    radius: float
    flow: float

    def _stress(self, rate: Array) -> Array:
        return rate * self.rheology.viscosity(rate)

    def _flow(self, wall_rate: float) -> float:
        """Flow [m3/s] at a wall shear rate [1/s]."""
        # Logarithmic steps follow the law over all of its decades.
        rate = wall_rate * np.geomspace(_RANGE, 1.0, _POINTS)
        relative = self._stress(rate) / self._stress(rate[-1:])
        lost = cumulative_simpson(relative**3 * rate, x=np.log(rate))[-1]
        return float(np.pi * self.radius**3 / 3.0 * (wall_rate - lost))

    @cached_property
    def wall_shear_rate(self) -> float:
        """[1/s]."""
        newtonian = 4.0 * self.flow / (np.pi * self.radius**3)
        # Between those of an extremely thickening and an extremely thinning power law.
        return float(
            brentq(lambda rate: self._flow(rate) - self.flow, 0.5 * newtonian, 20.0 * newtonian)
        )

    @property
    def wall_shear(self) -> float:
        """Wall shear stress [Pa]."""
        return float(self._stress(np.array([self.wall_shear_rate]))[0])

    @property
    def pressure_gradient(self) -> float:
        """-dp/dz [Pa/m]."""
        return 2.0 * self.wall_shear / self.radius

    @cached_property
    def _profile(self) -> CubicHermiteSpline:
        rate = self.wall_shear_rate * np.geomspace(_RANGE, 1.0, _POINTS)
        stress = self._stress(rate)
        below = cumulative_simpson(stress * rate, x=np.log(rate), initial=0.0)
        slip = rate[-1] * stress[-1] - rate * stress - (below[-1] - below)
        radius = self.radius * stress / stress[-1]
        velocity = self.radius / stress[-1] * slip
        radius, velocity = np.r_[0.0, radius], np.r_[velocity[0], velocity]
        return CubicHermiteSpline(radius, velocity, -np.r_[0.0, rate])

    def velocity(self, r: ArrayLike) -> Array:
        """Axial velocity [m/s] at the distances ``r`` [m] from the axis."""
        return self._profile(np.asarray(r, dtype=float))


@dataclass(frozen=True)
class Womersley:
    """One harmonic of pulsatile flow in a rigid round pipe, per unit of flow amplitude.

    A flow Re Q exp(i omega t) has the velocity Re Q velocity(r) exp(i omega t), and so on
    (Womersley 1955, doi:10.1113/jphysiol.1955.sp005276).

    Attributes:
        radius: [m].
        omega: angular frequency [rad/s].
        density: [kg/m3].
        viscosity: dynamic [Pa s].
    """

    radius: float
    omega: float
    density: float
    viscosity: float

    @property
    def alpha(self) -> float:
        """Womersley number R sqrt(omega rho / mu) [-]."""
        return float(self.radius * np.sqrt(self.omega * self.density / self.viscosity))

    @property
    def _z(self) -> complex:
        return 1j**1.5 * self.alpha

    @property
    def _mean(self) -> complex:
        """Mean over the section of 1 - J0(z r / R) / J0(z) [-]."""
        return 1.0 - 2.0 * jv(1, self._z) / (self._z * jv(0, self._z))

    def velocity(self, r: ArrayLike) -> NDArray[np.complex128]:
        """Axial velocity over flow amplitude [1/m2] at the distances ``r`` [m] from the axis."""
        shape = 1.0 - jv(0, self._z * np.asarray(r) / self.radius) / jv(0, self._z)
        return shape / (np.pi * self.radius**2 * self._mean)

    @property
    def wall_shear(self) -> complex:
        """Wall shear stress over flow amplitude [Pa s/m3]."""
        slope = self._z / self.radius * jv(1, self._z) / jv(0, self._z)
        return complex(-self.viscosity * slope / (np.pi * self.radius**2 * self._mean))

    @property
    def pressure_gradient(self) -> complex:
        """-dp/dz over flow amplitude [Pa s/m4]."""
        return complex(1j * self.omega * self.density / (np.pi * self.radius**2 * self._mean))


def windkessel_impedance(
    omega: ArrayLike, proximal: float, capacitance: float, distal: float
) -> NDArray[np.complex128]:
    """Pressure over flow amplitude [Pa s/m3] of a three-element Windkessel at ``omega`` [rad/s]."""
    return proximal + distal / (1.0 + 1j * np.asarray(omega) * distal * capacitance)
