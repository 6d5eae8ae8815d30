# SPDX-License-Identifier: BSD-3-Clause
"""Mooney-Rivlin law with its terms up to third order."""

from __future__ import annotations

from dataclasses import dataclass

from ufl.core.expr import Expr

from solvers.solid.laws.hyperelastic import Isotropic, require


@dataclass(frozen=True)
class MooneyRivlin(Isotropic):
    """W = sum c_ij (I1 - 3)^i (I2 - 3)^j + kappa/2 (J - 1)^2 with isochoric invariants.

    Sets fitted with coefficients of both signs need not be polyconvex: they hold in the range of
    the fit only.

    Attributes:
        c10, c01, c20, c11, c02, c30: coefficients [Pa]; the integer 0 leaves a term out.

    Raises:
        InvalidProblem: 2 (c10 + c01), the shear modulus at rest, or the bulk modulus is not
            positive.
    """

    c10: float
    c01: float = 0
    c20: float = 0
    c11: float = 0
    c02: float = 0
    c30: float = 0

    def __post_init__(self) -> None:
        require(self.bulk_modulus > 0, "Mooney-Rivlin law", "the bulk modulus must be positive")
        rule = "c10 + c01, half the shear modulus at rest, must be positive"
        require(self.c10 + self.c01 > 0, "Mooney-Rivlin law", rule)

    def invariant_energy(self, first: Expr, second: Expr) -> Expr:
        """See Isotropic."""
        a, b = first - 3, second - 3
        terms = (
            (self.c10, a),
            (self.c01, b),
            (self.c20, a**2),
            (self.c11, a * b),
            (self.c02, b**2),
            (self.c30, a**3),
        )
        return sum(c * term for c, term in terms if c)
