# SPDX-License-Identifier: BSD-3-Clause
"""Files of a deployment: screen, wires, summary (docs/architecture.md)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyvista as pv
from scipy.integrate import cumulative_trapezoid

from meshes.centreline import Tube
from meshes.devices.deployment import Deployment, bend_stretch
from meshes.io import write_json
from meshes.types import Array

POINTS_PER_TURN = 48


def wires(deployment: Deployment) -> pv.PolyData:
    """Wires of a deployed device as lines.

    Returns:
        One line per wire [m], with the point array ``porosity``.
    """
    axis, braid = deployment.axis, deployment.braid
    nodes = int(np.ceil((deployment.stop - deployment.start) / axis.arclength[1])) + 1
    s = np.linspace(deployment.start, deployment.stop, nodes)
    radius = 0.5 * np.interp(s, axis.arclength, deployment.diameter)
    angle = braid.angle(2.0 * radius)
    # Bends leave the turns per axis length alone: the stretch of the pitch is that of the wall.
    advance = np.r_[0.0, cumulative_trapezoid(np.tan(angle) / radius, s)]
    count = int(np.ceil(advance[-1] / (2.0 * np.pi) * POINTS_PER_TURN)) + 1
    turn = np.linspace(0.0, advance[-1], count)
    along = np.interp(turn, advance, s)
    first, second = (
        np.column_stack([np.interp(along, axis.arclength, column) for column in vectors.T])
        for vectors in frame(axis)
    )
    centre, bend = (
        np.column_stack([np.interp(along, axis.arclength, column) for column in vectors.T])
        for vectors in (axis.points, deployment.curvature)
    )
    size = np.interp(along, s, radius)
    points, porosity = [], []
    for direction in (1.0, -1.0):
        for phase in 4.0 * np.pi * np.arange(braid.wires // 2) / braid.wires:
            theta = (direction * turn + phase)[:, None]
            outward = np.cos(theta) * first + np.sin(theta) * second
            outward /= np.linalg.norm(outward, axis=1, keepdims=True)
            points.append(centre + size[:, None] * outward)
            bent = braid.bent_angle(2.0 * size, bend_stretch(bend, outward, size))
            porosity.append(braid.porosity(braid.spacing(2.0 * size, bent)))
    lines = np.arange(len(points) * count).reshape(len(points), count)
    mesh = pv.PolyData(np.vstack(points), lines=np.insert(lines, 0, count, axis=1).ravel())
    mesh.point_data["porosity"] = np.concatenate(porosity)
    return mesh


def frame(axis: Tube) -> tuple[Array, Array]:
    """Two unit vectors (n, 3) across the axis at its nodes that do not twist about it."""
    first = np.empty_like(axis.tangent)
    start = np.eye(3)[np.argmin(np.abs(axis.tangent[0]))]
    for i, tangent in enumerate(axis.tangent):
        start = start - (start @ tangent) * tangent
        start /= np.linalg.norm(start)
        first[i] = start
    return first, np.cross(axis.tangent, first)


def write_deployment(deployment: Deployment, folder: Path) -> None:
    """Write ``screen.npz``, ``device.vtp`` and ``deployment.json`` into an existing folder."""
    np.savez(folder / "screen.npz", facets=deployment.facets, **deployment.screen)
    wires(deployment).save(folder / "device.vtp")
    write_json(folder / "deployment.json", deployment.summary)


def write_no_device(folder: Path) -> None:
    """Write the empty screen of an arm without device into an existing folder."""
    names = ("linear", "quadratic", "tangential", "porosity", "pitch", "angle")
    empty = {name: np.zeros(0) for name in names}
    np.savez(folder / "screen.npz", facets=np.zeros((0, 3), dtype=np.int64), **empty)
