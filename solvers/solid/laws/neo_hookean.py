# SPDX-License-Identifier: BSD-3-Clause
"""Neo-Hookean law."""

from __future__ import annotations

from dataclasses import dataclass

import ufl
from ufl.core.expr import Expr

from solvers.solid.laws.hyperelastic import Hyperelastic, cofactor, invariants, require


@dataclass(frozen=True)
class NeoHookean(Hyperelastic):
    """W = mu/2 (I1 - 3) + kappa/2 (J - 1)^2 with the isochoric I1.

    That of Abaqus and CalculiX with C10 = mu/2 and D1 = 2/kappa.

    Attributes:
        shear_modulus: mu [Pa].

    Raises:
        InvalidProblem: a modulus is not positive.
    """

    shear_modulus: float

    def __post_init__(self) -> None:
        positive = self.shear_modulus > 0 and self.bulk_modulus > 0
        require(positive, "neo-Hookean law", "shear and bulk modulus must be positive")

    @classmethod
    def of_young(cls, young: float, poisson: float) -> NeoHookean:
        """From Young's modulus [Pa] and Poisson's ratio (above -1 and below 0.5)."""
        require(-1 < poisson < 0.5, "neo-Hookean law", "Poisson's ratio must be in (-1, 0.5)")
        return cls(young / (3 - 6 * poisson), young / (2 + 2 * poisson))

    def isochoric_energy(self, F: Expr) -> Expr:
        """See Hyperelastic."""
        return 0.5 * self.shear_modulus * (invariants(F)[0] - 3)

    def isochoric_stress(self, F: Expr) -> Expr:
        """See Hyperelastic: mu J^(-2/3) (F - |F|^2/3 F^-T)."""
        J = ufl.det(F)
        scale = self.shear_modulus * J ** (-2 / 3)
        return scale * F - scale * ufl.inner(F, F) / (3 * J) * cofactor(F)
