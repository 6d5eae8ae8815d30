# SPDX-License-Identifier: BSD-3-Clause
"""What the codes on dolfinx share: reading the mesh, timing, gathering the displacement."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from typing import Protocol

from mpi4py import MPI

import dolfinx
import numpy as np
import ufl
from flow.records import peak, resident
from numpy.typing import NDArray

from solvers.common.tagged_mesh import TaggedMesh, read_tagged_mesh
from structures.records import Job, SolidRecord


class Code(Protocol):
    """A tube that can be inflated.

    Attributes:
        displacement: [m].
        newton, linear: iterations so far.
        phases: wall time so far by name [s].
    """

    displacement: dolfinx.fem.Function
    newton: int
    linear: int
    phases: dict[str, float]

    def run(self) -> None:
        """Inflate in all load steps."""


def measure(name: str, job: Job, start: Callable[[TaggedMesh], Code]) -> None:
    """Run one measurement and write its record on rank 0."""
    comm = MPI.COMM_WORLD
    before = resident()
    comm.barrier()
    begin, busy = clock.perf_counter(), clock.process_time()
    domain = read_tagged_mesh(job.mesh)
    code = start(domain)
    ready = clock.perf_counter()
    code.run()
    comm.barrier()
    done = clock.perf_counter()
    busy = comm.allreduce(clock.process_time() - busy)
    space = code.displacement.function_space
    memory = comm.allreduce(peak() - before)
    displacement = vertex_values(code.displacement)
    record = SolidRecord(
        code=name,
        case=job.case,
        cells=domain.mesh.topology.index_map(3).size_global,
        unknowns=3 * space.dofmap.index_map.size_global,
        ranks=comm.size,
        seconds=done - begin,
        newton=code.newton,
        linear=code.linear,
        phases={"set-up": ready - begin, **code.phases},
        memory=memory,
        processor=busy,
    )
    if comm.rank == 0:
        record.write(job, displacement)


def pressure_work(
    displacement: dolfinx.fem.Function, domain: TaggedMesh, pressure: dolfinx.fem.Constant
) -> ufl.Form:
    """Residual of a pressure on the lumen that follows the surface: p v . cof(F) N."""
    mesh = domain.mesh
    F = ufl.Identity(3) + ufl.grad(displacement)
    area = ufl.cofac(F) * ufl.FacetNormal(mesh)
    ds = ufl.Measure(
        "ds", mesh, subdomain_data=domain.facet_tags, metadata={"quadrature_degree": 4}
    )
    test = ufl.TestFunction(displacement.function_space)
    return pressure * ufl.inner(area, test) * ds(domain.tag("inner"))


def vertex_values(function: dolfinx.fem.Function) -> NDArray[np.float64]:
    """(vertices, 3) values in the order of the mesh file, on rank 0 (empty elsewhere)."""
    mesh = function.function_space.mesh
    nodes, dofs = mesh.geometry.dofmap, function.function_space.dofmap.list
    owned = mesh.topology.index_map(3).size_local
    # The first dofs of a Lagrange cell are those of its vertices.
    vertices, first = np.unique(nodes[:owned], return_index=True)
    values = function.x.array.reshape(-1, 3)[dofs[:owned, :4].ravel()[first]]
    numbers = np.asarray(mesh.geometry.input_global_indices)[vertices]
    parts = mesh.comm.gather((numbers, values))
    if parts is None:
        return np.zeros((0, 3))
    result = np.zeros((1 + max(part[0].max() for part in parts), 3))
    for rows, found in parts:
        result[rows] = found
    return result
