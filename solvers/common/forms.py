# SPDX-License-Identifier: BSD-3-Clause
"""Compilation of UFL forms with the options of this package."""

from __future__ import annotations

from mpi4py import MPI
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


def released(product: PETSc.Mat, *factors: PETSc.Mat) -> PETSc.Mat:
    """Copy of a matrix product that does not keep its factors alive.

    The product is destroyed, and so are the ``factors`` named: left to themselves, parallel
    objects wait for a collective clean-up.
    """
    copy = product.duplicate(copy=True)
    for matrix in (product, *factors):
        matrix.destroy()
    return copy


def restricted(form: dolfinx.fem.Form, map_: PETSc.Mat) -> PETSc.Mat:
    """New matrix T^T A T of a compiled form A and a map T."""
    matrix = assembled(form)
    return released(matrix.PtAP(map_), matrix)


def without_zeros(matrix: PETSc.Mat) -> PETSc.Mat:
    """The matrix without entries below 1e-14 of the largest one of their row; it is destroyed."""
    start, column, value = matrix.getValuesCSR()
    row = np.repeat(np.arange(len(start) - 1), np.diff(start))
    largest = np.zeros(len(start) - 1)
    np.maximum.at(largest, row, np.abs(value))
    kept = np.abs(value) > 1e-14 * largest[row]
    count = np.bincount(row[kept], minlength=len(start) - 1)
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    csr = (start, column[kept], value[kept])
    result = PETSc.Mat().createAIJ(matrix.getSizes(), csr=csr, comm=matrix.comm)
    matrix.destroy()
    return result


def collect(comm: MPI.Comm) -> None:
    """Free parallel PETSc objects that Python has dropped; collective.

    Their memory would otherwise be kept until the end of the program.
    """
    if comm.size > 1:
        PETSc.garbage_cleanup(comm)
