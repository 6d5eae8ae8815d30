# SPDX-License-Identifier: BSD-3-Clause
"""Artery layers: an isotropic matrix and two families of fibres that bear tension only.

Two energies are in use. With I1 isochoric, I4 = |F a|^2 of each family and <x> = max(x, 0):

* Gasser, Ogden, Holzapfel 2006 (doi:10.1098/rsif.2005.0073), dispersion ``kappa`` in [0, 1/3]:
  mu/2 (I1 - 3) + k1/(2 k2) sum {exp(k2 E^2) - 1},  E = <kappa (I1 - 3) + (1 - 3 kappa)(I4 - 1)>;
  kappa = 0 is the law of Holzapfel, Gasser, Ogden 2000 (doi:10.1023/A:1010835316564);
* Holzapfel et al. 2005 (doi:10.1152/ajpheart.00934.2004), weight ``rho`` in [0, 1]:
  mu (I1 - 3) + k1/(2 k2) sum {exp(k2 [(1 - rho)(I1 - 3)^2 + rho <I4 - 1>^2]) - 1},
  half of the published term for each family, so that symmetric states agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import ufl
from ufl.core.expr import Expr

from solvers.solid.laws.hyperelastic import Hyperelastic, invariants, require


@dataclass(frozen=True)
class FibreLayer(Hyperelastic):
    """Matrix and fibres; the energies differ in the exponent.

    Attributes:
        shear_modulus: mu [Pa] of the published energy.
        fibre_modulus: k1 [Pa].
        fibre_exponent: k2 [-].
        fibres: unit vectors (3,) along the families in the reference state, UFL expressions
            (``solvers.solid.fibres``) or numbers.

    Raises:
        InvalidProblem: a parameter is out of its range.
    """

    shear_modulus: float
    fibre_modulus: float
    fibre_exponent: float
    fibres: tuple[Expr, ...]

    def __post_init__(self) -> None:
        name = type(self).__name__
        positive = min(self.bulk_modulus, self.shear_modulus, self.fibre_exponent) > 0
        require(positive, name, "bulk modulus, mu and k2 must be positive")
        require(self.fibre_modulus >= 0, name, "k1 must not be negative")
        require(len(self.fibres) > 0, name, "at least one family of fibres is needed")

    def _fibre_energy(self, exponents: list[Expr]) -> Expr:
        scale = 0.5 * self.fibre_modulus / self.fibre_exponent
        return scale * sum(ufl.exp(self.fibre_exponent * e) - 1 for e in exponents)


@dataclass(frozen=True)
class GasserOgdenHolzapfel(FibreLayer):
    """Energy of 2006, and of 2000 with ``dispersion`` 0.

    Attributes:
        dispersion: kappa [-] from 0 (aligned) to 1/3 (isotropic).
    """

    dispersion: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        inside = 0 <= self.dispersion <= 1 / 3
        require(inside, type(self).__name__, "kappa must be in [0, 1/3]")

    def isochoric_energy(self, F: Expr) -> Expr:
        """See Hyperelastic."""
        first, kappa = invariants(F)[0], self.dispersion
        stretches = [
            tension(kappa * (first - 3) + (1 - 3 * kappa) * (fibre_stretch(F, a) - 1))
            for a in self.fibres
        ]
        matrix = 0.5 * self.shear_modulus * (first - 3)
        return matrix + self._fibre_energy([e**2 for e in stretches])


@dataclass(frozen=True)
class Holzapfel2005(FibreLayer):
    """Energy of 2005.

    Attributes:
        alignment: rho [-] from 0 (isotropic) to 1 (aligned).
    """

    alignment: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 <= self.alignment <= 1, type(self).__name__, "rho must be in [0, 1]")

    def isochoric_energy(self, F: Expr) -> Expr:
        """See Hyperelastic."""
        first, rho = invariants(F)[0], self.alignment
        exponents = [
            (1 - rho) * (first - 3) ** 2 + rho * tension(fibre_stretch(F, a) - 1) ** 2
            for a in self.fibres
        ]
        return self.shear_modulus * (first - 3) + self._fibre_energy(exponents)


def fibre_stretch(F: Expr, direction: Expr) -> Expr:
    """I4, the squared stretch along a unit vector."""
    pulled = F * ufl.as_vector(list(direction))
    return ufl.inner(pulled, pulled)


def tension(strain: Expr) -> Expr:
    """The strain where it is positive, else zero: fibres do not bear compression."""
    return ufl.conditional(ufl.gt(strain, 0), strain, 0)
