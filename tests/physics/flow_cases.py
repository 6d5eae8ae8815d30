# SPDX-License-Identifier: BSD-3-Clause
"""Domains and problems shared by the flow tests; also run under mpirun."""

from pathlib import Path

from mpi4py import MPI

import dolfinx
import numpy as np

from solvers.common.sampling import cell_evaluation
from solvers.common.tagged_mesh import distribute, read_tagged_mesh
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.inflow import InletVelocity, Waveform
from solvers.fluid.outlets import FixedPressure
from solvers.fluid.problem import FlowProblem, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.screen import ScreenProperties
from solvers.fluid.settings import FlowSettings

REFERENCE = Path(__file__).parents[2] / "meshes" / "reference"
DENSITY, VISCOSITY = 1060.0, 3.5e-3
MARKERS = {
    "cells": {"lumen": 1, "sac": 2},
    "facets": {"wall": 10, "inlet": 20, "outlet_1": 31, "ostium": 40},
}


def box(cells, low, high, split=None, comm=MPI.COMM_WORLD):
    """Box with inlet at the low x, outlet at the high x, and a device surface at x = split."""
    low, high = np.array(low, float), np.array(high, float)
    points, tets, triangles = np.zeros((0, 3)), np.zeros((0, 4), int), np.zeros((0, 3), int)
    regions, tags = np.zeros(0, np.int32), np.zeros(0, np.int32)
    if comm.rank == 0:
        mesh = dolfinx.mesh.create_box(MPI.COMM_SELF, [low, high], cells)
        points, tets = mesh.geometry.x, mesh.geometry.dofmap.astype(np.int64)
        behind = points[tets][:, :, 0].mean(axis=1) > (np.inf if split is None else split)
        regions = np.where(behind, 2, 1).astype(np.int32)
        mesh.topology.create_connectivity(2, 3)
        count = mesh.topology.index_map(2).size_local
        triangles = dolfinx.mesh.entities_to_geometry(mesh, 2, np.arange(count, dtype=np.int32))
        triangles = triangles.astype(np.int64)
        corner = points[triangles]
        tags = np.zeros(count, np.int32)
        for axis in (1, 2):
            for side in (low, high):
                tags[np.isclose(corner[..., axis], side[axis]).all(axis=1)] = 10
        tags[np.isclose(corner[..., 0], low[0]).all(axis=1)] = 20
        tags[np.isclose(corner[..., 0], high[0]).all(axis=1)] = 31
        if split is not None:
            tags[np.isclose(corner[..., 0], split).all(axis=1)] = 40
        triangles, tags = triangles[tags > 0], tags[tags > 0]
    return distribute(comm, points, tets, regions, triangles, tags, MARKERS)


def screen(domain, linear, quadratic=0.0, tangential=0.0):
    """Uniform screen over the ostium, [Pa s/m] and [Pa s2/m2]."""
    facets = domain.facets("ostium")
    full = np.ones(len(facets))
    return ScreenProperties(["ostium"], facets, linear * full, quadratic * full, tangential * full)


def channel(velocity, coefficients, degree, steps, time_step=1e-3):
    """Uniform stream [m/s] through a screen in a channel whose walls move with it."""
    domain = box([12, 4, 4], (0, 0, 0), (6e-3, 2e-3, 2e-3), split=3e-3)
    stream = (velocity, 0.0, 0.0)
    problem = FlowProblem(
        domain,
        DENSITY,
        Newtonian(VISCOSITY),
        [FixedPressure("outlet_1")],
        [lambda s, n=n: Wall(domain, s, n, stream) for n in ("wall", "inlet")],
        screen(domain, *coefficients),
    )
    stepper = FractionalStep(problem, FlowSettings(velocity_degree=degree), time_step)
    for _ in range(steps):
        report = stepper.step()
    return stepper, report


def vessel(case, waveform, settings, time_step, properties=None, profile="womersley", outlets=None):
    """Stepper for a reference mesh."""
    domain = read_tagged_mesh(REFERENCE / case)
    problem = FlowProblem(
        domain,
        DENSITY,
        Newtonian(VISCOSITY),
        outlets or [FixedPressure("outlet_1")],
        [
            lambda s: InletVelocity(
                domain,
                s,
                "inlet",
                waveform,
                profile,
                VISCOSITY / DENSITY,
                settings.ramp_share * waveform.period,
            ),
            lambda s: Wall(domain, s, "wall"),
        ],
        properties(domain) if properties else None,
    )
    return FractionalStep(problem, settings, time_step)


def region_mean(stepper, region, values):
    """Volume mean of owned-cell values over a region, all ranks."""
    domain = stepper.problem.domain
    cells = domain.cells(region)
    volume = cell_evaluation(stepper.space, cells, 1).weights.sum(axis=1)
    comm = domain.comm
    return comm.allreduce(float(volume @ values[cells])) / comm.allreduce(float(volume.sum()))


def pressure_jump(stepper):
    """Mean pressure of the lumen less that behind the device surface [Pa]."""
    values = stepper.pressure_space.cell_values(stepper.pressure).mean(axis=1)
    return region_mean(stepper, "lumen", values) - region_mean(stepper, "sac", values)


def mean_speed(stepper, region):
    """Volume mean of |u| over a region [m/s]."""
    domain = stepper.problem.domain
    points = cell_evaluation(stepper.space, domain.cells(region), 2)
    speed = np.linalg.norm(points.vector([u.x.array for u in stepper.velocity]), axis=-1)
    comm = domain.comm
    total = comm.allreduce(float((speed * points.weights).sum()))
    return total / comm.allreduce(float(points.weights.sum()))


def steady(mean):
    """Constant flow [m3/s]."""
    return Waveform(mean, 1.0)
