# SPDX-License-Identifier: BSD-3-Clause
"""A zigzag ring on the bench with known geometry: straight struts, exact expansion, known curve.

On the unrolled middle of the wall a strut runs straight from (0, -h/2) to (half pitch, h/2) and
reaches c/2 above and below its centreline, so that crowns are pointed and every number has a closed
form. A state scales radius and height.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv

CROWNS = 6
WALL = 0.1e-3
HEIGHT = 1.2e-3
DEPTH = 0.15e-3
"""Extent of the strut along the axis, c [m]."""

HALF_PITCH = np.pi / CROWNS
"""Angle of a strut [rad]."""


@dataclass(frozen=True)
class Shape:
    """A state of the ring: radius of the middle of the wall and height of the zigzag [m]."""

    radius: float
    height: float = HEIGHT

    @property
    def pitch(self):
        return 2 * np.pi * self.radius / CROWNS

    @property
    def bay_area(self):
        return 0.5 * self.pitch * self.height

    @property
    def bay_circle(self):
        """Diameter of the circle in the triangle of a bay."""
        return 4 * self.bay_area / (self.pitch + 2 * np.hypot(0.5 * self.pitch, self.height))

    @property
    def coverage(self):
        return DEPTH / (self.height + DEPTH)

    @property
    def angle(self):
        return 2 * np.arctan2(0.5 * self.pitch, self.height)

    @property
    def outer_diameter(self):
        return 2 * self.radius + WALL

    @property
    def inner_diameter(self):
        return 2 * self.radius - WALL

    @property
    def length(self):
        return self.height + DEPTH


TUBE = Shape(0.9e-3)


def centreline(angle, height):
    """Axial place of the zigzag at an angle [m]."""
    return height * (np.abs((angle / HALF_PITCH + 1) % 2 - 1) - 0.5)


def swept(angle, z, keep=None, closed=False):
    """Hexahedra over the wall of angles (k,) and axial places (j, k); ``keep`` (j-1, k-1)."""
    rows, columns = z.shape
    nodes = np.arange(rows * columns).reshape(rows, columns)
    if closed:
        nodes[:, -1] = nodes[:, 0]
    quads = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]], axis=-1)
    quads = quads.reshape(-1, 4) if keep is None else quads[keep]
    layers = []
    for radius in (TUBE.radius - WALL / 2, TUBE.radius + WALL / 2):
        around = np.broadcast_to(angle, z.shape)
        layers.append(np.stack([radius * np.cos(around), radius * np.sin(around), z], axis=-1))
    points = np.concatenate([layer.reshape(-1, 3) for layer in layers])
    cells = np.concatenate([quads, quads + rows * columns], axis=1)
    grid = pv.UnstructuredGrid({pv.CellType.HEXAHEDRON: cells}, points)
    grid.point_data["displacement"] = np.zeros_like(points)
    return grid


def ring_grid(state=TUBE, along=12, struts=1):
    """Model of some struts in the tube, with the displacement to a state."""
    angle = np.linspace(0.0, struts * HALF_PITCH, struts * along + 1)
    z = centreline(angle, HEIGHT) + DEPTH * np.array([[-0.5], [0.0], [0.5]])
    grid = swept(angle, z, closed=struts == 2 * CROWNS)
    grid.point_data["displacement"] = displacement(np.asarray(grid.points, float), state)
    return grid


def window_grid(width, height, length, steps=10):
    """A tube with windows of an angle and a height in its middle, one strut's sector of it."""
    angle = np.linspace(0.0, HALF_PITCH, steps + 1)
    z = np.linspace(-0.5 * length, 0.5 * length, steps + 1)
    inside = np.abs(0.5 * (z[1:] + z[:-1])) < 0.5 * height
    keep = ~(inside[:, None] & (0.5 * (angle[1:] + angle[:-1]) < 0.5 * width))
    return swept(angle, np.repeat(z[:, None], steps + 1, axis=1), keep)


def displacement(points, state):
    """Radii shift by the change of the middle radius; the zigzag scales in height, c stays."""
    r, angle = np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])
    out = points * ((state.radius - TUBE.radius) / r)[:, None]
    out[:, 2] = centreline(angle % (2 * np.pi), state.height - HEIGHT)
    return out


INFO = {
    "extent": "ring",
    "copies_around": 2 * CROWNS,
    "copies_along": 1,
    "sector_angle": HALF_PITCH,
    "inner_radius": TUBE.radius - WALL / 2,
    "outer_radius": TUBE.radius + WALL / 2,
    "length": HEIGHT + DEPTH,
    "crowns": CROWNS,
    "rings": 1,
}
FACETS = ("inner", "outer", "side", "mirror_start", "mirror_end", "end_proximal", "end_distal")
MARKERS = {
    "cells": {"strut": 1},
    "facets": {name: 10 + k for k, name in enumerate(FACETS)},
}


def write_bundle(folder: Path, **changes):
    """``info.json`` and ``markers.json`` of the ring."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "info.json").write_text(json.dumps(INFO | changes))
    (folder / "markers.json").write_text(json.dumps(MARKERS))
    return folder


def row(shape, load, **more):
    """A row of the curve of a ring in a shape under no tool."""
    return {
        "load": load,
        "tool_diameter": "",
        "pressure": "",
        "radial_force": 0.0,
        "inner_diameter": shape.inner_diameter,
        "outer_diameter": shape.outer_diameter,
        "end_diameter": shape.inner_diameter,
        "middle_diameter": shape.inner_diameter,
        "length": shape.length,
        "peak_plastic_strain": 0.0,
    } | more


def write_curve(folder: Path, stages):
    """``curve.csv`` of (name, kind, rows)."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {"procedure": k, "name": name, "kind": kind, "step": step} | line
        for k, (name, kind, rows) in enumerate(stages)
        for step, line in enumerate(rows)
    ]
    with (folder / "curve.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)
    return folder


def write_state(folder: Path, label, grid, hoop_stress=0.0, plastic=None, strain=None):
    """``states/<label>.vtu`` and ``.npz``: a uniform hoop stress, one material point per cell."""
    states = folder / "states"
    states.mkdir(parents=True, exist_ok=True)
    grid.save(states / f"{label}.vtu")
    centres = np.asarray(grid.cell_centers().points, float)
    volume = np.asarray(grid.compute_cell_sizes().cell_data["Volume"])
    r = np.hypot(centres[:, 0], centres[:, 1])
    hoop = np.column_stack([-centres[:, 1], centres[:, 0], 0 * r]) / r[:, None]
    stress = hoop_stress * np.einsum("ni,nj->nij", hoop, hoop)
    count = len(centres)
    place = centres + grid.point_data_to_cell_data().cell_data["displacement"]
    moved = np.hypot(place[:, 0], place[:, 1])
    np.savez(
        states / f"{label}.npz",
        position=centres,
        volume=volume,
        radial_gradient=np.einsum("ni,nj->nij", hoop, hoop) / moved[:, None, None],
        stress=stress,
        strain=np.zeros((count, 3, 3)) if strain is None else strain,
        deformation_gradient=np.broadcast_to(np.eye(3), (count, 3, 3)),
        plastic_strain=np.zeros(count) if plastic is None else plastic,
    )


def radial_force(shape, hoop_stress):
    """Force [N] of a tool outside that balances a uniform hoop stress at constant volume."""
    return -hoop_stress * 2 * np.pi * DEPTH * WALL * TUBE.radius / shape.radius
