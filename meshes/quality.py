# SPDX-License-Identifier: BSD-3-Clause
"""What a mesh bundle holds against what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvista as pv

from meshes.clip import between_openings
from meshes.errors import MeshQuality
from meshes.layers import LayerOptions
from meshes.tagging import surface_facets, surface_measures
from meshes.topology import (
    Index,
    components,
    tet_facets,
    tet_quality,
    tet_volumes,
    triangle_vectors,
)
from meshes.types import Array, Lumen, MeshBundle, Opening


@dataclass(frozen=True)
class QualityLimits:
    """What a mesh must hold.

    Attributes:
        minimum: smallest tetrahedron quality (three inscribed over circumscribed radius).
        percentile_1: smallest first percentile of it.
        cap_area: largest relative difference of a cap from the surface cut at its plane.
        opening_area: the same from the circle of the opening radius.
        planarity: largest distance of a cap vertex from its plane over the cap radius.
        volume: largest relative difference from the volume of the surface between the openings.
        wall_area: the same for the wall area.
        layer_height: height of a wall cell over the wall edge that counts as near-wall resolution,
            in multiples of the height asked for.
        layer_share: smallest share of wall cells that are so flat.
        wall_distance: largest distance of a wall vertex from the input surface over the wanted edge
            length.
    """

    minimum: float = 0.03
    percentile_1: float = 0.1
    cap_area: float = 0.03
    opening_area: float = 0.1
    planarity: float = 1e-6
    volume: float = 0.02
    wall_area: float = 0.03
    layer_height: float = 1.5
    layer_share: float = 0.95
    wall_distance: float = 1.0


def mesh_quality(
    bundle: MeshBundle,
    lumen: Lumen,
    hull: pv.PolyData,
    layers: LayerOptions | None = None,
    limits: QualityLimits | None = None,
) -> dict[str, Any]:
    """Measure a mesh and compare it with the surface it came from.

    Args:
        bundle: the mesh.
        lumen: what it was made from.
        hull: surface to compare volume and area with; that of the lumen unless it overlaps itself.
        layers: near-wall layers asked for.
        limits: see :class:`QualityLimits`.

    Returns:
        The content of ``quality.json``: numbers, and under ``checks`` for each requirement its
        ``value``, the ``limit`` and whether it ``passed``.
    """
    limits, layers = limits or QualityLimits(), layers or LayerOptions()
    quality = tet_quality(bundle.points, bundle.cells)
    reference = between_openings(hull, lumen.openings)
    heights = _wall_heights(bundle)
    result: dict[str, Any] = {
        "cells": len(bundle.cells),
        "nodes": len(bundle.points),
        "cells_per_region": _counts(bundle.cell_tags, bundle.markers["cells"]),
        "facets_per_surface": _counts(bundle.facet_tags, bundle.markers["facets"]),
        "quality": {
            "minimum": float(quality.min()),
            "percentile_1": float(np.percentile(quality, 1)),
            "median": float(np.median(quality)),
        },
        "wall_cell_height": {
            "unit": "wall edge",
            **{f"percentile_{p}": float(np.percentile(heights, p)) for p in (1, 50, 99)},
        },
        "near_wall_share": float((heights < limits.layer_height * layers.first).mean()),
        "volume": float(tet_volumes(bundle.points, bundle.cells).sum()),
        "surface_volume": reference.volume,
        "wall_area": surface_measures(bundle.points, surface_facets(bundle, "wall"))["area"],
        "surface_wall_area": reference.wall_area,
        "wall_distance": _wall_distance(bundle, lumen),
        "caps": {
            opening.name: _cap(bundle, opening, area)
            for opening, area in zip(lumen.openings, reference.cap_areas, strict=True)
        },
        **_separation(bundle),
    }
    result["checks"] = _checks(result, limits)
    if not layers.count:
        del result["checks"]["near_wall_share"]
    return result


def _checks(result: dict[str, Any], limits: QualityLimits) -> dict[str, dict[str, Any]]:
    """Each requirement with its value, its limit and whether it is held."""
    counts = [*result["cells_per_region"].values(), *result["facets_per_surface"].values()]
    caps = result["caps"].values()

    def largest(key: str) -> float:
        return max(abs(cap[key]) for cap in caps)

    def error(key: str) -> float:
        return abs(result[key] / result[f"surface_{key}"] - 1.0)

    return {
        "empty_markers": _at_most(counts.count(0), 0),
        "minimum_quality": _at_least(result["quality"]["minimum"], limits.minimum),
        "percentile_1_quality": _at_least(result["quality"]["percentile_1"], limits.percentile_1),
        "cap_area": _at_most(largest("area_error"), limits.cap_area),
        "opening_area": _at_most(largest("opening_error"), limits.opening_area),
        "cap_planarity": _at_most(largest("planarity"), limits.planarity),
        "volume": _at_most(error("volume"), limits.volume),
        "wall_area": _at_most(error("wall_area"), limits.wall_area),
        "wall_distance": _at_most(result["wall_distance"], limits.wall_distance),
        "near_wall_share": _at_least(result["near_wall_share"], limits.layer_share),
        "untagged_interfaces": _at_most(result["untagged_interfaces"], 0),
        "untagged_boundary": _at_most(result["untagged_boundary"], 0),
        "extra_region_pieces": _at_most(result["extra_region_pieces"], 0),
    }


def check(quality: dict[str, Any]) -> None:
    """Raise for the first requirement a mesh does not hold.

    Args:
        quality: result of :func:`mesh_quality`.

    Raises:
        MeshQuality: names the requirement, its value and the limit.
    """
    for name, item in quality["checks"].items():
        if not item["passed"]:
            raise MeshQuality(
                f"{name} is {item['value']:.4g}, allowed is {item['sense']} {item['limit']:.4g}",
                name,
            )


def _at_least(value: float, limit: float) -> dict[str, Any]:
    return {"value": value, "sense": "at least", "limit": limit, "passed": bool(value >= limit)}


def _at_most(value: float, limit: float) -> dict[str, Any]:
    return {"value": value, "sense": "at most", "limit": limit, "passed": bool(value <= limit)}


def _counts(tags: Index, names: dict[str, int]) -> dict[str, int]:
    return {name: int((tags == tag).sum()) for name, tag in names.items()}


def _cap(bundle: MeshBundle, opening: Opening, area: float) -> dict[str, float]:
    """Area against the cut surface and the opening, largest distance from the plane over radius."""
    facets = surface_facets(bundle, opening.name)
    measures = surface_measures(bundle.points, facets)
    away = (bundle.points[np.unique(facets)] - opening.centre) @ opening.normal
    return {
        "area": measures["area"],
        "area_error": measures["area"] / area - 1.0,
        "opening_error": measures["area"] / (np.pi * opening.radius**2) - 1.0,
        "planarity": float(np.abs(away).max(initial=0.0)) / opening.radius,
    }


def _wall_heights(bundle: MeshBundle) -> Array:
    """Height above the wall of each cell that stands on it, over its equivalent wall edge."""
    facets, sides = tet_facets(bundle.cells)
    wall = _keys(surface_facets(bundle, "wall"), len(bundle.points))
    on_wall = np.isin(_keys(facets, len(bundle.points)), wall)
    area = np.linalg.norm(triangle_vectors(bundle.points, facets[on_wall]), axis=1)
    volume = tet_volumes(bundle.points, bundle.cells[sides[on_wall, 0]])
    return 3.0 * volume / area / np.sqrt(4.0 * area / np.sqrt(3.0))


def _wall_distance(bundle: MeshBundle, lumen: Lumen) -> float:
    """Largest distance of a wall vertex from the input surface over the wanted edge length."""
    wall = bundle.points[np.unique(surface_facets(bundle, "wall"))]
    _, closest = lumen.surface.find_closest_cell(wall, return_closest_point=True)
    return float((np.linalg.norm(wall - closest, axis=1) / lumen.edge_length(wall)).max())


def _keys(facets: Index, size: int) -> Index:
    """One number per triangle, whatever its orientation."""
    return np.sort(facets, axis=1) @ np.array([size * size, size, 1])


def _separation(bundle: MeshBundle) -> dict[str, int]:
    """Numbers of facets that lack a tag, and of pieces that regions have in excess of one."""
    facets, sides = tet_facets(bundle.cells)
    inner = sides[:, 1] >= 0
    tagged = np.isin(_keys(facets, len(bundle.points)), _keys(bundle.facets, len(bundle.points)))
    same = np.zeros(len(facets), dtype=bool)
    same[inner] = bundle.cell_tags[sides[inner, 0]] == bundle.cell_tags[sides[inner, 1]]
    groups = components(sides[same], len(bundle.cells))
    regions = len(np.unique(bundle.cell_tags))
    return {
        "untagged_interfaces": int((inner & ~same & ~tagged).sum()),
        "untagged_boundary": int((~inner & ~tagged).sum()),
        "extra_region_pieces": len(np.unique(groups)) - regions,
    }
