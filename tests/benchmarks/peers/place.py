# SPDX-License-Identifier: BSD-3-Clause
"""Where ``peers/install`` puts the other solvers, and how they are started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PEERS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "silitrial-peers"
OPENFOAM = PEERS / "openfoam"


def python_of(peer: str) -> str | None:
    """Python that has the peer (``oasisx`` or ``ngsolve``), or None."""
    path = PEERS / peer / "bin" / "python"
    return str(path) if path.exists() else None


def openfoam_environment() -> dict[str, str] | None:
    """Environment in which OpenFOAM's programs are found, or None; one on PATH comes first."""
    if shutil.which("pimpleFoam"):
        return dict(os.environ)
    if not (OPENFOAM / "usr" / "bin" / "pimpleFoam").exists():
        return None
    libraries = OPENFOAM / "usr" / "lib"
    triplet = [str(p.parent) for p in libraries.glob("*-linux-gnu/*")][:1]
    paths = [str(libraries), str(libraries / "openmpi-system"), *triplet]
    return {
        **os.environ,
        "PATH": f"{OPENFOAM}/usr/bin:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": ":".join(paths),
        "WM_PROJECT_DIR": str(OPENFOAM / "usr" / "share" / "openfoam"),
    }
