# SPDX-License-Identifier: BSD-3-Clause
"""Scalar fields that live at the quadrature points of boundary facets.

Forms on facets take no quadrature elements, so the values are held by a discontinuous polynomial
per cell whose restriction to a facet has as many coefficients as the facet has points: values at
the points and coefficients determine each other, and forms meet exactly the values that were set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import basix
import basix.ufl
import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.tagged_mesh import TaggedMesh, facet_cells

Array = NDArray[np.float64]


class FacetPoints:
    """Quadrature points on one named surface of a body.

    Attributes:
        domain: the mesh.
        surface: name of the surface.
        entities: (n, 2) cell and local facet number of the local facets, ghosts included.
        owned: (n,) whether the facet counts on this rank.
        measure: ``ds`` restricted to the surface, with these points.
    """

    def __init__(self, domain: TaggedMesh, surface: str, degree: int) -> None:
        """Take the facets of ``surface``.

        Args:
            domain: mesh of hexahedra or tetrahedra.
            surface: name of an outer surface.
            degree: polynomial degree of the displacement; as many points as a facet has nodes.

        Raises:
            InvalidProblem: the mesh has no such surface.
        """
        self.domain, self.surface = domain, surface
        mesh = domain.mesh
        facets = domain.facets(surface, owned=False)
        cells, local = facet_cells(mesh, facets)
        self.entities = np.column_stack([cells, local]).astype(np.int32)
        self.owned = np.isin(facets, domain.facets(surface))
        kind = basix.CellType[mesh.topology.cell_name()]
        quads = kind == basix.CellType.hexahedron
        face = basix.CellType.quadrilateral if quads else basix.CellType.triangle
        rule = 2 * degree + 1 if quads else 2 * degree
        self.reference = basix.make_quadrature(face, rule)[0]
        tags = domain.facet_tags
        self.measure = ufl.Measure(
            "ds", mesh, subdomain_data=tags, metadata={"quadrature_degree": rule}
        )(domain.tag(surface))
        element = basix.ufl.element("Lagrange", kind.name, degree, discontinuous=True)
        self.space = dolfinx.fem.functionspace(mesh, element)
        self._closure, self._to_dofs = _facet_maps(kind, degree, self.reference)

    def set_values(self, field: dolfinx.fem.Function, values: Array) -> None:
        """Make the field take ``values`` (facets, points) at the points of each facet."""
        array = field.x.array
        array[:] = 0.0
        cells, local = self.entities.T
        dofs = self.space.dofmap.list
        for number, (closure, matrix) in enumerate(zip(self._closure, self._to_dofs, strict=True)):
            rows = local == number
            array[dofs[cells[rows]][:, closure]] = values[rows] @ matrix.T

    def evaluator(self, expression: Any) -> Callable[[], Array]:
        """Compile an expression; the call returns (facets, points, size) at the current state."""
        compiled = dolfinx.fem.Expression(
            expression, self.reference, jit_options=_compat.jit_options()
        )
        mesh, entities = self.domain.mesh, self.entities
        count = len(self.reference)

        def evaluate() -> Array:
            if not len(entities):
                return np.zeros((0, count, int(np.prod(expression.ufl_shape, initial=1))))
            found = _compat.evaluate_on_facets(compiled, mesh, entities)
            return found.reshape(len(entities), count, -1)

        return evaluate


def _facet_maps(
    kind: basix.CellType, degree: int, points: Array
) -> tuple[list[list[int]], list[Array]]:
    """Per local facet: its coefficients in a cell, and the matrix from values at points to them."""
    element = basix.create_element(
        basix.ElementFamily.P, kind, degree, basix.LagrangeVariant.gll_warped
    )
    corners, faces = basix.geometry(kind), basix.topology(kind)[2]
    closures, matrices = [], []
    for number, face in enumerate(faces):
        origin, first, second = corners[face[0]], corners[face[1]], corners[face[2]]
        inside = origin + points[:, :1] * (first - origin) + points[:, 1:2] * (second - origin)
        closure = list(element.entity_closure_dofs[2][number])
        table = element.tabulate(0, inside)[0, :, :, 0][:, closure]
        closures.append(closure)
        matrices.append(np.linalg.inv(table))
    return closures, matrices
