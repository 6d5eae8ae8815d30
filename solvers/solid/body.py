# SPDX-License-Identifier: BSD-3-Clause
"""A deformable body: displacement, laws of its regions, supports and extra forces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpi4py import MPI

import basix.ufl
import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray
from ufl.core.expr import Expr

from solvers.common.errors import InvalidProblem
from solvers.common.forms import compile_expression, compile_form
from solvers.common.tagged_mesh import TaggedMesh
from solvers.solid.history import History
from solvers.solid.laws.base import I3, Law, SplitLaw, with_constants
from solvers.solid.linear import rigid_body_modes
from solvers.solid.newton import AlgebraicTerm, Newton, NewtonSettings
from solvers.solid.serendipity import serendipity
from solvers.solid.stepping import Participant
from solvers.solid.work import StressWork

Array = NDArray[np.float64]

QUADRATURE = {("tetrahedron", 1): 1, ("tetrahedron", 2): 2, ("hexahedron", 1): 2}
"""Degrees of quadrature that leave no spurious modes; else ``2 degree``."""
VOLUMETRIC = {("hexahedron", 2): 2}
"""Degrees of quadrature of the volumetric stress, against locking; else as the rest."""


class Body(Participant):
    """Total-Lagrangian finite elements for one displacement field.

    Attributes:
        domain: mesh with named regions and surfaces, in the reference state [m].
        space: of the displacement.
        displacement: [m].
        laws: law of each region, its numbers replaced by Constants that may be changed.
        histories: history of each region.
        boundaries: supports; read when ``newton`` is called.
        terms: extra residual forms (contact, pressure, damping); read when ``newton`` is called.
        algebraic: extra forces that are not forms.
        limits: largest change in a load step of history variables, by name (a plastic strain
            of 0.01 keeps the error of the stress below 0.3 %); a step with much more is cut.
        F: deformation gradient.
        dx: measure over the whole body, with the quadrature of the laws.
        work: of the stresses.
    """

    def __init__(
        self,
        domain: TaggedMesh,
        laws: Mapping[str, Law],
        degree: int = 2,
        quadrature_degree: int | None = None,
        *,
        family: str = "Lagrange",
        volumetric_degree: int | None = None,
    ) -> None:
        """Set up the spaces and the history.

        Args:
            domain: tagged mesh [m].
            laws: by region; every region needs one.
            degree: of the displacement.
            quadrature_degree: None for the default of the element.
            family: ``Lagrange`` or, on hexahedra, ``S`` (serendipity).
            volumetric_degree: of the quadrature of the volumetric stress, for laws that split it
                off; at least 2, as form compilers mix up a single point with other rules. None
                for the default of the element.

        Raises:
            InvalidProblem: regions and laws do not match, or the quadrature is too coarse.
        """
        regions = set(domain.markers["cells"])
        if regions != set(laws):
            raise InvalidProblem(
                f"the mesh has the regions {sorted(regions)}, laws are given for {sorted(laws)}"
            )
        self.domain, self.mesh = domain, domain.mesh
        kind = self.mesh.basix_cell()
        usual = QUADRATURE.get((kind.name, degree), 2 * degree)
        self.quadrature_degree = quadrature_degree or usual
        coarse = VOLUMETRIC.get((kind.name, degree), self.quadrature_degree)
        self.volumetric_degree = volumetric_degree or min(coarse, self.quadrature_degree)
        if self.volumetric_degree < min(2, self.quadrature_degree):
            raise InvalidProblem("the volumetric stress needs a quadrature degree of at least 2")
        if family == "S":
            element = serendipity()
        else:
            element = basix.ufl.element(family, kind, degree, shape=(3,))
        self.space = dolfinx.fem.functionspace(self.mesh, element)
        self.displacement = dolfinx.fem.Function(self.space, name="displacement")
        self.boundaries: list[dolfinx.fem.DirichletBC] = []
        self.terms: list[ufl.Form] = []
        self.algebraic: list[AlgebraicTerm] = []
        self.limits: dict[str, float] = {}
        self.laws = {name: with_constants(law, self.mesh) for name, law in laws.items()}
        self.F = ufl.variable(I3 + ufl.grad(self.displacement))
        self.dx = ufl.Measure(
            "dx",
            domain=self.mesh,
            subdomain_data=domain.cell_tags,
            metadata={"quadrature_degree": self.quadrature_degree},
        )
        self.histories = {name: self._history(name) for name in laws}
        for name, law in self.laws.items():
            old = self.histories[name].old
            self.histories[name].evolve(law.updated(self.F, old) if law.history else {})
        self._energy: dolfinx.fem.Form | None = None
        self._path = _Path(self.displacement)
        self.work = StressWork(self.displacement, self.residual)

    def _history(self, region: str) -> History:
        cells = self.domain.cell_tags.find(self.domain.markers["cells"][region])
        return History(self.mesh, self.laws[region], cells, self.quadrature_degree)

    def _over(self, region: str) -> ufl.Measure:
        return self.dx(self.domain.markers["cells"][region])

    # -- forms ----------------------------------------------------------------------------------

    def _stresses(self) -> list[tuple[Expr, ufl.Measure]]:
        """Stress of each region with its measure, and what is integrated with fewer points."""
        found = []
        for name, law in self.laws.items():
            old, over = self.histories[name].old, self._over(name)
            if self.volumetric_degree != self.quadrature_degree and isinstance(law, SplitLaw):
                coarse = over(metadata={"quadrature_degree": self.volumetric_degree})
                found.append((law.isochoric_stress(self.F, old), over))
                found.append((law.volumetric_stress(self.F), coarse))
            else:
                found.append((law.stress(self.F, old), over))
        return found

    @property
    def residual(self) -> ufl.Form:
        """Virtual work of the stresses."""
        slope = ufl.grad(ufl.TestFunction(self.space))
        return sum(ufl.inner(P, slope) * over for P, over in self._stresses())

    @property
    def tangent(self) -> ufl.Form:
        """Derivative of ``residual``; consistent with the update of the history."""
        slope, change = (ufl.grad(f(self.space)) for f in (ufl.TestFunction, ufl.TrialFunction))
        i, j, k, m = ufl.indices(4)
        return sum(
            slope[i, j] * ufl.diff(P, self.F)[i, j, k, m] * change[k, m] * over
            for P, over in self._stresses()
        )

    def newton(self, settings: NewtonSettings | None = None) -> Newton:
        """Solver of the equilibrium with the present boundaries and terms."""
        tangents = [self.tangent, *(None for _ in self.terms)]
        return Newton(
            self.displacement,
            [self.residual, *self.terms],
            self.boundaries,
            tangents,
            algebraic=self.algebraic,
            near_nullspace=rigid_body_modes(self.space),
            settings=settings,
        )

    # -- supports -------------------------------------------------------------------------------

    def prescribe(
        self, surface: str, value: float = 0.0, component: int | None = None
    ) -> dolfinx.fem.Constant:
        """Prescribe the displacement of a surface, or one component of it.

        Args:
            surface: name.
            value: [m], for one component or for all three.
            component: 0, 1, 2 or None for all.

        Returns:
            The value, which may be changed between solves.
        """
        facets = self.domain.facets(surface, owned=False)
        if component is None:
            constant = dolfinx.fem.Constant(self.mesh, np.full(3, float(value)))
            dofs = dolfinx.fem.locate_dofs_topological(self.space, 2, facets)
            boundary = dolfinx.fem.dirichletbc(constant, dofs, self.space)
        else:
            constant = dolfinx.fem.Constant(self.mesh, float(value))
            part = self.space.sub(component)
            dofs = dolfinx.fem.locate_dofs_topological(part, 2, facets)
            boundary = dolfinx.fem.dirichletbc(constant, dofs, part)
        self.boundaries.append(boundary)
        return constant

    # -- results --------------------------------------------------------------------------------

    def internal_energy(self) -> float:
        """Work of the stresses up to the last commit [J]: stored and dissipated together."""
        return self.work.total

    def stored_energy(self) -> float:
        """Energy stored at the last commit [J], all ranks together."""
        if self._energy is None:
            parts = (
                law.energy(self.F, self.histories[n].old) * self._over(n)
                for n, law in self.laws.items()
            )
            self._energy = compile_form(sum(parts))
        return self.mesh.comm.allreduce(dolfinx.fem.assemble_scalar(self._energy))

    def at_points(self, region: str, expression: Expr) -> dolfinx.fem.Expression:
        """A UFL expression compiled for the quadrature points; evaluate it with ``evaluate``."""
        return compile_expression(expression, self.histories[region].points)

    def evaluate(self, region: str, compiled: dolfinx.fem.Expression) -> Array:
        """(owned cells, points, components) values of ``at_points``."""
        cells = self.domain.cells(region)
        values = compiled.eval(self.mesh, cells)
        return values.reshape(len(cells), len(self.histories[region].points), -1)

    # -- load steps -----------------------------------------------------------------------------

    def enter(self) -> None:
        """Forget the direction in which the body moved."""
        self._path.restart()
        self._path.rate[:] = 0.0

    def begin(self, increment: float) -> None:
        """Start Newton's method where the last step leads to."""
        self._path.predict(increment)

    def demand(self) -> float:
        """Largest change of the history over its limit."""
        shares = [
            history.change(name) / limit
            for history in self.histories.values()
            for name, limit in self.limits.items()
        ]
        return self.mesh.comm.allreduce(max(shares, default=0.0), MPI.MAX)

    def commit(self) -> None:
        """Store the history at the present displacement."""
        self.work.advance(self._path.start)
        self._path.commit()
        for history in self.histories.values():
            history.commit()

    def snapshot(self) -> dict[str, Any]:
        """State between two steps."""
        kept = {n: history.snapshot() for n, history in self.histories.items()}
        return {"fields": self.fields(), "work": self.work.total, "history": kept}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a snapshot."""
        self.take(state["fields"])
        self.work.total = state["work"]
        for name, values in state["history"].items():
            self.histories[name].restore(values)

    def fields(self) -> dict[str, Array]:
        """Copies of the nodal fields that make up the state between steps, as local arrays."""
        return {"displacement": self.displacement.x.array.copy(), "force": self.work.force.copy()}

    def take(self, fields: dict[str, Array]) -> None:
        """Set the nodal fields."""
        self.displacement.x.array[:] = fields["displacement"]
        self.work.force = fields["force"].copy()
        self._path.restart()


class _Path:
    """Straight continuation of the last load step.

    Attributes:
        start: displacement at the last commit [m].
        rate: of the last step, per load [m]; 0 where the direction is not known.
    """

    def __init__(self, unknown: dolfinx.fem.Function) -> None:
        self._unknown, self._increment = unknown, 0.0
        self.start, self.rate = unknown.x.array.copy(), np.zeros_like(unknown.x.array)

    def restart(self) -> None:
        self.start = self._unknown.x.array.copy()

    def predict(self, increment: float) -> None:
        self._increment = increment
        self._unknown.x.array[:] = self.start + increment * self.rate

    def commit(self) -> None:
        if self._increment > 0:
            self.rate = (self._unknown.x.array - self.start) / self._increment
        self.restart()
