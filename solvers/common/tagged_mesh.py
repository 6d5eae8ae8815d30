# SPDX-License-Identifier: BSD-3-Clause
"""Distributed mesh with named regions and surfaces, read from a mesh bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from mpi4py import MPI

import basix.ufl
import dolfinx
import meshio
import numpy as np
import ufl
from dolfinx.mesh import CellType, MeshTags, meshtags_from_entities
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.errors import InvalidProblem

_SHAPES = {
    4: ("tetra", "triangle", CellType.tetrahedron, CellType.triangle, 1),
    10: ("tetra10", "triangle6", CellType.tetrahedron, CellType.triangle, 2),
    8: ("hexahedron", "quad", CellType.hexahedron, CellType.quadrilateral, 1),
    27: ("hexahedron27", "quad9", CellType.hexahedron, CellType.quadrilateral, 2),
}
"""By nodes of a cell: meshio's names of cell and facet, their types, degree of the geometry."""


@dataclass(frozen=True)
class TaggedMesh:
    """A dolfinx mesh [m] of tetrahedra or hexahedra with named regions and surfaces.

    Attributes:
        mesh: the distributed mesh, ghosted across shared facets.
        cell_tags: region of each local cell.
        facet_tags: surface of each tagged local facet.
        markers: ``{"cells": {name: tag}, "facets": {name: tag}}``.
    """

    mesh: dolfinx.mesh.Mesh
    cell_tags: MeshTags
    facet_tags: MeshTags
    markers: dict[str, dict[str, int]]

    @property
    def comm(self) -> MPI.Comm:
        """Communicator of the mesh."""
        return self.mesh.comm

    def tag(self, name: str) -> int:
        """Facet tag of a named surface; raises InvalidProblem when there is none."""
        try:
            return self.markers["facets"][name]
        except KeyError:
            known = ", ".join(sorted(self.markers["facets"]))
            raise InvalidProblem(
                f"surface '{name}' is not in the mesh, which has {known}"
            ) from None

    def surfaces(self, prefix: str) -> list[str]:
        """Names of the surfaces that start with ``prefix``, in tag order."""
        found = [n for n in self.markers["facets"] if n.startswith(prefix)]
        return sorted(found, key=self.markers["facets"].get)

    def facets(self, name: str, *, owned: bool = True) -> NDArray[np.int32]:
        """Local facets of a surface; with ``owned`` each facet is on exactly one rank.

        The rank that owns the attached cell of lowest global number has the facet: it always
        holds that cell, which the owner of the facet itself need not.
        """
        facets = self.facet_tags.find(self.tag(name))
        if not owned:
            return facets
        to_cell = self.mesh.topology.connectivity(2, 3)
        count = self.mesh.topology.index_map(3)
        first = np.empty(len(facets), np.int32)
        for row, facet in enumerate(facets):
            cells = to_cell.links(facet)
            first[row] = cells[np.argmin(count.local_to_global(cells))]
        return facets[first < count.size_local]

    def cells(self, region: str) -> NDArray[np.int32]:
        """Owned cells of a region."""
        cells = self.cell_tags.find(self.markers["cells"][region])
        return cells[cells < self.mesh.topology.index_map(3).size_local]


def read_tagged_mesh(folder: Path, comm: MPI.Comm = MPI.COMM_WORLD) -> TaggedMesh:
    """Read and distribute the mesh bundle in ``folder``.

    Raises:
        InvalidProblem: the bundle is incomplete.
    """
    points = np.zeros((0, 3))
    cells, facets = np.zeros((0, 4), np.int64), np.zeros((0, 3), np.int64)
    cell_tags, facet_tags = np.zeros(0, np.int32), np.zeros(0, np.int32)
    markers, problem = None, None
    if comm.rank == 0:
        try:
            markers = json.loads((folder / "markers.json").read_text())
            source = meshio.read(folder / "mesh.msh")
            points = np.ascontiguousarray(source.points, dtype=np.float64)
            cell, facet = _stored_types(source)
            cells = source.get_cells_type(cell).astype(np.int64)
            facets = source.get_cells_type(facet).astype(np.int64)
            cell_tags = source.get_cell_data("gmsh:physical", cell).astype(np.int32)
            facet_tags = source.get_cell_data("gmsh:physical", facet).astype(np.int32)
        except (OSError, KeyError, ValueError) as error:
            problem = f"cannot read the mesh bundle {folder}: {error}"
    problem = comm.bcast(problem)
    if problem:
        raise InvalidProblem(problem)
    return distribute(comm, points, cells, cell_tags, facets, facet_tags, comm.bcast(markers))


