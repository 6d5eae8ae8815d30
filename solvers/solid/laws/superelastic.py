# SPDX-License-Identifier: BSD-3-Clause
"""Superelastic nitinol at finite strain, isothermal, one elastic modulus.

Drucker-Prager transformation function with linear kinetics after Auricchio, Taylor and Lubliner
(doi:10.1016/S0045-7825(96)01147-4), integrated exactly, on the approximation of the logarithmic
strain by Bazant (doi:10.1115/1.2807001), which needs no eigenvalues:

    E = (C - C^-1)/4, theta = tr E, e = dev E, n = e/|e|
    T = 2 G (|e| - eh xi) n + K (theta - 3 af eh xi) I,  S = (T + C^-1 T C^-1)/2,  P = F S
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl
from ufl.core.expr import Expr

from solvers.solid.laws.base import (
    I3,
    HistoryVariable,
    Old,
    bulk_modulus,
    deviator,
    frozen,
    shear_modulus,
)

_ROOT = (2 / 3) ** 0.5


@dataclass(frozen=True)
class Superelastic:
    """Stress-induced martensite and back; the history is its share and the driving force.

    Attributes:
        young: Young's modulus of both phases [Pa].
        poisson: Poisson's ratio.
        transformation_strain: uniaxial, of full transformation.
        load_start, load_end: tensile plateau on loading [Pa].
        unload_start, unload_end: tensile plateau on unloading [Pa].
        compression_start: start of the plateau in compression [Pa].
        associated: transformation swells with the pressure sensitivity of its surface; else it
            keeps the volume, the tangent is unsymmetric, and large hydrostatic tension can
            break |e| > eh xi.
    """

    young: float
    poisson: float
    transformation_strain: float
    load_start: float
    load_end: float
    unload_start: float
    unload_end: float
    compression_start: float
    associated: bool = False

    @property
    def history(self) -> tuple[HistoryVariable, ...]:
        """Share of martensite, and driving force of the transformation [Pa]."""
        return (HistoryVariable("martensite", (), 0.0), HistoryVariable("driving_force", (), 0.0))

    @property
    def _sensitivity(self) -> Any:
        """Weight of the pressure in the transformation function."""
        low, high = self.load_start, self.compression_start
        return _ROOT * (high - low) / (high + low)

    @property
    def _swelling(self) -> Any:
        return self._sensitivity if self.associated else 0.0

    @property
    def _extent(self) -> Any:
        """Norm of the deviatoric strain of full transformation."""
        return self.transformation_strain / (_ROOT + self._swelling)

    @property
    def _moduli(self) -> tuple[Any, Any]:
        return shear_modulus(self.young, self.poisson), bulk_modulus(self.young, self.poisson)

    def stress(self, F: Expr, old: Old) -> Expr:
        """First Piola-Kirchhoff stress [Pa]."""
        inverse = ufl.inv(F.T * F)
        strain = _Strain(F)
        xi = self._martensite(F, old)
        T = self._conjugate(strain, xi)
        return F * (T + inverse * T * inverse) / 2

    def _conjugate(self, strain: _Strain, xi: Expr) -> Expr:
        """Stress conjugate to Bazant's strain [Pa]."""
        shear, bulk = self._moduli
        reduced = 1 - self._extent * xi / strain.size
        volume = strain.volume - 3 * self._swelling * self._extent * xi
        return 2 * shear * reduced * strain.shape + bulk * volume * I3

    def _force(self, strain: _Strain) -> tuple[Expr, Any]:
        """Driving force without martensite, and what full martensite takes off it [Pa]."""
        shear, bulk = self._moduli
        a = self._sensitivity
        full = (2 * shear + 9 * bulk * a * self._swelling) * self._extent
        return 2 * shear * strain.size + 3 * a * bulk * strain.volume, full

    def _martensite(self, F: Expr, old: Old) -> Expr:
        """Share of martensite at the end of the step."""
        force, full = self._force(_Strain(F))
        xi, last = old["martensite"], old["driving_force"]
        scale = _ROOT + self._sensitivity
        start, end = scale * self.load_start, scale * self.load_end
        back, over = scale * self.unload_start, scale * self.unload_end
        trial = force - full * xi
        tiny = 1e-9 * end

        first = ufl.max_value(last, start)
        left = first - end
        slope = ufl.min_value(left - full * (1 - xi), -tiny)
        risen = (left - (1 - xi) * (force - end)) / slope
        risen = ufl.max_value(ufl.min_value(risen, 1.0), xi)

        top = ufl.min_value(last, back)
        slope = ufl.max_value(top - over + full * xi, tiny)
        fallen = xi * (force - over) / slope
        fallen = ufl.min_value(ufl.max_value(fallen, 0.0), xi)

        loads, unloads = ufl.gt(trial, first), ufl.lt(trial, top)
        return ufl.conditional(loads, risen, ufl.conditional(unloads, fallen, xi))

    def updated(self, F: Expr, old: Old) -> dict[str, Expr]:
        """History at the end of a converged step."""
        F = frozen(F)
        xi = self._martensite(F, old)
        force, full = self._force(_Strain(F))
        return {"martensite": xi, "driving_force": force - full * xi}

    def energy(self, F: Expr, old: Old) -> Expr:
        """Elastic energy [J/m3], for the history committed at F."""
        shear, bulk = self._moduli
        strain, xi = _Strain(F), old["martensite"]
        volume = strain.volume - 3 * self._swelling * self._extent * xi
        return shear * (strain.size - self._extent * xi) ** 2 + bulk / 2 * volume**2

    def outputs(self, F: Expr, old: Old) -> dict[str, Expr]:
        """Share of martensite at the last commit, and how far |e| stays above eh xi."""
        xi = old["martensite"]
        return {"martensite": xi, "elastic_margin": _Strain(frozen(F)).size - self._extent * xi}


class _Strain:
    """Bazant's strain: trace, deviator and norm of the deviator (never quite 0)."""

    def __init__(self, F: Expr) -> None:
        C = F.T * F
        E = (C - ufl.inv(C)) / 4
        self.volume = ufl.tr(E)
        self.shape = deviator(E)
        self.size = ufl.sqrt(ufl.inner(self.shape, self.shape) + 1e-24)
