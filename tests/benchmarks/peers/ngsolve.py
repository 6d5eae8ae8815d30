# SPDX-License-Identifier: BSD-3-Clause
"""NGSolve on the benchmark, with the scheme of the plain code in NGSolve's own terms.

BDF2, convection by an extrapolated wind in Temam's form, incremental pressure correction. Only
the convection matrix is assembled every step, all else is a product of constant matrices; GMRES
with Jacobi for the components of the velocity, a sparse Cholesky factorisation made once for
the pressure and another for the update. Threads take the place of ranks.
"""

from __future__ import annotations

import json
import sys
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import meshio
import netgen.meshing
import ngsolve as ng
import numpy as np
from flow.records import TIME_STEP, WARM_UP, ErrorSum, Job, Record, peak, resident, typical
from flow.womersley import WomersleyTube
from ngsolve.krylovspace import GMResSolver, LinearSolver
from numpy.typing import NDArray

Array = NDArray[np.float64]
TUBE = WomersleyTube()
TOLERANCE = 1e-6
"""That of the other codes; this one does not import their settings."""


def read_mesh(job: Job, material: str = "lumen") -> ng.Mesh:
    """The shared mesh of a job (anything with a ``mesh`` folder) in NGSolve."""
    source = meshio.read(job.mesh / "mesh.msh")
    markers = json.loads((job.mesh / "markers.json").read_text())
    mesh = netgen.meshing.Mesh(dim=3)
    mesh.AddPoints(np.ascontiguousarray(source.points, dtype=float))
    triangles = source.get_cells_type("triangle")
    tags = source.get_cell_data("gmsh:physical", "triangle")
    for name, tag in markers["facets"].items():
        descriptor = netgen.meshing.FaceDescriptor(bc=tag, domin=1, surfnr=tag)
        number = mesh.Add(descriptor)
        mesh.AddElements(dim=2, index=number, data=_rows(triangles[tags == tag]), base=0)
        mesh.SetBCName(number - 1, name)
    mesh.SetMaterial(1, material)
    mesh.AddElements(dim=3, index=1, data=_rows(source.get_cells_type("tetra")), base=0)
    return ng.Mesh(mesh)


def _rows(cells: NDArray) -> NDArray[np.int32]:
    return np.ascontiguousarray(cells, dtype=np.int32)


