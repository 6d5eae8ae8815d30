# SPDX-License-Identifier: BSD-3-Clause
"""Small models for the bench; as a program, one course on any number of ranks.

Arguments of the program: ``bench``, a folder, and after how many load steps to stop with a
checkpoint.
"""

import json
import sys
from contextlib import suppress
from pathlib import Path

from mpi4py import MPI

from meshes.devices.stent.build import build_stent
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from solvers.common.errors import TimeBudgetExceeded
from solvers.solid.bench.run import run_bench
from solvers.solid.bench.settings import BenchSettings

STEEL = {
    "kind": "elastoplastic",
    "young": 196e9,
    "poisson": 0.3,
    "hardening": {"kind": "linear", "yield_stress": 205e6, "modulus": 516.7e6},
}
CELL = StentDesign(
    tube_outer_diameter=1.8e-3,
    wall_thickness=0.09e-3,
    strut_width=0.08e-3,
    crowns=6,
    rings=1,
    crown_radius=0.11e-3,
    ring_height=1.4e-3,
)
RING = StentDesign(
    tube_outer_diameter=1.6e-3,
    wall_thickness=0.1e-3,
    strut_width=0.1e-3,
    crowns=4,
    rings=1,
    crown_radius=0.14e-3,
    ring_height=1.6e-3,
)
# Serendipity elements with reduced integration need two cells across: one alone is floppy.
COARSE = StentResolution(across=2, thickness=2, crown=4, strut=3)


def small_cell(folder: Path) -> Path:
    """Half a crown."""
    if MPI.COMM_WORLD.rank == 0:
        build_stent(CELL, COARSE, folder)
    MPI.COMM_WORLD.barrier()
    return folder


def small_ring(folder: Path) -> Path:
    """A whole ring of four crowns, which rests between plates without rolling."""
    resolution = StentResolution(across=1, thickness=1, crown=4, strut=3)
    build_stent(RING, resolution, folder, Part(extent="ring"))
    return folder


def go(mesh: Path, procedures, folder: Path, material=STEEL, element="S2", **settings):
    """Run a course and return its summary."""
    folder.mkdir(parents=True, exist_ok=True)
    return run_bench(mesh, material, procedures, BenchSettings(element=element, **settings), folder)


COURSE = (
    {"kind": "crimp", "outer_diameter": 1.5e-3, "steps": 3},
    {"kind": "release", "steps": 3},
    {"kind": "expand", "inner_diameter": 1.7e-3, "steps": 4},
)


def stop_after(steps: int, mesh: Path, folder: Path) -> None:
    """Run the first load steps, each from the checkpoint of the one before."""
    for _ in range(steps):
        with suppress(TimeBudgetExceeded):
            go(mesh, COURSE, folder, time_budget=1e-9, checkpoint_minutes=1.0)


if __name__ == "__main__":
    place = Path(sys.argv[2])
    mesh = small_cell(place / "mesh")
    if len(sys.argv) > 3:
        stop_after(int(sys.argv[3]), mesh, place / "solve")
        sys.exit(print("RESULT {}"))
    found = go(mesh, COURSE, place / "solve", checkpoint_minutes=1e3)
    if MPI.COMM_WORLD.rank == 0:
        last = (place / "solve" / "curve.csv").read_text().splitlines()
        keys = ("load_steps", "peak_plastic_strain", "contact_work", "internal_energy")
        row = dict(zip(last[0].split(","), last[-1].split(","), strict=True))
        shown = {key: found[key] for key in (*keys, "restarts")}
        shown |= {k: float(row[k]) for k in ("radial_force", "inner_diameter", "length")}
        print("RESULT " + json.dumps(shown))
