# SPDX-License-Identifier: BSD-3-Clause
"""Pressure stabilisation of equal-order elements."""

from __future__ import annotations

from petsc4py import PETSc

from solvers.fluid.operators import Operators


class PressureStabilisation:
    """Orthogonal subscale stabilisation: (grad p - P grad p, grad q).

    P is the lumped L2 projection on the velocity space. The term vanishes for linear pressure,
    is of higher order for smooth pressure and removes the oscillating modes that P1-P1 does not
    see (Codina & Blasco 2000, doi:10.1007/s002110050004). In the projection step it carries the
    factor tau/rho of the step itself, so there is no parameter to choose.
    """

    def __init__(self, operators: Operators) -> None:
        """Use the assembled ``operators``."""
        self._laplacian = operators.laplacian
        self._gradient = operators.gradient
        self._lumped = operators.lumped_mass
        self._work = self._lumped.duplicate()
        self._result = operators.laplacian.createVecLeft()
        self._part = self._result.duplicate()

    def apply(self, pressure: PETSc.Vec) -> PETSc.Vec:
        """The term for ``pressure`` [Pa], as a load on the pressure unknowns [Pa m]."""
        self._laplacian.mult(pressure, self._result)
        for gradient in self._gradient:
            gradient.mult(pressure, self._work)
            self._work.pointwiseDivide(self._work, self._lumped)
            gradient.multTranspose(self._work, self._part)
            self._result.axpy(-1.0, self._part)
        return self._result
