# SPDX-License-Identifier: BSD-3-Clause
"""A solved patient with analytic fields: a straight tube along x, a ball-shaped sac above it.

Every mesh is invariant under point reflection, so means of odd fields vanish exactly on the
discrete shapes; the ball is scaled to the volume of a true sphere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
import pyvista as pv

LUMEN, SAC = 1, 2
TUBE_RADIUS, TUBE_LENGTH, SAC_RADIUS = 2.0e-3, 24.0e-3, 3.0e-3
SAC_CENTRE = np.array([0.0, 0.0, 4.5e-3])


@dataclass(frozen=True)
class Case:
    """Values the fields are made of; lower and upper half of the sac differ.

    Attributes:
        speed: mean speed in the (lower, upper) half of the sac [m/s].
        shear: TAWSS on the (lower, upper) half of the sac wall [Pa].
        osi: oscillatory shear index on the whole sac wall.
        parent_shear: TAWSS on the tube [Pa].
        neck_inflow: [m3/s].
        dissipation: density in the (tube, sac) [W/m3].
        kinetic: kinetic energy density in the sac [J/m3].
    """

    speed: tuple[float, float] = (0.12, 0.04)
    shear: tuple[float, float] = (1.0, 0.1)
    osi: float = 0.2
    parent_shear: float = 2.0
    neck_inflow: float = 5.0e-7
    dissipation: tuple[float, float] = (300.0, 20.0)
    kinetic: float = 4.0

    @property
    def stav(self) -> float:
        return sum(self.speed) / 2

    @property
    def sac_volume(self) -> float:
        return 4.0 / 3.0 * np.pi * SAC_RADIUS**3


MEAN_INFLOW = 4.0e-6
OUTLET_FLOW = {"outlet_1": 3.0e-6, "outlet_2": 1.0e-6}
PRESSURE_DROP = 250.0
ENERGY_LOSS = 1.1e-3


def _box(n: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Points of [-1, 1]^3 and the tetrahedra of its Kuhn subdivision."""
    axes = [np.linspace(-1, 1, k + 1) for k in n]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    number = np.arange(len(points)).reshape([k + 1 for k in n])
    cells = []
    for order in permutations(range(3)):
        corner = np.zeros(3, dtype=int)
        path = [corner.copy()]
        for axis in order:
            corner[axis] += 1
            path.append(corner.copy())
        if np.linalg.det(np.diff(path, axis=0)) < 0:
            path[1:3] = path[2:0:-1]
        cells.append(
            np.stack(
                [
                    number[tuple(slice(c, c + k) for c, k in zip(p, n, strict=True))].ravel()
                    for p in path
                ],
                axis=1,
            )
        )
    return points, np.concatenate(cells)


def _ball(n: int) -> tuple[np.ndarray, np.ndarray]:
    points, cells = _box((n, n, n))
    length = np.linalg.norm(points, axis=1, keepdims=True)
    points = points * np.abs(points).max(axis=1, keepdims=True) / np.where(length > 0, length, 1)
    edges = points[cells[:, 1:]] - points[cells[:, :1]]
    volume = np.abs(np.linalg.det(edges)).sum() / 6.0
    points *= SAC_RADIUS * (4.0 / 3.0 * np.pi / volume) ** (1 / 3)
    return points + SAC_CENTRE, cells


def _tube(n: int) -> tuple[np.ndarray, np.ndarray]:
    points, cells = _box((6 * n, n, n))
    disc = points[:, 1:]
    length = np.linalg.norm(disc, axis=1, keepdims=True)
    disc = disc * np.abs(disc).max(axis=1, keepdims=True) / np.where(length > 0, length, 1)
    return np.column_stack([points[:, 0] * TUBE_LENGTH / 2, disc * TUBE_RADIUS]), cells


def _grid(n: int) -> pv.UnstructuredGrid:
    (tube, tube_cells), (ball, ball_cells) = _tube(n), _ball(n)
    cells = np.concatenate([tube_cells, ball_cells + len(tube)])
    grid = pv.UnstructuredGrid({pv.CellType.TETRA: cells}, np.concatenate([tube, ball]))
    grid.cell_data["region"] = np.repeat([LUMEN, SAC], [len(tube_cells), len(ball_cells)])
    return grid


