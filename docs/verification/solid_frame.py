# SPDX-License-Identifier: BSD-3-Clause
"""An open nitinol frame crimped, let go into a chamber and pulsed: strains against a deck.

``envs/run python3 docs/verification/solid_frame.py`` writes solid_frame.json beside this file and
docs/figures/solid_frame.png. The open deck nitinol-design-concepts (Confluent Medical) gives the
drawing (tube, struts, apices, ten rings), the heat-set shape, the law, the procedure and the
strains published. The whole frame is set to the contour of the deck's mesh and let go into its
widened chamber. Posts are left out, and the frame is taken through two cycles instead of three.
Names of cases as arguments compute these alone; a case takes 6 to 15 minutes.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpi4py import MPI

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from meshes.devices.stent.build import build_stent
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from solvers.fields.bench.critical_plane import smith_watson_topper
from solvers.fields.bench.curves import bench_curves
from solvers.fields.bench.endpoints import BenchSettings, cycle_points
from solvers.fields.bench.equilibrium import check_radial_force
from solvers.fields.bench.fatigue import CyclePoints, SuperelasticFatigue
from solvers.fields.bench.record import BenchRun
from solvers.fields.bench.tensors import largest_magnitude, largest_principal
from solvers.solid.bench.run import run_bench
from solvers.solid.bench.settings import BenchSettings as Numerics

Array = NDArray[np.float64]
log = logging.getLogger("solid_frame")
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = Path(__file__).resolve().parents[1] / "figures" / "solid_frame.png"

# Axial position from the proximal end and outer diameter of the deck's heat-set mesh [m]: shared
# apices and cone as read from its nodes, smooth in between.
CONTOUR = (
    (0.0, 29.19e-3),
    (15.0e-3, 29.19e-3),
    (24.45e-3, 29.03e-3),
    (26.3e-3, 29.3e-3),
    (28.3e-3, 30.84e-3),
    (29.3e-3, 32.58e-3),
    (31.69e-3, 37.12e-3),
    (32.63e-3, 38.4e-3),
    (34.5e-3, 40.1e-3),
    (36.5e-3, 40.9e-3),
    (39.0e-3, 41.1e-3),
    (70.0e-3, 41.1e-3),
)
FRAME = StentDesign(
    tube_outer_diameter=8.0e-3,
    wall_thickness=495e-6,
    strut_width=350.8e-6,
    crowns=16,
    rings=10,
    crown_radius=392.699e-6,
    strut_length=(5e-3,) * 8 + (8e-3,) * 2,
    apex_width_factor=1.2,
    connectors=16,
    connector_pattern="joined",
    kerf=100e-6,
    heat_set_contour=CONTOUR,
)
NITINOL = {
    "kind": "superelastic",
    "young": 62.857e9,
    "poisson": 0.33,
    "transformation_strain": 0.046,
    "load_start": 460e6,
    "load_end": 500e6,
    "unload_start": 240e6,
    "unload_end": 210e6,
    "compression_start": 690e6,
}
# Where the deck's chamber opens from 25 to 39 mm [m].
WIDENING = ((25.81e-3, 0.0), (37.81e-3, 7e-3))
# The deck's -1.125 mm are in radius: 25 to 22.75 mm, 9 % of the diameter.
PROCEDURES = [
    {"kind": "crimp", "outer_diameter": 10e-3, "steps": 50},
    {"kind": "chamber", "outer_diameter": 25e-3, "widening": WIDENING, "steps": 40},
    {"kind": "compress", "name": "middle", "outer_diameter": 23.875e-3, "steps": 2},
    {"kind": "cycle", "name": "pulse", "amplitude": 1.125e-3, "cycles": 2, "steps": 16},
]
# 1/32 of the frame: 11.021 mm3, which the deck's table multiplies by 16, half of the frame.
CELLS = 16
PUBLISHED = {
    "max_mean_strain": 0.0403436,
    "max_amplitude": 0.00782284,
    "mean_strain_there": 0.0362,
    "max_stress_mean": 483.65e6,
    "smith_watson_topper": 3.863e6,
    "volume": 176.293e-9 / CELLS,
}
BEYOND = {
    0.001: 26.2943,
    0.002: 8.36946,
    0.003: 5.04840,
    0.004: 3.07904,
    0.005: 1.24426,
    0.006: 0.118687,
    0.007: 0.0482287,
}
"""Amplitude, and the volume beyond it in the deck's table [mm3]."""
SMALL_END = {
    "max_mean_strain": (0.0337634, 0.0369698, 0.0377943, 0.0382755),
    "max_amplitude": (0.0056810, 0.0058595, 0.0057968, 0.0058568),
}
"""Largest value in the elements of four shared crowns where the frame is a cylinder (653-656,
2821-2824, 2825-2828 and 3477-3480 of the deck's report)."""
CYLINDER = (3.0e-3, 22.0e-3)
"""Axial positions of such crowns here [m]."""
ELEMENT = 0.1e-3
"""Edge of the deck's elements [m]: 0.09 across a strut, 0.12 over the wall, 0.1 along."""
# Where the chamber turns, many points reach the end of their plateau at once.
NUMERICS = Numerics(element="Q2", iterations=30, line_search="bt")
CASES = {
    "whole frame, coarse": StentResolution(2, 1, 5, 6),
    "whole frame, finer along struts": StentResolution(2, 1, 8, 8),
}
DRAWN = "whole frame, coarse"


