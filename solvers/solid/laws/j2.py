# SPDX-License-Identifier: BSD-3-Clause
"""Von Mises plasticity at finite strain with isotropic hardening.

The law of Simo and Hughes, Computational Inelasticity (1998), box 9.1 (doi:10.1007/b98904), in
the reference configuration: the history is G, the inverse of the plastic right Cauchy-Green tensor,
so the law is a function of C = F^T F and objective whatever the step. Derived here:

    A = J^(-2/3) C G, m = tr(A)/3, D = A - m I: the trial stress mu (b - m I) has the
    invariants of mu D, since b = J^(-2/3) F G F^T is similar to A
    return: share r = 3 mu m a / trial of the trial stress is given up, a the plastic increment
    P = F [(1 - r) mu (J^(-2/3) G - m C^-1) + kappa/2 (J^2 - 1) C^-1]
    G <- (1 - r) G + r m J^(2/3) C^-1, divided by det(G)^(1/3)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from ufl.core.expr import Expr

from solvers.solid.laws.base import (
    HistoryVariable,
    Old,
    bulk_modulus,
    deviator,
    frozen,
    shear_modulus,
)
from solvers.solid.laws.hardening import Hardening


@dataclass(frozen=True)
class J2:
    """Metal with isochoric neo-Hookean elasticity and a von Mises yield surface.

    Attributes:
        young: Young's modulus [Pa].
        poisson: Poisson's ratio.
        hardening: flow stress (Kirchhoff) against equivalent plastic strain.
    """

    young: float
    poisson: float
    hardening: Hardening

    @property
    def history(self) -> tuple[HistoryVariable, ...]:
        """Inverse plastic Cauchy-Green tensor and equivalent plastic strain."""
        return (
            HistoryVariable("inverse_plastic_metric", (3, 3), np.eye(3), symmetric=True),
            HistoryVariable("plastic_strain", (), 0.0),
        )

    def stress(self, F: Expr, old: Old) -> Expr:
        """First Piola-Kirchhoff stress [Pa]."""
        return self.isochoric_stress(F, old) + self.volumetric_stress(F)

    def isochoric_stress(self, F: Expr, old: Old) -> Expr:
        """The part of the stress that is without pressure [Pa]."""
        trial = _Trial(self, F, old)
        kept = (1 - self._share(F, old)) * trial.shear
        isochoric = trial.shrink * old["inverse_plastic_metric"] - trial.mean * trial.inverse
        return F * (kept * isochoric)

    def volumetric_stress(self, F: Expr) -> Expr:
        """The part of the stress that depends on the volume alone [Pa]."""
        J = ufl.det(F)
        bulk = bulk_modulus(self.young, self.poisson)
        return bulk / 2 * (J**2 - 1) * ufl.inv(F).T

    def _increment(self, F: Expr, old: Old) -> Expr:
        """Increment of the plastic strain; its derivative is that of the implicit equation.

        The root is found without derivatives; one Newton step from there changes nothing but
        carries them.
        """
        held, trial = _Trial(self, frozen(F), old), _Trial(self, F, old)
        alpha = old["plastic_strain"]
        root = self.hardening.increment(held.equivalent, held.stiffness, alpha)
        excess = trial.equivalent - trial.stiffness * root
        excess -= self.hardening.flow_stress(alpha + root)
        tracked = root + excess / (held.stiffness + self.hardening.slope(alpha + root))
        yields = ufl.gt(held.equivalent, self.hardening.flow_stress(alpha))
        return ufl.conditional(yields, tracked, 0.0)

    def _share(self, F: Expr, old: Old) -> Expr:
        """Share of the trial stress that plastic flow takes away."""
        trial = _Trial(self, F, old)
        return trial.stiffness * self._increment(F, old) / trial.equivalent

    def updated(self, F: Expr, old: Old) -> dict[str, Expr]:
        """History at the end of a converged step."""
        F = frozen(F)
        trial, share = _Trial(self, F, old), self._share(F, old)
        metric = (1 - share) * old["inverse_plastic_metric"]
        metric += share * trial.mean / trial.shrink * trial.inverse
        return {
            "inverse_plastic_metric": metric / ufl.det(metric) ** (1 / 3),
            "plastic_strain": old["plastic_strain"] + self._increment(F, old),
        }

    def energy(self, F: Expr, old: Old) -> Expr:
        """Elastic energy [J/m3], for the history committed at F."""
        trial = _Trial(self, F, old)
        isochoric = 3 * trial.shear / 2 * (trial.mean - 1)
        return isochoric + trial.bulk / 2 * ((trial.J**2 - 1) / 2 - ufl.ln(trial.J))

    def outputs(self, F: Expr, old: Old) -> dict[str, Expr]:
        """Equivalent plastic strain at the last commit."""
        return {"plastic_strain": old["plastic_strain"]}


class _Trial:
    """Elastic trial state of one deformation gradient."""

    def __init__(self, law: J2, F: Expr, old: Old) -> None:
        C = F.T * F
        self.shear: Any = shear_modulus(law.young, law.poisson)
        self.bulk: Any = bulk_modulus(law.young, law.poisson)
        self.J = ufl.det(F)
        self.inverse = ufl.inv(C)
        self.shrink = self.J ** (-2 / 3)
        similar = self.shrink * C * old["inverse_plastic_metric"]
        self.mean = ufl.tr(similar) / 3
        D = deviator(similar)
        tiny = 1e-16
        #: Von Mises stress [Pa]; never quite 0, so that it may be divided by.
        self.equivalent = self.shear * ufl.sqrt(1.5 * (ufl.inner(D, D.T) + tiny))
        #: Of the return mapping [Pa].
        self.stiffness = 3 * self.shear * self.mean
