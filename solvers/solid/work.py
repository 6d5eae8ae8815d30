# SPDX-License-Identifier: BSD-3-Clause
"""Work of the stresses over the load steps: what is stored and what is dissipated together."""

from __future__ import annotations

import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray

from solvers.common.forms import compile_form

Array = NDArray[np.float64]


class StressWork:
    """Trapezoidal sum of internal force times displacement.

    Attributes:
        total: since the start, all ranks together [J].
        force: nodal forces of the stresses at the last ``advance``, ghosts included [N].
    """

    def __init__(self, unknown: dolfinx.fem.Function, residual: ufl.Form) -> None:
        """Start without stress; ``residual`` is the virtual work of the stresses."""
        self._unknown, self._form = unknown, compile_form(residual)
        self._vector = dolfinx.fem.Function(unknown.function_space).x
        self.total, self.force = 0.0, np.zeros_like(unknown.x.array)

    def advance(self, start: Array) -> None:
        """Add the step from the displacement ``start`` (local dofs, [m]) to the present one."""
        self._vector.array[:] = 0.0
        dolfinx.fem.assemble_vector(self._vector.array, self._form)
        self._vector.scatter_reverse(dolfinx.la.InsertMode.add)
        self._vector.scatter_forward()
        layout = self._unknown.function_space.dofmap
        owned = layout.index_map.size_local * layout.index_map_bs
        moved = self._unknown.x.array[:owned] - start[:owned]
        mean = (self.force[:owned] + self._vector.array[:owned]) / 2
        comm = self._unknown.function_space.mesh.comm
        self.total += comm.allreduce(float(mean @ moved))
        self.force = self._vector.array.copy()
