# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity laws and their dependence on the haematocrit.

A law holds at one haematocrit. For another one every viscosity is scaled by
``((1 - H_ref) / (1 - H))**2.5`` (Brinkman 1952, doi:10.1063/1.1700493, for suspensions in general)
and a yield stress by ``(H / H_ref)**3`` (after Merrill et al. 1963; the exponent is nominal, not
confirmed in the source). Cone-plate measurements (Wells & Merrill 1962, doi:10.1172/JCI104617, as
digitised by Mella et al., doi:10.1016/j.bspc.2025.108145) at 124 1/s have viscosities in the ratio
0.17 : 0.39 : 0.80 : 1 at haematocrits of 0.16, 0.33, 0.43 and 0.57; this scaling 0.19 : 0.33 : 0.49
: 1. It is a trend, not a prediction for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem

Array = NDArray[np.float64]
HAEMATOCRITS = (0.1, 0.65)
"""Volume shares of red cells for which the scaling is accepted."""


class Rheology(Protocol):
    """Dynamic viscosity as a function of the shear rate."""

    @property
    def constant(self) -> float | None:
        """The viscosity [Pa s] when it does not depend on the shear rate, else None."""

    def viscosity(self, shear_rate: Array) -> Array:
        """Viscosity [Pa s] at the shear rates [1/s], same shape."""


@dataclass(frozen=True)
class Newtonian:
    """Constant viscosity.

    Attributes:
        dynamic_viscosity: mu [Pa s].
    """

    dynamic_viscosity: float

    @property
    def constant(self) -> float:
        """See Rheology."""
        return self.dynamic_viscosity

    def viscosity(self, shear_rate: Array) -> Array:
        """See Rheology."""
        return np.full_like(shear_rate, self.dynamic_viscosity)

    def scaled(self, viscosity: float, yield_stress: float) -> Newtonian:
        """The law with viscosities and yield stress multiplied [-]."""
        return Newtonian(viscosity * self.dynamic_viscosity)


@dataclass(frozen=True)
class CarreauYasuda:
    """mu = mu_inf + (mu_0 - mu_inf) (1 + (lambda g)**a)**((n - 1) / a).

    The default is the set of the lattice-Boltzmann code HemeLB. Boyd, Buick & Green 2007
    (doi:10.1063/1.2772250), as quoted in the tests of svMultiPhysics, has 0.022 and 0.0022 Pa s,
    0.11 s, 0.644 and 0.392: published sets differ by a factor of seven at rest.

    Attributes:
        zero_shear_viscosity: mu_0 [Pa s].
        infinite_shear_viscosity: mu_inf [Pa s].
        relaxation_time: lambda [s].
        transition: a [-].
        power_index: n [-].
    """

    zero_shear_viscosity: float = 0.16
    infinite_shear_viscosity: float = 3.5e-3
    relaxation_time: float = 8.2
    transition: float = 0.64
    power_index: float = 0.2128

    @property
    def constant(self) -> None:
        """See Rheology."""
        return None

    def viscosity(self, shear_rate: Array) -> Array:
        """See Rheology."""
        bend = 1.0 + (self.relaxation_time * shear_rate) ** self.transition
        thinning = bend ** ((self.power_index - 1.0) / self.transition)
        high, low = self.infinite_shear_viscosity, self.zero_shear_viscosity
        return high + (low - high) * thinning

    def scaled(self, viscosity: float, yield_stress: float) -> CarreauYasuda:
        """The law with viscosities multiplied [-]; it has no yield stress."""
        return replace(
            self,
            zero_shear_viscosity=viscosity * self.zero_shear_viscosity,
            infinite_shear_viscosity=viscosity * self.infinite_shear_viscosity,
        )


