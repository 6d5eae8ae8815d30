# SPDX-License-Identifier: BSD-3-Clause
"""Newton's method by PETSc SNES on a sum of forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from petsc4py import PETSc

import dolfinx
import numpy as np
import ufl
from dolfinx.fem.petsc import assemble_matrix, assemble_vector, create_matrix, create_vector
from numpy.typing import NDArray

from solvers.common.errors import SolverDiverged
from solvers.common.forms import compile_form
from solvers.solid.linear import DIRECT

_serial = count()
_SNES = {value: name for name, value in vars(PETSc.SNES.ConvergedReason).items() if name[0] != "_"}
_KSP = {value: name for name, value in vars(PETSc.KSP.ConvergedReason).items() if name[0] != "_"}


class AlgebraicTerm(Protocol):
    """Forces that no form describes, such as contact between meshes that do not match.

    They act on the local state of a Function; owned rows are read by Newton's method.
    """

    def add_residual(self, residual: PETSc.Vec) -> None:
        """Add the forces [N] at the present displacement; ghosts are summed by the caller."""

    def add_tangent(self, tangent: PETSc.Mat) -> None:
        """Add their derivative with ADD_VALUES; entries may be new and on other ranks."""


@dataclass(frozen=True)
class NewtonSettings:
    """When to stop, and how to solve.

    Attributes:
        tolerance: norm of the residual over the largest norm among the terms of the sum, each
            taken with its reactions.
        correction: norm of the last correction over that of the unknowns, where that is to be
            small as well; None leaves it alone.
        iterations: allowed.
        line_search: ``cp`` (critical point: the residual has no component left along the step),
            ``bt`` (backtracking on the norm of the residual), ``basic`` (full steps).
        linear: PETSc options of the KSP.
    """

    tolerance: float = 1e-7
    correction: float | None = None
    iterations: int = 25
    line_search: str = "cp"
    linear: Mapping[str, Any] = field(default_factory=lambda: DIRECT)


class Newton:
    """Solver of ``sum of residuals = 0`` for one Function.

    Attributes:
        iterations: of the last solve.
        norms: relative residual after each iteration of the last solve.
    """

    def __init__(
        self,
        unknown: dolfinx.fem.Function,
        residuals: Sequence[ufl.Form],
        boundaries: Sequence[dolfinx.fem.DirichletBC],
        tangents: Sequence[ufl.Form | None] | None = None,
        *,
        algebraic: Sequence[AlgebraicTerm] = (),
        near_nullspace: PETSc.NullSpace | None = None,
        settings: NewtonSettings | None = None,
        name: str = "solid",
    ) -> None:
        """Compile the forms and create matrix and solver.

        Args:
            unknown: start and solution.
            residuals: terms of the sum, compiled one by one.
            boundaries: prescribed values, read at each solve.
            tangents: derivative of each residual; None stands for automatic differentiation.
            algebraic: terms that are not forms.
            near_nullspace: for multigrid.
            settings: when to stop, and how to solve.
            name: start of the PETSc prefix.
        """
        self.unknown, self.boundaries = unknown, list(boundaries)
        self.settings = settings or NewtonSettings()
        self.iterations, self.norms = 0, list[float]()
        tangents = tangents or [None] * len(residuals)
        self._residuals = [compile_form(form) for form in residuals]
        self._tangents = [
            compile_form(ufl.derivative(form, unknown) if tangent is None else tangent)
            for form, tangent in zip(residuals, tangents, strict=True)
        ]
        self._algebraic = list(algebraic)
        self._term = create_vector(self._residuals[0])
        self._sum = self._term.duplicate()
        self._matrix = self._create_matrix(near_nullspace)
        self._x = self._term.duplicate()
        self._map = unknown.function_space.dofmap
        self._scale = 0.0
        self._snes = self._create_snes(name)

    # -- set-up ---------------------------------------------------------------------------------

    def _create_matrix(self, near_nullspace: PETSc.NullSpace | None) -> PETSc.Mat:
        matrix = create_matrix(self._tangents[0])
        if self._algebraic:
            matrix.setOption(PETSc.Mat.Option.NEW_NONZERO_ALLOCATION_ERR, False)
        if near_nullspace is not None:
            matrix.setNearNullSpace(near_nullspace)
        return matrix

    def _create_snes(self, name: str) -> PETSc.SNES:
        snes = PETSc.SNES().create(self._matrix.comm)
        snes.setFunction(self._assemble_residual, self._sum.duplicate())
        snes.setJacobian(self._assemble_tangent, self._matrix)
        snes.setConvergenceTest(self._test)
        prefix = f"{name}_{next(_serial)}_"
        snes.setOptionsPrefix(prefix)
        options = {
            "snes_type": "newtonls",
            "snes_linesearch_type": self.settings.line_search,
            "snes_linesearch_max_it": 8,
            **self.settings.linear,
        }
        database = PETSc.Options()
        for key, value in options.items():
            database[prefix + key] = value
        snes.setFromOptions()
        for key in options:
            del database[prefix + key]
        snes.setTolerances(max_it=self.settings.iterations)
        return snes

    # -- solve ----------------------------------------------------------------------------------

    def solve(self) -> int:
        """Solve from the present values of the unknown; returns the number of iterations.

        Raises:
            SolverDiverged: with the reason PETSc gives; the unknown holds the last iterate.
        """
        self._scale, self.norms = 0.0, []
        size = self._x.local_size
        self._x.array[:] = self.unknown.x.array[:size]
        self._snes.solve(None, self._x)
        self._take(self._x)
        self.iterations = self._snes.getIterationNumber()
        reason = self._snes.getConvergedReason()
        if reason <= 0:
            raise SolverDiverged(self._failure(reason))
        return self.iterations

    def _failure(self, reason: int) -> str:
        last = f", relative residual {self.norms[-1]:.1e}" if self.norms else ""
        text = f"Newton's method stopped after {self.iterations} iterations{last}:"
        text += f" {_SNES.get(reason, reason)}"
        if reason == PETSc.SNES.ConvergedReason.DIVERGED_LINEAR_SOLVE:
            linear = self._snes.ksp.getConvergedReason()
            text += f", linear solver {_KSP.get(linear, linear)}"
        return text

    def _take(self, x: PETSc.Vec) -> None:
        """Copy an iterate into the unknown, ghosts included."""
        self.unknown.x.array[: x.local_size] = x.array_r
        self.unknown.x.scatter_forward()

    def _assemble_residual(self, snes: PETSc.SNES, x: PETSc.Vec, out: PETSc.Vec) -> None:
        self._take(x)
        parts: list[Callable[[], None]] = [
            lambda form=form: assemble_vector(self._term, form) for form in self._residuals
        ]
        parts += [lambda term=term: term.add_residual(self._term) for term in self._algebraic]
        out.set(0.0)
        for part in parts:
            with self._term.localForm() as local:
                local.set(0.0)
            part()
            self._term.ghostUpdate(PETSc.InsertMode.ADD_VALUES, PETSc.ScatterMode.REVERSE)
            self._scale = max(self._scale, self._term.norm())
            out.axpy(1.0, self._term)
        self._constrain(out)

    def _constrain(self, out: PETSc.Vec) -> None:
        """Lift the prescribed values that the iterate does not have yet."""
        state = self.unknown.x.array
        lift = self._sum
        with lift.localForm() as local:
            local.set(0.0)
            for form in self._tangents if self._moved() else []:
                dolfinx.fem.apply_lifting(local.array_w, [form], [self.boundaries], [state], -1.0)
        lift.ghostUpdate(PETSc.InsertMode.ADD_VALUES, PETSc.ScatterMode.REVERSE)
        out.axpy(1.0, lift)
        for boundary in self.boundaries:
            boundary.set(out.array_w, state, -1.0)

    def _moved(self) -> bool:
        """Whether any prescribed value differs from the iterate."""
        wanted = self.unknown.x.array.copy()
        for boundary in self.boundaries:
            boundary.set(wanted)
        moved = bool(np.any(wanted != self.unknown.x.array))
        return self.unknown.function_space.mesh.comm.allreduce(moved)

    def _assemble_tangent(
        self, snes: PETSc.SNES, x: PETSc.Vec, matrix: PETSc.Mat, _: PETSc.Mat
    ) -> None:
        matrix.zeroEntries()
        for form in self._tangents:
            # The diagonal of prescribed unknowns is set once, by the first form.
            first = form is self._tangents[0]
            assemble_matrix(matrix, form, self.boundaries, 1.0 if first else 0.0)
        for term in self._algebraic:
            matrix.assemble(PETSc.Mat.AssemblyType.FLUSH)
            term.add_tangent(matrix)
        matrix.assemble()
        if self._algebraic:
            matrix.zeroRowsColumns(self._prescribed(), 1.0)

    def _prescribed(self) -> NDArray[np.int32]:
        """Global numbers of the owned prescribed unknowns."""
        first, width = self._matrix.getOwnershipRange()[0], self._map.index_map_bs
        owned = self._map.index_map.size_local * width
        dofs = [bc.dof_indices()[0][: bc.dof_indices()[1]] for bc in self.boundaries]
        found = np.unique(np.concatenate([np.zeros(0, np.int32), *dofs]))
        return (found[found < owned] + first).astype(np.int32)

    def _test(
        self, snes: PETSc.SNES, iteration: int, norms: tuple[float, float, float]
    ) -> PETSc.SNES.ConvergedReason:
        """Converged when the residual is small against the forces that balance in it."""
        reasons = PETSc.SNES.ConvergedReason
        size, step, residual = norms
        if not np.isfinite(residual):
            return reasons.DIVERGED_FNORM_NAN
        relative = residual / self._scale if self._scale > 0 else residual
        self.norms.append(relative)
        limit = self.settings.correction
        corrected = limit is None or (iteration > 0 and step <= limit * size)
        if relative <= self.settings.tolerance and corrected:
            return reasons.CONVERGED_FNORM_RELATIVE
        if iteration >= self.settings.iterations:
            return reasons.DIVERGED_MAX_IT
        return reasons.ITERATING

    def destroy(self) -> None:
        """Give the PETSc objects back."""
        for item in (self._snes, self._matrix, self._term, self._sum, self._x):
            item.destroy()
