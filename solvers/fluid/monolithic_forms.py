# SPDX-License-Identifier: BSD-3-Clause
"""Momentum residual and tangents of the monolithic reference solver."""

from __future__ import annotations

import basix.ufl
import dolfinx
import numpy as np
import scipy.sparse as sp
import ufl
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.forms import assembled, compile_form
from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.rheology import Rheology
from solvers.fluid.screen import ScreenProperties

Array = NDArray[np.float64]

VISCOSITY_DEGREE = 4
"""Quadrature degree of the viscous term when the viscosity varies (2 is exact when it does not)."""


class MomentumForms:
    """Inertia, convection, viscosity and backflow on a vector velocity space, without pressure.

    With a(u) = rate u + history, the residual is

    (a, v) + s rho [(u . grad u, v) + (div u u, v) / 2] + (tau(u), grad v)
    - s rho beta / 2 <(u.n)_- u, v>_outlets.

    tau = mu grad u for constant viscosity, so that the outlet condition is
    mu d_n u - p n = -P n. When mu varies with the shear rate, tau = mu (grad u + grad u^T), and
    mu (grad u)^T n is taken off again on the outlets, which leaves the same outlet condition.

    Attributes:
        velocity: u [m/s].
        history: known part of the acceleration term [N/m3].
        rate: factor of u in the acceleration term [kg/(m3 s)]; 0 for steady flow.
        inertia: s, share of the convective terms, for continuation from Stokes flow.
    """

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        outlets: list[str],
        density: float,
        rheology: Rheology,
        beta: float,
    ) -> None:
        """Compile; ``density`` in kg/m3, ``beta`` scales the backflow term on the ``outlets``."""
        mesh = domain.mesh
        self.velocity, self.history = (dolfinx.fem.Function(space) for _ in range(2))
        self._wind = dolfinx.fem.Function(space)
        self.rate = dolfinx.fem.Constant(mesh, 0.0)
        self.inertia = dolfinx.fem.Constant(mesh, 1.0)
        self._rheology = rheology
        self._ds = ufl.Measure(
            "ds",
            domain=mesh,
            subdomain_data=domain.facet_tags,
            subdomain_id=tuple(domain.tag(name) for name in outlets),
        )
        u, v = self.velocity, ufl.TestFunction(space)
        rest = ufl.inner(self.rate * u + self.history, v) * ufl.dx + self._viscous(u, v, outlets)
        factor = self.inertia * density

        def convective(wind: dolfinx.fem.Function) -> ufl.Form:
            carried = ufl.grad(u) * wind + 0.5 * ufl.div(wind) * u
            form = factor * ufl.inner(carried, v) * ufl.dx
            if outlets and beta:
                through = ufl.dot(wind, ufl.FacetNormal(mesh))
                entering = ufl.min_value(through, 0.0)
                form -= 0.5 * beta * factor * entering * ufl.inner(u, v) * self._ds
            return form

        full = rest + convective(u)
        self._residual = compile_form(full)
        self._newton = compile_form(ufl.derivative(full, u))
        self._picard = compile_form(ufl.derivative(rest + convective(self._wind), u))

    def _viscous(self, u: dolfinx.fem.Function, v: ufl.Argument, outlets: list[str]) -> ufl.Form:
        mesh = u.function_space.mesh
        constant = self._rheology.constant
        if constant is not None:
            self._viscosity = None
            return constant * ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx
        element = basix.ufl.quadrature_element(mesh.basix_cell(), degree=VISCOSITY_DEGREE)
        self._viscosity = mu = dolfinx.fem.Function(dolfinx.fem.functionspace(mesh, element))
        strain = ufl.sym(ufl.grad(u))
        points, _ = basix.make_quadrature(basix.CellType.tetrahedron, VISCOSITY_DEGREE)
        self._shear_rate = dolfinx.fem.Expression(
            ufl.sqrt(2.0 * ufl.inner(strain, strain)), points, jit_options=_compat.jit_options()
        )
        dx = ufl.dx(metadata={"quadrature_degree": VISCOSITY_DEGREE})
        form = 2.0 * mu * ufl.inner(strain, ufl.grad(v)) * dx
        if outlets:
            # Facet integrals cannot read values at cell points; the mean of the cell serves there.
            constants = dolfinx.fem.functionspace(mesh, ("Discontinuous Lagrange", 0))
            self._cell_viscosity = dolfinx.fem.Function(constants)
            turned = ufl.dot(ufl.FacetNormal(mesh), ufl.grad(u))
            form -= self._cell_viscosity * ufl.inner(turned, v) * self._ds
        return form

    def update_viscosity(self) -> None:
        """Evaluate the viscosity law at the current velocity."""
        if self._viscosity is None:
            return
        mesh = self._viscosity.function_space.mesh
        cells = np.arange(mesh.topology.index_map(3).size_local, dtype=np.int32)
        values = self._rheology.viscosity(self._shear_rate.eval(mesh, cells))
        values = values.reshape(len(cells), -1)
        self._viscosity.x.array[self._viscosity.function_space.dofmap.list] = values
        if hasattr(self, "_cell_viscosity"):
            dofs = self._cell_viscosity.function_space.dofmap.list[:, 0]
            self._cell_viscosity.x.array[dofs] = values.mean(axis=1)

    def residual(self) -> Array:
        """(velocity dofs,) residual [N] at the current velocity."""
        return dolfinx.fem.assemble_vector(self._residual).array.copy()

    def tangent(self, *, newton: bool) -> sp.csr_matrix:
        """Derivative of the residual, with the convecting velocity held in Picard's way or not."""
        if newton:
            return assembled_csr(self._newton)
        self._wind.x.array[:] = self.velocity.x.array
        return assembled_csr(self._picard)


