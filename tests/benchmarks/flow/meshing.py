# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of the benchmark: isotropic tetrahedra, written once and read by every code.

``python3 -m flow.meshing CASE FOLDER`` writes ``mesh.msh`` (gmsh 2.2, binary), ``ascii.msh`` (the
same for codes that need text) and ``markers.json``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import gmsh

from flow.womersley import WomersleyTube

MARKERS = {"cells": {"lumen": 1}, "facets": {"wall": 10, "inlet": 20, "outlet_1": 31}}
SAC_RADIUS = 2.5e-3
SAC_OFFSET = 4.0e-3
"""Sac of the aneurysm [m]: a sphere whose centre lies off the axis, half-way along the tube."""


@dataclass(frozen=True)
class MeshCase:
    """A mesh: edge length [m], and whether the tube carries a sac."""

    edge: float
    sac: bool = False


CASES = {
    "tube_1k": MeshCase(1.30e-3),
    "tube_14k": MeshCase(0.448e-3),
    "tube_54k": MeshCase(0.2815e-3),
    "tube_107k": MeshCase(0.2234e-3),
    "tube_200k": MeshCase(0.1778e-3),
    "tube_800k": MeshCase(0.1125e-3),
    "aneurysm": MeshCase(0.31e-3, sac=True),
}


def write_mesh(case: MeshCase, folder: Path) -> int:
    """Mesh a case into ``folder``; returns the number of tetrahedra."""
    folder.mkdir(parents=True, exist_ok=True)
    tube = WomersleyTube()
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("Mesh.MeshSizeMin", case.edge)
        gmsh.option.setNumber("Mesh.MeshSizeMax", case.edge)
        gmsh.option.setNumber("Mesh.MshFileVersion", 2.2)
        volume = gmsh.model.occ.addCylinder(0, 0, 0, 0, 0, tube.length, tube.radius)
        if case.sac:
            sac = gmsh.model.occ.addSphere(SAC_OFFSET, 0, 0.5 * tube.length, SAC_RADIUS)
            gmsh.model.occ.fuse([(3, volume)], [(3, sac)])
        gmsh.model.occ.synchronize()
        _tag(tube.length)
        gmsh.model.mesh.generate(3)
        gmsh.option.setNumber("Mesh.Binary", 1)
        gmsh.write(str(folder / "mesh.msh"))
        gmsh.option.setNumber("Mesh.Binary", 0)
        gmsh.write(str(folder / "ascii.msh"))
        cells = len(gmsh.model.mesh.getElementsByType(4)[0])
    finally:
        gmsh.finalize()
    # Last, so that the folder counts as complete only now.
    (folder / "markers.json").write_text(json.dumps(MARKERS) + "\n")
    return cells


def _tag(length: float) -> None:
    """Physical groups by the height of the centre of each surface."""
    surfaces: dict[str, list[int]] = {name: [] for name in MARKERS["facets"]}
    for _, tag in gmsh.model.getEntities(2):
        low, high = (gmsh.model.getBoundingBox(2, tag)[i] for i in (2, 5))
        flat = high - low < 1e-3 * length
        end = "inlet" if low < 0.5 * length else "outlet_1"
        surfaces[end if flat else "wall"].append(tag)
    for name, tags in surfaces.items():
        gmsh.model.addPhysicalGroup(2, tags, MARKERS["facets"][name], name)
    volumes = [tag for _, tag in gmsh.model.getEntities(3)]
    gmsh.model.addPhysicalGroup(3, volumes, MARKERS["cells"]["lumen"], "lumen")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=list(CASES))
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(write_mesh(CASES[arguments.case], arguments.folder))


if __name__ == "__main__":
    main()
