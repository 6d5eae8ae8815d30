# SPDX-License-Identifier: BSD-3-Clause
"""Steady flow through a quarter of the FDA nozzle at a throat Reynolds number of 500.

Case: Hariharan et al. 2011, doi:10.1115/1.4003440. At this Reynolds number the measured jet is
laminar, and the geometry has planes of symmetry, so a quarter of it is solved. Whatever breaks the
symmetry of the experiment is outside this model.
"""

from __future__ import annotations

from collections.abc import Callable

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem, SymmetryPlane, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings

Array = NDArray[np.float64]

DENSITY, VISCOSITY = 1056.0, 3.5e-3
"""Of the fluid [kg/m3, Pa s]."""
FLOW = 5.20624e-6
"""Nominal flow of the whole nozzle [m3/s]."""
THROAT_VELOCITY = FLOW / (np.pi * 2.0e-3**2)
"""Mean velocity in the throat [m/s]."""

JET_GROWTH = 0.02
"""Slope of the edge of the jet in the initial guess."""


class QuarterParabola:
    """Parabolic inflow along +z on a quarter disk around the axis.

    Attributes:
        dofs: local velocity dofs on the inlet.
    """

    def __init__(self, domain: TaggedMesh, space: dolfinx.fem.FunctionSpace, flow: float) -> None:
        """Set the nodal values so that their discrete flow is ``flow`` [m3/s]."""
        facets = domain.facets("inlet", owned=False)
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        wall = dolfinx.fem.locate_dofs_topological(space, 2, domain.facets("wall", owned=False))
        radius = np.hypot(*space.tabulate_dof_coordinates()[self.dofs, :2].T)
        edge = max(domain.comm.allgather(float(radius.max(initial=0.0))))
        shape = dolfinx.fem.Function(space)
        shape.x.array[self.dofs] = 1.0 - (radius / edge) ** 2
        shape.x.array[wall] = 0.0
        section = facet_evaluation(space, domain.facets("inlet"), space.ufl_element().degree)
        total = float(section.weights.ravel() @ (section.values @ shape.x.array))
        scale = flow / domain.comm.allreduce(total)
        speed = scale * shape.x.array[self.dofs]
        self._values = np.stack([0 * speed, 0 * speed, speed])

    def values(self, time: float) -> Array:
        """See VelocityBoundary."""
        return self._values


def make_flow(
    domain: TaggedMesh,
    settings: FlowSettings,
    time_step: float,
    wall_radius: Callable[[Array], Array],
) -> FractionalStep:
    """Stepper that starts with a parabola of the nominal flow in every section.

    Behind the sudden expansion the parabola begins as a jet that widens slowly: one that fills the
    pipe at once would have to be pulled together first.

    Args:
        domain: surfaces inlet, outlet_1, wall, plane_x and plane_y; the axis is z.
        settings: degree, tolerance and the like; density and viscosity are those of the case.
        time_step: [s].
        wall_radius: of z (n,) [m], in m.
    """
    problem = FlowProblem(
        domain,
        DENSITY,
        Newtonian(VISCOSITY),
        [FixedPressure("outlet_1")],
        [
            lambda s: QuarterParabola(domain, s, 0.25 * FLOW),
            lambda s: SymmetryPlane(domain, s, "plane_x", 0),
            lambda s: SymmetryPlane(domain, s, "plane_y", 1),
            lambda s: Wall(domain, s, "wall"),
        ],
    )
    flow = FractionalStep(problem, settings, time_step)

    def parabola(x: Array) -> Array:
        jet = np.where(x[2] > 0.0, 2.0e-3 + JET_GROWTH * x[2], np.inf)
        radius = np.minimum(wall_radius(x[2]), jet)
        share = np.minimum(np.hypot(x[0], x[1]) / radius, 1.0)
        speed = 2 * FLOW / (np.pi * radius**2) * (1 - share**2)
        return np.stack([0 * speed, 0 * speed, speed])

    flow.set_initial(parabola)
    return flow


def run_until_steady(
    flow: FractionalStep,
    monitor: Callable[[], Array],
    *,
    change: float = 1e-4,
    every: int = 25,
    longest: int = 2000,
) -> bool:
    """Step until the monitored values hardly change.

    The first ``every`` steps are a quarter as long, the next half as long: the initial guess sets
    off faster changes than those that follow.

    Args:
        flow: the stepper.
        monitor: values to watch.
        change: largest change over ``every`` steps, in the unit of the values.
        every: steps between comparisons.
        longest: number of steps to give up after.

    Returns:
        Whether the values became steady.
    """
    before, full = monitor(), flow.time_step
    for step in range(1, longest + 1):
        flow.set_time_step(full * min(1.0, 2.0 ** ((step - 1) // every - 2)))
        flow.step()
        if step % every == 0:
            now = monitor()
            if step > 2 * every and np.abs(now - before).max() < change:
                return True
            before = now
    return False


def section_flow(flow: FractionalStep, z: float) -> float:
    """Flow along +z through the level of facets nearest to ``z`` [m], in m3/s."""
    mesh = flow.problem.domain.mesh
    levels = np.unique(np.round(np.concatenate(mesh.comm.allgather(mesh.geometry.x[:, 2])), 9))
    level = levels[np.argmin(np.abs(levels - z))]
    facets = dolfinx.mesh.locate_entities(mesh, 2, lambda x: np.abs(x[2] - level) < 1e-9)
    to_cell = mesh.topology.connectivity(2, 3)
    owned = mesh.topology.index_map(3).size_local
    first = [min(mesh.topology.index_map(3).local_to_global(to_cell.links(f))) for f in facets]
    start = mesh.topology.index_map(3).local_range[0]
    mine = [start <= cell < start + owned for cell in first]
    section = facet_evaluation(flow.space, facets[np.array(mine, bool)], 2)
    axial = section.values @ flow.velocity[2].x.array
    return mesh.comm.allreduce(float(section.weights.ravel() @ axial))