class ScreenForms:
    """<[(a + b|u.n|) n n + r_t (1 - n n)] u, v> on the device surface, all of it implicit."""

    def __init__(
        self,
        space: dolfinx.fem.FunctionSpace,
        vector_dofs: NDArray[np.int32],
        properties: ScreenProperties,
    ) -> None:
        """Prepare the facet quadrature.

        Args:
            space: scalar velocity space.
            vector_dofs: (scalar dofs, 3) vector dof of each component.
            properties: coefficients.
        """
        self._properties, self._map = properties, vector_dofs
        # Exact for the quadratic term where the flow keeps its direction.
        degree = 3 * space.ufl_element().degree
        self._points = points = facet_evaluation(space, properties.facets, degree)
        dofs = space.dofmap.list[points.cells]
        self._table = points.values.data.reshape(*points.shape, dofs.shape[1])
        self._dofs = vector_dofs[dofs]

    def _resistance(self, velocity: Array, *, newton: bool) -> tuple[Array, Array]:
        """(n, q, 3) velocity and (n, q, 3, 3) resistance, or its tangent, at the points."""
        points, given = self._points, self._properties
        u = points.vector([velocity[self._map[:, i]] for i in range(3)])
        speed = np.abs(np.einsum("nqd,nd->nq", u, points.normals))
        factor = 2.0 if newton else 1.0
        along = given.linear[:, None] + factor * given.quadratic[:, None] * speed
        projector = np.einsum("ni,nj->nij", points.normals, points.normals)[:, None]
        across = given.tangential[:, None, None, None] * (np.eye(3) - projector)
        return u, along[..., None, None] * projector + across

    def residual(self, velocity: Array) -> Array:
        """(vector dofs,) residual [N] at ``velocity`` (vector dofs,) [m/s]."""
        u, resistance = self._resistance(velocity, newton=False)
        weights, table = self._points.weights, self._table
        load = np.einsum("nq,nqij,nqj,nqa->nai", weights, resistance, u, table, optimize=True)
        return np.bincount(self._dofs.ravel(), load.ravel(), len(velocity))

    def tangent(self, velocity: Array, *, newton: bool) -> sp.csr_matrix:
        """Derivative of the residual, with |u.n| held (Picard) or not."""
        _, resistance = self._resistance(velocity, newton=newton)
        weights, table = self._points.weights, self._table
        blocks = np.einsum(
            "nq,nqij,nqa,nqb->naibj", weights, resistance, table, table, optimize=True
        )
        dofs = self._dofs.reshape(len(self._dofs), -1)
        width = dofs.shape[1]
        rows, columns = np.repeat(dofs, width, axis=1), np.tile(dofs, (1, width))
        size = len(velocity)
        return sp.csr_matrix((blocks.ravel(), (rows.ravel(), columns.ravel())), (size, size))


def assembled_csr(form: dolfinx.fem.Form) -> sp.csr_matrix:
    """Matrix of a compiled form, on one rank."""
    matrix = assembled(form)
    starts, columns, values = matrix.getValuesCSR()
    return sp.csr_matrix((values, columns, starts), matrix.getSize())
