# SPDX-License-Identifier: BSD-3-Clause
"""DFG benchmarks of the flow around a cylinder: 2D-3, 3D-1Z and 3D-3Z.

Density 1 kg/m3, viscosity 1e-3 Pa s, diameter 0.1 m, channel height 0.41 m; parabolic inflow,
do-nothing outflow, no slip elsewhere. Coefficients c = 2 F / (rho U^2 D b) with the span b and the
mean inflow velocity U, the largest one in the unsteady cases.

Definitions: Schäfer & Turek 1996 (doi:10.1007/978-3-322-89849-4_39). References: 2D-3, the series
of FeatFlow on level 4 (www.featflow.de, dfg_benchmark3_re100), after John 2004
(doi:10.1002/fld.679); 3D-1Z, Braack & Richter 2006 (doi:10.1016/j.compfluid.2005.02.001); 3D-3Z,
Bayraktar, Mierka & Turek 2012 (doi:10.1504/IJCSE.2012.048245).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common._compat import cell_nodes
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fields.force import BoundaryForce
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem, SymmetryPlane, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings

Array = NDArray[np.float64]

DENSITY, VISCOSITY = 1.0, 1e-3
HEIGHT, DIAMETER = 0.41, 0.1


@dataclass(frozen=True)
class CylinderCase:
    """One benchmark.

    Attributes:
        name: as in the literature.
        centre: (x, y) of the cylinder axis [m].
        length: of the channel [m].
        spanwise: whether the inflow is parabolic along the cylinder, too.
        peak: largest inflow velocity [m/s] at its largest.
        pulsed: whether it follows sin(pi t / 8) from rest, or is constant.
        reference: published values by name; times in s, pressure difference in Pa.
    """

    name: str
    centre: tuple[float, float]
    length: float
    spanwise: bool
    peak: float
    pulsed: bool
    reference: dict[str, float]

    @property
    def mean(self) -> float:
        """Mean velocity [m/s] of the coefficients."""
        return self.peak * (4 / 9 if self.spanwise else 2 / 3)

    def inflow(self, x: Array, time: float) -> Array:
        """Velocity (3, n) [m/s] of the inflow profile at points (3, n) [m]."""
        peak = self.peak * (np.sin(np.pi * time / 8.0) if self.pulsed else 1.0)
        speed = peak * _parabola(x[1])
        if self.spanwise:
            speed = speed * _parabola(x[2])
        return np.array([speed, 0 * speed, 0 * speed])


def _parabola(y: Array) -> Array:
    """0 on the walls, 1 in the middle."""
    return 4.0 * y * (HEIGHT - y) / HEIGHT**2


CASES = {
    "2d3": CylinderCase(
        "2D-3",
        (0.2, 0.2),
        2.2,
        False,
        1.5,
        True,
        {
            "drag_max": 2.950921575,
            "drag_max_time": 3.93625,
            "lift_max": 0.47795,
            "lift_max_time": 5.693125,
            "pressure_end": -0.1116,
        },
    ),
    "3d1z": CylinderCase(
        "3D-1Z", (0.5, 0.2), 2.5, True, 0.45, False, {"drag": 6.18533, "lift": 0.009401}
    ),
    "3d3z": CylinderCase(
        "3D-3Z", (0.5, 0.2), 2.5, True, 2.25, True, {"drag_max": 3.2978, "lift_min": -0.010999}
    ),
}


class Inflow:
    """Velocity given by a function of place and time on one surface."""

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        name: str,
        velocity: Callable[[Array, float], Array],
    ) -> None:
        """Locate the dofs; ``velocity`` of points (3, n) [m] and time [s] gives (3, n) [m/s]."""
        facets = domain.facets(name, owned=False)
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        self._x = space.tabulate_dof_coordinates()[self.dofs].T
        self._velocity = velocity

    def values(self, time: float) -> Array:
        """See VelocityBoundary."""
        return self._velocity(self._x, time)


class PlaneFlow:
    """No velocity along z anywhere: two-dimensional flow in a slab between symmetry planes."""

    components = (2,)

    def __init__(self, space: dolfinx.fem.FunctionSpace) -> None:
        """Take all dofs of ``space``."""
        count = space.dofmap.index_map
        self.dofs = np.arange(count.size_local + count.num_ghosts, dtype=np.int32)
        self._values = np.zeros((3, len(self.dofs)))

    def values(self, time: float) -> Array:
        """See VelocityBoundary."""
        return self._values


def make_flow(
    case: CylinderCase, domain: TaggedMesh, settings: FlowSettings, time_step: float
) -> FractionalStep:
    """Stepper of a case, at rest or, in the steady case, filled with the inflow profile.

    Args:
        case: one of ``CASES``.
        domain: surfaces inlet, outlet_1, wall, cylinder and, where present, symmetry.
        settings: degree, tolerance and the like; density and viscosity are those of the case.
        time_step: [s].
    """
    boundaries = [
        lambda s: Inflow(domain, s, "inlet", case.inflow),
        lambda s: Wall(domain, s, "wall"),
        lambda s: Wall(domain, s, "cylinder"),
    ]
    if not case.spanwise:
        boundaries.append(PlaneFlow)
    elif _has_symmetry(domain):
        boundaries.append(lambda s: SymmetryPlane(domain, s, "symmetry", 2))
    problem = FlowProblem(
        domain, DENSITY, Newtonian(VISCOSITY), [FixedPressure("outlet_1")], boundaries
    )
    flow = FractionalStep(problem, settings, time_step)
    if not case.pulsed:
        flow.set_initial(lambda x: case.inflow(x, 0.0))
    return flow


def _has_symmetry(domain: TaggedMesh) -> bool:
    """Whether symmetry planes across z bound the domain, on any rank."""
    return domain.comm.allreduce(len(domain.facets("symmetry"))) > 0


@dataclass
class CylinderRecord:
    """Series of one run, one entry per step.

    Attributes:
        time: [s].
        drag: coefficient.
        lift: coefficient.
        pressure: difference between front and back of the cylinder [Pa], mean over the span of a
            slab.
    """

    time: list[float] = field(default_factory=list)
    drag: list[float] = field(default_factory=list)
    lift: list[float] = field(default_factory=list)
    pressure: list[float] = field(default_factory=list)

    def peak(self, name: str, sign: int = 1) -> tuple[float, float]:
        """Extreme value of a series and its time [s], by the parabola through three steps.

        Args:
            name: ``drag``, ``lift`` or ``pressure``.
            sign: 1 for the largest value, -1 for the smallest.
        """
        t, y = np.array(self.time), sign * np.array(getattr(self, name))
        k = int(np.argmax(y))
        if k in (0, len(y) - 1):
            return sign * float(y[k]), float(t[k])
        a, b, c = np.polyfit(t[k - 1 : k + 2] - t[k], y[k - 1 : k + 2], 2)
        shift = -0.5 * b / a if a < 0 else 0.0
        return sign * float((a * shift + b) * shift + c), float(t[k] + shift)


class CylinderProbe:
    """Measures drag, lift and pressure difference after each step."""

    def __init__(self, case: CylinderCase, flow: FractionalStep) -> None:
        """Prepare the force on the cylinder; to be made before the first step."""
        self._flow = flow
        domain = flow.problem.domain
        free = ["symmetry"] if _has_symmetry(domain) else []
        self._force = BoundaryForce(flow, "cylinder", free)
        z = domain.mesh.geometry.x[:, 2]
        low = domain.comm.allreduce(float(z.min()), op=MPI.MIN)
        high = domain.comm.allreduce(float(z.max()), op=MPI.MAX)
        self._scale = 2.0 / (DENSITY * case.mean**2 * DIAMETER * (high - low))
        # In a slab the two faces have pressures of their own: their mean is the plane pressure.
        levels = (0.5 * HEIGHT,) if case.spanwise else (low, high)
        x, y = case.centre
        self._ends = [
            [_Corner(domain, np.array([x + side * 0.5 * DIAMETER, y, z])) for side in (-1, 1)]
            for z in levels
        ]
        self.record = CylinderRecord()

    def update(self) -> None:
        """Append the values of the present instant."""
        force = self._scale * self._force.update()
        record = self.record
        record.time.append(self._flow.time)
        record.drag.append(float(force[0]))
        record.lift.append(float(force[1]))
        record.pressure.append(float(np.mean(self.pressure_differences())))

    def pressure_differences(self) -> list[float]:
        """Front less back of the cylinder [Pa], on each face of a slab or in the middle."""
        values = self._flow.pressure_space.cell_values(self._flow.pressure)
        return [front.value(values) - back.value(values) for front, back in self._ends]


class _Corner:
    """The cell corner nearest to a point, over all ranks."""

    def __init__(self, domain: TaggedMesh, point: Array) -> None:
        owned = domain.mesh.topology.index_map(3).size_local
        corners = domain.mesh.geometry.x[cell_nodes(domain.mesh)[:owned]]
        distance = np.linalg.norm(corners - point, axis=-1)
        self._index = np.unravel_index(np.argmin(distance), distance.shape)
        self._comm = domain.comm
        _, self._rank = self._comm.allreduce((float(distance.min()), self._comm.rank), MPI.MINLOC)

    def value(self, values: Array) -> float:
        """Entry of (owned cells, 4) ``values`` at the corner, on every rank."""
        return self._comm.bcast(float(values[self._index]), root=self._rank)
