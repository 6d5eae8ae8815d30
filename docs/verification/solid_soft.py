# SPDX-License-Identifier: BSD-3-Clause
"""Layered arteries inflated, against exact radii.

``envs/run python3 docs/verification/solid_soft.py`` writes solid_soft.json beside this file and
docs/figures/solid_soft.png: the inner radius at each pressure of the table on two meshes.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from solvers.verification.artery import Artery
from solvers.verification.artery_tables import ARTERIES, KPA, MM, Case

log = logging.getLogger("solid_soft")
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = Path(__file__).resolve().parents[1] / "figures" / "solid_soft.png"


def radii(case: Case, factor: int) -> list[float]:
    """Inner radius [mm] at the pressures of the table, with ``factor`` times the elements."""
    artery = Artery(case.wall, [factor * n for n in case.elements])
    artery.stretch()
    found = []
    for pressure in case.radii:
        radius = artery.inflate(pressure * KPA) if pressure else artery.inner_radius()
        found.append(round(radius / MM, 6))
    return found


def compute(name: str) -> dict:
    """Radii on two meshes and the largest errors."""
    case = ARTERIES[name]
    exact = np.array(list(case.radii.values()))
    meshes = {str(factor): radii(case, factor) for factor in (1, 2)}
    entry = {
        "pressures": list(case.radii),
        "exact": exact.tolist(),
        "radii": meshes,
        "largest_error": {
            factor: round(float(np.abs(found / exact - 1).max()), 6)
            for factor, found in meshes.items()
        },
    }
    log.info("%s: %s", name, entry["largest_error"])
    return entry


def draw(result: dict) -> None:
    """Radius over that of the unloaded wall against pressure."""
    figure, axes = plt.subplots(figsize=(6, 3.8), layout="constrained")
    for i, (name, entry) in enumerate(result["cases"].items()):
        rest = entry["exact"][0]
        exact, found = (np.array(radii) / rest for radii in (entry["exact"], entry["radii"]["1"]))
        axes.plot(exact, entry["pressures"], "o", color=f"C{i}", ms=8, mfc="none", label=name)
        axes.plot(found, entry["pressures"], ".-", color=f"C{i}", lw=0.7, ms=4)
    axes.set(xlabel="inner radius over that of the unloaded wall", ylabel="pressure [kPa]")
    axes.set_title("circles: exact; joined points: mixed finite elements", fontsize=9)
    axes.set_ylim(-1, 25)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    figure.savefig(FIGURE, dpi=90)
    plt.close(figure)


def main() -> None:
    """Compute, write, draw."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    result = {"units": "mm, kPa", "cases": {name: compute(name) for name in ARTERIES}}
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    draw(result)


if __name__ == "__main__":
    main()
