# SPDX-License-Identifier: BSD-3-Clause
"""oasisx on the benchmark: Adams-Bashforth convection, Crank-Nicolson diffusion.

Constant matrices wherever it offers them, one inner iteration, the solvers and the tolerance of the
plain code. Its pressure belongs to the middle of a step.
"""

from __future__ import annotations

import dolfinx
import oasisx
from dolfinx.mesh import MeshTags
from flow.dolfinx_case import TUBE, Array, EndPressure, measure, table_of
from flow.records import TIME_STEP, Job

from solvers.common import _compat
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.settings import FlowSettings

MULTIGRID = {"ksp_type": "cg", "pc_type": "hypre", "pc_hypre_type": "boomeramg"}


class Inlet:
    """Exact axial velocity as oasisx asks for it: on all nodes, before every step."""

    def __init__(self) -> None:
        """At time 0 [s]."""
        self.time = 0.0
        self._table = None

    def __call__(self, x: Array) -> Array:
        """Speed [m/s] at ``x`` (3, n) [m], which are the same points in every call."""
        if self._table is None:
            self._table = table_of(x)
        return self._table(self.time)


class Oasisx:
    """See flow.dolfinx_case.Code."""

    pressure_lag = 0.5 * TIME_STEP

    def __init__(self, domain: TaggedMesh, job: Job) -> None:
        """Start from the exact solution."""
        tags, markers = domain.facet_tags, domain.markers["facets"]
        self._inlet = Inlet()
        outlet = dolfinx.fem.Constant(domain.mesh, dolfinx.default_scalar_type(0.0))
        common = {"ksp_rtol": FlowSettings().tolerance, "ksp_initial_guess_nonzero": True}
        solver = self._solver = oasisx.FractionalStep_AB_CN(
            domain.mesh,
            ("Lagrange", job.degree),
            ("Lagrange", 1),
            bcs_u=[
                [_held(value, tags, markers["inlet"]), _held(0.0, tags, markers["wall"])]
                for value in (0.0, 0.0, self._inlet)
            ],
            bcs_p=[oasisx.PressureBC(outlet, (tags, markers["outlet_1"]))],
            solver_options={
                "tentative": {"ksp_type": "bcgs", "pc_type": "jacobi", **common},
                "pressure": {**MULTIGRID, **common},
                "scalar": {"ksp_type": "cg", "pc_type": "jacobi", **common},
            },
            jit_options=_compat.jit_options(),
            options={"low_memory_version": False},
        )
        for functions, time in ((solver._u, 0.0), (solver._u1, 0.0), (solver._u2, -TIME_STEP)):
            for i, function in enumerate(functions):
                function.interpolate(lambda x, i=i, time=time: TUBE.velocity(x, time)[i])
        # It solves for the pressure over the density.
        solver._p.interpolate(lambda x: TUBE.pressure(x[2], -self.pressure_lag) / TUBE.density)
        self.space = solver._u[0].function_space
        self._end_pressure = EndPressure(domain, solver._p)
        self.phases, self.iterations = {}, {"velocity": 0.0, "pressure": 0.0}

    def step(self) -> None:
        """See Code."""
        self._inlet.time += TIME_STEP
        self._solver.solve(TIME_STEP, TUBE.viscosity / TUBE.density, max_iter=1)
        # Those of the last component: oasisx keeps no others.
        self.iterations["velocity"] += self._solver._solver_u._ksp.getIterationNumber()
        self.iterations["pressure"] += self._solver._solver_p._ksp.getIterationNumber()

    def mean_pressure(self, surface: str) -> float:
        """See Code."""
        return TUBE.density * self._end_pressure(surface)

    def velocity(self) -> list[Array]:
        """See Code."""
        return [u.x.array for u in self._solver._u]


def _held(value: float | Inlet, tags: MeshTags, tag: int) -> oasisx.DirichletBC:
    """Dirichlet condition of one component on a surface."""
    if isinstance(value, float):
        value = dolfinx.default_scalar_type(value)
    return oasisx.DirichletBC(value, oasisx.LocatorMethod.TOPOLOGICAL, (tags, tag))


if __name__ == "__main__":
    measure("oasisx", Job.read(), Oasisx)
