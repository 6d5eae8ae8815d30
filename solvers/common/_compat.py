# SPDX-License-Identifier: BSD-3-Clause
"""Every difference between dolfinx 0.9, 0.10 and 0.11 that this package meets."""

from __future__ import annotations

from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray

from solvers.common.processor import COMPILER_FLAGS, cache_folder

DOLFINX_VERSION: tuple[int, int] = tuple(int(n) for n in dolfinx.__version__.split(".")[:2])


def cell_partitioner() -> Any:
    """Partitioner that ghosts cells across shared facets (interior-facet integrals need it)."""
    create = dolfinx.mesh.create_cell_partitioner
    mode = dolfinx.mesh.GhostMode.shared_facet
    if DOLFINX_VERSION >= (0, 11):
        return create(mode, max_facet_to_cell_links=2)
    return create(mode)


def create_mesh(
    comm: MPI.Comm, cells: NDArray[np.int64], points: NDArray[np.float64], element: ufl.Mesh
) -> dolfinx.mesh.Mesh:
    """``dolfinx.mesh.create_mesh``; points [m] and element swapped places in 0.10."""
    partitioner = cell_partitioner()
    if DOLFINX_VERSION >= (0, 10):
        return dolfinx.mesh.create_mesh(comm, cells, element, points, partitioner=partitioner)
    return dolfinx.mesh.create_mesh(comm, cells, points, element, partitioner=partitioner)


def cell_nodes(mesh: dolfinx.mesh.Mesh) -> NDArray[np.int32]:
    """(local cells, 4) geometry nodes; the attribute was renamed in 0.11."""
    geometry = mesh.geometry
    return geometry.dofmaps[0] if DOLFINX_VERSION >= (0, 11) else geometry.dofmap


def basix_element(space: dolfinx.fem.FunctionSpace) -> Any:
    """The basix element of a scalar Lagrange space."""
    return space.ufl_element().basix_element


def jit_options() -> dict[str, Any]:
    """Compiler options of every form; patient with a cold cache, which is per processor type."""
    return {
        "cffi_extra_compile_args": list(COMPILER_FLAGS),
        "cache_dir": cache_folder() / "forms",
        "timeout": 600,
    }


def distribute_entity_data(
    mesh: dolfinx.mesh.Mesh, dim: int, entities: NDArray[np.int64], values: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Send (vertices, value) pairs given in input numbering to the ranks that hold the entity."""
    return dolfinx.io.utils.distribute_entity_data(mesh, dim, entities, values)


def evaluate_on_facets(
    expression: dolfinx.fem.Expression, mesh: dolfinx.mesh.Mesh, entities: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Values per (cell, local facet) row; 0.9 wants the rows in one line."""
    flat = np.ascontiguousarray(entities, np.int32)
    return expression.eval(mesh, flat.ravel() if DOLFINX_VERSION < (0, 10) else flat)
