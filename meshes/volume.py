# SPDX-License-Identifier: BSD-3-Clause
"""From a lumen to a tagged tetrahedral mesh, by the first route that holds what is asked for."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

import numpy as np

from meshes.core import fill
from meshes.cut import CutOptions, Labelled, cut
from meshes.errors import MeshFailed, MeshQuality, SurfaceInvalid
from meshes.improve import improve
from meshes.layers import LayerOptions, extrude
from meshes.quality import QualityLimits, check, mesh_quality
from meshes.rebuild import rebuild
from meshes.remesh import remesh
from meshes.tagging import describe, opening_label, tag
from meshes.topology import Index
from meshes.types import Array, Lumen, MeshBundle

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MeshOptions:
    """How a volume mesh is built.

    Attributes:
        layers: near-wall layers.
        cut: treatment of vertices near openings and device surfaces.
        limits: what the mesh must hold.
        improve_below: tetrahedra below this quality are improved after cutting.
    """

    layers: LayerOptions = field(default_factory=LayerOptions)
    cut: CutOptions = field(default_factory=CutOptions)
    limits: QualityLimits = field(default_factory=QualityLimits)
    improve_below: float = 0.15


@dataclass(frozen=True)
class Route:
    """One way to mesh a lumen.

    Attributes:
        name: for ``info["route"]``.
        rebuild: take the outer hull of the surface first.
        refinement: factor on the wanted edge length.
        layers: largest number of near-wall layers.
    """

    name: str
    rebuild: bool = False
    refinement: float = 1.0
    layers: int = 99


ROUTES = (
    Route("surface"),
    Route("hull", rebuild=True),
    Route("hull, finer", rebuild=True, refinement=0.75),
    Route("hull, finer, one layer", rebuild=True, refinement=0.75, layers=1),
)
"""Tried in this order; the first mesh that holds its limits is taken."""


def build_mesh(lumen: Lumen, options: MeshOptions | None = None) -> MeshBundle:
    """Mesh a lumen by the first route that gives what is asked for.

    Args:
        lumen: see :class:`meshes.types.Lumen`.
        options: see :class:`MeshOptions`.

    Returns:
        Bundle with tagged regions and surfaces and its quality; ``info["route"]`` names the route
        taken and ``info["attempts"]`` why earlier ones were left.

    Raises:
        MeshFailed: no route gave a mesh.
        MeshQuality: the last route gave a mesh that misses a limit.
        SurfaceInvalid: no route can help: the surface ends before an opening, or two regions
            behind device surfaces are connected.
    """
    options = options or MeshOptions()
    attempts: list[dict[str, str]] = []
    for route in ROUTES:
        log.info("mesh route: %s", route.name)
        try:
            bundle = _follow(route, lumen, options)
        except (MeshFailed, MeshQuality) as error:
            log.warning("mesh route %s failed: %s", route.name, error)
            attempts.append({"route": route.name, "code": error.code, "reason": str(error)})
            last = error
        else:
            bundle.info.update(route=route.name, attempts=attempts)
            return bundle
    reasons = "; ".join(f"{a['route']}: {a['reason']}" for a in attempts)
    raise type(last)(f"no mesh after {len(attempts)} routes ({reasons})", last.where)


def _follow(route: Route, lumen: Lumen, options: MeshOptions) -> MeshBundle:
    """Surface, layers, core, cuts, tags and checks of one route."""
    layers = replace(options.layers, count=min(options.layers.count, route.layers))

    def edge_length(points: Array) -> Array:
        return route.refinement * lumen.edge_length(points)

    surface = rebuild(lumen.surface, edge_length) if route.rebuild else lumen.surface
    points, triangles = remesh(surface, edge_length)
    mesh = _cut_all(_volume(points, triangles, layers), lumen, options.cut)
    bundle = improve(tag(mesh, lumen), lumen, options.improve_below)
    quality = mesh_quality(bundle, lumen, surface, layers, options.limits)
    check(quality)
    return replace(bundle, info=describe(bundle, lumen), quality=quality)


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
        try:
            mesh = cut(mesh, surface.level_set, surface.seed, number, options)
        except SurfaceInvalid as error:
            raise SurfaceInvalid(
                f"{surface.region} cannot be told apart behind {surface.name}: {error}",
                surface.name,
            ) from error
    return mesh
