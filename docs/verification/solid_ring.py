# SPDX-License-Identifier: BSD-3-Clause
"""Half a crown of 316L from the tube to radial strength on three meshes.

``envs/run python3 docs/verification/solid_ring.py`` writes solid_ring.json beside this file and
docs/figures/solid_ring.png: crimp to 1.1 mm, balloon to 3.0 mm, deflation, radial compression by
15 %; the grid convergence index of radial force, recoil and plastic strain; recoil beside the
spring-back of a fully plastic section.
"""

from __future__ import annotations

import csv
import json
import logging
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from meshes.devices.stent.build import build_stent
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.strut import StentResolution
from solvers.solid.bench.run import run_bench
from solvers.solid.bench.settings import BenchSettings
from solvers.verification.convergence import grid_convergence
from solvers.verification.ring import Ring

log = logging.getLogger("solid_ring")
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = Path(__file__).resolve().parents[1] / "figures" / "solid_ring.png"

DESIGN = StentDesign(
    tube_outer_diameter=1.8e-3,
    wall_thickness=0.09e-3,
    strut_width=0.08e-3,
    crowns=6,
    rings=1,
    crown_radius=0.11e-3,
    ring_height=1.4e-3,
)
STEEL = {
    "kind": "elastoplastic",
    "young": 196e9,
    "poisson": 0.3,
    "hardening": {"kind": "linear", "yield_stress": 205e6, "modulus": 516.7e6},
}
COURSE = (
    {"kind": "crimp", "outer_diameter": 1.1e-3},
    {"kind": "release"},
    {"kind": "expand", "inner_diameter": 3.0e-3},
    {"kind": "deflate"},
    {"kind": "compress", "diameter_loss": 0.15, "steps": 10},
)
MESHES = {
    "coarse": StentResolution(across=2, thickness=2, crown=6, strut=5),
    "middle": StentResolution(across=3, thickness=3, crown=9, strut=7),
    "fine": StentResolution(across=4, thickness=4, crown=12, strut=10),
}
QUANTITIES = ("radial_force_loss_10", "recoil", "plastic_strain_p99")


def run(name: str, place: Path) -> dict[str, float]:
    """One mesh."""
    mesh, folder = place / name / "mesh", place / name / "solve"
    folder.mkdir(parents=True)
    build_stent(DESIGN, MESHES[name], mesh)
    summary = run_bench(mesh, STEEL, COURSE, BenchSettings(element="S2"), folder)
    with (folder / "curve.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    inflated, deflated = (
        [float(row["inner_diameter"]) for row in rows if row["kind"] == kind][-1]
        for kind in ("expand", "deflate")
    )
    free = [float(row["outer_diameter"]) for row in rows if row["kind"] == "deflate"][-1]
    pressed = [row for row in rows if row["kind"] == "compress"]
    loss = [0.0, *(1 - float(row["tool_diameter"]) / free for row in pressed)]
    force = [0.0, *(float(row["radial_force"]) for row in pressed)]
    state = np.load(folder / "states" / "03-deflate.npz")
    order = np.argsort(state["plastic_strain"])
    share = np.cumsum(state["volume"][order]) / state["volume"].sum()
    return {
        "cells": summary["cells"],
        "unknowns": summary["unknowns"],
        "seconds": round(summary["wall_time_s"], 1),
        "load_steps": summary["load_steps"],
        "newton_iterations": summary["newton_iterations"],
        "radial_force_loss_10": float(np.interp(0.1, loss, force)),
        "recoil": 1 - deflated / inflated,
        "plastic_strain_p99": float(state["plastic_strain"][order][np.searchsorted(share, 0.99)]),
        "peak_plastic_strain": summary["peak_plastic_strain"],
        "penetration_share": summary["penetration_share"],
        "damping_share": summary["damping_share"],
        "curve": [[1e3 * float(row["inner_diameter"]), float(row["radial_force"])] for row in rows],
    }


def spring_back(plastic_strain: float) -> dict[str, float]:
    """Recoil of the beam estimate at the first yield stress and at the flow stress."""
    ring = Ring(
        crowns=DESIGN.crowns,
        length=DESIGN.ring_height - DESIGN.apex_width,
        width=DESIGN.strut_width,
        thickness=DESIGN.wall_thickness,
        crown_radius=DESIGN.crown_radius,
        diameter=3.0e-3 + DESIGN.wall_thickness,
        young=STEEL["young"],
    )
    law = STEEL["hardening"]
    flow = law["yield_stress"] + law["modulus"] * plastic_strain
    return {
        "at_first_yield": ring.recoil(law["yield_stress"]),
        "at_flow_stress": ring.recoil(flow),
    }


def figure(results: dict[str, dict]) -> None:
    """Force against inner diameter on the three meshes."""
    plot, axes = plt.subplots(figsize=(6.4, 3.6), constrained_layout=True)
    for name, found in results.items():
        curve = np.array(found["curve"])
        axes.plot(curve[:, 0], curve[:, 1], ".-", ms=3, lw=1, label=f"{name}: {found['cells']}")
    axes.set_xlabel("inner diameter [mm]")
    axes.set_ylabel("radial force of the ring [N]")
    axes.axhline(0.0, color="0.7", lw=0.8)
    axes.legend(title="hexahedra", frameon=False)
    plot.savefig(FIGURE, dpi=150)


def main() -> None:
    """Run the three meshes."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("FFCX").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as place:
        results = {name: run(name, Path(place)) for name in MESHES}
    figure(results)
    sizes = tuple(results[name]["cells"] ** (-1 / 3) for name in ("fine", "middle", "coarse"))
    gci = {}
    for quantity in QUANTITIES:
        values = tuple(results[name][quantity] for name in ("fine", "middle", "coarse"))
        gci[quantity] = vars(grid_convergence(sizes, values))
        log.info("%s %s %s", quantity, values, gci[quantity])
    content = {
        "meshes": results,
        "grid_convergence": gci,
        "spring_back": spring_back(results["fine"]["plastic_strain_p99"]),
    }
    RESULT.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
