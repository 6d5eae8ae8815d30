# SPDX-License-Identifier: BSD-3-Clause
"""Sizes and forces of a device on the bench, for the curve."""

from __future__ import annotations

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common._compat import cell_nodes
from solvers.solid.bench.model import BenchModel

Array = NDArray[np.float64]

END_SHARE, MIDDLE_SHARE = 0.1, 0.2
"""Shares of the length, in the reference state, over which end and middle diameters are taken."""


class Measures:
    """What is read off the device after each load step.

    The outer diameter is that of the smallest cylinder about the axis that holds the device, the
    inner diameter that of the largest inside it. End and middle diameters are means over the
    outer surface in the outermost and middle shares of the length; of the two ends, the wider.
    """

    def __init__(self, model: BenchModel) -> None:
        """Find the ends and the middle."""
        self._model = model
        self._comm = model.domain.comm
        z = model.positions("outer")[..., 2]
        low, high = self._extent(z)
        if model.info["copies_along"] == 2:
            # Half a device: only the end away from the mirror plane is one.
            mirror = self._mirror_plane()
            far = high if abs(high - mirror) > abs(low - mirror) else low
            low, high = sorted((far, 2.0 * mirror - far))
        length, middle = high - low, 0.5 * (low + high)
        owned = model.surfaces["outer"].owned[:, None]
        self._bands = {
            "low": owned & (z < low + END_SHARE * length),
            "high": owned & (z > high - END_SHARE * length),
            "middle": owned & (np.abs(z - middle) < 0.5 * MIDDLE_SHARE * length),
        }
        mesh = model.domain.mesh
        self._nodes = cell_nodes(mesh)
        self._dofs = model.body.space.dofmap.list[:, : self._nodes.shape[1]]
        self._strains = {
            region: model.body.at_points(region, outputs["plastic_strain"])
            for region, law in model.body.laws.items()
            if "plastic_strain"
            in (outputs := law.outputs(model.body.F, model.body.histories[region].old))
        }

    def _extent(self, z: Array) -> tuple[float, float]:
        low = self._comm.allreduce(float(z.min(initial=np.inf)), MPI.MIN)
        return low, self._comm.allreduce(float(z.max(initial=-np.inf)), MPI.MAX)

    def _mirror_plane(self) -> float:
        facets = self._model.domain.facets("mirror_z", owned=False)
        mesh = self._model.domain.mesh
        mesh.topology.create_connectivity(0, 3)
        vertices = [mesh.topology.connectivity(2, 0).links(f) for f in facets]
        z = np.zeros(0)
        if len(facets):
            found = np.unique(np.concatenate(vertices))
            nodes = dolfinx.mesh.entities_to_geometry(mesh, 0, found)
            z = mesh.geometry.x[nodes.ravel(), 2]
        return self._extent(z)[0]

    def __call__(self) -> dict[str, float]:
        """Columns of the curve [SI]; collective."""
        model = self._model
        inner, outer = model.radii("inner")[0], model.radii("outer")[1]
        positions = model.positions("outer")
        r = np.hypot(positions[..., 0], positions[..., 1])
        bands = {name: self._mean(r, inside) for name, inside in self._bands.items()}
        ends = [bands[name] for name in ("low", "high") if np.isfinite(bands[name])]
        return {
            "inner_diameter": 2.0 * inner,
            "outer_diameter": 2.0 * outer,
            "end_diameter": 2.0 * max(ends),
            "middle_diameter": 2.0 * bands["middle"],
            "length": self._length() * model.info["copies_along"],
            "peak_plastic_strain": self._peak_plastic_strain(),
        }

    def _mean(self, values: Array, inside: Array) -> float:
        total, count = (
            self._comm.allreduce(float(part)) for part in (values[inside].sum(), inside.sum())
        )
        return total / count if count else np.nan

    def _length(self) -> float:
        model = self._model
        moved = model.body.displacement.x.array.reshape(-1, 3)[self._dofs, 2]
        low, high = self._extent(model.domain.mesh.geometry.x[self._nodes, 2] + moved)
        return high - low

    def _peak_plastic_strain(self) -> float:
        body = self._model.body
        found = [float(body.evaluate(r, c).max(initial=0.0)) for r, c in self._strains.items()]
        return self._comm.allreduce(max(found, default=0.0), MPI.MAX)
