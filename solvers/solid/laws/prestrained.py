# SPDX-License-Identifier: BSD-3-Clause
"""A law whose reference state is already strained: residual stress and pre-stretch."""

from __future__ import annotations

from dataclasses import dataclass

import ufl
from ufl.core.expr import Expr

from solvers.solid.laws.base import ElasticLaw, Old
from solvers.solid.laws.hyperelastic import Hyperelastic


@dataclass(frozen=True)
class Prestrained(ElasticLaw):
    """W(F) = W_law(F F0)/det F0 with an initial deformation F0 of the stress-free tissue.

    F0 need not be compatible. It is taken in one local frame before and after: an artery cut
    open and closed again has F0 diagonal in the cylindrical frame, and its fibres are those of
    the open sector in that frame. The pressure of a mixed body acts on det F - 1, so F0 should
    keep the volume.

    Attributes:
        law: of the stress-free tissue.
        initial: F0 (3, 3), a UFL expression.
    """

    law: Hyperelastic
    initial: Expr

    @property
    def bulk_modulus(self) -> Expr:
        """Kappa [Pa] of the tissue."""
        return self.law.bulk_modulus

    def isochoric_energy(self, F: Expr) -> Expr:
        """See Hyperelastic."""
        return self.law.isochoric_energy(F * self.initial) / ufl.det(self.initial)

    def isochoric_stress(self, F: Expr) -> Expr:
        """See Hyperelastic."""
        back = self.initial.T / ufl.det(self.initial)
        return self.law.isochoric_stress(F * self.initial) * back

    def energy(self, F: Expr, old: Old) -> Expr:
        """See ElasticLaw."""
        return self.law.energy(F * self.initial, old) / ufl.det(self.initial)

    def stress(self, F: Expr, old: Old) -> Expr:
        """See ElasticLaw."""
        back = self.initial.T / ufl.det(self.initial)
        return self.law.stress(F * self.initial, old) * back
