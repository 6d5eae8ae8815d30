# SPDX-License-Identifier: BSD-3-Clause
"""Yeoh law, the reduced polynomial of any order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ufl.core.expr import Expr

from solvers.solid.laws.hyperelastic import Isotropic, require


@dataclass(frozen=True)
class Yeoh(Isotropic):
    """W = sum c_i (I1 - 3)^i + kappa/2 (J - 1)^2 with the isochoric I1.

    Attributes:
        coefficients: c_1, c_2, ... [Pa].

    Raises:
        InvalidProblem: no coefficient, or c_1 or the bulk modulus is not positive.
    """

    coefficients: tuple[float, ...]

    def __post_init__(self) -> None:
        require(self.bulk_modulus > 0, "Yeoh law", "the bulk modulus must be positive")
        rule = "the first coefficient, half the shear modulus at rest, must be positive"
        require(len(self.coefficients) > 0 and self.coefficients[0] > 0, "Yeoh law", rule)

    def invariant_energy(self, first: Expr, second: Expr) -> Expr:
        """See Isotropic."""
        return sum(c * (first - 3) ** (i + 1) for i, c in enumerate(self.coefficients) if c)

    def stiffens_until(self) -> float:
        """Largest I1 - 3 up to which dW/dI1 stays positive (infinite when it always does).

        Beyond it, a set with coefficients of both signs is a fit used outside its range.
        """
        slope = [(i + 1) * c for i, c in enumerate(self.coefficients)]
        roots = np.polynomial.Polynomial(slope).roots()
        real = roots[np.abs(roots.imag) < 1e-12 * (1 + np.abs(roots))].real
        return float(min(real[real > 0], default=np.inf))