class NgSolve:
    """The stepper, started from the exact solution."""

    def __init__(self, mesh: ng.Mesh, degree: int) -> None:
        """Assemble what does not change."""
        self.mesh, self.time = mesh, 0.0
        held = "inlet|wall"
        self.space = ng.H1(mesh, order=degree, dirichlet=held)
        self.pressures = ng.H1(mesh, order=1, dirichlet="outlet_1")
        self.velocity, self.wind = (
            [ng.GridFunction(self.space) for _ in range(3)] for _ in range(2)
        )
        self.pressure = ng.GridFunction(self.pressures)
        self.increment = ng.GridFunction(self.pressures)
        self._constant_matrices()
        self._inlet_nodes()
        self._start()
        self.phases = dict.fromkeys(("assembly", "velocity", "pressure", "update"), 0.0)
        self.iterations = {"velocity": 0.0, "pressure": 0.0}

    def _matrix(self, trial: ng.FESpace, test: ng.FESpace, form) -> ng.BaseMatrix:
        matrix = ng.BilinearForm(trialspace=trial, testspace=test)
        matrix += form(trial.TrialFunction(), test.TestFunction()) * ng.dx
        return matrix.Assemble().mat

    def _constant_matrices(self) -> None:
        space, pressures = self.space, self.pressures
        rho, mu, grad = TUBE.density, TUBE.viscosity, ng.grad
        self._mass = self._matrix(space, space, lambda u, v: u * v)
        self._linear = self._matrix(
            space, space, lambda u, v: 1.5 * rho / TIME_STEP * u * v + mu * grad(u) * grad(v)
        )
        axes = range(3)
        self._load = [
            self._matrix(pressures, space, lambda p, v, i=i: p * grad(v)[i]) for i in axes
        ]
        self._slope = [
            self._matrix(pressures, space, lambda p, v, i=i: grad(p)[i] * v) for i in axes
        ]
        self._divergence = [
            self._matrix(space, pressures, lambda u, q, i=i: grad(u)[i] * q) for i in axes
        ]
        laplacian = self._matrix(pressures, pressures, lambda p, q: grad(p) * grad(q))
        self._poisson = laplacian.Inverse(pressures.FreeDofs(), inverse="sparsecholesky")
        free = self._free = space.FreeDofs()
        self._inverse_mass = self._mass.Inverse(free, inverse="sparsecholesky")
        u, v, wind = space.TrialFunction(), space.TestFunction(), ng.CF(tuple(self.wind))
        spread = sum(grad(self.wind[i])[i] for i in range(3))
        self._convection = ng.BilinearForm(space)
        # Each term by itself is evaluated faster than their sum.
        self._convection += (rho * wind).Compile() * grad(u) * v * ng.dx
        self._convection += (0.5 * rho * spread).Compile() * u * v * ng.dx

    def _inlet_nodes(self) -> None:
        """Nodes: vertices, then middles of edges; those on the rim belong to the wall."""
        inlet, wall = (
            np.array(list(self.space.GetDofs(self.mesh.Boundaries(name))))
            for name in ("inlet", "wall")
        )
        vertices = np.array([v.point for v in self.mesh.vertices])
        count = self.space.ndof - len(vertices)
        edges = [[v.nr for v in edge.vertices] for edge in self.mesh.edges] if count else []
        self._edges = np.array(edges, dtype=int).reshape(-1, 2)
        nodes = np.concatenate([vertices, vertices[self._edges].mean(axis=1)])
        self._given = np.flatnonzero(inlet & ~wall)
        self._wall = wall
        self._speed = TUBE.speed_table(np.hypot(nodes[:, 0], nodes[:, 1]))
        self._bubble = self._bubble_height(nodes) if count else 1.0

    def _bubble_height(self, nodes: Array) -> float:
        """Value of the basis function of an edge in its middle."""
        probe = ng.GridFunction(self.space)
        probe.vec[:] = 0.0
        last = self.space.ndof - 1
        probe.vec[last] = 1.0
        return probe(self.mesh(*nodes[last]))

    def _exact(self, time: float) -> Array:
        """Coefficients of the interpolant of the exact axial speed [m/s]."""
        values = self._speed(time)
        vertices = len(values) - len(self._edges)
        ends = values[self._edges].mean(axis=1)
        return np.concatenate([values[:vertices], (values[vertices:] - ends) / self._bubble])

    def _start(self) -> None:
        """Exact velocity at t = 0 and one step before, and exact pressure."""
        for function in self.velocity:
            function.vec[:] = 0.0
        self._older = [u.vec.CreateVector() for u in self.velocity]
        for vector in self._older:
            vector[:] = 0.0
        for vector, time in ((self.velocity[2].vec, 0.0), (self._older[2], -TIME_STEP)):
            # Middles of wall edges lie inside the circle, yet on the wall of the mesh.
            vector.FV().NumPy()[:] = np.where(self._wall, 0.0, self._exact(time))
        self.pressure.Set((TUBE.length - ng.z) * TUBE.gradient(0.0))

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        begin = clock.perf_counter()
        yield
        self.phases[phase] += clock.perf_counter() - begin

    def step(self) -> None:
        """Advance one time step."""
        self.time += TIME_STEP
        with self._timed("assembly"):
            for wind, new, older in zip(self.wind, self.velocity, self._older, strict=True):
                wind.vec.data = 2 * new.vec - older
            self._convection.Assemble()
            system = self._convection.mat
            system.AsVector().data += self._linear.AsVector()
            jacobi = system.CreateSmoother(self._free)
        with self._timed("velocity"):
            for i in range(3):
                self._solve_component(i, system, jacobi)
        with self._timed("pressure"):
            source = self.pressure.vec.CreateVector()
            source[:] = 0.0
            for matrix, component in zip(self._divergence, self.velocity, strict=True):
                source.data += (-1.5 * TUBE.density / TIME_STEP) * matrix * component.vec
            self.increment.vec.data = self._poisson * source
            self.pressure.vec.data += self.increment.vec
            self.iterations["pressure"] += 1
        with self._timed("update"):
            for slope, component in zip(self._slope, self.velocity, strict=True):
                load = component.vec.CreateVector()
                load.data = (-TIME_STEP / (1.5 * TUBE.density)) * slope * self.increment.vec
                component.vec.data += self._inverse_mass * load

    def _solve_component(self, i: int, system: ng.BaseMatrix, jacobi: ng.BaseMatrix) -> None:
        u, older = self.velocity[i].vec, self._older[i]
        history, load, scaled = (u.CreateVector() for _ in range(3))
        history.data = 2 * u - 0.5 * older
        load.data = TUBE.density / TIME_STEP * (self._mass * history)
        load.data += self._load[i] * self.pressure.vec
        older.data, u.data = u, self.wind[i].vec
        if i == 2:
            u.FV().NumPy()[self._given] = self._exact(self.time)[self._given]
        scaled.data = jacobi * load
        solver: LinearSolver = GMResSolver(system, jacobi, atol=TOLERANCE * ng.Norm(scaled))
        solver.Solve(load, u, initialize=False)
        self.iterations["velocity"] += solver.iterations / 3

    # -- results --------------------------------------------------------------------------------

    def squares(self) -> tuple[float, float]:
        """Squared L2 error and squared L2 norm of the exact velocity [m5/s2]."""
        rule = ng.IntegrationRule(ng.ET.TET, 4)
        points = self.mesh.MapToAllElements({ng.ET.TET: rule}, ng.VOL)
        measure = ng.Det(ng.specialcf.JacobianMatrix(3))(points).ravel()
        weights = np.abs(measure) * np.tile(rule.weights, self.mesh.ne)
        exact = TUBE.speed(ng.sqrt(ng.x**2 + ng.y**2)(points).ravel(), self.time)
        found = np.array([u(points).ravel() for u in self.velocity])
        found[2] -= exact
        return float(np.sum(found**2 @ weights)), float(exact**2 @ weights)

    def wall_force(self) -> float:
        """Axial viscous force on the wall [N]."""
        slopes = [ng.BoundaryFromVolumeCF(ng.grad(u)) for u in self.velocity]
        normal = ng.specialcf.normal(3)
        traction = [
            -TUBE.viscosity * sum((slopes[i][j] + slopes[j][i]) * normal[j] for j in range(3))
            for i in range(3)
        ]
        along = sum(traction[i] * normal[i] for i in range(3))
        shear = traction[2] - along * normal[2]
        return ng.Integrate(shear, self.mesh, definedon=self.mesh.Boundaries("wall"))

    def mean_pressure(self, surface: str) -> float:
        """Area mean over an end [Pa]."""
        part = self.mesh.Boundaries(surface)
        total = ng.Integrate(self.pressure, self.mesh, definedon=part)
        return total / ng.Integrate(ng.CF(1), self.mesh, definedon=part)


