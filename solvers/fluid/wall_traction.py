# SPDX-License-Identifier: BSD-3-Clause
"""Wall shear stress from the balance of momentum instead of from velocity gradients.

The residual of the momentum equation, tested with the hat function of a wall vertex, is the force
of the fluid on the wall around it; divided by the area of the hat it is the traction there
(boundary flux, Gresho et al. 1987, doi:10.1002/fld.1650070408; Brunatova et al. 2025,
arXiv:2501.02987). It meets the global balance of forces exactly and is one order more accurate
than the gradient of the wall cells, most of all for P1, whose gradient is constant per cell.
"""

from __future__ import annotations

import basix
import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.sampling import facet_evaluation
from solvers.fluid.fracstep import FractionalStep

Array = NDArray[np.float64]
Index = NDArray[np.int32]


class WallTraction:
    """Tangential traction on the facets of a wall.

    Attributes:
        facets: owned facets of the wall.
        cells: (facets,) the cell of each.
        area: (facets,) [m2].
        normals: (facets, 3) unit normals out of the fluid.
    """

    def __init__(self, stepper: FractionalStep, wall: str = "wall") -> None:
        """Locate wall vertices and edges; ``wall`` names the surface."""
        self._stepper = stepper
        domain, pressure = stepper.problem.domain, stepper.pressure_space
        self._space = pressure.vertices
        self.facets = domain.facets(wall)
        points = facet_evaluation(self._space, self.facets, 1)
        self.cells, self.normals = points.cells, points.normals
        self.area = points.weights.sum(axis=1)
        self._corners, self._unknowns = pressure.facet_vertices(self.facets)
        index_map = self._space.dofmap.index_map
        self._force = dolfinx.la.vector(index_map, 3)
        self._valid = self._wall_alone(wall)
        area = dolfinx.la.vector(index_map, 1)
        np.add.at(area.array, self._corners, self.area[:, None] / 3)
        area.scatter_reverse(dolfinx.la.InsertMode.add)
        area.scatter_forward()
        self._vertex_area = area.array.copy()
        self._locate_edges(wall)

    def _wall_alone(self, wall: str) -> Array:
        """(local vertices,) 0 where another surface with given velocity meets the wall, else 1.

        There the residual holds the force on both.
        """
        domain, space = self._stepper.problem.domain, self._space
        valid = np.ones(self._force.array.shape[0] // 3)
        for name in domain.surfaces(""):
            if name != wall and not name.startswith(("outlet", "ostium", "symmetry")):
                facets = domain.facets(name, owned=False)
                valid[dolfinx.fem.locate_dofs_topological(space, 2, facets)] = 0.0
        return valid

    def _locate_edges(self, wall: str) -> None:
        """Owned mid-edge dofs of a P2 wall and the two vertices of each."""
        domain, space = self._stepper.problem.domain, self._stepper.space
        facets = domain.facets(wall, owned=False)
        dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        self._own = dofs[dofs < space.dofmap.index_map.size_local]
        cells = space.dofmap.list
        edges = np.array(basix.topology(basix.CellType.tetrahedron)[1])
        # Row of each dof among all (cell, local dof) pairs, the last one that names it.
        where = np.empty(cells.max() + 1, np.int64)
        where[cells.ravel()] = np.arange(cells.size)
        cell, local = np.divmod(where[self._own], cells.shape[1])
        vertices = self._space.dofmap.list[cell]
        on_edge = local >= 4
        ends = np.column_stack([np.minimum(local, 3)] * 2)
        ends[on_edge] = edges[local[on_edge] - 4]
        # A mid-edge function is shared half and half; a vertex gives itself twice a half.
        self._ends = np.take_along_axis(vertices, ends, axis=1)

    def shear(self) -> Array:
        """(facets, 3) tangential force of the fluid per area [Pa], at the last step."""
        stepper, force = self._stepper, self._force
        rows = force.array.reshape(-1, 3)
        rows[:] = 0.0
        residual, pressure = stepper.reaction()
        np.add.at(rows, self._ends, 0.5 * residual[self._own][:, None, :])
        # Take out the pressure exactly as it entered: it is large against the shear.
        p = stepper.pressure_space.facet_values(pressure, self._unknowns)
        load = (p.sum(axis=1, keepdims=True) + p) * (self.area / 12)[:, None]
        np.add.at(rows, self._corners, -load[..., None] * self.normals[:, None, :])
        force.scatter_reverse(dolfinx.la.InsertMode.add)
        force.scatter_forward()
        area = np.where(self._vertex_area > 0.0, self._vertex_area, 1.0)
        traction = rows / area[:, None]
        weight = self._valid[self._corners]
        # Corners shared with an inlet take part only where a facet has no others.
        weight[weight.sum(axis=1) == 0.0] = 1.0
        mean = np.einsum("nv,nvd->nd", weight, traction[self._corners])
        mean /= weight.sum(axis=1, keepdims=True)
        through = np.einsum("nd,nd->n", mean, self.normals)
        return mean - through[:, None] * self.normals
