# SPDX-License-Identifier: BSD-3-Clause
"""Cycle means on the mesh of the bundle, in its own numbering, written by rank 0."""

from __future__ import annotations

from pathlib import Path

import meshio
import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from solvers.common._compat import cell_nodes
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.simulation import PulsatileFlow

Array = NDArray[np.float64]


class _Gather:
    """Brings values on local entities to rank 0 in the numbering of the input mesh."""

    def __init__(self, domain: TaggedMesh) -> None:
        mesh = domain.mesh
        self.comm = domain.comm
        self.cell_count = mesh.topology.index_map(3).size_global
        self.node_count = mesh.geometry.index_map().size_global
        self.owned_cells = mesh.topology.index_map(3).size_local
        self.node_number = mesh.geometry.input_global_indices
        self.cell_number = mesh.topology.original_cell_index
        self.cell_nodes = self.node_number[cell_nodes(mesh)]

    def _collect(self, numbers: NDArray, values: Array, count: int) -> Array | None:
        parts = self.comm.gather((numbers, values))
        if parts is None:
            return None
        result = np.zeros((count, *values.shape[1:]))
        for number, value in parts:
            result[number] = value
        return result

    def cells(self, values: Array) -> Array | None:
        """(cells, ...) on rank 0 from values on the owned cells."""
        return self._collect(self.cell_number[: self.owned_cells], values, self.cell_count)

    def nodes(self, numbers: NDArray, values: Array) -> Array | None:
        """(nodes, ...) on rank 0 from values at input node ``numbers``."""
        return self._collect(numbers, values, self.node_count)

    def rows(self, values: Array) -> Array | None:
        """Values of all ranks one after the other, on rank 0."""
        parts = self.comm.gather(values)
        return None if parts is None else np.concatenate(parts)


def write_fields(flow: PulsatileFlow, mesh_folder: Path, folder: Path) -> None:
    """Write ``fields.vtu`` and ``wall.vtp`` (content in docs/architecture.md)."""
    gather = _Gather(flow.domain)
    cell_data, point_data = _volume_data(flow, gather)
    wall = _wall_data(flow, gather)
    if gather.comm.rank:
        return
    source = meshio.read(mesh_folder / "mesh.msh")
    tets = source.get_cells_type("tetra")
    grid = pv.UnstructuredGrid({pv.CellType.TETRA: tets}, source.points)
    region = np.concatenate(
        [
            d
            for c, d in zip(source.cells, source.cell_data["gmsh:physical"], strict=True)
            if c.type == "tetra"
        ]
    )
    grid.cell_data["region"] = region.astype(np.int32)
    grid.cell_data.update(cell_data)
    grid.point_data.update(point_data)
    grid.save(folder / "fields.vtu")
    triangles = wall.pop("triangles").astype(np.int64)
    faces = np.column_stack([np.full(len(triangles), 3), triangles]).ravel()
    surface = pv.PolyData(source.points, faces)
    surface.cell_data.update(wall)
    surface.clean(point_merging=False).save(folder / "wall.vtp")


def _volume_data(flow: PulsatileFlow, gather: _Gather) -> tuple[dict, dict]:
    stepper = flow.stepper
    pressure = stepper.pressure_space.cell_values(flow.average.pressure)
    cell_data = {
        "mean_speed": gather.cells(flow.average.speed),
        "mean_pressure": gather.cells(pressure.mean(axis=1)),
        "kinetic_energy": gather.cells(flow.monitors.energy.cells.kinetic),
        "dissipation": gather.cells(flow.monitors.energy.cells.dissipation),
    }
    owned = gather.owned_cells
    nodes = gather.cell_nodes[:owned]
    # A vertex of the device surface has two pressures: the point field keeps the lumen's.
    lumen = np.zeros(len(gather.cell_nodes), bool)
    lumen[flow.domain.cell_tags.find(flow.domain.markers["cells"]["lumen"])] = True
    order = np.argsort(lumen[:owned], kind="stable")
    dofs = stepper.space.dofmap.list[:owned, :4]  # the first four dofs of a cell are its vertices

    def at_nodes(components: Array) -> Array | None:
        return gather.nodes(nodes.ravel(), components[:, dofs].reshape(3, -1).T)

    point_data = {
        "velocity": at_nodes(flow.average.velocity),
        "velocity_systole": at_nodes(flow.systole),
        "pressure": gather.nodes(nodes[order].ravel(), pressure[order].ravel()),
    }
    if flow.tracers and flow.tracers.age:
        vertices = flow.tracers.flow.graph.dofs
        age = flow.tracers.age_field[vertices]
        point_data["residence_time"] = gather.nodes(nodes.ravel(), age.ravel())
    return cell_data, point_data


def _wall_data(flow: PulsatileFlow, gather: _Gather) -> dict[str, Array]:
    wall, shear, mesh = flow.wall, flow.shear, flow.domain.mesh
    to_facet = mesh.topology.connectivity(3, 2).array.reshape(-1, 4)
    cells = wall.cells
    local = np.argmax(to_facet[cells] == wall.facets[:, None], axis=1)
    others = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
    triangles = np.take_along_axis(gather.cell_nodes[cells], others[local], axis=1)
    region = np.zeros(len(gather.cell_nodes), np.int32)
    region[flow.domain.cell_tags.indices] = flow.domain.cell_tags.values
    return {
        "triangles": gather.rows(triangles),
        "region": gather.rows(region[cells]),
        "tawss": gather.rows(shear.tawss),
        "osi": gather.rows(shear.osi),
        "rrt": gather.rows(shear.rrt),
        "ecap": gather.rows(shear.ecap),
        "wss_mean": gather.rows(shear.mean_vector),
        "area": gather.rows(wall.area),
    }