def run(job: Job, threads: int) -> Record:
    """One measurement."""
    before = resident()
    code = NgSolve(read_mesh(job), job.degree)
    seconds, errors, memory = [], ErrorSum(), 0
    counted: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for step in range(1, job.steps + 1):
        if step == min(WARM_UP, job.steps - 1) + 1:
            counted = (dict(code.phases), dict(code.iterations))
        begin = clock.perf_counter()
        code.step()
        seconds.append(clock.perf_counter() - begin)
        if step in job.samples:
            memory = memory or peak() - before
            drop = code.mean_pressure("inlet") - code.mean_pressure("outlet_1")
            force = code.wall_force()
            errors.add("velocity", *code.squares())
            errors.add_value("pressure_drop", drop, float(TUBE.pressure(0.0, code.time)))
            errors.add_value("wall_force", force, TUBE.wall_force(code.time))
    timed = job.steps - min(WARM_UP, job.steps - 1)
    means = [
        {name: (value - was[name]) / timed for name, value in now.items()}
        for now, was in zip((code.phases, code.iterations), counted, strict=True)
    ]
    return Record(
        code="ngsolve",
        element=job.element,
        case=job.case,
        cells=code.mesh.ne,
        ranks=threads,
        steps=job.steps,
        seconds=typical(seconds),
        phases=means[0],
        iterations=means[1],
        memory=memory / code.mesh.ne,
        errors=errors.relative() if job.exact else {},
        values={"pressure_drop": drop, "wall_force": force},
    )


def main() -> None:
    """Run one measurement; the last argument is the number of threads."""
    job, threads = Job.read(sys.argv[1:-1]), int(sys.argv[-1])
    ng.SetNumThreads(threads)
    with ng.TaskManager() if threads > 1 else nullcontext():
        run(job, threads).write(job.out)


if __name__ == "__main__":
    main()
