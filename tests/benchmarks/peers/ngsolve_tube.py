# SPDX-License-Identifier: BSD-3-Clause
"""NGSolve on the inflated tube: energy by ``Variation``, sparse Cholesky, Newton's method."""

from __future__ import annotations

import sys
import time as clock
from contextlib import nullcontext

import ngsolve as ng
import numpy as np
from flow.records import peak, resident
from structures.inflation import TUBE
from structures.records import Job, SolidRecord

from peers.ngsolve import read_mesh


def run(job: Job, threads: int) -> None:
    """One measurement."""
    before, begin, busy = resident(), clock.perf_counter(), clock.process_time()
    mesh = read_mesh(job, "wall")
    space = ng.VectorH1(mesh, order=2, dirichlet="ends")
    u, v = space.TnT()
    pressure = ng.Parameter(0.0)
    F = ng.Id(3) + ng.Grad(u)
    J = ng.Det(F)
    first = J ** (-2 / 3) * ng.InnerProduct(F, F)
    energy = 0.5 * TUBE.shear_modulus * (first - 3) + 0.5 * TUBE.bulk_modulus * (J - 1) ** 2
    system = ng.BilinearForm(space)
    system += ng.Variation(energy.Compile() * ng.dx(intrules=RULES))
    on_surface = ng.Id(3) + ng.Grad(u).Trace()
    normal = ng.specialcf.normal(3)
    # Normals follow the triangles of the file; that of the body points to the axis.
    radial = ng.Integrate(ng.CF((ng.x, ng.y, 0)) * normal * ng.ds("inner"), mesh)
    follower = -np.sign(radial) * ng.Cof(on_surface) * normal
    system += (pressure * ng.InnerProduct(follower, v.Trace())).Compile() * ng.ds(
        "inner", bonus_intorder=2
    )
    state = ng.GridFunction(space)
    state.vec[:] = 0.0
    residual, correction = state.vec.CreateVector(), state.vec.CreateVector()
    free = np.array(list(space.FreeDofs()))
    phases = {"set-up": clock.perf_counter() - begin, "assembly": 0.0, "solve": 0.0}
    newton = 0
    for step in range(1, TUBE.steps + 1):
        pressure.Set(TUBE.pressure * step / TUBE.steps)
        start = None
        for _ in range(25):
            mark = clock.perf_counter()
            system.Apply(state.vec, residual)
            norm = np.linalg.norm(residual.FV().NumPy()[free])
            start = start or norm
            if norm <= TUBE.tolerance * start:
                break
            system.AssembleLinearization(state.vec)
            phases["assembly"] += clock.perf_counter() - mark
            mark = clock.perf_counter()
            inverse = system.mat.Inverse(space.FreeDofs(), inverse="sparsecholesky")
            correction.data = inverse * residual
            state.vec.data -= correction
            phases["solve"] += clock.perf_counter() - mark
            newton += 1
        else:
            raise RuntimeError("Newton's method did not converge")
    seconds, busy = clock.perf_counter() - begin, clock.process_time() - busy
    memory = peak() - before
    values = np.array([state(mesh(*vertex.point)) for vertex in mesh.vertices])
    record = SolidRecord(
        code="ngsolve",
        case=job.case,
        cells=mesh.ne,
        unknowns=space.ndof,
        ranks=threads,
        seconds=seconds,
        newton=newton,
        phases=phases,
        memory=memory,
        processor=busy,
    )
    record.write(job, values)


RULES = {ng.ET.TET: ng.IntegrationRule(ng.ET.TET, 2)}
"""The four points of the other codes."""


def main() -> None:
    """Run one measurement; the last argument is the number of threads."""
    job, threads = Job.read(sys.argv[1:-1]), int(sys.argv[-1])
    ng.SetNumThreads(threads)
    with ng.TaskManager() if threads > 1 else nullcontext():
        run(job, threads)


if __name__ == "__main__":
    main()
