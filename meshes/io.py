# SPDX-License-Identifier: BSD-3-Clause
"""Reading and writing mesh bundles (format in docs/architecture.md)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import meshio
import numpy as np

from meshes.errors import MeshFailed
from meshes.types import MeshBundle

MESH, MARKERS, INFO, QUALITY = "mesh.msh", "markers.json", "info.json", "quality.json"
SHAPES = {"tetra": "triangle", "hexahedron": "quad"}
"""Cells and their facets, as meshio calls them."""
NODES = {"tetra": 4, "hexahedron": 8}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with NumPy values turned into plain ones."""
    text = json.dumps(content, indent=1, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not go into JSON")


def write_bundle(bundle: MeshBundle, folder: Path) -> None:
    """Write mesh, markers, info and quality; the picture is drawn by ``meshes.pictures``.

    Args:
        bundle: lengths in m.
        folder: created when missing.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tags = [bundle.facet_tags.astype(np.int32), bundle.cell_tags.astype(np.int32)]
    shape = next(name for name, nodes in NODES.items() if nodes == bundle.cells.shape[1])
    mesh = meshio.Mesh(
        bundle.points,
        [(SHAPES[shape], bundle.facets), (shape, bundle.cells)],
        cell_data={"gmsh:physical": tags, "gmsh:geometrical": tags},
        field_data={
            name: np.array([tag, dimension])
            for kind, dimension in (("facets", 2), ("cells", 3))
            for name, tag in bundle.markers[kind].items()
        },
    )
    meshio.write(folder / MESH, mesh, file_format="gmsh22", binary=True)
    write_json(folder / MARKERS, bundle.markers)
    write_json(folder / INFO, bundle.info)
    write_json(folder / QUALITY, bundle.quality)


def read_bundle(folder: Path) -> MeshBundle:
    """Read what :func:`write_bundle` wrote.

    Raises:
        MeshFailed: a file is missing or the mesh holds other tags than the markers.
    """
    folder = Path(folder)
    for name in (MESH, MARKERS, INFO, QUALITY):
        if not (folder / name).is_file():
            raise MeshFailed(f"{folder / name} is missing", "bundle")
    mesh = meshio.read(folder / MESH, file_format="gmsh")
    blocks: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for block, tags in zip(mesh.cells, mesh.cell_data["gmsh:physical"], strict=True):
        blocks.setdefault(block.type, []).append((block.data, tags))
    shape = next(name for name in SHAPES if name in blocks)
    facets, facet_tags = (np.concatenate(part) for part in zip(*blocks[SHAPES[shape]], strict=True))
    cells, cell_tags = (np.concatenate(part) for part in zip(*blocks[shape], strict=True))
    markers, info, quality = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in (MARKERS, INFO, QUALITY)
    )
    for kind, tags in (("facets", facet_tags), ("cells", cell_tags)):
        unknown = set(np.unique(tags).tolist()) - set(markers[kind].values())
        if unknown:
            raise MeshFailed(f"{folder / MESH} holds unnamed {kind} tags {unknown}", "bundle")
    return MeshBundle(
        points=mesh.points,
        cells=cells.astype(np.int64),
        cell_tags=cell_tags.astype(np.int32),
        facets=facets.astype(np.int64),
        facet_tags=facet_tags.astype(np.int32),
        markers=markers,
        info=info,
        quality=quality,
    )


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
