# SPDX-License-Identifier: BSD-3-Clause
"""Ogden law without eigenvalues.

The energy needs sums of powers of the principal stretches, ``tr(B^s)`` with B the isochoric
``J^(-2/3) F^T F``. Eigenvalues have no derivative where two of them meet, as they do at rest and in
every uniaxial state. The sum of their powers has: for 0 < s < 1

    x^s = sin(pi s)/pi  integral_0^inf t^(s-1) x/(t + x) dt,

and with ``t = (1 - y)/(1 + y)`` Gauss-Jacobi quadrature makes it a short sum of ``x/(a + b x)``,
whose trace is a ratio of polynomials of the invariants of B. Whole powers on top follow from
Newton's identities, negative ones from those of the inverse. The sum is smooth everywhere and exact
at rest; with 12 points its relative error is below 1e-8 for stretches from 0.4 to 2.5 and below
1e-5 from 0.25 to 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_jacobi
from ufl.core.expr import Expr

from solvers.solid.laws.hyperelastic import Isotropic, require

POINTS = 12


@dataclass(frozen=True)
class Ogden(Isotropic):
    """W = sum 2 mu_p/alpha_p^2 (l1^alpha_p + l2^alpha_p + l3^alpha_p - 3) + kappa/2 (J - 1)^2.

    ``l`` are the isochoric principal stretches; the sum of mu_p is the shear modulus at rest (the
    convention of Abaqus). Ogden 1972, doi:10.1098/rspa.1972.0026.

    Attributes:
        moduli: mu_p [Pa].
        exponents: alpha_p [-], none of them zero; other ones need another compilation.

    Raises:
        InvalidProblem: numbers of moduli and exponents differ, an exponent is zero, or the shear
            or bulk modulus is not positive.
    """

    moduli: tuple[float, ...]
    exponents: tuple[float, ...] = field(metadata={"compiled": True})

    def __post_init__(self) -> None:
        require(self.bulk_modulus > 0, "Ogden law", "the bulk modulus must be positive")
        require(
            len(self.moduli) == len(self.exponents) and all(self.exponents),
            "Ogden law",
            "each modulus needs an exponent other than zero",
        )
        rule = "the sum of the moduli, the shear modulus at rest, must be positive"
        require(sum(self.moduli) > 0, "Ogden law", rule)

    def invariant_energy(self, first: Expr, second: Expr) -> Expr:
        """See Isotropic."""
        return sum(
            2 * mu / alpha**2 * (power_trace(first, second, 0.5 * alpha) - 3)
            for mu, alpha in zip(self.moduli, self.exponents, strict=True)
        )


def power_trace(first: Expr, second: Expr, power: float) -> Expr:
    """Trace of B^power for a positive B of determinant 1 with the invariants given."""
    if power < 0:
        return power_trace(second, first, -power)
    whole = floor(power)
    sums = _power_sums(first, second, whole + 1)
    rest = power - whole
    if rest < 1e-12:
        return sums[whole]
    total = 0.0
    for a, b, weight in zip(*_resolvents(rest), strict=True):
        # sum of x^(whole+1) (a + b y)(a + b z) over the three eigenvalues, over the product
        above = a**2 * sums[whole + 1] + b**2 * sums[whole]
        above += a * b * (first * sums[whole + 1] - sums[whole + 2])
        total += weight * above / (a**3 + a**2 * b * first + a * b**2 * second + b**3)
    return total


def _power_sums(first: Expr, second: Expr, last: int) -> list[Expr]:
    """Traces of B^0 ... B^(last + 1), by Newton's identities."""
    sums = [3.0, first, first**2 - 2 * second]
    while len(sums) < last + 2:
        sums.append(first * sums[-1] - second * sums[-2] + sums[-3])
    return sums


def _resolvents(power: float) -> tuple[NDArray, NDArray, NDArray]:
    """a, b and weights of x^power = sum of weight x/(a + b x), 0 < power < 1."""
    with np.errstate(all="ignore"):  # SciPy evaluates 0/0 on the way and discards it
        y, weights = roots_jacobi(POINTS, power - 1, -power)
    return (1 - y) / 2, (1 + y) / 2, weights / np.sum(weights)
