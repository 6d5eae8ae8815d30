# SPDX-License-Identifier: BSD-3-Clause
"""States of a bench run on disk: fields on the mesh of the bundle, and material points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import basix
import dolfinx
import meshio
import numpy as np
import pyvista as pv
import ufl
from numpy.typing import NDArray

from solvers.common._compat import cell_nodes
from solvers.common.forms import compile_expression
from solvers.solid.body import Body
from solvers.solid.laws.base import SplitLaw

Array = NDArray[np.float64]

CELLS = {"hexahedron": pv.CellType.HEXAHEDRON, "tetra": pv.CellType.TETRA}
CELLS |= {
    "hexahedron27": pv.CellType.TRIQUADRATIC_HEXAHEDRON,
    "tetra10": pv.CellType.QUADRATIC_TETRA,
}


class StateWriter:
    """Writes the present state of a body as ``<name>.vtu`` and ``<name>.npz``.

    The content is in docs/architecture.md. Where the body integrates pressure with fewer points,
    the stress holds the pressure of those points, interpolated: the one in equilibrium.
    """

    def __init__(self, body: Body, mesh_folder: Path, folder: Path) -> None:
        """Compile what is evaluated.

        Args:
            body: whose states are written.
            mesh_folder: bundle of its mesh.
            folder: of the states; created by rank 0.
        """
        self._body, self._mesh_folder, self._folder = body, mesh_folder, folder
        self._compiled: dict[str, Any] = {}
        self._pressures: dict[str, CoarsePressure] = {}
        self._outputs: list[str] = []
        x = ufl.SpatialCoordinate(body.mesh)
        size = ufl.JacobianDeterminant(body.mesh)
        self._radial = dolfinx.fem.Function(body.space)
        self._nodes = body.space.tabulate_dof_coordinates()
        spread = ufl.grad(self._radial) * ufl.inv(body.F)
        for region, law in body.laws.items():
            old = body.histories[region].old
            split = isinstance(law, SplitLaw) and body.volumetric_degree < body.quadrature_degree
            P = law.isochoric_stress(body.F, old) if split else law.stress(body.F, old)
            if split:
                self._pressures[region] = CoarsePressure(body, law)
            outputs = law.outputs(body.F, old)
            self._outputs = list(outputs)
            tensors = [T[i, j] for T in (body.F, P, spread) for i in range(3) for j in range(3)]
            parts = [*(x[i] for i in range(3)), size, *tensors, *outputs.values()]
            self._compiled[region] = body.at_points(region, ufl.as_vector(parts))

    def write(self, name: str) -> None:
        """Write both files; collective."""
        points, cells = self._at_points()
        displacement = self._displacement()
        cell_order = self._body.mesh.topology.original_cell_index[cells]
        count = self._body.mesh.topology.index_map(3).size_global
        fields = {key: self._collect(cell_order, value, count) for key, value in points.items()}
        if self._body.mesh.comm.rank:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write_grid(name, displacement, fields)
        flat = {key: value.reshape(-1, *value.shape[2:]) for key, value in fields.items()}
        np.savez_compressed(self._folder / f"{name}.npz", **flat)

    def _at_points(self) -> tuple[dict[str, Array], NDArray[np.int32]]:
        """Fields (cells, points, ...) at the material points of the owned cells, and the cells."""
        body = self._body
        self._radial.x.array[:] = self._directions().ravel()
        weights = basix.make_quadrature(body.mesh.basix_cell(), body.quadrature_degree)[1]
        regions = list(self._compiled)
        values = np.concatenate([body.evaluate(r, self._compiled[r]) for r in regions])
        cells = np.concatenate([body.domain.cells(r) for r in regions])
        shape = (*values.shape[:2], 3, 3)
        F, P = values[..., 4:13].reshape(shape), values[..., 13:22].reshape(shape)
        J = np.linalg.det(F)[..., None, None]
        pressure = np.concatenate(
            [
                self._pressures[r](body.domain.cells(r))
                if r in self._pressures
                else np.zeros((len(body.domain.cells(r)), values.shape[1]))
                for r in regions
            ]
        )
        fields = {
            "position": values[..., :3],
            "volume": np.abs(values[..., 3]) * weights,
            "stress": P @ np.swapaxes(F, -1, -2) / J + pressure[..., None, None] * np.eye(3),
            "strain": logarithmic_strain(F),
            "deformation_gradient": F,
            "radial_gradient": values[..., 22:31].reshape(shape),
        }
        for k, name in enumerate(self._outputs):
            fields[name] = values[..., 31 + k]
        return fields, cells

    def _directions(self) -> Array:
        """(nodes, 3) unit vectors away from the axis at the present places of the nodes."""
        places = self._nodes + self._body.displacement.x.array.reshape(-1, 3)
        places[:, 2] = 0.0
        return places / np.linalg.norm(places, axis=1, keepdims=True)

    def _displacement(self) -> Array | None:
        """(nodes, 3) displacement in the numbering of the bundle [m], on rank 0."""
        body, mesh = self._body, self._body.mesh
        owned = mesh.topology.index_map(3).size_local
        nodes = cell_nodes(mesh)[:owned]
        # Corners, then edges, faces and middle: the nodes of the geometry come first.
        dofs = body.space.dofmap.list[:owned, : nodes.shape[1]]
        values = body.displacement.x.array.reshape(-1, 3)[dofs.ravel()]
        numbers = mesh.geometry.input_global_indices[nodes.ravel()]
        return self._collect(numbers, values, mesh.geometry.index_map().size_global)

    def _collect(self, numbers: NDArray, values: Array, count: int) -> Array | None:
        parts = self._body.mesh.comm.gather((numbers, values))
        if parts is None:
            return None
        result = np.zeros((count, *values.shape[1:]))
        for number, value in parts:
            result[number] = value
        return result

    def _write_grid(self, name: str, displacement: Array, fields: dict[str, Array]) -> None:
        source = meshio.read(self._mesh_folder / "mesh.msh")
        kind = next(kind for kind in CELLS if kind in source.cells_dict)
        grid = pv.UnstructuredGrid({CELLS[kind]: source.get_cells_type(kind)}, source.points)
        grid.point_data["displacement"] = displacement
        tags = source.get_cell_data("gmsh:physical", kind)
        grid.cell_data["region"] = np.asarray(tags, np.int32)
        share = fields["volume"] / fields["volume"].sum(axis=1, keepdims=True)
        averaged = {name: fields[name] for name in self._outputs}
        averaged["von_mises"] = von_mises(fields["stress"])
        largest = np.linalg.eigvalsh(fields["strain"])[..., -1]
        averaged["max_principal_strain"] = largest
        for key, values in averaged.items():
            grid.cell_data[key] = (share * values).sum(axis=1)
        grid.save(self._folder / f"{name}.vtu")


class CoarsePressure:
    """Mean Cauchy stress of a law's volumetric part, from the points where it is integrated.

    Those are the points of a Gauss product rule, between which it is interpolated.
    """

    def __init__(self, body: Body, law: SplitLaw) -> None:
        """Compile the volumetric stress and tabulate the interpolation."""
        kind = body.mesh.basix_cell()
        coarse, fine = (
            basix.make_quadrature(kind, degree)[0]
            for degree in (body.volumetric_degree, body.quadrature_degree)
        )
        P = law.volumetric_stress(body.F)
        mean = ufl.inner(P, body.F) / (3 * ufl.det(body.F))
        self._mesh, self._compiled = body.mesh, compile_expression(mean, coarse)
        self._between = product_terms(fine, coarse) @ np.linalg.inv(product_terms(coarse, coarse))

    def __call__(self, cells: NDArray[np.int32]) -> Array:
        """(cells, points) at the points of the finer rule [Pa]."""
        values = self._compiled.eval(self._mesh, cells).reshape(len(cells), -1)
        return values @ self._between.T


def product_terms(points: Array, grid: Array) -> Array:
    """Products of powers of the coordinates (n, terms) that a product grid of points determines."""
    counts = [len(np.unique(np.round(axis, 12))) for axis in grid.T]
    powers = np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=-1)
    return np.prod(points[:, None] ** powers.reshape(-1, points.shape[1]), axis=-1)


def logarithmic_strain(F: Array) -> Array:
    """Spatial logarithmic strain (..., 3, 3) of deformation gradients."""
    squares, axes = np.linalg.eigh(F @ np.swapaxes(F, -1, -2))
    return (axes * (0.5 * np.log(squares))[..., None, :]) @ np.swapaxes(axes, -1, -2)


def von_mises(stress: Array) -> Array:
    """Equivalent stress (...) of stress tensors (..., 3, 3) [Pa]."""
    mean = np.trace(stress, axis1=-2, axis2=-1)[..., None, None] / 3.0
    deviator = stress - mean * np.eye(3)
    return np.sqrt(1.5 * (deviator**2).sum(axis=(-2, -1)))
