# SPDX-License-Identifier: BSD-3-Clause
"""Mechanical energy that flows through the openings, accumulated in the time loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import basix
import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import facet_cells
from solvers.fields.averages import State

Array = NDArray[np.float64]


class Opening:
    """Velocity and pressure at points of one opening."""

    def __init__(self, space: dolfinx.fem.FunctionSpace, facets: NDArray[np.int32]) -> None:
        """Sample ``facets`` exactly for the cube of the velocity."""
        degree = 3 * space.ufl_element().degree
        self._points = facet_evaluation(space, facets, degree)
        _, local = facet_cells(space.mesh, facets)
        # Vertices of each face and barycentric coordinates, as facet_evaluation lays its points.
        self._vertices = np.array(basix.topology(basix.CellType.tetrahedron)[2])[local]
        points, _ = basix.make_quadrature(basix.CellType.triangle, degree)
        self._barycentric = np.column_stack([1.0 - points.sum(axis=1), points])

    def pressure_and_area(self, pressure: Array) -> Array:
        """(2,) this rank's int p dA [N] and area [m2]."""
        weights = self._points.weights
        return np.array([(weights * self._at_points(pressure)).sum(), weights.sum()])

    def power(
        self, velocity: list[Array], pressure: Array, density: float, reference: float
    ) -> float:
        """This rank's int (p - reference + rho |u|^2 / 2) u.n dA out of the domain [W]."""
        u = self._points.vector(velocity)
        through = np.einsum("nqd,nd->nq", u, self._points.normals)
        head = self._at_points(pressure) - reference + 0.5 * density * (u**2).sum(axis=-1)
        return float((self._points.weights * head * through).sum())

    def _at_points(self, pressure: Array) -> Array:
        corners = np.take_along_axis(pressure[self._points.cells], self._vertices, axis=1)
        return corners @ self._barycentric.T


class BoundaryPower:
    """Cycle-mean flow of mechanical energy out through each opening.

    The pressure is taken relative to its mean over the reference openings at that instant: the
    flows through all openings sum to zero, so this changes no sum, but keeps the discretisation
    error of the flows from being multiplied by the blood pressure.
    """

    def __init__(
        self,
        openings: Mapping[str, Opening],
        reference: list[str],
        density: float,
        total: Callable[[Array], Array],
    ) -> None:
        """Prepare.

        Args:
            openings: by name.
            reference: names of those whose mean pressure is the reference; all when empty.
            density: rho [kg/m3].
            total: sum of an array over the ranks.
        """
        self._openings, self._density, self._total = dict(openings), density, total
        self._reference = reference or list(openings)
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        self._power = np.zeros(len(self._openings))
        self._weight = 0.0

    def add(self, velocity: list[Array], pressure: Array, weight: float) -> None:
        """Add one instant of ``weight`` [s].

        Args:
            velocity: local dof arrays of the components [m/s].
            pressure: (owned cells, 4) at the cell vertices [Pa].
            weight: [s].
        """
        parts = [self._openings[name].pressure_and_area(pressure) for name in self._reference]
        force, area = self._total(np.sum(parts, axis=0))
        out = [
            opening.power(velocity, pressure, self._density, force / area)
            for opening in self._openings.values()
        ]
        self.last = self._total(np.array(out))
        self._power += weight * self.last
        self._weight += weight

    def state(self) -> State:
        """See Accumulator."""
        return {"scalar.power": self._power, "scalar.power_weight": self._weight}

    def restore(self, state: State) -> None:
        """See Accumulator."""
        self._power, self._weight = state["scalar.power"], float(state["scalar.power_weight"])

    @property
    def outward(self) -> dict[str, float]:
        """Cycle-mean power out of each opening [W]; negative where energy enters."""
        return dict(zip(self._openings, (self._power / self._weight).tolist(), strict=True))
