# SPDX-License-Identifier: BSD-3-Clause
"""What the benchmarks share: command line, meshes, and one process for each measurement."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from peers.place import NGSOLVE, OASISX

BENCHMARKS = Path(__file__).resolve().parent
REPOSITORY = BENCHMARKS.parents[1]
OWN = ("ours", "plain")
"""Codes that must run; the others may be absent or fail."""
THREADED = ("ngsolve", "calculix", "openfoam")
"""Codes that are started once and told how many threads or processes to use."""


def arguments(
    description: str, codes: Sequence[str], name: str, *, quick: str, smoke: str
) -> argparse.ArgumentParser:
    """Command line of the benchmark ``name``."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help=quick)
    size.add_argument("--smoke", action="store_true", help=smoke)
    parser.add_argument("--only", nargs="+", choices=codes, default=codes, metavar="CODE")
    parser.add_argument("--cases", nargs="+", metavar="CASE", help="leave the others out")
    parser.add_argument("--ranks", nargs="+", type=int, metavar="N", help="leave the others out")
    parser.add_argument("--fresh", action="store_true", help="measure again what is there")
    parser.add_argument("--docs", action="store_true", help="write docs/performance.md")
    default = REPOSITORY / "results" / "benchmarks" / name
    parser.add_argument("--folder", type=Path, default=default)
    return parser


def wanted(options: argparse.Namespace, code: str, case: str, ranks: int) -> bool:
    """Whether the command line asks for a measurement."""
    return (
        code in options.only
        and (not options.cases or case in options.cases)
        and (not options.ranks or ranks in options.ranks)
    )


def make_mesh(module: str, case: str, folder: Path) -> Path:
    """Folder of the mesh of a case, made by ``module`` when it is not there."""
    mesh = folder / "meshes" / case
    if not (mesh / "markers.json").exists():
        make = [sys.executable, "-m", module, case, str(mesh)]
        subprocess.run(make, check=True, env=environment(), stdout=subprocess.DEVNULL)
    return mesh


def command(code: str, module: str, job: Sequence[str], ranks: int) -> list[str]:
    """Command line of a measurement."""
    python = [str(NGSOLVE) if code == "ngsolve" else sys.executable]
    if code in THREADED:
        return [*python, "-m", module, *job, str(ranks)]
    if ranks > 1:
        python = ["mpirun", "-n", str(ranks), "--bind-to", "none", *python]
    return [*python, "-m", module, *job]


def environment(code: str = "ours") -> dict[str, str]:
    """Environment of a measurement."""
    path = [REPOSITORY, REPOSITORY / "workflow", BENCHMARKS]
    if code == "oasisx":
        path.append(OASISX)
    return {**os.environ, "PYTHONPATH": ":".join(map(str, path))}


def finishes(
    name: str, line: Sequence[str], settings: dict[str, str], out: Path, timeout: float
) -> bool:
    """Run a measurement that leaves ``out``; says why when it fails or takes too long [s]."""
    out.unlink(missing_ok=True)
    try:
        done = subprocess.run(line, env=settings, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        print(f"{name}: not finished in {timeout:.0f} s")
        return False
    if done.returncode or not out.exists():
        print(f"{name}: failed\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
        return False
    return True
