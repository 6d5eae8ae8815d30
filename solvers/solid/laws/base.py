# SPDX-License-Identifier: BSD-3-Clause
"""What a material law is, and what laws share.

A law gives the first Piola-Kirchhoff stress as a UFL expression of the deformation gradient and of
the history at the last converged step. Bodies differentiate it with respect to F, which a law gets
as a ``ufl.Variable``: what depends on ``frozen(F)`` instead is left out of the tangent.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import dolfinx
import ufl
from numpy.typing import ArrayLike
from ufl.core.expr import Expr

Old = Mapping[str, Expr]
"""History by name at the last converged step."""

I3 = ufl.Identity(3)


@dataclass(frozen=True)
class HistoryVariable:
    """A quantity that a law remembers at each quadrature point.

    Attributes:
        name: key in the mappings of the law.
        shape: () for a scalar, (3, 3) for a tensor.
        initial: value at the start, of that shape.
        symmetric: a tensor of which only six components are stored.
    """

    name: str
    shape: tuple[int, ...]
    initial: ArrayLike
    symmetric: bool = False


class Law(Protocol):
    """A material law: a frozen dataclass of its parameters in SI units."""

    #: What it remembers; () for an elastic law.
    history: tuple[HistoryVariable, ...]

    def stress(self, F: Expr, old: Old) -> Expr:
        """First Piola-Kirchhoff stress (3, 3) [Pa]."""

    def updated(self, F: Expr, old: Old) -> dict[str, Expr]:
        """History at the end of a converged step."""

    def energy(self, F: Expr, old: Old) -> Expr:
        """Energy stored per reference volume [J/m3], without what has been dissipated."""

    def outputs(self, F: Expr, old: Old) -> dict[str, Expr]:
        """Scalars worth storing, at the end of a converged step."""


@runtime_checkable
class SplitLaw(Law, Protocol):
    """A law whose pressure depends on the volume alone; it may be integrated with fewer points."""

    def isochoric_stress(self, F: Expr, old: Old) -> Expr:
        """Part of the first Piola-Kirchhoff stress without pressure [Pa]."""

    def volumetric_stress(self, F: Expr) -> Expr:
        """The rest of it [Pa]."""


class ElasticLaw(ABC):
    """Base of laws without history, which give ``energy`` alone."""

    history: tuple[HistoryVariable, ...] = ()

    @abstractmethod
    def energy(self, F: Expr, old: Old) -> Expr:
        """Energy stored per reference volume [J/m3]."""

    def stress(self, F: Expr, old: Old) -> Expr:
        """First Piola-Kirchhoff stress (3, 3) [Pa], the derivative of the energy."""
        F = ufl.variable(F)
        return ufl.diff(self.energy(F, old), F)

    def updated(self, F: Expr, old: Old) -> dict[str, Expr]:
        """Nothing."""
        return {}

    def outputs(self, F: Expr, old: Old) -> dict[str, Expr]:
        """Nothing."""
        return {}


def frozen(F: Expr) -> Expr:
    """F without its label: expressions of it count as constants in the tangent."""
    return F.ufl_operands[0] if isinstance(F, ufl.classes.Variable) else F


def shear_modulus(young: Any, poisson: Any) -> Any:
    """Shear modulus [Pa] of Young's modulus [Pa] and Poisson's ratio."""
    return young / (2 * (1 + poisson))


def bulk_modulus(young: Any, poisson: Any) -> Any:
    """Bulk modulus [Pa] of Young's modulus [Pa] and Poisson's ratio."""
    return young / (3 * (1 - 2 * poisson))


def deviator(tensor: Expr) -> Expr:
    """Deviatoric part of a (3, 3) tensor."""
    return tensor - ufl.tr(tensor) / 3 * I3


T = TypeVar("T")


def with_constants(law: T, mesh: dolfinx.mesh.Mesh) -> T:
    """The law with each float replaced by a Constant: other values need no other compilation.

    Fields marked ``field(metadata={"compiled": True})`` stay numbers.
    """
    if isinstance(law, float):
        return dolfinx.fem.Constant(mesh, law)
    if isinstance(law, tuple):
        return tuple(with_constants(item, mesh) for item in law)
    if not is_dataclass(law):
        return law
    copy = object.__new__(type(law))
    for field in fields(law):
        value = getattr(law, field.name)
        if not field.metadata.get("compiled"):
            value = with_constants(value, mesh)
        object.__setattr__(copy, field.name, value)
    return copy
