# SPDX-License-Identifier: BSD-3-Clause
"""The tube inflated by this project's solid solver."""

from __future__ import annotations

import dolfinx

from solvers.common.tagged_mesh import TaggedMesh
from solvers.solid.body import Body
from solvers.solid.laws.neo_hookean import NeoHookean
from solvers.solid.linear import multigrid
from solvers.solid.newton import NewtonSettings
from solvers.solid.stepping import LoadStepper, StepSettings
from structures.dolfinx_case import measure, pressure_work
from structures.inflation import TUBE
from structures.records import Job


class Ours:
    """See dolfinx_case.Code."""

    def __init__(self, domain: TaggedMesh) -> None:
        body = self._body = Body(
            domain, {"wall": NeoHookean(TUBE.bulk_modulus, TUBE.shear_modulus)}
        )
        body.prescribe("ends")
        self.displacement = body.displacement
        self._pressure = dolfinx.fem.Constant(domain.mesh, 0.0)
        body.terms.append(pressure_work(body.displacement, domain, self._pressure))
        vertices = 3 * domain.mesh.geometry.index_map().size_global
        linear = multigrid(symmetric=True, coarse_unknowns=vertices)
        settings = NewtonSettings(tolerance=TUBE.tolerance, linear=linear, forcing=1e-2)
        self._newton = body.newton(settings)
        self.newton, self.phases = 0, dict[str, float]()

    @property
    def linear(self) -> int:
        """See Code."""
        return self._newton.linear_iterations

    def run(self) -> None:
        """See Code."""
        steps = StepSettings(first=1 / TUBE.steps, largest=1 / TUBE.steps)
        stepper = LoadStepper(self._newton.solve, [self._body], steps)
        for step in stepper.run(self._apply):
            self.newton += step.iterations

    def _apply(self, load: float) -> None:
        self._pressure.value = load * TUBE.pressure


if __name__ == "__main__":
    measure("ours", Job.read(), Ours)
