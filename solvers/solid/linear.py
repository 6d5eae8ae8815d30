# SPDX-License-Identifier: BSD-3-Clause
"""Option sets of the linear solver inside Newton's method, and rigid-body modes.

Direct: MUMPS (doi:10.1137/S0895479899358194). Iterative: smoothed aggregation (GAMG) with the
rigid-body modes as near-nullspace (doi:10.1007/BF02238511), for bodies too large to factorise.
Multigrid in the degree (``solvers.solid.multigrid``) is the fastest for quadratic elements.
"""

from __future__ import annotations

from typing import Any

from petsc4py import PETSc

import dolfinx
import numpy as np

DIRECT: dict[str, Any] = {
    "ksp_type": "preonly",
    "pc_type": "lu",
    "pc_factor_mat_solver_type": "mumps",
    "mat_mumps_icntl_14": 80,
}
"""LU; also for unsymmetric tangents, which friction and most history laws have."""

_GAMG: dict[str, Any] = {
    "pc_type": "gamg",
    "pc_gamg_agg_nsmooths": 1,
    "pc_gamg_threshold": 0.01,
    "mg_levels_ksp_type": "chebyshev",
    "mg_levels_pc_type": "jacobi",
    "mg_levels_ksp_max_it": 4,
    "ksp_rtol": 1e-6,
    "ksp_max_it": 500,
}


def iterative(*, symmetric: bool) -> dict[str, Any]:
    """CG (symmetric, positive definite) or GMRES with multigrid."""
    if symmetric:
        return {"ksp_type": "cg", **_GAMG}
    return {"ksp_type": "gmres", "ksp_gmres_restart": 200, **_GAMG}


def multigrid(*, symmetric: bool, coarse_unknowns: int = 0) -> dict[str, Any]:
    """CG or GMRES with two levels, quadratic and linear elements.

    Args:
        symmetric: whether the tangent is symmetric and positive definite.
        coarse_unknowns: three times the vertices of the mesh; many are not factorised but given to
            smoothed aggregation.
    """
    options: dict[str, Any] = {
        "ksp_type": "cg" if symmetric else "gmres",
        "ksp_rtol": 1e-6,
        "ksp_max_it": 300,
        "ksp_gmres_restart": 100,
        "pc_type": "mg",
        "pc_mg_galerkin": "none",
        "mg_levels_ksp_type": "chebyshev",
        "mg_levels_ksp_max_it": 3,
        "mg_levels_pc_type": "pbjacobi",
        "mg_coarse_ksp_type": "preonly",
    }
    if coarse_unknowns > LARGEST_COARSE:
        smoother = {"mg_levels_pc_type": "sor", "mg_levels_ksp_max_it": 2}
        gamg = {"pc_type": "gamg", "pc_gamg_threshold": 0.01, **smoother}
        return options | {f"mg_coarse_{key}": value for key, value in gamg.items()}
    return options | {
        "mg_coarse_pc_type": "cholesky" if symmetric else "lu",
        "mg_coarse_pc_factor_mat_solver_type": "mumps",
    }


LARGEST_COARSE = 150_000
"""Unknowns of the linear elements that are still factorised."""


def rigid_body_modes(space: dolfinx.fem.FunctionSpace) -> PETSc.NullSpace:
    """Three translations and three rotations of a vector Lagrange space with blocks of three."""
    layout = space.dofmap.index_map
    owned = layout.size_local
    x = space.tabulate_dof_coordinates()[:owned]
    x = x - space.mesh.comm.allreduce(x.sum(axis=0)) / layout.size_global
    modes = np.zeros((6, owned, 3))
    for axis in range(3):
        modes[axis, :, axis] = 1.0
        modes[3 + axis] = np.cross(np.eye(3)[axis], x)
    return PETSc.NullSpace().create(vectors=_orthonormal(modes, space), comm=space.mesh.comm)


def _orthonormal(modes: np.ndarray, space: dolfinx.fem.FunctionSpace) -> list[PETSc.Vec]:
    comm, size = space.mesh.comm, 3 * space.dofmap.index_map.size_local
    basis: list[PETSc.Vec] = []
    for mode in modes.reshape(6, size):
        vector = PETSc.Vec().createWithArray(mode.copy(), (size, None), 3, comm)
        for _ in range(2):
            for other in basis:
                vector.axpy(-vector.dot(other), other)
        vector.normalize()
        basis.append(vector)
    return basis
