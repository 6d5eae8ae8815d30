# SPDX-License-Identifier: BSD-3-Clause
"""What computed a result."""

from __future__ import annotations

import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_DISTRIBUTIONS = {
    "dolfinx": "fenics-dolfinx",
    "petsc4py": "petsc4py",
    "gmsh": "gmsh",
    "vtk": "vtk",
    "numpy": "numpy",
    "scipy": "scipy",
}


@cache
def versions() -> dict[str, str]:
    """Version of this project (with its commit, where known) and of what it computes with."""
    found = {"silitrial": _commit()}
    for name, distribution in _DISTRIBUTIONS.items():
        try:
            found[name] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return found


def _commit() -> str:
    """Commit of the checkout, marked when it has local changes."""
    command = ["git", "-C", str(PROJECT), "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return result.stdout.strip()
