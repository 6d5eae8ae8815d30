# SPDX-License-Identifier: BSD-3-Clause
"""What a law remembers at the quadrature points of its region."""

from __future__ import annotations

import basix
import basix.ufl
import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray
from ufl.core.expr import Expr

from solvers.common.forms import compile_expression
from solvers.solid.laws.base import HistoryVariable, Law

Array = NDArray[np.float64]

_UPPER = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))


class History:
    """History of one law, all its variables side by side in one quadrature field.

    Values are evaluated at the quadrature points, never projected, and change with ``commit``
    alone: whatever a solve tries in between leaves them as they are.

    Attributes:
        old: UFL expression of each variable at the last commit.
        values: (cells, points, components) at the last commit, ghost cells included.
    """

    def __init__(
        self, mesh: dolfinx.mesh.Mesh, law: Law, cells: NDArray[np.int32], degree: int
    ) -> None:
        """Start from the initial values.

        Args:
            mesh: the mesh.
            law: whose history it is.
            cells: local cells of its region, ghosts included.
            degree: of the quadrature.
        """
        self.variables = law.history
        initial = np.concatenate([[], *(_stored(v) for v in law.history)])
        kind = mesh.basix_cell()
        element = basix.ufl.quadrature_element(
            kind, value_shape=(max(len(initial), 1),), scheme="default", degree=degree
        )
        self.points: Array = basix.make_quadrature(kind, degree)[0]
        self.cells = cells
        self.values = np.tile(initial, (len(cells), len(self.points), 1))
        self.old: dict[str, Expr] = {}
        self._new: dolfinx.fem.Expression | None = None
        if not law.history:
            return
        space = dolfinx.fem.functionspace(mesh, element)
        self._mesh, self._field = mesh, dolfinx.fem.Function(space, name="history")
        self._rows = space.dofmap.list[cells]
        start = 0
        for variable in law.history:
            size = len(_stored(variable))
            self.old[variable.name] = _expression(variable, self._field, start)
            start += size
        self._publish()

    def evolve(self, updated: dict[str, Expr]) -> None:
        """Compile the expressions that ``commit`` evaluates, by variable."""
        if self.variables:
            parts = [c for v in self.variables for c in _components(v, updated[v.name])]
            self._new = compile_expression(ufl.as_vector(parts), self.points)

    def new_values(self) -> Array:
        """(cells, points, components) that ``commit`` would store."""
        if self._new is None:
            return self.values
        return self._new.eval(self._mesh, self.cells).reshape(self.values.shape)

    def change(self, name: str) -> float:
        """Largest change on this rank that ``commit`` would bring to the components of a variable.

        0 for a variable that this law does not have.
        """
        start = 0
        for variable in self.variables:
            end = start + len(_stored(variable))
            if variable.name == name and len(self.cells):
                new = self.new_values()[..., start:end]
                return float(np.abs(new - self.values[..., start:end]).max())
            start = end
        return 0.0

    def commit(self) -> None:
        """Store the history at the present displacement."""
        if self._new is not None:
            self.restore(self.new_values())

    def snapshot(self) -> Array:
        """Copy of the values."""
        return self.values.copy()

    def restore(self, values: Array) -> None:
        """Go back to the values of a snapshot."""
        self.values = np.array(values).reshape(self.values.shape)
        self._publish()

    def _publish(self) -> None:
        if self.variables:
            self._field.x.array.reshape(-1, self.values.shape[2])[self._rows] = self.values


def _stored(variable: HistoryVariable) -> Array:
    """Initial values of the components that are stored."""
    value = np.broadcast_to(np.asarray(variable.initial, float), variable.shape)
    if variable.symmetric:
        return np.array([value[index] for index in _UPPER])
    return value.ravel()


def _components(variable: HistoryVariable, value: Expr) -> list[Expr]:
    """The stored components of an expression."""
    if variable.symmetric:
        return [value[index] for index in _UPPER]
    return [value[index] for index in np.ndindex(*variable.shape)] if variable.shape else [value]


def _expression(variable: HistoryVariable, field: dolfinx.fem.Function, start: int) -> Expr:
    """A variable out of the field that holds its components from ``start`` on."""
    if variable.symmetric:
        place = {index: start + i for i, index in enumerate(_UPPER)}
        return ufl.as_tensor(
            [[field[place[min(i, j), max(i, j)]] for j in range(3)] for i in range(3)]
        )
    if variable.shape == (3, 3):
        return ufl.as_tensor([[field[start + 3 * i + j] for j in range(3)] for i in range(3)])
    if variable.shape == ():
        return field[start]
    return ufl.as_vector([field[start + i] for i in range(variable.shape[0])])
