# SPDX-License-Identifier: BSD-3-Clause
"""Matrices of the fractional step: assembled once, except convection."""

from __future__ import annotations

from petsc4py import PETSc

import dolfinx
import numpy as np
import ufl
from dolfinx.fem.petsc import assemble_matrix, create_matrix

from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.convection import (
    Backflow,
    Convection,
    FormConvection,
    LinearConvection,
    compile_form,
    convection_form,
)
from solvers.fluid.pressure_space import PressureSpace


class Operators:
    """Scalar velocity matrices shared by the three components, and the pressure coupling.

    With v, u scalar velocity functions, q, p pressures that may jump across device surfaces:
    ``mass`` (u, v) and its row sums ``lumped_mass``; ``stiffness`` (grad u, grad v);
    ``divergence[i]`` (d_i u, q);
    ``load[i]`` (p, d_i v) - <p n_i, v> on the outlets; ``gradient[i]`` (d_i p, v) cell by cell;
    ``laplacian`` (grad p, grad q) cell by cell.
    """

    def __init__(
        self,
        domain: TaggedMesh,
        degree: int,
        pressure: PressureSpace,
        outlets: list[str],
        beta: float,
    ) -> None:
        """Assemble; ``beta`` scales the backflow term on the ``outlets``."""
        self.velocity = dolfinx.fem.functionspace(domain.mesh, ("Lagrange", degree))
        self.wind = tuple(dolfinx.fem.Function(self.velocity) for _ in range(3))
        u, v = ufl.TrialFunction(self.velocity), ufl.TestFunction(self.velocity)
        self._ds = ufl.Measure(
            "ds",
            domain=domain.mesh,
            subdomain_data=domain.facet_tags,
            subdomain_id=tuple(domain.tag(name) for name in outlets),
        )
        form = compile_form(convection_form(self.velocity, self.wind))
        self.system = create_matrix(form)
        linear = degree == 1
        self._convection: Convection = (
            LinearConvection(self.velocity, self.wind) if linear else FormConvection(form)
        )
        self._backflow = Backflow(domain, self.velocity, self.wind, outlets, beta)
        self.mass = self._assembled(u * v * ufl.dx)
        self.stiffness = self._assembled(ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx)
        ones, self.lumped_mass = self.mass.createVecs()
        ones.set(1.0)
        self.mass.mult(ones, self.lumped_mass)
        self._couple(domain, pressure, outlets, u, v)

    def _assembled(self, form: ufl.Form) -> PETSc.Mat:
        """Matrix with the sparsity of ``system`` (so that sums keep one pattern)."""
        matrix = self.system.duplicate()
        assemble_matrix(matrix, compile_form(form))
        matrix.assemble()
        return matrix

    def _couple(
        self,
        domain: TaggedMesh,
        pressure: PressureSpace,
        outlets: list[str],
        u: ufl.Argument,
        v: ufl.Argument,
    ) -> None:
        q, p = ufl.TestFunction(pressure.broken), ufl.TrialFunction(pressure.broken)
        axis = dolfinx.fem.Constant(domain.mesh, np.zeros(3))
        normal = ufl.FacetNormal(domain.mesh)
        divergence = compile_form(q * ufl.dot(axis, ufl.grad(u)) * ufl.dx)
        outlet = compile_form(q * u * ufl.dot(axis, normal) * self._ds) if outlets else None
        gradient = compile_form(ufl.dot(axis, ufl.grad(p)) * v * ufl.dx)
        reduce_ = pressure.reduction
        self.divergence, self.load, self.gradient = [], [], []
        for i in range(3):
            axis.value[:] = np.eye(3)[i]
            broken = assembled(divergence)
            self.divergence.append(reduce_.transposeMatMult(broken))
            load = self.divergence[-1].copy()
            if outlet is not None:
                on_outlets = reduce_.transposeMatMult(assembled(outlet))
                load.axpy(-1.0, on_outlets, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
            load.transpose()
            self.load.append(load)
            self.gradient.append(assembled(gradient).matMult(reduce_))
        stiffness = assembled(compile_form(ufl.inner(ufl.grad(p), ufl.grad(q)) * ufl.dx))
        self.laplacian = stiffness.PtAP(reduce_)

    def assemble_convection(self) -> None:
        """Assemble the convection of ``wind`` into ``system`` (per unit density)."""
        self._convection.fill(self.system)
        self._backflow.add(self.system)


def assembled(form: dolfinx.fem.Form) -> PETSc.Mat:
    """New matrix of a compiled form."""
    matrix = assemble_matrix(form)
    matrix.assemble()
    return matrix