def _stored_types(source: meshio.Mesh) -> tuple[str, str]:
    """Names in meshio of the cells and facets of a file; the cells must all be of one kind."""
    found = [names[:2] for names in _SHAPES.values() if names[0] in source.cells_dict]
    if len(found) != 1:
        raise ValueError(f"needs cells of one kind, has {', '.join(source.cells_dict)}")
    return found[0]


def distribute(
    comm: MPI.Comm,
    points: NDArray[np.float64],
    cells: NDArray[np.int64],
    cell_tags: NDArray[np.int32],
    facets: NDArray[np.int64],
    facet_tags: NDArray[np.int32],
    markers: dict[str, dict[str, int]],
) -> TaggedMesh:
    """Distribute arrays held by rank 0 (empty elsewhere).

    Args:
        comm: communicator.
        points: (n, 3) [m].
        cells: (m, 4 or 10) tetrahedra or (m, 8 or 27) hexahedra, nodes in the order of VTK.
        cell_tags: (m,) region of each cell.
        facets: (k, ...) tagged facets of the same degree, nodes in the order of VTK.
        facet_tags: (k,) surface of each.
        markers: names of the tags.
    """
    width = comm.bcast(cells.shape[1])
    *_, cell, facet, degree = _SHAPES[width]
    cells = _reordered(cells, cell, width)
    facets = _reordered(facets, facet, comm.bcast(facets.shape[1]))
    element = ufl.Mesh(basix.ufl.element("Lagrange", cell.name, degree, shape=(3,)))
    mesh = _compat.create_mesh(comm, cells, points, element)
    mesh.topology.create_connectivity(2, 3)
    mesh.topology.create_connectivity(2, 0)
    mesh.topology.create_connectivity(3, 2)

    def tags(dim: int, entities: NDArray[np.int64], values: NDArray[np.int32]) -> MeshTags:
        local, local_values = _compat.distribute_entity_data(mesh, dim, entities, values)
        mesh.topology.create_entities(dim)
        adjacency = dolfinx.graph.adjacencylist(local)
        return meshtags_from_entities(mesh, dim, adjacency, local_values.astype(np.int32))

    return TaggedMesh(mesh, tags(3, cells, cell_tags), tags(2, facets, facet_tags), markers)


def _reordered(entities: NDArray[np.int64], kind: CellType, width: int) -> NDArray[np.int64]:
    """(n, width) nodes in dolfinx's order, from VTK's; a rank without any may give any width."""
    if not len(entities):
        return np.zeros((0, width), np.int64)
    return np.ascontiguousarray(entities[:, dolfinx.cpp.io.perm_vtk(kind, width)])


def facet_cells(
    mesh: dolfinx.mesh.Mesh, facets: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """One attached cell (an owned one where possible) and the local facet number, per facet."""
    to_cell = mesh.topology.connectivity(2, 3)
    to_facet = cell_facets(mesh)
    cells = np.array([to_cell.links(f).min() for f in facets], dtype=np.int32)
    local = np.argmax(to_facet[cells] == facets[:, None], axis=1).astype(np.int32)
    return cells, local


def cell_facets(mesh: dolfinx.mesh.Mesh) -> NDArray[np.int32]:
    """(local cells, 4 or 6) facets of each cell."""
    count = dolfinx.cpp.mesh.cell_num_entities(mesh.topology.cell_type, 2)
    return mesh.topology.connectivity(3, 2).array.reshape(-1, count)
