# SPDX-License-Identifier: BSD-3-Clause
"""A wavy strut of steel pulled straight: large rotation, plastic bending; few cells."""

from mpi4py import MPI

import numpy as np

from solvers.solid.body import Body
from solvers.solid.laws.hardening import LinearHardening
from solvers.solid.laws.j2 import J2
from solvers.solid.newton import NewtonSettings
from solvers.solid.stepping import LoadStepper, StepSettings
from solvers.verification.block import block

STEEL = J2(200e9, 0.3, LinearHardening(476e6, 2e9))


class Strut:
    """Two millimetres of strut of 0.1 mm, clamped at one end and pulled by ``reach`` [m]."""

    def __init__(
        self, reach=5e-5, *, cells="hexahedron", divisions=(12, 1, 1), comm=MPI.COMM_SELF, **steps
    ):
        def wave(x):
            x = x * np.array([2e-3, 1e-4, 1e-4])
            x[:, 1] += 3e-4 * np.sin(1500 * x[:, 0])
            return x

        self.body = Body(block(divisions, wave, cells=cells, comm=comm), {"body": STEEL})
        self.body.limits = {"plastic_strain": 0.02}
        self.body.prescribe("x_low")
        self.body.prescribe("x_high", component=1)
        self.body.prescribe("x_high", component=2)
        self.reach, self.end = reach, self.body.prescribe("x_high", component=0)
        self.newton = self.body.newton(NewtonSettings(tolerance=1e-10))
        self.participants = [self.body]
        self.settings = StepSettings(**steps)

    def apply(self, load):
        self.end.value = load * self.reach

    def stepper(self):
        return LoadStepper(self.newton.solve, self.participants, self.settings)

    def pull(self, **more):
        return self.stepper().run(self.apply, **more)

    def plastic_strain(self):
        """Largest, all ranks together."""
        here = self.body.histories["body"].values[..., -1].max()
        return self.body.mesh.comm.allreduce(here, MPI.MAX)