def _fields(grid: pv.UnstructuredGrid, case: Case) -> pv.UnstructuredGrid:
    x = np.asarray(grid.points)
    in_sac = np.linalg.norm(x - SAC_CENTRE, axis=1) < 1.001 * SAC_RADIUS
    in_sac &= x[:, 2] > 0.5 * TUBE_RADIUS
    r2 = (x[:, 1] ** 2 + x[:, 2] ** 2) / TUBE_RADIUS**2
    axial = 2 * MEAN_INFLOW / (np.pi * TUBE_RADIUS**2) * np.clip(1 - r2, 0, None)
    velocity = np.column_stack([axial, 0 * axial, 0 * axial])
    spin = (x - SAC_CENTRE) / SAC_RADIUS * case.stav * 1.5
    velocity[in_sac] = np.column_stack([-spin[:, 2], 0 * axial, spin[:, 0]])[in_sac]
    grid.point_data["velocity"] = velocity
    grid.point_data["velocity_systole"] = 1.8 * velocity
    grid.point_data["pressure"] = PRESSURE_DROP * (0.5 - x[:, 0] / TUBE_LENGTH)
    centre = grid.cell_centers().points
    speed = (
        2
        * MEAN_INFLOW
        / (np.pi * TUBE_RADIUS**2)
        * np.clip(1 - (centre[:, 1] ** 2 + centre[:, 2] ** 2) / TUBE_RADIUS**2, 0, None)
    )
    sac = grid.cell_data["region"] == SAC
    upper = (centre[:, 2] > SAC_CENTRE[2]).astype(int)
    grid.cell_data["mean_speed"] = np.where(sac, np.array(case.speed)[upper], speed)
    grid.cell_data["dissipation"] = np.where(sac, case.dissipation[1], case.dissipation[0])
    grid.cell_data["kinetic_energy"] = np.where(sac, case.kinetic, 40.0)
    return grid


def _wall(grid: pv.UnstructuredGrid, case: Case) -> pv.PolyData:
    surface = grid.extract_surface(algorithm="dataset_surface").triangulate()
    centre = surface.cell_centers().points
    at_end = np.isclose(np.abs(centre[:, 0]), TUBE_LENGTH / 2)
    surface = surface.extract_cells(~at_end).extract_surface(algorithm="dataset_surface")
    surface.clear_data()
    sac = _component_of_sac(surface)
    upper = (surface.cell_centers().points[:, 2] > SAC_CENTRE[2]).astype(int)
    surface.cell_data["region"] = np.where(sac, SAC, LUMEN)
    surface.cell_data["tawss"] = np.where(sac, np.array(case.shear)[upper], case.parent_shear)
    surface.cell_data["osi"] = np.where(sac, case.osi, 0.0)
    return surface


def _component_of_sac(surface: pv.PolyData) -> np.ndarray:
    """Triangles of the ball; ball and tube share no point."""
    labels = surface.connectivity().cell_data["RegionId"]
    top = surface.cell_centers().points[:, 2].argmax()
    return np.asarray(labels) == labels[top]


def _device() -> pv.PolyData:
    """Two crossed families of helical wires with a porosity per point."""
    wires = []
    s = np.linspace(-1, 1, 160)
    for hand in (-1, 1):
        for start in np.arange(12) * 2 * np.pi / 12:
            angle = start + hand * 8 * s
            circle = [0.98 * TUBE_RADIUS * np.cos(angle), 0.98 * TUBE_RADIUS * np.sin(angle)]
            wire = pv.lines_from_points(np.column_stack([8e-3 * s, *circle]))
            wire.point_data["porosity"] = 0.70 + 0.08 * np.cos(np.pi * s / 2)
            wires.append(wire)
    return pv.merge(wires)


def write_bundle(folder: Path) -> Path:
    """Mesh bundle without the mesh itself: the markers and the description."""
    folder.mkdir(parents=True)
    (folder / "markers.json").write_text(json.dumps({"cells": {"lumen": LUMEN, "sac": SAC}}))
    x = np.linspace(-0.5, 0.5, 97)[:, None] * np.array([[TUBE_LENGTH, 0, 0]])
    info = {
        "centreline": {"points": x.tolist(), "radius": [TUBE_RADIUS] * len(x)},
        "ostium": {
            "area": np.pi * TUBE_RADIUS**2,
            "centre": [0.0, 0.0, TUBE_RADIUS],
            "normal": [0.0, 0.0, 1.0],
        },
        "sac_volume": Case().sac_volume,
    }
    (folder / "info.json").write_text(json.dumps(info))
    return folder


def write_arm(folder: Path, case: Case, n: int = 6, device: bool = False) -> Path:
    """Folders ``fluid`` and ``deployment`` of one arm."""
    fluid, deployment = folder / "fluid", folder / "deployment"
    fluid.mkdir(parents=True)
    deployment.mkdir()
    grid = _fields(_grid(n), case)
    grid.save(fluid / "fields.vtu")
    volume = np.abs(grid.compute_cell_sizes().cell_data["Volume"])
    dissipation = volume * grid.cell_data["dissipation"]
    _wall(grid, case).save(fluid / "wall.vtp")
    if device:
        _device().save(deployment / "device.vtp")
    summary = {
        "mean_inflow": MEAN_INFLOW,
        "neck_inflow": case.neck_inflow,
        "outlet_flow": OUTLET_FLOW,
        "pressure_drop": PRESSURE_DROP,
        "energy_loss": ENERGY_LOSS,
        "sac_speed_peak": 2.0 * case.stav,
        "dissipation": {
            name: float(dissipation[grid.cell_data["region"] == tag].sum())
            for name, tag in (("lumen", LUMEN), ("sac", SAC))
        },
        "stav": case.stav,
        "sac_volume": case.sac_volume,
    }
    (fluid / "summary.json").write_text(json.dumps(summary))
    return folder
