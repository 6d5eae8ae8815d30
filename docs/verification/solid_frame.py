# SPDX-License-Identifier: BSD-3-Clause
"""An open nitinol frame crimped, let go into a 25 mm chamber and pulsed: strains against a deck.

``envs/run python3 docs/verification/solid_frame.py`` writes solid_frame.json beside this file and
docs/figures/solid_frame.png. The open deck nitinol-design-concepts (Confluent Medical) gives the
drawing (tube, struts, apices), the law, the procedure and the strains published; its frame is set
to a contour of 28 to 40 mm and has eyelets; ours is the same drawing set to one diameter, 28 mm
and, on the coarse mesh, also 30 and 32 mm: what the contour has inside the chamber.
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpi4py import MPI

import matplotlib.pyplot as plt
import numpy as np

from meshes.devices.stent.build import build_stent
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from solvers.fields.bench.critical_plane import smith_watson_topper
from solvers.fields.bench.curves import bench_curves
from solvers.fields.bench.endpoints import BenchSettings, cycle_points
from solvers.fields.bench.equilibrium import check_radial_force
from solvers.fields.bench.fatigue import CyclePoints, SuperelasticFatigue, fatigue_values
from solvers.fields.bench.record import BenchRun
from solvers.fields.bench.tensors import largest_magnitude, largest_principal
from solvers.solid.bench.run import run_bench
from solvers.solid.bench.settings import BenchSettings as Numerics

log = logging.getLogger("solid_frame")
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = Path(__file__).resolve().parents[1] / "figures" / "solid_frame.png"

FRAME = StentDesign(
    tube_outer_diameter=8.0e-3,
    wall_thickness=495e-6,
    strut_width=350.8e-6,
    crowns=16,
    rings=3,
    crown_radius=392.699e-6,
    strut_length=(5e-3, 5e-3, 8e-3),
    apex_width_factor=1.2,
    connectors=16,
    connector_pattern="joined",
    kerf=100e-6,
    heat_set_diameter=28e-3,
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
# The deck's -1.125 mm are in radius: 25 to 22.75 mm, 9 % of the diameter.
PROCEDURES = [
    {"kind": "crimp", "outer_diameter": 10e-3, "steps": 40},
    {"kind": "chamber", "outer_diameter": 25e-3, "steps": 25},
    {"kind": "compress", "name": "middle", "outer_diameter": 23.875e-3, "steps": 2},
    {"kind": "cycle", "name": "pulse", "amplitude": 1.125e-3, "cycles": 3, "steps": 24},
]
PUBLISHED = {
    "max_mean_strain": 0.04034,
    "max_amplitude": 0.00782,
    "mean_strain_there": 0.0362,
    "max_stress_mean": 483.65e6,
    "max_stress_amplitude": 124.4e6,
    "share_beyond_0.4_percent": 3.079 / 176.29,
    "smith_watson_topper": 3.863e6,
}
# Where the chamber turns, many points reach the end of their plateau at once.
NUMERICS = Numerics(element="Q2", iterations=30, line_search="bt")
COARSE, MEDIUM = StentResolution(2, 1, 5, 6), StentResolution(2, 2, 8, 8)
CASES = {
    "set at 28 mm, coarse": (28e-3, COARSE),
    "set at 28 mm, medium": (28e-3, MEDIUM),
    "set at 30 mm, coarse": (30e-3, COARSE),
    "set at 32 mm, coarse": (32e-3, COARSE),
}
DRAWN = "set at 28 mm, medium"


def solve(diameter: float, resolution: StentResolution, folder: Path) -> BenchRun:
    """Mesh a thirty-second of the frame and put it through the procedures."""
    (folder / "solid").mkdir()
    frame = replace(FRAME, heat_set_diameter=diameter)
    build_stent(frame, resolution, folder / "mesh", Part("device"))
    run_bench(folder / "mesh", NITINOL, PROCEDURES, NUMERICS, folder / "solid", MPI.COMM_SELF)
    return BenchRun.read(folder / "solid", folder / "mesh")


def extremes(points: CyclePoints) -> dict[str, float]:
    """The numbers that the deck publishes."""
    mean, amplitude = (
        largest_principal(points.strain.mean),
        largest_magnitude(points.strain.amplitude),
    )
    worst = int(amplitude.argmax())
    beyond = amplitude > 0.004
    return {
        "max_mean_strain": float(mean.max()),
        "max_amplitude": float(amplitude.max()),
        "mean_strain_there": float(mean[worst]),
        "max_stress_mean": float(largest_principal(points.stress.mean).max()),
        "max_stress_amplitude": float(largest_magnitude(points.stress.amplitude).max()),
        "share_beyond_0.4_percent": float(points.volume[beyond].sum() / points.volume.sum()),
        "smith_watson_topper": float(
            smith_watson_topper(points.stresses, points.strains).values.max()
        ),
    }


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Numbers and curves of one set diameter on one mesh."""
    settings = BenchSettings(indicated_diameter=24e-3, fatigue=SuperelasticFatigue())
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run = solve(*CASES[name], folder)
        points = cycle_points(run)
        found = extremes(points)
        entry = {
            "cells": int(json.loads((folder / "mesh" / "quality.json").read_text())["cells"]),
            "wall_time_s": round(time.monotonic() - started, 1),
            **{key: float(f"{value:.5g}") for key, value in found.items()},
            "over_published": {key: round(found[key] / PUBLISHED[key], 3) for key in PUBLISHED},
            "endpoints": {
                key: float(f"{value:.5g}")
                for key, (value, _) in fatigue_values(points, run.copies, settings.fatigue).items()
            },
            "force_check": {k: round(v, 5) for k, v in check_radial_force(run).items()},
        }
        curves = bench_curves(folder / "solid", folder / "mesh", settings)
    log.info("%s: %s", name, entry)
    return entry, curves


def draw(curves: dict[str, Any]) -> None:
    """Radial force against diameter, and the point cloud with the published extremes."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.9), layout="constrained")
    for stage in curves["radial"]:
        x, y = 1e3 * np.array(stage["diameter"], float), np.array(stage["force"], float)
        left.plot(x, y, lw=1.4, label=stage["name"])
    left.set(xlabel="tool diameter [mm]", ylabel="radial force [N]")
    left.legend(frameon=False)
    cloud = curves["fatigue"]
    mean, amplitude = (100 * np.array(cloud[key]) for key in ("mean", "amplitude"))
    right.plot(mean, amplitude, ".", ms=3, color="tab:blue", label="material points")
    right.axhline(0.4, color="k", lw=1, ls="--", label="limit 0.4 %")
    right.plot(
        100 * PUBLISHED["mean_strain_there"],
        100 * PUBLISHED["max_amplitude"],
        "o",
        mfc="none",
        color="tab:red",
        label="deck: largest amplitude",
    )
    right.axvline(
        100 * PUBLISHED["max_mean_strain"],
        color="tab:red",
        lw=1,
        ls=":",
        label="deck: largest mean",
    )
    right.set(xlabel="mean strain [%]", ylabel="strain amplitude [%]", ylim=(0, None))
    right.legend(frameon=False, fontsize=8)
    figure.savefig(FIGURE, dpi=90)
    plt.close(figure)


def main() -> None:
    """Compute, write, draw."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    found = {name: case(name) for name in CASES}
    result = {
        "units": "m, Pa, N",
        "published": PUBLISHED,
        **{name: entry for name, (entry, _) in found.items()},
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    draw(found[DRAWN][1])


if __name__ == "__main__":
    main()
