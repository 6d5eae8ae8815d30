# SPDX-License-Identifier: BSD-3-Clause
"""Names for the regions and surfaces of a cut mesh, and what is measured on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from meshes.cut import Labelled
from meshes.topology import Index, tet_facets, tet_volumes, triangle_vectors
from meshes.types import Array, Lumen, MeshBundle, ScalarField

LUMEN, WALL, INLET, OUTLET, DEVICE = 1, 10, 20, 30, 40
"""First tag of each kind; regions behind device surfaces follow the lumen."""


def opening_label(number: int) -> int:
    """Region number of what lies beyond an opening."""
    return -1 - number


def marker_table(lumen: Lumen) -> dict[str, dict[str, int]]:
    """Names and tags of all regions and tagged surfaces of a lumen."""
    cells = {"lumen": LUMEN}
    facets = {"wall": WALL}
    outlets = 0
    for opening in lumen.openings:
        outlets += opening.role == "outlet"
        facets[opening.name] = INLET if opening.role == "inlet" else OUTLET + outlets
    for number, surface in enumerate(lumen.device_surfaces):
        cells[surface.region] = LUMEN + 1 + number
        facets[surface.name] = DEVICE + number
    return {"cells": cells, "facets": facets}


def tag(mesh: Labelled, lumen: Lumen) -> MeshBundle:
    """Drop what lies beyond the openings and tag regions and surfaces.

    A tagged surface is where the region number changes: the wall where the mesh ends, a cap where
    the dropped part began, a device surface where the region behind it begins.

    Args:
        mesh: labels 0 for the lumen, 1, 2, ... for the regions in the order of the device surfaces
            and :func:`opening_label` beyond the openings.
        lumen: names of openings and device surfaces.

    Returns:
        The bundle; wall and caps are oriented outwards, device surfaces towards their region.
    """
    markers = marker_table(lumen)
    facets, sides = tet_facets(mesh.cells)
    label = np.where(sides >= 0, mesh.labels[sides], np.iinfo(np.int32).min)
    # Orient every facet from the larger to the smaller label, device surfaces the other way.
    turn = label[:, 0] < label[:, 1]
    device = label.min(axis=1) >= 0
    facets[turn != device] = facets[turn != device][:, ::-1]
    high, low = label.max(axis=1), label.min(axis=1)

    tags = np.zeros(len(facets), dtype=np.int32)
    tags[(high >= 0) & (sides[:, 1] < 0)] = WALL
    for number, opening in enumerate(lumen.openings):
        tags[(high >= 0) & (low == opening_label(number))] = markers["facets"][opening.name]
    for number, surface in enumerate(lumen.device_surfaces, start=1):
        tags[(low == 0) & (high == number)] = markers["facets"][surface.name]

    kept, tagged = mesh.labels >= 0, tags > 0
    used, cells = np.unique(mesh.cells[kept], return_inverse=True)
    number = np.full(len(mesh.points), -1, dtype=np.int64)
    number[used] = np.arange(len(used))
    return MeshBundle(
        points=mesh.points[used],
        cells=cells.reshape(-1, 4).astype(np.int64),
        cell_tags=(mesh.labels[kept] + LUMEN).astype(np.int32),
        facets=number[facets[tagged]],
        facet_tags=tags[tagged],
        markers=markers,
    )


def level_sets(lumen: Lumen) -> dict[int, ScalarField]:
    """Level set of each tagged surface but the wall, by tag."""
    tags = marker_table(lumen)["facets"]
    fields = {s.name: s.level_set for s in lumen.device_surfaces}
    for opening in lumen.openings:
        fields[opening.name] = lambda x, o=opening: (x - o.centre) @ o.normal
    return {tags[name]: field for name, field in fields.items()}


def surface_facets(bundle: MeshBundle, name: str) -> Index:
    """Facets of a tagged surface, (k, 3) vertex numbers."""
    return bundle.facets[bundle.facet_tags == bundle.markers["facets"][name]]


def surface_measures(points: Array, facets: Index) -> dict[str, Any]:
    """Area [m2], centroid [m] and mean unit normal of a set of facets."""
    vectors = triangle_vectors(points, facets)
    area = np.linalg.norm(vectors, axis=1)
    total = float(area.sum())
    centre = area @ points[facets].mean(axis=1) / max(total, 1e-300)
    normal = vectors.sum(axis=0)
    normal = normal / max(float(np.linalg.norm(normal)), 1e-300)
    return {"area": total, "centre": centre.tolist(), "normal": normal.tolist()}


def describe(bundle: MeshBundle, lumen: Lumen) -> dict[str, Any]:
    """The part of ``info.json`` that follows from the mesh and the lumen.

    Args:
        bundle: tagged mesh.
        lumen: what it was made from.

    Returns:
        Provenance of the lumen, openings, centreline, device surfaces and region volumes, in SI.
    """
    openings = []
    for opening in lumen.openings:
        measures = surface_measures(bundle.points, surface_facets(bundle, opening.name))
        radius = float(np.sqrt(measures["area"] / np.pi))
        openings.append({"name": opening.name, "role": opening.role, **measures, "radius": radius})
    info: dict[str, Any] = {
        **lumen.info,
        "openings": openings,
        "centreline": {
            "points": np.asarray(lumen.centreline.points).tolist(),
            "radius": np.asarray(lumen.centreline.radius).tolist(),
        },
    }
    volumes = tet_volumes(bundle.points, bundle.cells)
    for surface in lumen.device_surfaces:
        measures = surface_measures(bundle.points, surface_facets(bundle, surface.name))
        info[surface.name] = {"region": surface.region, **measures}
        behind = bundle.cell_tags == bundle.markers["cells"][surface.region]
        info[f"{surface.region}_volume"] = float(volumes[behind].sum())
    return info
