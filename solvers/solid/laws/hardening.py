# SPDX-License-Identifier: BSD-3-Clause
"""Isotropic hardening: flow stress against equivalent plastic strain.

Each law solves the scalar equation of the radial return, ``trial - stiffness a = k(alpha + a)`` for
the increment ``a >= 0`` of the plastic strain, in closed form or by unrolled Newton steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import ufl
from ufl.core.expr import Expr

from solvers.common.errors import InvalidProblem


class Hardening(Protocol):
    """A flow stress k(alpha) [Pa]."""

    def flow_stress(self, alpha: Expr) -> Expr:
        """Flow stress k [Pa]."""

    def slope(self, alpha: Expr) -> Expr:
        """Derivative of k [Pa]."""

    def increment(self, trial: Expr, stiffness: Expr, alpha: Expr) -> Expr:
        """The root, where ``trial`` [Pa] exceeds k(alpha); the stiffness is three shear moduli."""


@dataclass(frozen=True)
class LinearHardening:
    """k = yield_stress + modulus alpha.

    Attributes:
        yield_stress: initial [Pa].
        modulus: slope against plastic strain [Pa].
    """

    yield_stress: float
    modulus: float

    def flow_stress(self, alpha: Expr) -> Expr:
        """Flow stress [Pa]."""
        return self.yield_stress + self.modulus * alpha

    def slope(self, alpha: Expr) -> Expr:
        """Derivative [Pa]."""
        return self.modulus

    def increment(self, trial: Expr, stiffness: Expr, alpha: Expr) -> Expr:
        """The root, in closed form."""
        return (trial - self.flow_stress(alpha)) / (stiffness + self.modulus)


@dataclass(frozen=True)
class VoceHardening:
    """k = yield_stress + (saturation - yield_stress) (1 - exp(-rate alpha)) + modulus alpha.

    Attributes:
        yield_stress, saturation: [Pa].
        rate: of the exponential.
        modulus: slope that remains [Pa].
        steps: of Newton's method from a = 0; it rises to the root, as k is concave.
    """

    yield_stress: float
    saturation: float
    rate: float
    modulus: float = 0.0
    steps: int = 4

    def flow_stress(self, alpha: Expr) -> Expr:
        """Flow stress [Pa]."""
        return self.saturation + self.modulus * alpha - self._rest(alpha)

    def slope(self, alpha: Expr) -> Expr:
        """Derivative [Pa]."""
        return self.modulus + self.rate * self._rest(alpha)

    def _rest(self, alpha: Expr) -> Expr:
        return (self.saturation - self.yield_stress) * ufl.exp(-self.rate * alpha)

    def increment(self, trial: Expr, stiffness: Expr, alpha: Expr) -> Expr:
        """The root by ``steps`` Newton steps."""
        found = 0.0
        for _ in range(self.steps):
            excess = trial - stiffness * found - self.flow_stress(alpha + found)
            found = found + excess / (stiffness + self.slope(alpha + found))
        return found


@dataclass(frozen=True)
class TableHardening:
    """Straight lines through measured points; the last line goes on.

    Attributes:
        plastic_strain: ascending from 0.
        stress: flow stress at each [Pa].
    """

    plastic_strain: tuple[float, ...]
    stress: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the table."""
        strain, stress = self.plastic_strain, self.stress
        ascending = all(a < b for a, b in pairwise(strain))
        if len(strain) < 2 or len(strain) != len(stress) or strain[0] != 0 or not ascending:
            raise InvalidProblem(
                "a hardening table needs at least two plastic strains, ascending from 0, and a"
                f" stress for each; got {strain} and {stress}"
            )

    def _lines(self) -> list[tuple[Expr, Expr, Expr]]:
        """Start, stress at the start and slope of each line, the last one first."""
        points = pairwise(zip(self.plastic_strain, self.stress, strict=True))
        return [(a, k, (k1 - k) / (a1 - a)) for (a, k), (a1, k1) in points][::-1]

    def flow_stress(self, alpha: Expr) -> Expr:
        """Flow stress [Pa]."""
        (start, stress, slope), *others = self._lines()
        result = stress + slope * (alpha - start)
        for a, k, h in others:
            result = ufl.conditional(ufl.lt(alpha, start), k + h * (alpha - a), result)
            start = a
        return result

    def slope(self, alpha: Expr) -> Expr:
        """Derivative to the right [Pa]."""
        (start, _, result), *others = self._lines()
        for a, _, h in others:
            result = ufl.conditional(ufl.lt(alpha, start), h, result)
            start = a
        return result

    def increment(self, trial: Expr, stiffness: Expr, alpha: Expr) -> Expr:
        """The root: that of the first line on which it lies."""
        (start, stress, slope), *others = self._lines()
        result = (trial - stress - slope * (alpha - start)) / (stiffness + slope)
        for a, k, h in others:
            root = (trial - k - h * (alpha - a)) / (stiffness + h)
            result = ufl.conditional(ufl.lt(alpha + root, start), root, result)
            start = a
        return result