@dataclass(frozen=True)
class Casson:
    """sqrt(mu) = sqrt(tau_y / g) + sqrt(mu_c), with the shear rate g bounded from below.

    The default is the set of the lattice-Boltzmann code HemeLB, sqrt(tau_y) = 0.1937 Pa**0.5 and
    sqrt(mu_c) = 0.055 (Pa s)**0.5, with the bound that gives its largest viscosity of 0.16 Pa s.
    Blood at a haematocrit of 0.4 is said to yield at 0.004 Pa (Merrill 1969, Physiol Rev 49:863).

    Attributes:
        yield_stress: tau_y [Pa].
        casson_viscosity: mu_c, approached at high shear rates [Pa s].
        lowest_shear_rate: the viscosity is that at this rate for all lower ones [1/s].
    """

    yield_stress: float = 0.0375
    casson_viscosity: float = 3.025e-3
    lowest_shear_rate: float = 0.315

    @property
    def constant(self) -> None:
        """See Rheology."""
        return None

    def viscosity(self, shear_rate: Array) -> Array:
        """See Rheology."""
        rate = np.maximum(shear_rate, self.lowest_shear_rate)
        return (np.sqrt(self.yield_stress / rate) + np.sqrt(self.casson_viscosity)) ** 2

    def scaled(self, viscosity: float, yield_stress: float) -> Casson:
        """The law with Casson viscosity and yield stress multiplied [-]."""
        return replace(
            self,
            yield_stress=yield_stress * self.yield_stress,
            casson_viscosity=viscosity * self.casson_viscosity,
        )


@dataclass(frozen=True)
class RheologySettings:
    """Which law, and whether the haematocrit acts on it.

    Attributes:
        kind: newtonian (viscosity from the flow settings), carreau_yasuda or casson.
        haematocrit: none, patient (from the physiology) or a volume share of red cells.
        reference_haematocrit: at which the parameters of the laws hold; nominal.
        carreau_yasuda: parameters of that law.
        casson: parameters of that law.
    """

    kind: Literal["newtonian", "carreau_yasuda", "casson"] = "newtonian"
    haematocrit: Literal["none", "patient"] | float = "none"
    reference_haematocrit: float = 0.42
    carreau_yasuda: CarreauYasuda = field(default_factory=CarreauYasuda)
    casson: Casson = field(default_factory=Casson)


def haematocrit_of(settings: RheologySettings, patient: float | None) -> float:
    """Haematocrit [-] that acts; the reference one when the settings ask for none.

    Args:
        settings: law and haematocrit.
        patient: volume share of red cells of the patient, None when not known.

    Raises:
        InvalidProblem: the patient's is asked for and missing, or the value is out of range.
    """
    if settings.haematocrit == "none":
        return settings.reference_haematocrit
    value = patient if settings.haematocrit == "patient" else float(settings.haematocrit)
    if value is None:
        raise InvalidProblem("the haematocrit of the patient is asked for, but not recorded")
    low, high = HAEMATOCRITS
    if not low <= value <= high:
        raise InvalidProblem(f"a haematocrit of {value:g} is outside {low:g} to {high:g}")
    return value


def viscosity_factor(settings: RheologySettings, patient: float | None) -> float:
    """Factor of the haematocrit on every viscosity [-]; see haematocrit_of."""
    value = haematocrit_of(settings, patient)
    return ((1.0 - settings.reference_haematocrit) / (1.0 - value)) ** 2.5


def make_rheology(
    settings: RheologySettings, newtonian_viscosity: float, patient: float | None = None
) -> Newtonian | CarreauYasuda | Casson:
    """The law of one patient.

    Args:
        settings: law and haematocrit.
        newtonian_viscosity: of the newtonian law [Pa s].
        patient: haematocrit of the patient [-], where it is known.

    Raises:
        InvalidProblem: see haematocrit_of.
    """
    law = {
        "newtonian": Newtonian(newtonian_viscosity),
        "carreau_yasuda": settings.carreau_yasuda,
        "casson": settings.casson,
    }[settings.kind]
    if settings.haematocrit == "none":
        return law
    relative = haematocrit_of(settings, patient) / settings.reference_haematocrit
    return law.scaled(viscosity_factor(settings, patient), relative**3)
