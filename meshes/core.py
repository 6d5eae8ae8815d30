# SPDX-License-Identifier: BSD-3-Clause
"""Tetrahedra inside a closed triangulation, by gmsh."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gmsh
import numpy as np

from meshes.errors import MeshFailed
from meshes.topology import Index, orient
from meshes.types import Array

TRIANGLE, TETRAHEDRON = 2, 4
"""Element types of gmsh."""


@contextmanager
def gmsh_session() -> Iterator[None]:
    """A quiet, single-threaded, reproducible gmsh that is always shut down again."""
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("General.NumThreads", 1)
        gmsh.option.setNumber("Mesh.RandomSeed", 1)
        gmsh.model.add("core")
        yield
    finally:
        gmsh.finalize()


def fill(points: Array, triangles: Index) -> tuple[Array, Index]:
    """Tetrahedralise the inside of a closed surface and keep the surface as it is.

    Element sizes are those of the surface, extended inwards.

    Args:
        points: (n, 3) surface vertices [m], all used.
        triangles: (m, 3), outward oriented.

    Returns:
        Points, the n surface vertices first, and tetrahedra (k, 4) of positive orientation.

    Raises:
        MeshFailed: gmsh cannot recover the surface or leaves nothing inside.
    """
    # gmsh compares lengths with absolute tolerances, so it works in units of the edge length.
    unit = float(np.linalg.norm(points[triangles[:, 0]] - points[triangles[:, 1]], axis=1).mean())
    with gmsh_session():
        surface = gmsh.model.addDiscreteEntity(2)
        tags = np.arange(1, len(points) + 1)
        gmsh.model.mesh.addNodes(2, surface, tags, (points / unit).ravel())
        gmsh.model.mesh.addElementsByType(surface, TRIANGLE, [], triangles.ravel() + 1)
        loop = gmsh.model.geo.addSurfaceLoop([surface])
        gmsh.model.geo.addVolume([loop])
        gmsh.model.geo.synchronize()
        gmsh.option.setNumber("Mesh.Algorithm3D", 1)
        gmsh.option.setNumber("Mesh.Optimize", 1)
        gmsh.option.setNumber("Mesh.OptimizeNetgen", 0)
        try:
            gmsh.model.mesh.generate(3)
        except Exception as error:  # gmsh raises the bare class
            raise MeshFailed(f"gmsh: {error}", "core") from error
        node_tags, coordinates, _ = gmsh.model.mesh.getNodes()
        _, vertices = gmsh.model.mesh.getElementsByType(TETRAHEDRON)
    if not len(vertices):
        raise MeshFailed("gmsh left the inside empty", "core")
    return _collect(points, node_tags, coordinates.reshape(-1, 3) * unit, vertices)


def _collect(
    surface: Array, tags: Index, coordinates: Array, vertices: Index
) -> tuple[Array, Index]:
    """Number the nodes with the surface vertices first and as they were."""
    order = np.argsort(tags)
    tags, coordinates = tags[order], coordinates[order]
    if not np.array_equal(tags[: len(surface)], np.arange(1, len(surface) + 1)):
        raise MeshFailed("gmsh changed the surface nodes", "core")
    coordinates[: len(surface)] = surface
    cells = np.searchsorted(tags, vertices.reshape(-1, 4)).astype(np.int64)
    return coordinates, orient(coordinates, cells)
