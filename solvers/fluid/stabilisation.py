# SPDX-License-Identifier: BSD-3-Clause
"""Pressure stabilisation, of equal-order elements and of cells held by the boundary."""

from __future__ import annotations

from petsc4py import PETSc

import dolfinx
import numpy as np
import ufl

from solvers.common.forms import assembled, compile_form, released
from solvers.fluid.operators import Operators
from solvers.fluid.pressure_space import PressureSpace


class PressureStabilisation:
    """Orthogonal subscale stabilisation: (grad p - P grad p, grad q).

    P is the lumped L2 projection on continuous functions, on each side of a device surface by
    itself. The term vanishes for linear pressure, is of higher order for smooth pressure and
    removes the oscillating modes that P1-P1 does not see (Codina & Blasco 2000,
    doi:10.1007/s002110050004). It also holds the pressure of tetrahedra whose velocities are all
    prescribed, as at the rim of an inlet: there the increments of either pair of elements would
    add up for ever. In the projection step it carries the factor tau/rho of the step
    itself times ``weight``.
    """

    def __init__(self, pressure: PressureSpace, operators: Operators, weight: float) -> None:
        """Assemble the gradient and the lumped mass on the pressure space."""
        self._weight = weight
        self._laplacian = operators.laplacian
        p, q = ufl.TrialFunction(pressure.broken), ufl.TestFunction(pressure.broken)
        axis = dolfinx.fem.Constant(pressure.broken.mesh, np.zeros(3))
        slope = compile_form(q * ufl.dot(axis, ufl.grad(p)) * ufl.dx)
        self._gradient = []
        for i in range(3):
            axis.value[:] = np.eye(3)[i]
            self._gradient.append(released(assembled(slope).PtAP(pressure.reduction)))
        self._lumped = operators.pressure_mass
        self._result, self._part, self._work = (pressure.vector() for _ in range(3))

    def apply(self, pressure: PETSc.Vec) -> PETSc.Vec:
        """The term for ``pressure`` [Pa], as a load on the pressure unknowns [Pa m]."""
        self._laplacian.mult(pressure, self._result)
        for gradient in self._gradient:
            gradient.mult(pressure, self._work)
            self._work.pointwiseDivide(self._work, self._lumped)
            gradient.multTranspose(self._work, self._part)
            self._result.axpy(-1.0, self._part)
        self._result.scale(self._weight)
        return self._result
