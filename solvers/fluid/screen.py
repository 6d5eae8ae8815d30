# SPDX-License-Identifier: BSD-3-Clause
"""A flow diverter as a resistive surface.

The traction of the screen on the flow is -[(a + b|u.n|)(u.n) n + r_t u_t] per unit area, with
U = u.n the superficial normal velocity, and the pressure jumps by (a + b|U|) U (Fernandez,
Gerbeau & Martin 2008, doi:10.1051/m2an:2008031).

One scalar matrix serves all velocity components, so the isotropic part
R = max(a + b|U|, r_t) is implicit and the rest, at most R, acts at the last velocity: stable,
and exact in steady flow and wherever r_t = a + b|U|.
"""

from __future__ import annotations

from dataclasses import dataclass

from petsc4py import PETSc

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common._compat import cell_nodes
from solvers.common.block_matrix import Pattern
from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.convection import FacetBlocks
from solvers.fluid.pressure_space import PressureSpace

Array = NDArray[np.float64]

INERTIA = 1 / 3
"""Thickness of the fluid that a jump of the pressure accelerates, over the height of the cells
beside the screen. Less settles later; 1 swings with P2-P1 at small steps, 2 would diverge."""


@dataclass(frozen=True)
class ScreenProperties:
    """Coefficients per owned device facet, in the order of ``facets``.

    Attributes:
        surfaces: names of the device surfaces the screen covers.
        facets: (n,) local facets owned by this rank.
        linear: (n,) a [Pa s/m].
        quadratic: (n,) b [Pa s2/m2].
        tangential: (n,) r_t [Pa s/m].
    """

    surfaces: list[str]
    facets: NDArray[np.int32]
    linear: Array
    quadratic: Array
    tangential: Array


class Screen:
    """Screen terms of the velocity and pressure equations."""

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        pattern: Pattern,
        properties: ScreenProperties,
    ) -> None:
        """Prepare the facet quadrature."""
        self.properties = properties
        self.points = facet_evaluation(space, properties.facets, 3 * space.ufl_element().degree)
        self._blocks = FacetBlocks(self.points, space, pattern)
        self._domain = domain

    def normal_resistance(self, velocity: Array) -> Array:
        """Resistance a + b|u.n| [Pa s/m] from the velocity (n, q, 3) at the points."""
        speed = np.abs(np.einsum("nqd,nd->nq", velocity, self.points.normals))
        return self.properties.linear[:, None] + self.properties.quadratic[:, None] * speed

    def update(self, velocity: list[Array]) -> None:
        """Lag the coefficients on the velocity (local dof arrays of its components)."""
        at_points = self.points.vector(velocity)
        normal = self.normal_resistance(at_points)
        tangential = np.broadcast_to(self.properties.tangential[:, None], normal.shape)
        implicit = np.maximum(normal, tangential)
        self._implicit = self.points.weights * implicit
        through = np.einsum("nqd,nd->nq", at_points, self.points.normals)[..., None]
        along_normal = through * self.points.normals[:, None, :]
        explicit = (implicit - normal)[..., None] * along_normal
        explicit += (implicit - tangential)[..., None] * (at_points - along_normal)
        self._explicit = explicit * self.points.weights[..., None]

    def add_implicit(self, values: Array) -> None:
        """Add the implicit part to the nonzeros of a velocity matrix [kg/s]."""
        self._blocks.add(values, self._implicit)

    def explicit_load(self) -> Array:
        """(local, 3) load [N] of the lagged part, ghost entries to be added to their owners."""
        return self.points.values.T @ self._explicit.reshape(-1, 3)

    def jump_matrix(self, pressure: PressureSpace, time_scale: float) -> PETSc.Mat:
        """Interface term of the pressure equation (Caiazzo et al. 2011, doi:10.1137/100787891).

        int [[phi]] [[q]] / (tau a / rho + thickness). An increment of the jump meets the
        resistance and the inertia of the fluid beside the screen, of the given thickness; where
        a = 0 the inertia alone. The speed-dependent part of the resistance stays out so that the
        matrix is constant, which steady states do not notice.

        Args:
            pressure: unknowns that jump across the screen.
            time_scale: tau / rho [m3 s/kg].
        """
        facets = self.properties.facets
        lumen = pressure.facet_unknowns(facets, behind=False)
        behind = pressure.facet_unknowns(facets, behind=True)
        unknowns = np.concatenate([lumen, behind], axis=1)
        sign = np.repeat([1.0, -1.0], 3)
        area = self.points.weights.sum(axis=1)
        mass = np.kron(np.ones((2, 2)), (np.ones((3, 3)) + np.eye(3)) / 12) * np.outer(sign, sign)
        thickness = INERTIA * self._heights(area)
        factor = area / (time_scale * self.properties.linear + thickness)
        matrix = PETSc.Mat().createAIJ(
            size=(pressure.reduction.getSizes()[1],) * 2, comm=self._domain.comm
        )
        matrix.setOption(PETSc.Mat.Option.NEW_NONZERO_ALLOCATION_ERR, False)
        matrix.setUp()
        blocks = factor[:, None, None] * mass
        matrix.setValuesRCV(unknowns, unknowns, blocks, addv=PETSc.InsertMode.ADD)
        matrix.assemble()
        return matrix

    def _heights(self, area: Array) -> Array:
        """Mean height [m] of the two cells at each facet of ``area`` [m2]."""
        mesh = self._domain.mesh
        to_cell = mesh.topology.connectivity(2, 3)
        cells = np.array([to_cell.links(f) for f in self.properties.facets], int).reshape(-1, 2)
        x = mesh.geometry.x[cell_nodes(mesh)[cells]]
        volume = np.abs(np.linalg.det(x[:, :, 1:] - x[:, :, :1])) / 6
        return 3.0 * volume.mean(axis=1) / area
