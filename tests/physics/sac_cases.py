# SPDX-License-Identifier: BSD-3-Clause
"""A box channel with a box-shaped sac, and what is measured in both solvers."""

from mpi4py import MPI

import dolfinx
import numpy as np
from flow_cases import MARKERS, mean_speed

from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import distribute
from solvers.fields.averages import NeckFlow
from solvers.fluid.simulation import lumen_side

CORNERS = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])


def sac_channel(length, height, width, sac, edge):
    """Channel along x with a sac on top (y > height); all lengths are multiples of ``edge``.

    Args:
        length, height, width: of the channel along x, y, z [m].
        sac: (first x, last x, height) [m]; height 0 for none.
        edge: of the cubes, each cut in six tetrahedra [m].

    Returns:
        The domain. Facets at z = 0 and z = width are tagged ``side_low`` and ``side_high``.
    """
    start, end, top = sac
    cells = [round(size / edge) for size in (length, height + top, width)]
    mesh = dolfinx.mesh.create_box(
        MPI.COMM_SELF, [np.zeros(3), np.array([length, height + top, width])], cells
    )
    points, tets = mesh.geometry.x, mesh.geometry.dofmap.astype(np.int64)
    x, y, _ = points[tets].mean(axis=1).T
    behind = y > height
    kept = ~behind | ((x > start) & (x < end))
    tets, behind = tets[kept], behind[kept]
    used, tets = np.unique(tets, return_inverse=True)
    points, tets = points[used], tets.reshape(-1, 4)
    triangles, tags = _surfaces(points, tets, behind, (length, width))
    markers = {
        "cells": MARKERS["cells"],
        "facets": {**MARKERS["facets"], "side_low": 11, "side_high": 12},
    }
    regions = np.where(behind, 2, 1).astype(np.int32)
    return distribute(MPI.COMM_SELF, points, tets, regions, triangles, tags, markers)


def _surfaces(points, tets, behind, size):
    """Boundary triangles and those between channel and sac, with their tags."""
    faces = np.sort(tets[:, CORNERS].reshape(-1, 3), axis=1)
    faces, inverse, count = np.unique(faces, axis=0, return_inverse=True, return_counts=True)
    owners = np.bincount(inverse.ravel(), np.repeat(behind, 4), len(faces))
    tags = np.zeros(len(faces), np.int32)
    tags[count == 1] = MARKERS["facets"]["wall"]
    tags[(count == 2) & (owners == 1)] = MARKERS["facets"]["ostium"]
    corner = points[faces]
    for axis, value, tag in (
        (2, 0.0, 11),
        (2, size[1], 12),
        (0, 0.0, MARKERS["facets"]["inlet"]),
        (0, size[0], MARKERS["facets"]["outlet_1"]),
    ):
        tags[np.isclose(corner[..., axis], value, atol=1e-9 * size[0]).all(axis=1)] = tag
    return faces[tags > 0].astype(np.int64), tags[tags > 0]


class Profile:
    """Velocity along x on the inlet, ``shape(y, z) * amplitude(t)``."""

    def __init__(self, domain, space, shape, amplitude=lambda time: 1.0):
        facets = domain.facets("inlet", owned=False)
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        _, y, z = space.tabulate_dof_coordinates()[self.dofs].T
        self._shape, self._amplitude = shape(y, z), amplitude

    def values(self, time):
        zero = np.zeros(len(self.dofs))
        return np.array([self._amplitude(time) * self._shape, zero, zero])


def neck_flow(stepper):
    """Inflow through the ostium and its net flow [m3/s]."""
    domain = stepper.problem.domain
    facets = domain.facets("ostium")
    neck = NeckFlow(stepper.space, facets, lumen_side(domain, facets))
    neck.add([u.x.array for u in stepper.velocity], 1.0)
    return neck.inflow, neck.net


def screen_jump(stepper):
    """Root mean square over the ostium of the pressure jump [Pa], facet by facet."""
    domain, space = stepper.problem.domain, stepper.pressure_space
    facets = domain.facets("ostium")
    lumen, behind = (
        stepper.pressure.array[space.facet_unknowns(facets, behind=side)] for side in (False, True)
    )
    area = facet_evaluation(stepper.space, facets, 1).weights.sum(axis=1)
    return np.sqrt(area @ (lumen - behind).mean(axis=1) ** 2 / area.sum())


def measures(stepper):
    """Sac speed [m/s], neck inflow [m3/s], root mean square of the jump [Pa]."""
    return np.array([mean_speed(stepper, "sac"), neck_flow(stepper)[0], screen_jump(stepper)])