def solve(name: str, folder: Path) -> BenchRun:
    """Mesh a thirty-second of the frame and put it through the procedures."""
    (folder / "solid").mkdir()
    build_stent(FRAME, CASES[name], folder / "mesh", Part("device"))
    run_bench(folder / "mesh", NITINOL, PROCEDURES, NUMERICS, folder / "solid", MPI.COMM_SELF)
    return BenchRun.read(folder / "solid", folder / "mesh")


@dataclass(frozen=True)
class Elements:
    """What boxes of the deck's element size hold on average, as its one-point elements do.

    Attributes:
        mean: largest principal value of the mean strain, (n,).
        amplitude: principal value of the strain amplitude of largest magnitude, (n,).
        stretched: whether a box is under hydrostatic tension through 90 % of the cycle; volumes in
            the deck's table count these alone.
        volume: (n,) [m3].
        z: axial position before anything moved, (n,) [m].
    """

    mean: Array
    amplitude: Array
    stretched: NDArray[np.bool_]
    volume: Array
    z: Array


def elements(run: BenchRun, points: CyclePoints) -> Elements:
    """Average the polynomials through the 3 x 3 x 3 points of each cell over equal boxes."""
    cells = len(points.volume) // 27
    label = run.of_kind("cycle")[-1].label
    position = run.material(label).position.reshape(cells, 3, 3, 3, 3)
    span = [np.take(position, 2, axis) - np.take(position, 0, axis) for axis in (1, 2, 3)]
    lengths = np.array([np.linalg.norm(d, axis=-1).mean(axis=(1, 2)) for d in span]).T
    counts = np.maximum(np.rint(lengths / np.sqrt(0.6) / ELEMENT), 1).astype(int)
    tensors = (points.strain.mean, points.strain.amplitude, *points.stresses)
    fields = [t.reshape(cells, 3, 3, 3, 3, 3) for t in tensors]
    volumes = points.volume.reshape(cells, 27).sum(axis=1)
    found = []
    for count in np.unique(counts, axis=0):
        rows = (counts == count).all(axis=1)
        weights = [_box_weights(int(n)) for n in count]
        mean, amplitude, *stresses = (
            np.einsum("ai,bj,ck,nijkpq->nabcpq", *weights, f[rows]).reshape(-1, 3, 3)
            for f in fields
        )
        first, second = (-np.trace(s, axis1=1, axis2=2) / 3.0 for s in stresses)
        pressure = np.maximum(first, second) - 0.1 * np.abs(first - second)
        boxes = int(count.prod())
        volume = np.repeat(volumes[rows] / boxes, boxes)
        z = np.einsum("ai,bj,ck,nijk->nabc", *weights, position[rows][..., 2]).ravel()
        scalars = largest_principal(mean), largest_magnitude(amplitude)
        found.append((*scalars, pressure <= 0.0, volume, z))
    return Elements(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _box_weights(count: int) -> Array:
    """(count, 3) means over equal parts of (-1, 1) from values at the three Gauss points."""
    edges = np.linspace(-1.0, 1.0, count + 1)
    powers = np.arange(1, 4)
    integrals = np.diff(edges[:, None] ** powers, axis=0) / powers * (0.5 * count)
    return integrals @ np.linalg.inv(np.vander(np.polynomial.legendre.leggauss(3)[0], 3, True))


def extremes(points: CyclePoints, boxes: Elements) -> dict[str, float]:
    """The numbers that the deck publishes, strains from boxes, the others from points."""
    stresses = smith_watson_topper(points.stresses, points.strains).values
    worst = int(boxes.amplitude.argmax())
    return {
        "max_mean_strain": float(boxes.mean.max()),
        "max_amplitude": float(boxes.amplitude.max()),
        "mean_strain_there": float(boxes.mean[worst]),
        "max_stress_mean": float(largest_principal(points.stress.mean).max()),
        "smith_watson_topper": float(stresses.max()),
        "volume": float(boxes.volume.sum()),
    }


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Numbers and curves of one frame on one mesh."""
    settings = BenchSettings(indicated_diameter=24e-3, fatigue=SuperelasticFatigue())
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run = solve(name, folder)
        points = cycle_points(run)
        boxes = elements(run, points)
        found = extremes(points, boxes)
        inside = (boxes.z > CYLINDER[0]) & (boxes.z < CYLINDER[1])
        beyond = [boxes.stretched & (boxes.amplitude > limit) for limit in BEYOND]
        entry = {
            "cells": int(json.loads((folder / "mesh" / "quality.json").read_text())["cells"]),
            "wall_time_s": round(time.monotonic() - started, 1),
            **{key: float(f"{value:.5g}") for key, value in found.items()},
            "over_published": {key: round(found[key] / PUBLISHED[key], 3) for key in PUBLISHED},
            "cylinder_over_mean_of_published": {
                "max_mean_strain": _ratio(boxes.mean[inside], SMALL_END["max_mean_strain"]),
                "max_amplitude": _ratio(boxes.amplitude[inside], SMALL_END["max_amplitude"]),
            },
            "volume_beyond": [float(f"{boxes.volume[rows].sum():.4g}") for rows in beyond],
            "at_points": {
                "max_mean_strain": float(f"{largest_principal(points.strain.mean).max():.5g}"),
                "max_amplitude": float(f"{largest_magnitude(points.strain.amplitude).max():.5g}"),
            },
            "force_check": {k: round(v, 5) for k, v in check_radial_force(run).items()},
        }
        curves = bench_curves(folder / "solid", folder / "mesh", settings)
    log.info("%s: %s", name, entry)
    return entry, curves


def _ratio(values: Array, published: tuple[float, ...]) -> float:
    return round(float(values.max() / np.mean(published)), 3)


def draw(curves: dict[str, Any], beyond: dict[str, list[float]]) -> None:
    """The point cloud with the extremes of the deck, and the volume beyond an amplitude."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.9), layout="constrained")
    cloud = curves["fatigue"]
    mean, amplitude = (100 * np.array(cloud[key]) for key in ("mean", "amplitude"))
    left.plot(mean, amplitude, ".", ms=3, color="tab:blue", label="material points")
    left.axhline(0.4, color="k", lw=1, ls="--", label="limit 0.4 %")
    largest = [100 * PUBLISHED[key] for key in ("max_mean_strain", "max_amplitude")]
    left.axvline(largest[0], color="tab:red", lw=1, ls=":", label="deck: largest mean")
    left.axhline(largest[1], color="tab:red", lw=1, ls="-.", label="deck: largest amplitude")
    left.set(xlabel="mean strain [%]", ylabel="strain amplitude [%]", ylim=(0, None))
    left.legend(frameon=False, fontsize=8)
    limits = [100 * limit for limit in BEYOND]
    right.semilogy(
        limits, [v / CELLS for v in BEYOND.values()], "o-", color="tab:red", label="deck"
    )
    for name, volumes in beyond.items():
        right.semilogy(limits, [1e9 * v or np.nan for v in volumes], ".-", label=name)
    right.set(xlabel="amplitude [%]", ylabel="volume beyond it in 1/32 of the frame [mm³]")
    right.legend(frameon=False, fontsize=8)
    figure.savefig(FIGURE, dpi=90)
    plt.close(figure)


def main() -> None:
    """Compute, write, draw."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    wanted = sys.argv[1:] or list(CASES)
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    result = {name: known[name] for name in CASES if name in known}
    for name in wanted:
        result[name], curves = case(name)
        if name == DRAWN:
            draw(curves, {key: entry["volume_beyond"] for key, entry in result.items()})
        head = {"units": "m, Pa, N", "published": PUBLISHED, "beyond_mm3": BEYOND}
        RESULT.write_text(json.dumps(head | result, indent=1) + "\n")


if __name__ == "__main__":
    main()
