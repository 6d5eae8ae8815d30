# SPDX-License-Identifier: BSD-3-Clause
"""What the codes on dolfinx share: reading the mesh, timing steps, measuring errors."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from typing import Protocol

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from flow.records import WARM_UP, ErrorSum, Job, Record, peak, resident, typical
from flow.womersley import SpeedTable, WomersleyTube
from solvers.common.sampling import cell_evaluation, facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh, read_tagged_mesh

Array = NDArray[np.float64]
TUBE = WomersleyTube()
Snapshot = tuple[int, list[Array], float, float | None]
"""Step, velocity, pressure drop and the code's own wall force."""
CHUNK = 20_000
"""Cells whose error is integrated at once: bounds the memory."""


class Code(Protocol):
    """A flow solver that has been started from the exact solution at t = 0.

    Attributes:
        space: scalar velocity space.
        pressure_lag: the pressure belongs to this long before the velocity [s].
        iterations: of each linear solve so far, summed, by name.
        phases: wall time so far by name [s].
    """

    space: dolfinx.fem.FunctionSpace
    pressure_lag: float
    iterations: dict[str, float]
    phases: dict[str, float]

    def step(self) -> None:
        """Advance one time step."""

    def velocity(self) -> list[Array]:
        """Local dof arrays of the three components, ghosts up to date [m/s]."""

    def mean_pressure(self, surface: str) -> float:
        """Area mean over an end of the tube, the same on every rank [Pa]."""

    # Optional: wall_force() -> float, axial force on the wall [N] by the code's own means, the
    # same on every rank. Without it the velocity gradient on the wall is integrated.


def measure(name: str, job: Job, start: Callable[[TaggedMesh, Job], Code]) -> None:
    """Run one measurement and write its record on rank 0."""
    comm = MPI.COMM_WORLD
    before = resident()
    domain = read_tagged_mesh(job.mesh)
    code = start(domain, job)
    seconds, snapshots, counted = [], [], ({}, {})
    for step in range(1, job.steps + 1):
        if step == min(WARM_UP, job.steps - 1) + 1:
            counted = (dict(code.phases), dict(code.iterations))
        comm.barrier()
        begin = clock.perf_counter()
        code.step()
        seconds.append(clock.perf_counter() - begin)
        if step in job.samples:
            drop = code.mean_pressure("inlet") - code.mean_pressure("outlet_1")
            own = code.wall_force() if hasattr(code, "wall_force") else None
            snapshots.append((step, [u.copy() for u in code.velocity()], drop, own))
    timed = job.steps - min(WARM_UP, job.steps - 1)
    memory = comm.allreduce(peak() - before)
    errors, values = _errors(domain, code, job, snapshots)
    record = Record(
        code=name,
        element=job.element,
        case=job.case,
        cells=domain.mesh.topology.index_map(3).size_global,
        ranks=comm.size,
        steps=job.steps,
        seconds=typical(seconds),
        phases=_mean(code.phases, counted[0], timed),
        iterations=_mean(code.iterations, counted[1], timed),
        memory=memory / domain.mesh.topology.index_map(3).size_global,
        errors=errors.relative() if job.exact else {},
        values=values,
    )
    if comm.rank == 0:
        record.write(job.out)


def _mean(now: dict[str, float], before: dict[str, float], steps: int) -> dict[str, float]:
    return {name: (value - before.get(name, 0.0)) / steps for name, value in now.items()}


def _errors(
    domain: TaggedMesh, code: Code, job: Job, snapshots: list[Snapshot]
) -> tuple[ErrorSum, dict[str, float]]:
    """Errors over the sampled instants, and the scalars of the last one."""
    times = [step * Record.time_step for step, *_ in snapshots]
    errors, comm = ErrorSum(), domain.comm
    squares = np.zeros((len(times), 2))
    cells = np.arange(domain.mesh.topology.index_map(3).size_local, dtype=np.int32)
    for first in range(0, len(cells) if job.exact else 0, CHUNK):
        squares += _squares(code.space, cells[first : first + CHUNK], snapshots, times)
    squares = comm.allreduce(squares, op=MPI.SUM)
    forces = [own for *_, own in snapshots]
    if None in forces:
        forces = _wall_force(domain, code.space, [velocity for _, velocity, *_ in snapshots])
    for k, time in enumerate(times):
        errors.add("velocity", *squares[k])
        drop = TUBE.pressure(0.0, time - code.pressure_lag)
        errors.add_value("pressure_drop", snapshots[k][2], float(drop))
        errors.add_value("wall_force", forces[k], TUBE.wall_force(time))
    return errors, {"pressure_drop": snapshots[-1][2], "wall_force": forces[-1]}


