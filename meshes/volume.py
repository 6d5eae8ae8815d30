# SPDX-License-Identifier: BSD-3-Clause
"""From a lumen to a tagged tetrahedral mesh, by the first route that holds what is asked for."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

import gmsh
import numpy as np

from meshes.core import fill
from meshes.cut import CutOptions, Labelled, cut
from meshes.errors import GeometryError, MeshFailed
from meshes.layers import LayerOptions, extrude
from meshes.remesh import remesh
from meshes.tagging import opening_label, tag
from meshes.topology import Index
from meshes.types import Array, Lumen, MeshBundle

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MeshOptions:
    """How a volume mesh is built.

    Attributes:
        layers: near-wall layers.
        cut: treatment of vertices near openings and device surfaces.
    """

    layers: LayerOptions = field(default_factory=LayerOptions)
    cut: CutOptions = field(default_factory=CutOptions)


def build_mesh(lumen: Lumen, options: MeshOptions | None = None) -> MeshBundle:
    """Mesh a lumen.

    Args:
        lumen: see :class:`meshes.types.Lumen`.
        options: see :class:`MeshOptions`.

    Returns:
        Bundle with tagged regions and surfaces; ``info["route"]`` names the route taken.

    Raises:
        MeshFailed: no route gave a mesh.
    """
    options = options or MeshOptions()
    points, triangles = remesh(lumen.surface, lumen.edge_length)
    mesh = _volume(points, triangles, options.layers)
    return tag(_cut_all(mesh, lumen, options.cut), lumen)


def _volume(points: Array, triangles: Index, options: LayerOptions) -> Labelled:
    """Layers along the wall and the core inside them."""
    if options.count:
        layers = extrude(points, triangles, options)
        outer = len(layers.points) - len(points)
        core_points, core = fill(layers.points[outer:], triangles)
        points = np.vstack([layers.points[:outer], core_points])
        cells = np.vstack([layers.cells, core + outer])
    else:
        points, cells = fill(points, triangles)
    return Labelled(
        points, cells, np.zeros(len(cells), dtype=np.int32), np.zeros(len(points), dtype=bool)
    )


def _cut_all(mesh: Labelled, lumen: Lumen, options: CutOptions) -> Labelled:
    """Cut at the openings first, then at the device surfaces."""
    for number, opening in enumerate(lumen.openings):
        mesh = cut(
            mesh,
            lambda x, o=opening: (x - o.centre) @ o.normal,
            opening.centre,
            opening_label(number),
            options,
        )
    for number, surface in enumerate(lumen.device_surfaces, start=1):
        mesh = cut(mesh, surface.level_set, surface.seed, number, options)
    return mesh
