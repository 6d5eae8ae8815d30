# SPDX-License-Identifier: BSD-3-Clause
"""Regenerate the reference meshes: ``python -m meshes.reference [--case CASE]``."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

import gmsh

from meshes.io import MESH, sha256, write_bundle
from meshes.reference.cases import CASES, build
from meshes.volume import build_mesh

log = logging.getLogger("meshes.reference")


def regenerate(case: str, folder: Path) -> None:
    """Build one case and write its bundle.

    Args:
        case: key of ``CASES``.
        folder: folder that holds the folders of the cases.
    """
    bundle = build_mesh(build(CASES[case]))
    write_bundle(bundle, folder / case)
    # The sum tells a changed mesh from a changed solver when a regression value moves.
    sums = {"sha256": {MESH: sha256(folder / case / MESH)}, "gmsh": gmsh.__version__}
    write_bundle(replace(bundle, info={**bundle.info, **sums}), folder / case)
    log.info("%s: %d cells, %s", case, len(bundle.cells), bundle.quality["quality"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m meshes.reference", description=__doc__)
    parser.add_argument("--case", choices=list(CASES), help="one case instead of all")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for case in [arguments.case] if arguments.case else CASES:
        regenerate(case, arguments.folder)


if __name__ == "__main__":
    main()
