# SPDX-License-Identifier: BSD-3-Clause
"""A quarter of a round tube between two symmetry planes, meshed by gmsh."""

import gmsh
import numpy as np

from solvers.common.tagged_mesh import distribute

MARKERS = {
    "cells": {"lumen": 1},
    "facets": {"wall": 10, "symmetry_x": 11, "symmetry_y": 12, "inlet": 20, "outlet_1": 31},
}


def quarter_tube(comm, radius, length, edge, layer=None):
    """Tube along z from 0, x >= 0 and y >= 0, extruded from a quarter disc; all in metres.

    Edges have one length, but for a ``layer`` of this first height at the wall, growing by 1.4.
    """
    points, tets = np.zeros((0, 3)), np.zeros((0, 4), int)
    triangles, tags = np.zeros((0, 3), int), np.zeros(0, np.int32)
    if comm.rank == 0:
        points, tets, triangles, tags = _mesh(radius, length, edge, layer)
    regions = np.ones(len(tets), np.int32)
    return distribute(comm, points, tets, regions, triangles, tags, MARKERS)


def _mesh(radius, length, edge, layer):
    gmsh.initialize()
    gmsh.option.setNumber("General.Terminal", 0)
    # gmsh's tolerances suit sizes of order one.
    geo, size = gmsh.model.geo, edge / radius
    centre, right, top = (geo.addPoint(*xy, 0, size) for xy in ((0, 0), (1, 0), (0, 1)))
    arc = geo.addCircleArc(right, centre, top)
    loop = geo.addCurveLoop([geo.addLine(centre, right), arc, geo.addLine(top, centre)])
    surface = geo.addPlaneSurface([loop])
    geo.extrude([(2, surface)], 0, 0, length / radius, [round(length / edge)])
    geo.synchronize()
    if layer:
        field = gmsh.model.mesh.field.add("BoundaryLayer")
        gmsh.model.mesh.field.setNumbers(field, "CurvesList", [arc])
        gmsh.model.mesh.field.setNumbers(field, "PointsList", [right, top])
        for name, value in (("Size", layer), ("Thickness", 1.5 * edge)):
            gmsh.model.mesh.field.setNumber(field, name, value / radius)
        gmsh.model.mesh.field.setNumber(field, "Ratio", 1.4)
        gmsh.model.mesh.field.setAsBoundaryLayer(field)
    gmsh.model.mesh.generate(3)
    numbers, points, _ = gmsh.model.mesh.getNodes()
    row = np.zeros(int(numbers.max()) + 1, int)
    row[numbers.astype(int)] = np.arange(len(numbers))

    def cells(kind, width, tag=-1):
        return row[gmsh.model.mesh.getElementsByType(kind, tag)[1].astype(int)].reshape(-1, width)

    points, tets, triangles = radius * points.reshape(-1, 3), cells(4, 4), cells(2, 3)
    gmsh.finalize()
    used = np.unique(tets)
    row = np.zeros(len(points), int)
    row[used] = np.arange(len(used))
    points, tets, triangles = points[used], row[tets], row[triangles]
    corner = points[triangles]
    tags = np.full(len(triangles), 10, np.int32)
    for axis, value, tag in ((0, 0, 11), (1, 0, 12), (2, 0, 20), (2, length, 31)):
        tags[np.isclose(corner[..., axis], value, atol=1e-9).all(axis=1)] = tag
    return points, tets, triangles, tags
