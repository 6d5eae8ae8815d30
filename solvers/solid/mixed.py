# SPDX-License-Identifier: BSD-3-Clause
"""Nearly incompressible bodies: displacement and pressure, one degree apart (Taylor & Hood).

The energy ``W_iso(F) + p (J - 1) - p^2/(2 kappa)`` is stationary in both; eliminating p gives back
``kappa/2 (J - 1)^2``. Only the matrix of a law is split, see ``laws.hyperelastic``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import basix.ufl
import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray
from ufl.core.expr import Expr

from solvers.common.errors import InvalidProblem
from solvers.common.tagged_mesh import TaggedMesh
from solvers.solid.laws.base import with_constants
from solvers.solid.laws.hyperelastic import Hyperelastic, cofactor
from solvers.solid.laws.prestrained import Prestrained
from solvers.solid.newton import Newton, NewtonSettings
from solvers.solid.stepping import Participant

MixedLaw = Hyperelastic | Prestrained


class MixedBody(Participant):
    """Total-Lagrangian body with the pressure as an unknown.

    The pressure is continuous, across regions too, where the exact one may jump: refine there.

    Attributes:
        domain: mesh with named regions and surfaces, in the reference state [m].
        space: mixed space.
        state: displacement [m] and pressure over ``unit``.
        unit: largest bulk modulus [Pa], so that both equations have numbers of one size.
        displacement, pressure: in UFL [m], [Pa] (tension positive).
        boundaries: supports; read when ``newton`` is called.
        terms: extra residual forms; read when ``newton`` is called.
        F: deformation gradient.
        dx: measure over the whole body.
    """

    def __init__(
        self,
        domain: TaggedMesh,
        laws: Mapping[str, MixedLaw],
        degree: int = 2,
        quadrature_degree: int | None = None,
    ) -> None:
        """Set up the spaces.

        Args:
            domain: tagged mesh [m].
            laws: by region; every region needs one.
            degree: of the displacement, at least two; that of the pressure is one less.
            quadrature_degree: None for ``2 degree``.

        Raises:
            InvalidProblem: regions and laws do not match, or the degree is below two.
        """
        regions = set(domain.markers["cells"])
        if regions != set(laws):
            raise InvalidProblem(
                f"the mesh has the regions {sorted(regions)}, laws are given for {sorted(laws)}"
            )
        if degree < 2:
            raise InvalidProblem("a mixed body needs a displacement of degree two or more")
        self.domain, self.mesh = domain, domain.mesh
        self.space = mixed_space(self.mesh, degree)
        self.state = dolfinx.fem.Function(self.space, name="state")
        self.unit = max(law.bulk_modulus for law in laws.values())
        self.displacement, share = ufl.split(self.state)
        self.pressure = self.unit * share
        self.boundaries: list[dolfinx.fem.DirichletBC] = []
        self.terms: list[ufl.Form] = []
        self.laws = {name: with_constants(law, self.mesh) for name, law in laws.items()}
        self.F = deformation_gradient(self.displacement)
        self.dx = ufl.Measure(
            "dx",
            domain=self.mesh,
            subdomain_data=domain.cell_tags,
            metadata={"quadrature_degree": quadrature_degree or 2 * degree},
        )
        self._start, self._increment = self.state.x.array.copy(), 0.0
        self._rate = np.zeros_like(self._start)

    @property
    def residual(self) -> ufl.Form:
        """Virtual work of the stresses and volume condition."""
        tags = self.domain.markers["cells"]
        return sum(
            mixed_work(law, self.state, self.space, self.unit) * self.dx(tags[name])
            for name, law in self.laws.items()
        )

    def newton(self, settings: NewtonSettings | None = None) -> Newton:
        """Solver of the equilibrium with the present boundaries and terms."""
        residuals = [self.residual, *self.terms]
        return Newton(self.state, residuals, self.boundaries, settings=settings, name="mixed")

    def follow_pressure(self, surface: str) -> dolfinx.fem.Constant:
        """Put a surface under a pressure that follows it; returns the pressure [Pa], zero."""
        pressure = dolfinx.fem.Constant(self.mesh, 0.0)
        ds = ufl.Measure("ds", self.mesh, subdomain_data=self.domain.facet_tags)
        area = cofactor(self.F) * ufl.FacetNormal(self.mesh)
        test, _ = ufl.TestFunctions(self.space)
        self.terms.append(pressure * ufl.inner(area, test) * ds(self.domain.tag(surface)))
        return pressure

    def prescribe(self, surface: str, value: float, component: int) -> dolfinx.fem.Constant:
        """Prescribe one component of the displacement [m] of a surface; returns the value."""
        facets = self.domain.facets(surface, owned=False)
        part = self.space.sub(0).sub(component)
        constant = dolfinx.fem.Constant(self.mesh, float(value))
        dofs = dolfinx.fem.locate_dofs_topological(part, 2, facets)
        self.boundaries.append(dolfinx.fem.dirichletbc(constant, dofs, part))
        return constant

    def hold_plane(self, surface: str, normal: NDArray[np.float64], stiffness: float) -> None:
        """Keep a flat surface in its plane by a penalty, for planes between the axes.

        Args:
            surface: name.
            normal: unit vector (3,).
            stiffness: traction per distance from the plane [Pa/m].
        """
        n = ufl.as_vector([float(c) for c in normal])
        test, _ = ufl.TestFunctions(self.space)
        ds = ufl.Measure("ds", self.mesh, subdomain_data=self.domain.facet_tags)
        held = stiffness * ufl.inner(self.displacement, n) * ufl.inner(test, n)
        self.terms.append(held * ds(self.domain.tag(surface)))

    def enter(self) -> None:
        """Forget the direction in which the body moved."""
        self._start = self.state.x.array.copy()
        self._rate[:] = 0.0

    def begin(self, increment: float) -> None:
        """Start Newton's method where the last step leads to."""
        self._increment = increment
        self.state.x.array[:] = self._start + increment * self._rate

    def commit(self) -> None:
        """See Participant."""
        if self._increment > 0:
            self._rate = (self.state.x.array - self._start) / self._increment
        self._start = self.state.x.array.copy()

    def snapshot(self) -> dict[str, Any]:
        """State between two steps."""
        return {"state": self.state.x.array.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a snapshot."""
        self.state.x.array[:] = state["state"]
        self._start = self.state.x.array.copy()


def mixed_space(mesh: dolfinx.mesh.Mesh, degree: int = 2) -> dolfinx.fem.FunctionSpace:
    """Displacement of ``degree`` and continuous pressure one degree lower."""
    cell = mesh.basix_cell()
    vector = basix.ufl.element("Lagrange", cell, degree, shape=(mesh.geometry.dim,))
    scalar = basix.ufl.element("Lagrange", cell, degree - 1)
    return dolfinx.fem.functionspace(mesh, basix.ufl.mixed_element([vector, scalar]))


def mixed_work(
    law: MixedLaw, state: dolfinx.fem.Function, space: dolfinx.fem.FunctionSpace, unit: float
) -> Expr:
    """Integrand of the residual: virtual work and volume condition [J/m3].

    Args:
        law: of the region.
        state: displacement [m], of two components in plane strain, and pressure over ``unit``.
        space: of the test functions.
        unit: of the pressure [Pa].
    """
    (u, share), (v, q) = ufl.split(state), ufl.TestFunctions(space)
    p = unit * share
    F = deformation_gradient(u)
    stress = law.isochoric_stress(F) + p * cofactor(F)
    return ufl.inner(stress, _slope(v)) + unit * (ufl.det(F) - 1 - p / law.bulk_modulus) * q


def deformation_gradient(displacement: Expr) -> Expr:
    """F (3, 3); a displacement of two components is one of plane strain."""
    return ufl.Identity(3) + _slope(displacement)


def _slope(field: Expr) -> Expr:
    """Gradient (3, 3)."""
    slope = ufl.grad(field)
    if slope.ufl_shape == (3, 3):
        return slope
    return ufl.as_matrix([[slope[0, 0], slope[0, 1], 0], [slope[1, 0], slope[1, 1], 0], [0, 0, 0]])
