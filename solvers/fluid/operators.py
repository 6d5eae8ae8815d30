# SPDX-License-Identifier: BSD-3-Clause
"""Matrices of the fractional step that are assembled once."""

from __future__ import annotations

from petsc4py import PETSc

import dolfinx
import numpy as np
import ufl

from solvers.common.block_matrix import Pattern
from solvers.common.forms import assembled, compile_form, released, restricted
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.pressure_space import PressureSpace


class Operators:
    """Velocity matrices shared by the three components, and the pressure coupling.

    With v, u scalar velocity functions, q, p pressures that may jump across device surfaces:
    nonzeros ``mass`` (u, v) and ``stiffness`` (grad u, grad v) on ``pattern``;
    ``divergence[i]`` (d_i u, q);
    ``load[i]`` (p, d_i v) - <p n_i, v> on the outlets; ``gradient[i]`` (d_i p, v) cell by cell;
    ``laplacian`` (grad p, grad q) cell by cell; ``pressure_mass`` row sums of (p, q).
    """

    def __init__(
        self, domain: TaggedMesh, degree: int, pressure: PressureSpace, outlets: list[str]
    ) -> None:
        """Assemble; the pressure acts as a load on the ``outlets``."""
        self.velocity = dolfinx.fem.functionspace(domain.mesh, ("Lagrange", degree))
        u, v = ufl.TrialFunction(self.velocity), ufl.TestFunction(self.velocity)
        mass = compile_form(u * v * ufl.dx)
        self.pattern = Pattern(self.velocity, mass)
        self.mass = self.pattern.assembled(mass)
        self.stiffness = self.pattern.assembled(
            compile_form(ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx)
        )
        self._couple(domain, pressure, outlets, u, v)

    def _couple(
        self,
        domain: TaggedMesh,
        pressure: PressureSpace,
        outlets: list[str],
        u: ufl.Argument,
        v: ufl.Argument,
    ) -> None:
        q, p = ufl.TestFunction(pressure.broken), ufl.TrialFunction(pressure.broken)
        ds = ufl.Measure(
            "ds",
            domain=domain.mesh,
            subdomain_data=domain.facet_tags,
            subdomain_id=tuple(domain.tag(name) for name in outlets),
        )
        axis = dolfinx.fem.Constant(domain.mesh, np.zeros(3))
        normal = ufl.FacetNormal(domain.mesh)
        divergence = compile_form(q * ufl.dot(axis, ufl.grad(u)) * ufl.dx)
        outlet = compile_form(q * u * ufl.dot(axis, normal) * ds) if outlets else None
        gradient = compile_form(ufl.dot(axis, ufl.grad(p)) * v * ufl.dx)
        reduce_ = pressure.reduction
        self.divergence, self.load, self.gradient = [], [], []
        for i in range(3):
            axis.value[:] = np.eye(3)[i]
            broken = assembled(divergence)
            self.divergence.append(released(reduce_.transposeMatMult(broken), broken))
            load = self.divergence[-1].copy()
            if outlet is not None:
                broken = assembled(outlet)
                on_outlets = released(reduce_.transposeMatMult(broken), broken)
                load.axpy(-1.0, on_outlets, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
                on_outlets.destroy()
            load.transpose()
            self.load.append(load)
            broken = assembled(gradient)
            self.gradient.append(released(broken.matMult(reduce_), broken))
        stiffness = compile_form(ufl.inner(ufl.grad(p), ufl.grad(q)) * ufl.dx)
        self.laplacian = restricted(stiffness, reduce_)
        mass = restricted(compile_form(p * q * ufl.dx), reduce_)
        ones, self.pressure_mass = mass.createVecs()
        ones.set(1.0)
        mass.mult(ones, self.pressure_mass)
        mass.destroy()
