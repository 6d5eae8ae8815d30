# SPDX-License-Identifier: BSD-3-Clause
"""Newton's method by PETSc SNES on a sum of forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, Protocol

from petsc4py import PETSc

import dolfinx
import numpy as np
import ufl
from dolfinx.fem.petsc import assemble_matrix, create_matrix
from numpy.typing import NDArray

from solvers.common.errors import SolverDiverged
from solvers.common.forms import compile_form
from solvers.solid.linear import DIRECT
from solvers.solid.multigrid import DegreeMultigrid

_serial = count()
_SNES = {value: name for name, value in vars(PETSc.SNES.ConvergedReason).items() if name[0] != "_"}
_KSP = {value: name for name, value in vars(PETSc.KSP.ConvergedReason).items() if name[0] != "_"}


class AlgebraicTerm(Protocol):
    """Forces that no form describes, such as contact between meshes that do not match.

    They act at the present values of the unknown, which they know.
    """

    def add_residual(self, residual: NDArray[np.float64]) -> None:
        """Add the forces [N] to an array of local unknowns; ghosts are sent to their owners."""

    def add_tangent(self, tangent: PETSc.Mat) -> None:
        """Add their derivative with ADD_VALUES; entries may be new and on other ranks."""


@dataclass(frozen=True)
class NewtonSettings:
    """When to stop, and how to solve.

    Attributes:
        tolerance: norm of the residual over the largest norm among the terms of the sum, each
            taken with its reactions, now or at the end of the last solve.
        correction: norm of the last correction over that of the unknowns, where that is to be
            small as well; None leaves it alone.
        iterations: allowed.
        line_search: ``cp`` (critical point: the residual has no component left along the step),
            ``bt`` (backtracking on the norm of the residual), ``basic`` (full steps).
        linear: PETSc options of the KSP.
        forcing: loosest relative tolerance of an iterative linear solver. It tightens with the
            square of the reduction that Newton's method makes (Eisenstat & Walker 1996,
            doi:10.1137/0917003), but not beyond what the last correction needs. None leaves
            ``ksp_rtol`` alone.
    """

    tolerance: float = 1e-7
    correction: float | None = None
    iterations: int = 25
    line_search: str = "cp"
    linear: Mapping[str, Any] = field(default_factory=lambda: DIRECT)
    forcing: float | None = None


class Newton:
    """Solver of ``sum of residuals = 0`` for one Function.

    Attributes:
        iterations: of the last solve.
        linear_iterations: of all linear solves so far.
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
        self.linear_iterations = 0
        tangents = tangents or [None] * len(residuals)
        self._residuals = [compile_form(form) for form in residuals]
        self._tangents = [
            compile_form(ufl.derivative(form, unknown) if tangent is None else tangent)
            for form, tangent in zip(residuals, tangents, strict=True)
        ]
        self._algebraic = list(algebraic)
        self._term = dolfinx.fem.Function(unknown.function_space).x
        two_levels = self.settings.linear.get("pc_type") == "mg"
        space = unknown.function_space
        self._multigrid = DegreeMultigrid(space, self.boundaries) if two_levels else None
        self._matrix = self._create_matrix(near_nullspace)
        self._x = self._matrix.createVecRight()
        self._map = unknown.function_space.dofmap
        self._present, self._reached = 0.0, 0.0
        self._snes = self._create_snes(name)

    # -- set-up ---------------------------------------------------------------------------------

    def _create_matrix(self, near_nullspace: PETSc.NullSpace | None) -> PETSc.Mat:
        matrix = create_matrix(self._tangents[0], "baij" if self._multigrid else None)
        if self._algebraic:
            matrix.setOption(PETSc.Mat.Option.NEW_NONZERO_ALLOCATION_ERR, False)
        if near_nullspace is not None:
            matrix.setNearNullSpace(near_nullspace)
        return matrix

    def _create_snes(self, name: str) -> PETSc.SNES:
        snes = PETSc.SNES().create(self._matrix.comm)
        snes.setFunction(self._assemble_residual, self._x.duplicate())
        snes.setJacobian(self._assemble_tangent, self._matrix)
        snes.setConvergenceTest(self._test)
        prefix = f"{name}_{next(_serial)}_"
        snes.setOptionsPrefix(prefix)
        if self._multigrid:
            self._multigrid.attach(snes.ksp)
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
        # The levels of multigrid read their options when they are first set up.
        self._options = [prefix + key for key in options]
        snes.setTolerances(max_it=self.settings.iterations)
        return snes

    # -- solve ----------------------------------------------------------------------------------

    def solve(self) -> int:
        """Solve from the present values of the unknown; returns the number of iterations.

        Raises:
            SolverDiverged: with the reason PETSc gives; the unknown holds the last iterate.
        """
        self.norms = []
        size = self._x.local_size
        self._x.array[:] = self.unknown.x.array[:size]
        try:
            self._snes.solve(None, self._x)
        except PETSc.Error as error:
            # MUMPS throws when it is to solve with factors that it failed to make.
            self._snes.ksp.pc.reset()
            raise SolverDiverged(
                f"Newton's method stopped in the linear solver: {error}"
            ) from error
        finally:
            self._forget_options()
        self._take(self._x)
        self.iterations = self._snes.getIterationNumber()
        self.linear_iterations += self._snes.getLinearSolveIterations()
        reason = self._snes.getConvergedReason()
        if reason <= 0:
            raise SolverDiverged(self._failure(reason))
        self._reached = self._present
        return self.iterations

    def _forget_options(self) -> None:
        database = PETSc.Options()
        while self._options:
            database.delValue(self._options.pop())

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
        parts: list[Callable[[NDArray], None]] = [
            partial(dolfinx.fem.assemble_vector, L=form) for form in self._residuals
        ]
        parts += [term.add_residual for term in self._algebraic]
        out.set(0.0)
        self._present = 0.0
        for part in parts:
            self._add(part, out)
            self._present = max(self._present, self._norm())
        if self._moved():
            # Lift the prescribed values that the iterate does not have yet.
            for form in self._tangents:
                self._add(partial(self._lift, form), out)
        for boundary in self.boundaries:
            boundary.set(out.array_w, self.unknown.x.array, -1.0)

    def _add(self, part: Callable[[NDArray], None], out: PETSc.Vec) -> None:
        """Add a term, summed over the ranks, and leave it in ``_term``."""
        term = self._term
        term.array[:] = 0.0
        part(term.array)
        term.scatter_reverse(dolfinx.la.InsertMode.add)
        out.array_w[:] += term.array[: out.local_size]

    def _lift(self, form: dolfinx.fem.Form, array: NDArray[np.float64]) -> None:
        state = self.unknown.x.array
        dolfinx.fem.apply_lifting(array, [form], [self.boundaries], [state], -1.0)

    def _norm(self) -> float:
        """Norm of the last term, reactions included."""
        owned = self._term.array[: self._x.local_size]
        comm = self.unknown.function_space.mesh.comm
        return float(comm.allreduce(float(owned @ owned)) ** 0.5)

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
            # The diagonal of prescribed unknowns is inserted after each form; without the flush,
            # PETSc drops what the next form adds.
            assemble_matrix(matrix, form, self.boundaries, 1.0)
            matrix.assemble(PETSc.Mat.AssemblyType.FLUSH)
        for term in self._algebraic:
            term.add_tangent(matrix)
            matrix.assemble(PETSc.Mat.AssemblyType.FLUSH)
        matrix.assemble()
        if self._algebraic:
            matrix.zeroRowsColumns(self._prescribed(), 1.0)
        if self._multigrid:
            self._multigrid.update(matrix)
        if self.settings.forcing:
            snes.ksp.setTolerances(rtol=self._forcing(self.settings.forcing))

    def _forcing(self, loosest: float) -> float:
        """Relative tolerance of the next linear solve."""
        last = max(self.norms[-1], 1e-300)
        reduction = last / self.norms[-2] if len(self.norms) > 1 else 1.0
        return min(loosest, max(0.9 * reduction**2, 0.1 * self.settings.tolerance / last))

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
        # Not the forces of other iterates: those of a wild one would make any residual small.
        scale = max(self._present, self._reached)
        relative = residual / scale if scale > 0 else residual
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
        self._forget_options()
        for item in (self._snes, self._matrix, self._x):
            item.destroy()
        if self._multigrid:
            self._multigrid.destroy()
