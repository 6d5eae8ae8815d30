# SPDX-License-Identifier: BSD-3-Clause
"""Velocity and pressure at given points of a running flow solution."""

from __future__ import annotations

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common._compat import basix_element, cell_nodes
from solvers.common.errors import InvalidProblem
from solvers.fluid.fracstep import FractionalStep

Array = NDArray[np.float64]


class PointProbe:
    """Evaluates the fields at fixed points; every rank gets all values."""

    def __init__(self, flow: FractionalStep, points: Array) -> None:
        """Find the cells of the ``points`` (n, 3) [m].

        Raises:
            InvalidProblem: a point lies outside the mesh.
        """
        self._flow = flow
        mesh = self._mesh = flow.problem.domain.mesh
        points = np.ascontiguousarray(points, dtype=float)
        tree = dolfinx.geometry.bb_tree(mesh, 3, padding=1e-9)
        near = dolfinx.geometry.compute_collisions_points(tree, points)
        found = dolfinx.geometry.compute_colliding_cells(mesh, near, points)
        owned = mesh.topology.index_map(3).size_local
        pairs = [
            (row, cells[0])
            for row in range(len(points))
            if len(cells := found.links(row)[found.links(row) < owned])
        ]
        self._rows = np.array([row for row, _ in pairs], int)
        self._cells = np.array([cell for _, cell in pairs], np.int32)
        mine = np.zeros(len(points))
        mine[self._rows] = 1.0
        self._count = mesh.comm.allreduce(mine)
        if not self._count.all():
            lost = points[np.argmin(self._count)]
            raise InvalidProblem(f"the point {lost} m lies outside the mesh")
        corners = mesh.geometry.x[cell_nodes(mesh)[self._cells]]
        edges = np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)
        offset = points[self._rows] - corners[:, 0]
        self._reference = np.linalg.solve(edges, offset[..., None])[..., 0]

    def velocity(self) -> Array:
        """(n, 3) [m/s]."""
        space = self._flow.space
        basis = basix_element(space).tabulate(0, self._reference)[0, ..., 0]
        dofs = space.dofmap.list[self._cells]
        parts = [np.sum(basis * u.x.array[dofs], axis=1) for u in self._flow.velocity]
        return self._everywhere(np.stack(parts, axis=-1))

    def pressure(self) -> Array:
        """(n,) [Pa]."""
        corners = self._flow.pressure_space.cell_values(self._flow.pressure)[self._cells]
        weights = np.column_stack([1.0 - self._reference.sum(axis=1), self._reference])
        return self._everywhere(np.sum(weights * corners, axis=1)[:, None])[:, 0]

    def _everywhere(self, values: Array) -> Array:
        """Values of all points; those that several ranks found are averaged."""
        total = np.zeros((len(self._count), values.shape[1]))
        total[self._rows] = values
        return self._mesh.comm.allreduce(total) / self._count[:, None]
