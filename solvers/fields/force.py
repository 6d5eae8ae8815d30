# SPDX-License-Identifier: BSD-3-Clause
"""Force of the fluid on a boundary, in volume form.

With v = 1 at the nodes of the boundary and 0 at all others, the momentum equation tested with v
in direction i gives the reaction of the boundary:

    F_i = (f_i, v) - [rho (d_t u_i, v) + rho c(u; u_i, v) + (mu grad u_i, grad v) - (p, d_i v)]
          + <t_i, v>

with the body force f. The last term is the traction on the other boundaries, which v reaches
within one cell of the edges they share. No gradient is taken on the boundary itself, so drag and
lift converge with twice the order of the energy error (John & Matthies 2001, doi:10.1002/fld.195;
Babuška & Miller 1984, doi:10.1002/nme.1620200610).
"""

from __future__ import annotations

from collections.abc import Sequence

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem
from solvers.common.sampling import PointEvaluation, cell_evaluation, facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.fracstep import FractionalStep

Array = NDArray[np.float64]


class BoundaryForce:
    """Force on named no-slip surfaces of a running flow solution.

    Made before the steps it is to follow, because the acceleration comes from its own record of
    the velocity (second order in time once two steps are known, whatever their length).
    """

    def __init__(
        self, flow: FractionalStep, names: str | Sequence[str], free: Sequence[str] = ()
    ) -> None:
        """Find the cells and facets the test function reaches, and record the present velocity.

        Args:
            flow: the stepper, with constant viscosity.
            names: the surfaces whose force is wanted, together.
            free: other surfaces along which the fluid slips without traction, that is symmetry
                planes. Outlets are known from the problem.

        Raises:
            InvalidProblem: a name is unknown, or the viscosity is not constant.
        """
        if flow.problem.rheology.constant is None:
            raise InvalidProblem("the force in volume form needs a constant viscosity")
        self._flow = flow
        names = [names] if isinstance(names, str) else list(names)
        self._test = _indicator(flow.space, flow.problem.domain, names)
        self._pressure = dolfinx.fem.Function(flow.pressure_space.broken)
        self._cells = _Layer.of_cells(flow, self._test)
        outlets = [outlet.name for outlet in flow.problem.outlets]
        known = {*names, *free, *outlets}
        held = [n for n in flow.problem.domain.markers["facets"] if n not in known]
        self._held, self._free, self._outlets = (
            _Layer.of_facets(flow, self._test, group) for group in (held, free, outlets)
        )
        self._times = [flow.time]
        self._velocities = [self._cells.velocity(flow)]

    def update(self) -> Array:
        """Force (3,) [N] of the fluid on the surfaces; to be called after every step."""
        flow, cells = self._flow, self._cells
        self._times = [flow.time, *self._times[:2]]
        self._velocities = [cells.velocity(flow), *self._velocities[:2]]
        pressure = self._pressure.x.array
        broken = flow.pressure_space.reduction * flow.pressure
        pressure[: broken.local_size] = broken.array
        density, viscosity = flow.problem.density, flow.problem.rheology.constant
        u, gradient = self._velocities[0], cells.gradient(flow)
        convection = np.einsum("nqij,nqj->nqi", gradient, u)
        convection += 0.5 * np.trace(gradient, axis1=2, axis2=3)[..., None] * u
        inertia = density * (self._acceleration() + convection)
        if flow.problem.force:
            nodes = flow.space.tabulate_dof_coordinates().T
            inertia -= cells.points.vector(list(flow.problem.force(flow.time, nodes)))
        stress = viscosity * gradient - cells.pressure(pressure)[..., None, None] * np.eye(3)
        inner = inertia * cells.test[..., None] + np.einsum("nqij,nqj->nqi", stress, cells.slope)
        force = -np.einsum("nq,nqi->i", cells.points.weights, inner)
        force += self._held.load(self._held.traction(flow, pressure, viscosity))
        # Natural conditions of the scheme: nothing along a symmetry plane, no viscous part on an
        # outlet.
        slip, normal = self._free.traction(flow, pressure, viscosity), self._free.normal
        force += self._free.load(np.einsum("nqi,nqi->nq", slip, normal)[..., None] * normal)
        force += self._outlets.load(self._outlets.traction(flow, pressure, 0.0))
        return flow.problem.domain.comm.allreduce(force, op=MPI.SUM)

    def _acceleration(self) -> Array:
        """Backward difference (n, q, 3) [m/s2] at the points of the cells."""
        u, t = self._velocities, self._times
        step = t[0] - t[1]
        slope = (u[0] - u[1]) / step
        if len(t) == 2:
            return slope
        before = t[1] - t[2]
        return slope + (slope - (u[1] - u[2]) / before) * step / (step + before)


