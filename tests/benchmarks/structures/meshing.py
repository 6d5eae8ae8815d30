# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of the tube: straight-edged tetrahedra, written once and read by every code.

``python3 -m structures.meshing CASE FOLDER`` writes ``mesh.msh`` (gmsh 2.2, binary) and
``markers.json``. Every code puts its own nodes into the middles of the edges.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import gmsh

from structures.inflation import EDGES, MARKERS, TUBE


def write_mesh(edge: float, folder: Path) -> int:
    """Mesh the tube with edges [m] into ``folder``; returns the number of tetrahedra."""
    folder.mkdir(parents=True, exist_ok=True)
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    try:
        for option, value in (
            ("General.Terminal", 0),
            ("Mesh.MeshSizeMin", edge),
            ("Mesh.MeshSizeMax", edge),
            ("Mesh.MshFileVersion", 2.2),
            ("Mesh.Binary", 1),
        ):
            gmsh.option.setNumber(option, value)
        outer, inner = (
            gmsh.model.occ.addCylinder(0, 0, 0, 0, 0, TUBE.length, radius)
            for radius in (TUBE.radius + TUBE.wall, TUBE.radius)
        )
        gmsh.model.occ.cut([(3, outer)], [(3, inner)])
        gmsh.model.occ.synchronize()
        _tag()
        gmsh.model.mesh.generate(3)
        gmsh.write(str(folder / "mesh.msh"))
        cells = len(gmsh.model.mesh.getElementsByType(4)[0])
    finally:
        gmsh.finalize()
    # Last, so that the folder counts as complete only now.
    (folder / "markers.json").write_text(json.dumps(MARKERS) + "\n")
    return cells


def _tag() -> None:
    """Physical groups by the bounding box of each surface."""
    surfaces: dict[str, list[int]] = {name: [] for name in MARKERS["facets"]}
    for _, tag in gmsh.model.getEntities(2):
        box = gmsh.model.getBoundingBox(2, tag)
        if box[5] - box[2] < 0.1 * TUBE.length:
            surfaces["ends"].append(tag)
        else:
            wide = box[3] > TUBE.radius + 0.5 * TUBE.wall
            surfaces["outer" if wide else "inner"].append(tag)
    for name, tags in surfaces.items():
        gmsh.model.addPhysicalGroup(2, tags, MARKERS["facets"][name], name)
    volumes = [tag for _, tag in gmsh.model.getEntities(3)]
    gmsh.model.addPhysicalGroup(3, volumes, MARKERS["cells"]["wall"], "wall")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=list(EDGES))
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(write_mesh(EDGES[arguments.case], arguments.folder))


if __name__ == "__main__":
    main()
