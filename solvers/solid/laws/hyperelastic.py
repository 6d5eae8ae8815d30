# SPDX-License-Identifier: BSD-3-Clause
"""What the soft-tissue laws share: isochoric invariants, bulk energy, stress from energy.

``W(F) = W_iso(F) + kappa/2 (J - 1)^2``. A mixed body takes ``W_iso`` alone and has the pressure as
an unknown. ``W_iso`` sees the matrix through the invariants of ``J^(-2/3) F^T F``; fibres see the
whole stretch, since isochoric fibres lose stiffness when the tissue swells.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import ufl
from ufl.core.expr import Expr

from solvers.common.errors import InvalidProblem
from solvers.solid.laws.base import ElasticLaw, Old


@dataclass(frozen=True)
class Hyperelastic(ElasticLaw):
    """An elastic law that is known by its energy.

    Attributes:
        bulk_modulus: kappa [Pa].
    """

    bulk_modulus: float

    @abstractmethod
    def isochoric_energy(self, F: Expr) -> Expr:
        """Energy without the bulk term [J/m3] at the deformation gradient ``F`` (3, 3)."""

    def isochoric_stress(self, F: Expr) -> Expr:
        """First Piola-Kirchhoff stress of the isochoric energy [Pa]."""
        F = ufl.variable(F)
        return ufl.diff(self.isochoric_energy(F), F)

    def energy(self, F: Expr, old: Old) -> Expr:
        """See ElasticLaw."""
        return self.isochoric_energy(F) + 0.5 * self.bulk_modulus * (ufl.det(F) - 1) ** 2

    def stress(self, F: Expr, old: Old) -> Expr:
        """See ElasticLaw."""
        pressure = self.bulk_modulus * (ufl.det(F) - 1)
        return self.isochoric_stress(F) + pressure * cofactor(F)


@dataclass(frozen=True)
class Isotropic(Hyperelastic):
    """A law of the two isochoric invariants; its stress is written out, which compiles small."""

    def isochoric_energy(self, F: Expr) -> Expr:
        """See Hyperelastic."""
        return self.invariant_energy(*invariants(F))

    def isochoric_stress(self, F: Expr) -> Expr:
        """See Hyperelastic.

        P = J^(-2/3) (2 (W1 + I1 W2) F - 2 J^(-2/3) W2 F C) - 2/3 (I1 W1 + 2 I2 W2) cof F / J
        with I1, I2 isochoric.
        """
        first, second = (ufl.variable(i) for i in invariants(F))
        energy = self.invariant_energy(first, second)
        by_first, by_second = ufl.diff(energy, first), ufl.diff(energy, second)
        J = ufl.det(F)
        scale = J ** (-2 / 3)
        mean = 2 / 3 * (first * by_first + 2 * second * by_second)
        along = 2 * scale * (by_first + first * by_second)
        square = 2 * scale**2 * by_second
        return along * F - square * F * F.T * F - mean / J * cofactor(F)

    @abstractmethod
    def invariant_energy(self, first: Expr, second: Expr) -> Expr:
        """Energy [J/m3] of the isochoric invariants I1 and I2 (both 3 at rest)."""


def cofactor(F: Expr) -> Expr:
    """J F^-T of a (3, 3) tensor, without a division."""
    rows = [ufl.as_vector([F[i, j] for j in range(3)]) for i in range(3)]
    pairs = ((1, 2), (2, 0), (0, 1))
    found = [ufl.cross(rows[i], rows[j]) for i, j in pairs]
    return ufl.as_matrix([[found[i][j] for j in range(3)] for i in range(3)])


def invariants(F: Expr) -> tuple[Expr, Expr]:
    """Isochoric I1 = J^(-2/3) |F|^2 and I2 = J^(-4/3) |cof F|^2."""
    J, C = ufl.det(F), cofactor(F)
    return J ** (-2 / 3) * ufl.inner(F, F), J ** (-4 / 3) * ufl.inner(C, C)


def require(condition: bool, law: str, rule: str) -> None:
    """One sentence on a parameter that cannot be; raises InvalidProblem."""
    if not condition:
        raise InvalidProblem(f"{law}: {rule}")
