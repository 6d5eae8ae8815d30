# SPDX-License-Identifier: BSD-3-Clause
"""Where ``peers/install`` puts the other solvers, and how they are started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PEERS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "silitrial-peers"
OASISX = PEERS / "oasisx"
NGSOLVE = PEERS / "ngsolve" / "bin" / "python"
OPENFOAM = PEERS / "openfoam"
CALCULIX = PEERS / "calculix" / "usr" / "bin" / "ccx"


def openfoam_environment() -> dict[str, str] | None:
    """Environment in which OpenFOAM's programs are found, or None; those on PATH come first."""
    if shutil.which("pimpleFoam"):
        return dict(os.environ)
    if not (OPENFOAM / "usr" / "bin" / "pimpleFoam").exists():
        return None
    libraries = OPENFOAM / "usr" / "lib"
    folders = [libraries, libraries / "openmpi-system", *libraries.glob("*-linux-gnu")]
    return {
        **os.environ,
        "PATH": f"{OPENFOAM}/usr/bin:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": ":".join(map(str, folders)),
        "WM_PROJECT_DIR": str(OPENFOAM / "usr" / "share" / "openfoam"),
    }


def calculix_environment() -> dict[str, str]:
    """Environment in which CalculiX finds its libraries."""
    libraries = CALCULIX.parents[1] / "lib"
    folders = [libraries, *libraries.glob("*-linux-gnu")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))}


def is_installed(code: str) -> bool:
    """Whether a code of the benchmark can run here; ours and the plain one always can."""
    if code == "openfoam":
        return openfoam_environment() is not None
    if code == "ngsolve":
        return NGSOLVE.exists()
    if code == "calculix":
        return CALCULIX.exists()
    return code != "oasisx" or (OASISX / "oasisx").is_dir()
