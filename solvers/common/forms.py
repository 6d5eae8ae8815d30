# SPDX-License-Identifier: BSD-3-Clause
"""Compilation of UFL forms with the options of this package."""

from __future__ import annotations

from petsc4py import PETSc

import dolfinx
import numpy as np
import ufl
from dolfinx.fem.petsc import assemble_matrix
from numpy.typing import NDArray

from solvers.common import _compat


def compile_form(form: ufl.Form) -> dolfinx.fem.Form:
    """Compile with the options of this package."""
    return dolfinx.fem.form(form, jit_options=_compat.jit_options())


def compile_expression(
    expression: ufl.core.expr.Expr, points: NDArray[np.float64]
) -> dolfinx.fem.Expression:
    """Compile for evaluation at ``points`` (q, 3) of the reference cell."""
    return dolfinx.fem.Expression(expression, points, jit_options=_compat.jit_options())


def assembled(form: dolfinx.fem.Form) -> PETSc.Mat:
    """New PETSc matrix of a compiled form."""
    matrix = assemble_matrix(form)
    matrix.assemble()
    return matrix


def released(product: PETSc.Mat) -> PETSc.Mat:
    """Copy of a matrix product that does not keep its factors alive; the product is destroyed."""
    copy = product.duplicate(copy=True)
    product.destroy()
    return copy