def _squares(
    space: dolfinx.fem.FunctionSpace,
    cells: NDArray[np.int32],
    snapshots: list[Snapshot],
    times: list[float],
) -> Array:
    """(instants, 2) squared L2 error and squared L2 norm of the exact velocity [m5/s2]."""
    points = cell_evaluation(space, cells, 4)
    # The basis reproduces linear functions, so the nodes give the quadrature points.
    x = points.vector(list(space.tabulate_dof_coordinates().T))
    exact = table_of(np.moveaxis(x, -1, 0))
    result = np.empty((len(times), 2))
    for k, time in enumerate(times):
        speed = exact(time)
        wrong = points.vector(snapshots[k][1])
        wrong[..., 2] -= speed
        result[k, 0] = np.einsum("nq,nqi,nqi->", points.weights, wrong, wrong)
        result[k, 1] = np.sum(points.weights * speed**2)
    return result


def _wall_force(
    domain: TaggedMesh, space: dolfinx.fem.FunctionSpace, velocities: list[list[Array]]
) -> list[float]:
    """Axial viscous force of the fluid on the wall [N], by instant."""
    degree = space.ufl_element().degree
    points = facet_evaluation(space, domain.facets("wall"), degree, gradients=True)
    found = []
    for velocity in velocities:
        gradient = points.gradient(velocity)
        stress = -TUBE.viscosity * (gradient + np.swapaxes(gradient, 2, 3))
        traction = np.einsum("nqij,nj->nqi", stress, points.normals)
        through = np.einsum("nqi,ni->nq", traction, points.normals)
        axial = traction[..., 2] - through * points.normals[:, None, 2]
        local = float(np.sum(points.weights * axial))
        found.append(domain.comm.allreduce(local, op=MPI.SUM))
    return found


def table_of(x: Array) -> SpeedTable:
    """Exact axial speed at ``x`` (3, ...) [m], for use at many times."""
    return TUBE.speed_table(np.hypot(x[0], x[1]))


class EndPressure:
    """Area means of a P1 pressure function over the ends of the tube."""

    def __init__(self, domain: TaggedMesh, pressure: dolfinx.fem.Function) -> None:
        """Sample the ends."""
        self._pressure, self._comm = pressure, domain.comm
        self._ends = {
            name: facet_evaluation(pressure.function_space, domain.facets(name), 1)
            for name in ("inlet", "outlet_1")
        }

    def __call__(self, name: str) -> float:
        """Mean [Pa] over an end."""
        points = self._ends[name]
        values = (points.values @ self._pressure.x.array).reshape(points.shape)
        total = self._comm.allreduce(float((points.weights * values).sum()), op=MPI.SUM)
        return total / self._comm.allreduce(float(points.weights.sum()), op=MPI.SUM)


class ExactInlet:
    """Exact velocity at the nodes of the inlet, on any dofs of a scalar space.

    Attributes:
        dofs: local velocity dofs on the inlet, ghosts included.
    """

    def __init__(self, domain: TaggedMesh, space: dolfinx.fem.FunctionSpace) -> None:
        """Locate the dofs."""
        facets = domain.facets("inlet", owned=False)
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        self._speed = table_of(space.tabulate_dof_coordinates()[self.dofs].T)

    def values(self, time: float) -> Array:
        """(3, dofs) velocity [m/s] at ``time`` [s]."""
        axial = self._speed(time)
        return np.array([0 * axial, 0 * axial, axial])
