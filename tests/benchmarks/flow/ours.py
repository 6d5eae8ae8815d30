# SPDX-License-Identifier: BSD-3-Clause
"""This project's flow solver on the benchmark, with what a production run accumulates."""

from __future__ import annotations

import time as clock

from mpi4py import MPI

import numpy as np

from flow.dolfinx_case import TUBE, Array, ExactInlet, measure
from flow.records import TIME_STEP, Job
from solvers.common._compat import cell_nodes
from solvers.common.tagged_mesh import TaggedMesh, facet_cells
from solvers.fields.averages import FlowAverage
from solvers.fields.wall_shear import WallShearAverage
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings
from solvers.fluid.wall_traction import WallTraction

SAMPLE_EVERY = 10
"""Steps between two instants that enter the cycle means, as in a cycle of 1000 steps."""


class Ours:
    """See flow.dolfinx_case.Code."""

    pressure_lag = 0.0

    def __init__(self, domain: TaggedMesh, job: Job) -> None:
        """Start from the exact solution."""
        problem = FlowProblem(
            domain,
            TUBE.density,
            Newtonian(TUBE.viscosity),
            [FixedPressure("outlet_1")],
            [lambda s: ExactInlet(domain, s), lambda s: Wall(domain, s, "wall")],
        )
        settings = FlowSettings(velocity_degree=job.degree)
        stepper = self._stepper = FractionalStep(problem, settings, TIME_STEP)
        self._domain, self.space = domain, stepper.space
        stepper.set_initial(lambda x: TUBE.velocity(x, 0.0), lambda x: TUBE.velocity(x, -TIME_STEP))
        unknowns = stepper.pressure_space.unknowns
        z = domain.mesh.geometry.x[cell_nodes(domain.mesh)][..., 2]
        stepper.pressure.setValues(unknowns.ravel(), TUBE.pressure(z, 0.0).ravel())
        stepper.pressure.assemble()
        self._average = FlowAverage(self.space, stepper.pressure)
        self._wall = WallTraction(stepper)
        self._shear = WallShearAverage(self._wall.facets)
        self._accumulation = 0.0
        self.iterations = {"velocity": 0.0, "pressure": 0.0}
        self._others = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])

    def step(self) -> None:
        """See Code."""
        report = self._stepper.step()
        self.iterations["velocity"] += report.velocity_iterations
        self.iterations["pressure"] += report.pressure_iterations
        if self._stepper.steps % SAMPLE_EVERY == 0:
            begin = clock.perf_counter()
            self._average.add(self.velocity(), self._stepper.pressure, 1.0)
            self._shear.add(self._wall.shear(), 1.0)
            self._accumulation += clock.perf_counter() - begin

    @property
    def phases(self) -> dict[str, float]:
        """See Code."""
        return {**self._stepper.timer, "accumulation": self._accumulation}

    def velocity(self) -> list[Array]:
        """See Code."""
        return [u.x.array for u in self._stepper.velocity]

    def wall_force(self) -> float:
        """See Code."""
        local = float(self._wall.shear()[:, 2] @ self._wall.area)
        return self._domain.comm.allreduce(local, op=MPI.SUM)

    def mean_pressure(self, surface: str) -> float:
        """See Code."""
        domain = self._domain
        facets = domain.facets(surface)
        cells, local = facet_cells(domain.mesh, facets)
        pressure = self._stepper.pressure_space.cell_values(self._stepper.pressure)
        # In a simplex, local facet i is opposite to vertex i.
        corners = self._others[local]
        values = np.take_along_axis(pressure[cells], corners, axis=1).mean(axis=1)
        nodes = np.take_along_axis(cell_nodes(domain.mesh)[cells], corners, axis=1)
        x = domain.mesh.geometry.x[nodes]
        area = np.linalg.norm(np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]), axis=1)
        total = domain.comm.allreduce(np.array([values @ area, area.sum()]), op=MPI.SUM)
        return float(total[0] / total[1])


if __name__ == "__main__":
    measure("ours", Job.read(), Ours)