class _Layer:
    """Points in the cells, or on the facets, where the test function does not vanish."""

    def __init__(
        self, points: PointEvaluation, pressure: PointEvaluation, test: dolfinx.fem.Function
    ) -> None:
        self.points, self._pressure = points, pressure
        self.test = (points.values @ test.x.array).reshape(points.shape)
        slopes = [(g @ test.x.array).reshape(points.shape) for g in points.gradients]
        self.slope = np.stack(slopes, axis=-1)

    @classmethod
    def of_cells(cls, flow: FractionalStep, test: dolfinx.fem.Function) -> _Layer:
        """All owned cells with a node of the boundary."""
        owned = flow.space.mesh.topology.index_map(3).size_local
        near = test.x.array[flow.space.dofmap.list[:owned]].any(axis=1)
        cells = np.flatnonzero(near).astype(np.int32)
        degree = 3 * flow.space.ufl_element().degree
        return cls(
            cell_evaluation(flow.space, cells, degree, gradients=True),
            cell_evaluation(flow.pressure_space.broken, cells, degree),
            test,
        )

    @classmethod
    def of_facets(
        cls, flow: FractionalStep, test: dolfinx.fem.Function, names: Sequence[str]
    ) -> _Layer:
        """Exterior facets of surfaces ``names`` with a node of the boundary."""
        domain = flow.problem.domain
        facets = np.concatenate([domain.facets(n) for n in names] or [np.zeros(0, np.int32)])
        to_cell = domain.mesh.topology.connectivity(2, 3)
        facets = facets[[len(to_cell.links(f)) == 1 for f in facets]].astype(np.int32)
        degree = 2 * flow.space.ufl_element().degree
        reached = facet_evaluation(flow.space, facets, degree)
        values = (reached.values @ test.x.array).reshape(reached.shape)
        facets = facets[values.any(axis=1)]
        return cls(
            facet_evaluation(flow.space, facets, degree, gradients=True),
            facet_evaluation(flow.pressure_space.broken, facets, degree),
            test,
        )

    def velocity(self, flow: FractionalStep) -> Array:
        """(n, q, 3) [m/s]."""
        return self.points.vector([u.x.array for u in flow.velocity])

    def gradient(self, flow: FractionalStep) -> Array:
        """(n, q, 3, 3) with entry [i, j] = d u_i / d x_j [1/s]."""
        return self.points.gradient([u.x.array for u in flow.velocity])

    def pressure(self, broken: Array) -> Array:
        """(n, q) [Pa] from the values on the discontinuous pressure space."""
        return (self._pressure.values @ broken).reshape(self.points.shape)

    @property
    def normal(self) -> Array:
        """(n, q, 3) unit normals out of the fluid."""
        return np.broadcast_to(self.points.normals[:, None, :], (*self.points.shape, 3))

    def traction(self, flow: FractionalStep, broken: Array, viscosity: float) -> Array:
        """(n, q, 3) traction mu du/dn - p n on the fluid [Pa]."""
        viscous = np.einsum("nqij,nqj->nqi", self.gradient(flow), self.normal)
        return viscosity * viscous - self.pressure(broken)[..., None] * self.normal

    def load(self, traction: Array) -> Array:
        """Integral (3,) [N] of ``traction`` times v over the facets."""
        return np.einsum("nq,nqi->i", self.points.weights * self.test, traction)


def _indicator(
    space: dolfinx.fem.FunctionSpace, domain: TaggedMesh, names: Sequence[str]
) -> dolfinx.fem.Function:
    """1 at the nodes of the surfaces on every rank that has them, 0 elsewhere."""
    mark = dolfinx.fem.Function(space)
    for name in names:
        facets = domain.facets(name, owned=False)
        mark.x.array[dolfinx.fem.locate_dofs_topological(space, 2, facets)] = 1.0
    # A rank may hold a node of the surface without any of its facets.
    mark.x.scatter_reverse(dolfinx.la.InsertMode.add)
    mark.x.scatter_forward()
    mark.x.array[:] = mark.x.array > 0
    return mark
