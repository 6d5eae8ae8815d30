# SPDX-License-Identifier: BSD-3-Clause
"""Opening and recoil of a crown, here and in CalculiX: same mesh, law and load steps.

``envs/run python3 tests/benchmarks/crown.py FOLDER [CASE ...]`` prints a line per case and writes
``crown.json`` into the folder. Both codes use 20-node hexahedra with reduced integration. CalculiX
has no augmentation: its penalty is ten times ours, and its time is that of the whole program; ours
holds reading, load steps, states and curve, but neither start-up nor the compilation of forms.
"""

from __future__ import annotations

import argparse
import json
import resource
import time as clock
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from peers.calculix_crown import run as run_calculix
from structures.crown import CROWN, RESOLUTIONS, write_mesh

from solvers.solid.bench.run import run_bench
from solvers.solid.bench.settings import BenchSettings

LAW = {
    "kind": "elastoplastic",
    "young": CROWN.young,
    "poisson": CROWN.poisson,
    "hardening": {
        "kind": "linear",
        "yield_stress": CROWN.yield_stress,
        "modulus": CROWN.modulus,
    },
}
COURSE = (
    {"kind": "expand", "inner_diameter": CROWN.inner_diameter, "steps": CROWN.steps},
    {"kind": "deflate", "steps": CROWN.back_steps},
)


def run_ours(mesh: Path, folder: Path) -> dict[str, Any]:
    """Seconds, iterations and displacements at the two states."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = BenchSettings(element="S2", plastic_step=1.0)
    before, begin = _processor(resource.RUSAGE_SELF), clock.perf_counter()
    summary = run_bench(mesh, LAW, COURSE, settings, folder)
    states = [pv.read(folder / "states" / f"{n}.vtu") for n in ("00-expand", "01-deflate")]
    return {
        "seconds": clock.perf_counter() - begin,
        "processor_seconds": _processor(resource.RUSAGE_SELF) - before,
        "newton": summary["newton_iterations"],
        "unknowns": summary["unknowns"],
        "displacements": [np.asarray(state.point_data["displacement"]) for state in states],
    }


def _processor(who: int) -> float:
    return resource.getrusage(who).ru_utime


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest distance over the largest displacement, less the free shift along the axis."""
    shift = np.array([0.0, 0.0, (ours - theirs)[:, 2].mean()])
    largest = np.linalg.norm(theirs, axis=1).max()
    return float(np.linalg.norm(ours - shift - theirs, axis=1).max() / largest)


def compare(case: str, folder: Path) -> dict[str, Any]:
    """Both codes on one case."""
    mesh = folder / case / "mesh"
    cells = write_mesh(case, mesh)
    run_ours(mesh, folder / case / "forms")  # compiles
    ours = run_ours(mesh, folder / case / "ours")
    before = _processor(resource.RUSAGE_CHILDREN)
    theirs = run_calculix(folder / case / "calculix", mesh)
    theirs["processor_seconds"] = _processor(resource.RUSAGE_CHILDREN) - before
    pairs = zip(ours.pop("displacements"), theirs.pop("displacements"), strict=True)
    opened, released = (difference(a, b) for a, b in pairs)
    return {
        "case": case,
        "cells": cells,
        "ours": ours,
        "calculix": theirs,
        "difference_opened": opened,
        "difference_released": released,
        "speedup": theirs["processor_seconds"] / ours["processor_seconds"],
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("cases", nargs="*", default=list(RESOLUTIONS))
    arguments = parser.parse_args()
    results = [compare(case, arguments.folder) for case in arguments.cases]
    (arguments.folder / "crown.json").write_text(json.dumps(results, indent=1) + "\n")
    for result in results:
        print(
            f"{result['case']}: ours {result['ours']['processor_seconds']:.1f} s, CalculiX"
            f" {result['calculix']['processor_seconds']:.1f} s, {result['speedup']:.1f} times,"
            f" difference {result['difference_opened']:.2%} and"
            f" {result['difference_released']:.2%}"
        )


if __name__ == "__main__":
    main()
