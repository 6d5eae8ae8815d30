# SPDX-License-Identifier: BSD-3-Clause
"""Pressure stabilisation, of equal-order elements and of cells held by the boundary."""

from __future__ import annotations

from petsc4py import PETSc

import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray

from solvers.common.forms import compile_form, released, restricted, without_zeros
from solvers.fluid.operators import Operators
from solvers.fluid.pressure_space import PressureSpace

Array = NDArray[np.float64]

HELD_WEIGHT = 0.25
"""Weight in cells whose velocities are all prescribed, where the others have none."""
VISCOUS_SHARE = 0.01
"""Least coefficient over h^2/(4 mu), as far as a weight of 1 reaches."""


class PressureStabilisation:
    """Orthogonal subscale stabilisation: (w (grad p - P grad p), grad q).

    P is the lumped L2 projection on continuous functions, on each side of a device surface by
    itself. The term vanishes for linear pressure, is of higher order for smooth pressure and
    removes the oscillating modes that P1-P1 does not see (Codina & Blasco 2000,
    doi:10.1007/s002110050004). In the projection step it carries the factor tau/rho of the step
    itself, and so fades with the step. Where w tau/rho falls below ``VISCOUS_SHARE`` h^2/(4 mu), h
    the mean edge, all weights are therefore raised together, up to 1: the pressure acts at the
    last step, and more would overshoot.

    P2-P1 needs it only in tetrahedra whose velocities are all prescribed, as at the rim of an
    inlet: nothing else holds their pressure, and the increments would add up for ever. Elsewhere
    it would only weaken the conservation of mass, which slow flow in a sac feels.
    """

    def __init__(
        self, pressure: PressureSpace, operators: Operators, weight: float, held: NDArray[np.bool_]
    ) -> None:
        """Assemble.

        Args:
            pressure: unknowns.
            operators: pressure mass.
            weight: w, dimensionless; 0 leaves the held cells alone stabilised.
            held: (owned cells,) whether every velocity of the cell is given.
        """
        p, q = ufl.TrialFunction(pressure.broken), ufl.TestFunction(pressure.broken)
        mesh = pressure.broken.mesh
        w = dolfinx.fem.Function(dolfinx.fem.functionspace(mesh, ("Discontinuous Lagrange", 0)))
        cell = w.function_space.dofmap.list[: len(held), 0]
        w.x.array[cell] = np.where(held, weight or HELD_WEIGHT, weight)
        w.x.scatter_forward()
        axis = dolfinx.fem.Constant(mesh, np.zeros(3))
        slope = ufl.dot(axis, ufl.grad(p)) * q
        forms = [compile_form(form) for form in (slope * ufl.dx, w * slope * ufl.dx)]
        stiffness = compile_form(w * ufl.inner(ufl.grad(p), ufl.grad(q)) * ufl.dx)
        total = restricted(stiffness, pressure.reduction)
        lumped = operators.pressure_mass
        # One matrix: seven products and as many passes over vectors otherwise.
        for i in range(3):
            axis.value[:] = np.eye(3)[i]
            gradient, weighted = (
                without_zeros(restricted(form, pressure.reduction)) for form in forms
            )
            gradient.diagonalScale(1.0 / lumped)
            product = released(weighted.transposeMatMult(gradient), weighted, gradient)
            total.axpy(-1.0, product, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
            product.destroy()
        self._matrix = without_zeros(total)
        self._result = pressure.vector()
        mean = lumped.sum() / mesh.topology.index_map(3).size_global
        self._edge = (6 * np.sqrt(2) * mean) ** (1 / 3)
        self._weight, self._growth = weight, 1.0

    def set_time_scale(self, tau_rho: float, viscosity: float) -> None:
        """Raise the weights for tau/rho [m3 s/kg] and the least viscosity [Pa s]."""
        if self._weight:
            viscous = VISCOUS_SHARE * self._edge**2 / (4 * viscosity)
            self._growth = np.clip(viscous / tau_rho, self._weight, 1.0) / self._weight

    def apply(self, pressure: PETSc.Vec) -> PETSc.Vec:
        """The term for ``pressure`` [Pa], as a load on the pressure unknowns [Pa m]."""
        self._matrix.mult(pressure, self._result)
        self._result.scale(self._growth)
        return self._result
