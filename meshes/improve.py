# SPDX-License-Identifier: BSD-3-Clause
"""Better shapes for the few poor tetrahedra that cuts leave, by moving vertices one at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from meshes.implicit import project_to_zero
from meshes.tagging import level_sets
from meshes.topology import Index, tet_quality
from meshes.types import Array, Lumen, MeshBundle, ScalarField

SWEEPS = 4
STEPS = (0.3, 0.1, 0.03)
"""Tried moves along the axes over the mean edge at the vertex."""
GAIN = 1.02
"""A move counts when the worst quality around the vertex grows by this factor."""
FREE, HELD = 0, -1


def improve(bundle: MeshBundle, lumen: Lumen, target: float) -> MeshBundle:
    """Move vertices of tetrahedra below a quality.

    Inner vertices move freely, vertices of a cap or a device surface on it, vertices of the wall
    or on the rim of a surface not at all.

    Args:
        bundle: a tagged mesh.
        lumen: openings and device surfaces.
        target: quality from which on a tetrahedron is left alone.

    Returns:
        The mesh with moved points.
    """
    points, cells = bundle.points.copy(), bundle.cells
    surfaces = level_sets(lumen)
    holder = _holders(bundle)
    for _ in range(SWEEPS):
        poor = np.unique(cells[tet_quality(points, cells) < target])
        moved = 0
        for vertex in poor[holder[poor] != HELD]:
            star = cells[(cells == vertex).any(axis=1)]
            moved += _move(points, int(vertex), star, surfaces.get(int(holder[vertex])))
        if not moved:
            break
    return replace(bundle, points=points)


def _holders(bundle: MeshBundle) -> Index:
    """Tag of the surface a vertex may slide on, ``FREE`` or ``HELD``."""
    low = np.full(len(bundle.points), np.iinfo(np.int64).max)
    high = np.zeros(len(bundle.points), dtype=np.int64)
    tags = np.repeat(bundle.facet_tags, 3)
    np.minimum.at(low, bundle.facets.ravel(), tags)
    np.maximum.at(high, bundle.facets.ravel(), tags)
    wall = bundle.markers["facets"]["wall"]
    return np.where(high == 0, FREE, np.where((low == high) & (high != wall), high, HELD))


def _move(points: Array, vertex: int, star: Index, surface: ScalarField | None) -> bool:
    """Try moves of one vertex and keep the best; ``points`` changes in place."""
    here = points[vertex]
    ring = points[np.setdiff1d(star, vertex)]
    edge = float(np.linalg.norm(ring - here, axis=1).mean())
    axes = np.vstack([np.eye(3), -np.eye(3)])
    trials = [here + edge * step * axes for step in STEPS]
    trials.append(here + np.array([[1.0], [0.5], [0.2]]) * (ring.mean(axis=0) - here))
    candidates = np.vstack(trials)
    if surface is not None:
        candidates = project_to_zero(surface, candidates, edge)
    local = np.tile(points[star], (len(candidates), 1, 1, 1))
    local[:, star == vertex] = candidates[:, None]
    corners = local.reshape(-1, 3)
    quality = tet_quality(corners, np.arange(len(corners)).reshape(-1, 4))
    worst = quality.reshape(len(candidates), -1).min(axis=1)
    best = int(np.argmax(worst))
    if worst[best] <= GAIN * max(tet_quality(points, star).min(), 1e-6):
        return False
    points[vertex] = candidates[best]
    return True
