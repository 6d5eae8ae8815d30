# SPDX-License-Identifier: BSD-3-Clause
"""State of a body as arrays that fit any partition of its mesh, for checkpoints.

Values are kept cell by cell in the order of the input file; a node shared by cells is there several
times, which costs some space and needs no numbering of edges and faces.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.common.numbering import Numbering
from solvers.solid.body import Body

Array = NDArray[np.float64]


class BodyState:
    """Gathers a body's state on rank 0 and hands it back."""

    def __init__(self, body: Body) -> None:
        """Number the cells."""
        self._body = body
        keys = np.asarray(body.mesh.topology.original_cell_index, np.int64)
        comm = body.mesh.comm
        self._cells = Numbering(comm, keys)
        self._regions = {n: Numbering(comm, keys[h.cells]) for n, h in body.histories.items()}

    def gather(self) -> dict[str, Array]:
        """Arrays on rank 0, empty elsewhere; collective."""
        rows = self._body.space.dofmap.list
        found = {
            name: self._cells.gather(values.reshape(-1, 3)[rows])
            for name, values in self._body.fields().items()
        }
        for name, numbering in self._regions.items():
            found[f"history_{name}"] = numbering.gather(self._body.histories[name].values)
        return {name: values for name, values in found.items() if values is not None}

    def scatter(self, arrays: dict[str, Array]) -> None:
        """Set the state from what ``gather`` gave, on any number of ranks; collective."""
        rows = self._body.space.dofmap.list
        fields = self._body.fields()
        for name, values in fields.items():
            values.reshape(-1, 3)[rows] = self._cells.scatter(arrays.get(name))
        self._body.take(fields)
        for name, numbering in self._regions.items():
            values = numbering.scatter(arrays.get(f"history_{name}"))
            self._body.histories[name].restore(values)
