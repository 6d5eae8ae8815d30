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
from dolfinx.mesh import MeshTags, meshtags_from_entities
from numpy.typing import NDArray

from solvers.common import _compat
from solvers.common.errors import InvalidProblem


@dataclass(frozen=True)
class TaggedMesh:
    """A tetrahedral dolfinx mesh [m] whose regions and surfaces are addressed by name.

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
    tets, triangles = np.zeros((0, 4), np.int64), np.zeros((0, 3), np.int64)
    tet_tags, triangle_tags = np.zeros(0, np.int32), np.zeros(0, np.int32)
    markers, problem = None, None
    if comm.rank == 0:
        try:
            markers = json.loads((folder / "markers.json").read_text())
            source = meshio.read(folder / "mesh.msh")
            points = np.ascontiguousarray(source.points, dtype=np.float64)
            tets = source.get_cells_type("tetra").astype(np.int64)
            triangles = source.get_cells_type("triangle").astype(np.int64)
            tet_tags = source.get_cell_data("gmsh:physical", "tetra").astype(np.int32)
            triangle_tags = source.get_cell_data("gmsh:physical", "triangle").astype(np.int32)
        except (OSError, KeyError, ValueError) as error:
            problem = f"cannot read the mesh bundle {folder}: {error}"
    problem = comm.bcast(problem)
    if problem:
        raise InvalidProblem(problem)
    return distribute(comm, points, tets, tet_tags, triangles, triangle_tags, comm.bcast(markers))


def distribute(
    comm: MPI.Comm,
    points: NDArray[np.float64],
    tets: NDArray[np.int64],
    tet_tags: NDArray[np.int32],
    triangles: NDArray[np.int64],
    triangle_tags: NDArray[np.int32],
    markers: dict[str, dict[str, int]],
) -> TaggedMesh:
    """Distribute arrays held by rank 0 (empty elsewhere): points (n, 3) [m], cells (m, 4), ..."""
    element = ufl.Mesh(basix.ufl.element("Lagrange", "tetrahedron", 1, shape=(3,)))
    mesh = _compat.create_mesh(comm, tets, points, element)
    mesh.topology.create_connectivity(2, 3)
    mesh.topology.create_connectivity(2, 0)
    mesh.topology.create_connectivity(3, 2)

    def tags(dim: int, entities: NDArray[np.int64], values: NDArray[np.int32]) -> MeshTags:
        local, local_values = _compat.distribute_entity_data(mesh, dim, entities, values)
        mesh.topology.create_entities(dim)
        adjacency = dolfinx.graph.adjacencylist(local)
        return meshtags_from_entities(mesh, dim, adjacency, local_values.astype(np.int32))

    return TaggedMesh(mesh, tags(3, tets, tet_tags), tags(2, triangles, triangle_tags), markers)


def facet_cells(
    mesh: dolfinx.mesh.Mesh, facets: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """One attached cell (an owned one where possible) and the local facet number, per facet."""
    to_cell = mesh.topology.connectivity(2, 3)
    to_facet = mesh.topology.connectivity(3, 2).array.reshape(-1, 4)
    cells = np.array([to_cell.links(f).min() for f in facets], dtype=np.int32)
    local = np.argmax(to_facet[cells] == facets[:, None], axis=1).astype(np.int32)
    return cells, local
