# SPDX-License-Identifier: BSD-3-Clause
"""What holds a model that is a part of a device: mirror planes, and its place along the axis."""

from __future__ import annotations

import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray

from solvers.common.forms import compile_form
from solvers.solid.body import Body

Array = NDArray[np.float64]


class MirrorPlane:
    """A mirror plane through the axis, at the angle theta.

    Where its normal is a coordinate axis the normal displacement is prescribed; else it is held by
    a stiff spring, whose give ``slip`` measures.
    """

    def __init__(self, body: Body, surface: str, angle: float, stiffness: float) -> None:
        """Hold the plane.

        Args:
            body: what is held.
            surface: name of the plane's facets.
            angle: theta [rad].
            stiffness: of the spring [Pa/m].
        """
        normal = np.array([-np.sin(angle), np.cos(angle), 0.0])
        axis = int(np.argmax(np.abs(normal)))
        self.exact = bool(abs(normal[axis]) > 1.0 - 1e-12)
        if self.exact:
            body.prescribe(surface, 0.0, axis)
            return
        measure = ufl.Measure("ds", body.mesh, subdomain_data=body.domain.facet_tags)
        plane = measure(body.domain.tag(surface))
        direction = dolfinx.fem.Constant(body.mesh, normal)
        spring = dolfinx.fem.Constant(body.mesh, float(stiffness))
        off = ufl.dot(body.displacement, direction)
        test = ufl.TestFunction(body.space)
        body.terms.append(spring * off * ufl.dot(test, direction) * plane)
        self._square, self._area = compile_form(off**2 * plane), compile_form(spring * plane)
        self._stiffness, self._comm = float(stiffness), body.mesh.comm

    def slip(self) -> float:
        """Root mean square of the displacement across the plane [m]; collective."""
        if self.exact:
            return 0.0
        square, area = (
            self._comm.allreduce(dolfinx.fem.assemble_scalar(form))
            for form in (self._square, self._area)
        )
        return float(np.sqrt(square * self._stiffness / area))


def hold_axially(body: Body, surfaces: tuple[str, ...]) -> None:
    """Prescribe the axial displacement of the node of these surfaces that is nearest to z = 0.

    For models that nothing pushes along the axis: the node bears no force.
    """
    part = body.space.sub(2)
    facets = np.concatenate([body.domain.facets(name, owned=False) for name in surfaces])
    vertices = np.unique(_vertices(body.mesh, facets.astype(np.int32)))
    points = _vertex_points(body.mesh, vertices)
    # The same node on all ranks: lowest |z|, then the other coordinates.
    keys = [tuple(round(c, 12) for c in (abs(z), x, y, z)) for x, y, z in points]
    lowest = min(body.mesh.comm.allgather(min(keys, default=(np.inf,) * 4)))
    chosen = vertices[[key == lowest for key in keys]]
    dofs = dolfinx.fem.locate_dofs_topological(part, 0, chosen)
    body.boundaries.append(dolfinx.fem.dirichletbc(np.float64(0.0), dofs, part))


def _vertices(mesh: dolfinx.mesh.Mesh, facets: NDArray[np.int32]) -> NDArray[np.int32]:
    links = mesh.topology.connectivity(2, 0)
    return np.concatenate([np.zeros(0, np.int32), *(links.links(f) for f in facets)])


def _vertex_points(mesh: dolfinx.mesh.Mesh, vertices: NDArray[np.int32]) -> Array:
    mesh.topology.create_connectivity(0, 3)
    nodes = dolfinx.mesh.entities_to_geometry(mesh, 0, vertices)
    return mesh.geometry.x[nodes.ravel()]
