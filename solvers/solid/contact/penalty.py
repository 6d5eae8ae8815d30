# SPDX-License-Identifier: BSD-3-Clause
"""Frictionless contact by penalty and augmentation (Uzawa).

The pressure per reference area is ``p = max(0, multiplier - penalty gap)`` at the quadrature
points of the surface; augmentation sets the multiplier to that pressure, so that the
penetration left is the pressure's change since then over the penalty. Formulation: Wriggers,
Computational Contact Mechanics, 2006, doi:10.1007/978-3-540-32609-0, ch. 5 and 6.
"""

from __future__ import annotations

from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray

from solvers.common.forms import compile_form
from solvers.solid.contact.facet_field import FacetPoints
from solvers.solid.contact.tools import GapProvider
from solvers.solid.stepping import Participant

Array = NDArray[np.float64]


_TENSION = 1e12
"""Tension [Pa] that a gripped point would bear; far above any stress, yet harmless to rounding."""


class PenaltyContact(Participant):
    """Contact between one surface of a body and another side.

    Attributes:
        points: quadrature points of the surface.
        other: the other side.
        pressure: contact pressure per reference area [Pa] (UFL).
        work: done on the body so far [J].
    """

    def __init__(
        self,
        points: FacetPoints,
        displacement: dolfinx.fem.Function,
        start: dolfinx.fem.Function,
        other: GapProvider,
        penalty: float,
    ) -> None:
        """Set up without pressure.

        Args:
            points: quadrature points of the surface that may touch.
            displacement: of the body [m].
            start: displacement at the last converged step [m], kept by the caller.
            other: the other side.
            penalty: pressure per penetration [Pa/m].
        """
        self.points, self.other = points, other
        mesh = points.domain.mesh
        self._comm = points.domain.comm
        self._penalty = dolfinx.fem.Constant(mesh, float(penalty))
        self._multiplier = dolfinx.fem.Function(points.space)
        self._before = dolfinx.fem.Function(points.space)
        self._floor = dolfinx.fem.Function(points.space)
        self._values = np.zeros((len(points.entities), len(points.reference)))
        self._last = np.zeros_like(self._values)
        self.work = 0.0
        self._by_cell: dolfinx.fem.Form | None = None
        x = ufl.SpatialCoordinate(mesh) + displacement
        gap = other.gap(x)
        self.pressure = ufl.max_value(self._multiplier - self._penalty * gap, self._floor)
        self._push = other.push(x)
        self._positions = points.evaluator(x)
        self._at_points = points.evaluator(ufl.as_vector([self.pressure, gap]))
        measure = points.measure
        self._total = compile_form(self.pressure * measure)
        mean = 0.5 * (self.pressure + self._before)
        self._done = compile_form(mean * ufl.dot(self._push, displacement - start) * measure)
        self._components = [compile_form(self.pressure * self._push[i] * measure) for i in range(3)]

    def residual(self, test: Any) -> Any:
        """Virtual work of the contact pressure with the sign of internal forces (UFL)."""
        return -self.pressure * ufl.dot(self._push, test) * self.points.measure

    def positions(self) -> Array:
        """(facets, points, 3) present positions [m]."""
        return self._positions()

    def augment(self) -> None:
        """Take the present pressure as multiplier."""
        self._set(self._at_points()[..., 0])

    def grip(self) -> None:
        """Let the points that bore pressure at the last step bear tension too, until ``loosen``."""
        self.points.set_values(self._floor, np.where(self._last > 0.0, -_TENSION, 0.0))

    def bore(self) -> bool:
        """Whether there was pressure at the last step; collective."""
        return self._comm.allreduce(bool((self._last > 0.0).any()), MPI.LOR)

    def loosen(self) -> None:
        """Push only."""
        self._floor.x.array[:] = 0.0

    def clear(self) -> None:
        """Forget the multiplier: the other side is elsewhere."""
        self._set(np.zeros_like(self._values))
        self._remember(np.zeros_like(self._values))

    def penetration(self) -> float:
        """Deepest penetration at a point [m]; collective."""
        gaps = self._at_points()[..., 1]
        return self._comm.allreduce(max(0.0, -float(gaps.min(initial=0.0))), MPI.MAX)

    def force(self) -> float:
        """Integral of the pressure over the surface [N]; collective."""
        return self._comm.allreduce(dolfinx.fem.assemble_scalar(self._total))

    def force_vector(self) -> Array:
        """Force on the body [N]; collective."""
        return np.array(
            [self._comm.allreduce(dolfinx.fem.assemble_scalar(c)) for c in self._components]
        )

    def spread(self, edges: Array) -> Array:
        """(n,) contact force in the stations between (n + 1,) edges along z [N]; collective."""
        if self._by_cell is None:
            constants = dolfinx.fem.functionspace(self.points.domain.mesh, ("DG", 0))
            test = ufl.TestFunction(constants)
            self._by_cell = compile_form(self.pressure * test * self.points.measure)
        found = dolfinx.fem.assemble_vector(self._by_cell).array
        cells = self.points.entities[self.points.owned, 0]
        middle = self._positions()[self.points.owned][..., 2].mean(axis=1)
        station = np.clip(np.searchsorted(edges, middle) - 1, 0, len(edges) - 2)
        force = np.bincount(station, found[cells], len(edges) - 1)
        return self._comm.allreduce(force)

    def begin(self, increment: float) -> None:
        """Take over the pressure of the last step; to be called before body and tool move.

        Not sooner: a multiplier renewed at the end of a step would count its penetration twice in
        the force that is read there.
        """
        self.augment()

    def commit(self) -> None:
        """Count the work of the step; to be called before ``start`` moves on."""
        self.work += self._comm.allreduce(dolfinx.fem.assemble_scalar(self._done))
        self._remember(self._at_points()[..., 0])

    def snapshot(self) -> dict[str, Any]:
        """Multiplier and last pressure at the (facets, points) of this rank [Pa], and the work."""
        before = self._last.copy()
        return {"multiplier": self._values.copy(), "before": before, "work": self.work}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a snapshot."""
        self._set(np.array(state["multiplier"]))
        self._remember(np.array(state["before"]))
        self.work = float(state["work"])

    def _remember(self, values: Array) -> None:
        self._last = values
        self.points.set_values(self._before, values)

    def _set(self, values: Array) -> None:
        self._values = values
        self.points.set_values(self._multiplier, values)
