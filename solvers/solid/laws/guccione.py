# SPDX-License-Identifier: BSD-3-Clause
"""Guccione law of the heart muscle, here for a published beam problem."""

from __future__ import annotations

from dataclasses import dataclass

import ufl
from ufl.core.expr import Expr

from solvers.solid.laws.base import I3
from solvers.solid.laws.hyperelastic import Hyperelastic, require


@dataclass(frozen=True)
class Guccione(Hyperelastic):
    """W = C/2 (exp Q - 1), Q = bf Eff^2 + bt |E across|^2 + 2 bfs |E along-across|^2.

    Transversely isotropic about the x axis, with the whole Green-Lagrange strain
    (Guccione et al. 1995, doi:10.1016/0021-9290(94)00174-3).

    Attributes:
        scale: C [Pa].
        along, across, shear: bf, bt, bfs [-].

    Raises:
        InvalidProblem: a parameter is not positive.
    """

    scale: float
    along: float
    across: float
    shear: float

    def __post_init__(self) -> None:
        values = (self.bulk_modulus, self.scale, self.along, self.across, self.shear)
        require(min(values) > 0, "Guccione law", "all parameters must be positive")

    def isochoric_energy(self, F: Expr) -> Expr:
        """See Hyperelastic."""
        E = 0.5 * (F.T * F - I3)
        across = E[1, 1] ** 2 + E[2, 2] ** 2 + 2 * E[1, 2] ** 2
        mixed = 2 * (E[0, 1] ** 2 + E[0, 2] ** 2)
        exponent = self.along * E[0, 0] ** 2 + self.across * across + self.shear * mixed
        return 0.5 * self.scale * (ufl.exp(exponent) - 1)
