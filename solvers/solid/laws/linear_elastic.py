# SPDX-License-Identifier: BSD-3-Clause
"""Linear elasticity at small strain and rotation."""

from __future__ import annotations

from dataclasses import dataclass

import ufl
from ufl.core.expr import Expr

from solvers.solid.laws.base import I3, ElasticLaw, Old, bulk_modulus, deviator, shear_modulus


@dataclass(frozen=True)
class LinearElastic(ElasticLaw):
    """Hooke's law on the symmetric displacement gradient; not objective at large rotation.

    Attributes:
        young: Young's modulus [Pa].
        poisson: Poisson's ratio.
    """

    young: float
    poisson: float

    def energy(self, F: Expr, old: Old) -> Expr:
        """Energy stored per reference volume [J/m3]."""
        strain = ufl.sym(F) - I3
        shear, bulk = (f(self.young, self.poisson) for f in (shear_modulus, bulk_modulus))
        dev = deviator(strain)
        return shear * ufl.inner(dev, dev) + bulk / 2 * ufl.tr(strain) ** 2
