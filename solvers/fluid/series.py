# SPDX-License-Identifier: BSD-3-Clause
"""Velocity and pressure of many instants in one VTKHDF file, written by rank 0.

Format: https://docs.vtk.org/en/latest/vtk_file_formats/vtkhdf_file_format. The mesh is stored
once; every instant points to it. ParaView and pyvista read the file while it still grows.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Self

from petsc4py import PETSc

import dolfinx
import h5py
import numpy as np
from numpy.typing import NDArray

from solvers.common._compat import cell_nodes
from solvers.fields.averages import State
from solvers.fluid.pressure_space import PressureSpace
from solvers.fluid.settings import OutputSettings

log = logging.getLogger(__name__)
Array = NDArray[np.float64]

TETRA = 10
"""VTK cell type."""

OFFSETS = ("PartOffsets", "PointOffsets", "CellOffsets", "ConnectivityIdOffsets")
FIELDS = {"velocity": 3, "pressure": 1}


class VtkHdfSeries:
    """A growing VTKHDF file of point fields on a fixed tetrahedral mesh; one process."""

    def __init__(self, path: Path, points: Array, cells: NDArray[np.int64], region: Array) -> None:
        """Write the mesh.

        Args:
            path: file, overwritten.
            points: (n, 3) [m].
            cells: (m, 4) vertices.
            region: (m,) tag of each cell.
        """
        self._points = len(points)
        self._file = h5py.File(path, "w")
        root = self._root = self._file.create_group("VTKHDF")
        root.attrs["Version"] = (2, 2)
        root.attrs["Type"] = np.bytes_("UnstructuredGrid")
        for name, count in (
            ("NumberOfPoints", len(points)),
            ("NumberOfCells", len(cells)),
            ("NumberOfConnectivityIds", cells.size),
        ):
            root[name] = np.array([count], np.int64)
        root["Points"] = points
        root["Connectivity"] = cells.ravel().astype(np.int64)
        root["Offsets"] = np.arange(0, cells.size + 1, 4, dtype=np.int64)
        root["Types"] = np.full(len(cells), TETRA, np.uint8)
        root["CellData/region"] = region.astype(np.int32)
        self._prepare_steps()

    def _prepare_steps(self) -> None:
        steps = self._root.create_group("Steps")
        steps.attrs["NSteps"] = 0
        for name in ("Values", "NumberOfParts", *OFFSETS):
            # Offsets into the topology have one column per topology, of which there is one.
            column = (1,) if name in ("CellOffsets", "ConnectivityIdOffsets") else ()
            kind = np.float64 if name == "Values" else np.int64
            self._growing(steps, name, (0, *column), 64, kind)
        self._growing(steps, "CellDataOffsets/region", (0,), 64, np.int64)
        for name, width in FIELDS.items():
            self._growing(steps, f"PointDataOffsets/{name}", (0,), 64, np.int64)
            shape = (0, width) if width > 1 else (0,)
            data = self._root.require_group("PointData")
            self._growing(data, name, shape, max(self._points, 1), np.float32)

    @staticmethod
    def _growing(group: h5py.Group, name: str, shape: tuple, chunk: int, kind: type) -> None:
        tail = shape[1:]
        group.create_dataset(
            name, shape, maxshape=(None, *tail), chunks=(min(chunk, 1 << 18), *tail), dtype=kind
        )

    def add(self, time: float, fields: dict[str, Array]) -> None:
        """Append one instant at ``time`` [s]: (n,) or (n, 3) values of every field by name."""
        steps = self._root["Steps"]
        count = int(steps.attrs["NSteps"])
        for name, values in fields.items():
            _append(self._root["PointData"][name], values)
            _append(steps["PointDataOffsets"][name], [count * self._points])
        for name in OFFSETS:
            _append(steps[name], np.zeros((1, *steps[name].shape[1:]), np.int64))
        _append(steps["CellDataOffsets/region"], [0])
        _append(steps["NumberOfParts"], [1])
        _append(steps["Values"], [time])
        steps.attrs["NSteps"] = count + 1
        self._file.flush()

    def close(self) -> None:
        """End the file."""
        self._file.close()

    @classmethod
    def reopen(cls, path: Path, points: Array, count: int) -> Self:
        """Go on after the first ``count`` instants of a file on the same mesh ``points``.

        Raises:
            ValueError: it is of another mesh or holds fewer instants.
            OSError: it is missing or damaged.
        """
        self = cls.__new__(cls)
        self._points, self._file = len(points), h5py.File(path, "r+")
        self._root = self._file["VTKHDF"]
        steps = self._root["Steps"]
        same = np.array_equal(self._root["Points"][()], points)
        if not same or int(steps.attrs["NSteps"]) < count:
            self.close()
            raise ValueError("its mesh or its instants are not those of the checkpoint")
        for name in ("Values", "NumberOfParts", *OFFSETS, "CellDataOffsets/region"):
            steps[name].resize(count, axis=0)
        for name in FIELDS:
            steps[f"PointDataOffsets/{name}"].resize(count, axis=0)
            self._root["PointData"][name].resize(count * self._points, axis=0)
        steps.attrs["NSteps"] = count
        return self


def _append(dataset: h5py.Dataset, values: Array) -> None:
    start = len(dataset)
    dataset.resize(start + len(values), axis=0)
    dataset[start:] = values


class FieldSeries:
    """Stores instants of a flow, at the cell vertices and in single precision.

    A point of the file is a pressure unknown: vertices of a device surface are there twice, once
    for each side, so that the jump of the pressure is in the picture.
    """

    def __init__(
        self,
        path: Path,
        settings: OutputSettings,
        velocity: dolfinx.fem.FunctionSpace,
        pressure: PressureSpace,
    ) -> None:
        """Gather the mesh.

        Args:
            path: file, written by rank 0.
            settings: which instants.
            velocity: scalar velocity space.
            pressure: pressure unknowns.
        """
        self._path, self._settings = path, settings
        self._comm = pressure.domain.comm
        self._dofs = _velocity_dofs(velocity, pressure)
        self._mesh = self._gather_mesh(velocity, pressure)
        self._file: VtkHdfSeries | None = None
        self._count, self._next = 0, float("nan")

    def _gather_mesh(self, velocity: dolfinx.fem.FunctionSpace, pressure: PressureSpace) -> tuple:
        domain = pressure.domain
        owned = len(cell_nodes(domain.mesh)[: domain.mesh.topology.index_map(3).size_local])
        region = np.zeros(len(pressure.unknowns), np.int32)
        region[domain.cell_tags.indices] = domain.cell_tags.values
        points = velocity.tabulate_dof_coordinates()[self._dofs]
        parts = (points, pressure.unknowns[:owned].astype(np.int64), region[:owned])
        return tuple(self._gather(part) for part in parts)

    def _gather(self, values: Array) -> Array | None:
        """Rows of all ranks one after the other on rank 0, which is the order of unknowns."""
        parts = self._comm.gather(values)
        return None if parts is None else np.concatenate(parts)

    def reset(self) -> None:
        """Begin a cycle: a file that holds one cycle starts anew."""
        if self._settings.fields == "cycle":
            self.close()
            self._count, self._next = 0, float("nan")

    def state(self) -> State:
        """See Accumulator; the instants themselves stay in the file."""
        return {"scalar.series": np.array([self._count, self._next])}

    def restore(self, state: State) -> None:
        """See Accumulator; goes on with the file where it fits."""
        self.close()
        count, self._next = state["scalar.series"].tolist()
        self._count = int(count)
        if self._comm.rank == 0 and self._count:
            try:
                self._file = VtkHdfSeries.reopen(self._path, self._mesh[0], self._count)
            except (OSError, ValueError, KeyError) as error:
                log.warning("%s starts anew: %s", self._path.name, error)
                self._count = 0
        self._count = self._comm.bcast(self._count)

    def add(self, time: float, velocity: list[Array], pressure: PETSc.Vec) -> None:
        """Store the instant at ``time`` [s] if it is due; velocity [m/s] as local dof arrays."""
        every = self._settings.every
        if time < self._next - 1e-9 * every:
            return
        # Instants keep to a raster, whatever the time step.
        self._next = time + every if np.isnan(self._next) else self._next + every
        self._next = max(self._next, time)
        components = np.column_stack([c[self._dofs] for c in velocity]).astype(np.float32)
        fields = {
            "velocity": self._gather(components),
            "pressure": self._gather(pressure.array.astype(np.float32)),
        }
        if self._comm.rank == 0:
            if self._file is None:
                self._file = VtkHdfSeries(self._path, *self._mesh)
            self._file.add(time, fields)
        self._count += 1

    def close(self) -> None:
        """End the file."""
        if self._file:
            self._file.close()
            self._file = None


def _velocity_dofs(velocity: dolfinx.fem.FunctionSpace, pressure: PressureSpace) -> NDArray:
    """Local velocity dof at each owned pressure unknown.

    Passed through a vector of the unknowns, because the owner of a vertex need not hold a cell on
    either side of the device surface there.
    """
    index_map = velocity.dofmap.index_map
    owned = pressure.domain.mesh.topology.index_map(3).size_local
    dofs = velocity.dofmap.list[:owned, :4]  # the first four dofs of a cell are its vertices
    numbers = index_map.local_to_global(dofs.ravel().astype(np.int32))
    vector = pressure.vector()
    vector.setValues(pressure.unknowns[:owned].ravel(), numbers.astype(float))
    vector.assemble()
    return index_map.global_to_local(np.rint(vector.array).astype(np.int64))
