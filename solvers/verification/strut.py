# SPDX-License-Identifier: BSD-3-Clause
"""Steady stream through a row of parallel wires, in half a unit cell between planes of symmetry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem, SymmetryPlane, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings


@dataclass(frozen=True)
class Stream:
    """What flows through the row.

    Attributes:
        velocity: far from the wires, normal to the row [m/s].
        density: [kg/m3].
        viscosity: [Pa s].
    """

    velocity: float = 0.01
    density: float = 1060.0
    viscosity: float = 3.5e-3


def make_flow(
    domain: TaggedMesh, stream: Stream, settings: FlowSettings, time_step: float
) -> FractionalStep:
    """Stepper from rest.

    Args:
        domain: surfaces inlet, outlet_1, wall, plane_y and plane_z; the stream runs along x.
        stream: velocity and fluid.
        settings: degree, tolerance and the like; density and viscosity are those of the stream.
        time_step: [s].
    """
    problem = FlowProblem(
        domain,
        stream.density,
        Newtonian(stream.viscosity),
        [FixedPressure("outlet_1")],
        [
            lambda s: SymmetryPlane(domain, s, "plane_y", 1),
            lambda s: SymmetryPlane(domain, s, "plane_z", 2),
            lambda s: Wall(domain, s, "inlet", (stream.velocity, 0.0, 0.0)),
            lambda s: Wall(domain, s, "wall"),
        ],
    )
    return FractionalStep(problem, settings, time_step)


def pressure_drop(flow: FractionalStep) -> float:
    """Pressure at the inlet less that at the outlet [Pa]; both are uniform, away from the wire.

    The momentum that enters leaves again, and the planes of symmetry carry no force along the
    stream: the drag of the wire is this times the area of the inlet.
    """
    return _vertex_mean(flow, "inlet") - _vertex_mean(flow, "outlet_1")


def _vertex_mean(flow: FractionalStep, name: str) -> float:
    """Mean pressure of the vertices of a surface [Pa]."""
    values = flow.pressure.getValues(flow.pressure_space.boundary_unknowns(name))
    total = flow.problem.domain.comm.allreduce(np.array([values.sum(), len(values)]))
    return float(total[0] / total[1])
