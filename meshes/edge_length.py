# SPDX-License-Identifier: BSD-3-Clause
"""Wanted edge lengths over a lumen: fine at the neck, coarse in the flow extensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from meshes.centreline import Tube
from meshes.types import Array


@dataclass(frozen=True)
class LumenOptions:
    """Discretisation shared by generators and importers.

    Attributes:
        vessel_edge: edge length in the parent vessel [m].
        neck_edge: edge length at the ostium [m].
        sac_edge: edge length in the sac [m].
        extension_edge: edge length at the far ends of the flow extensions [m].
        growth: increase of the edge length per distance from a refined spot [-].
        extension_diameters: length of the straight flow extensions in local diameters [-].
    """

    vessel_edge: float = 0.40e-3
    neck_edge: float = 0.22e-3
    sac_edge: float = 0.35e-3
    extension_edge: float = 0.55e-3
    growth: float = 0.20
    extension_diameters: float = 1.2


@dataclass(frozen=True)
class Spot:
    """Points around which edges may not exceed a length.

    Attributes:
        points: (k, 3) [m].
        edge: edge length within ``reach`` of the points [m].
        reach: [m].
    """

    points: Array
    edge: float
    reach: float = 0.0


class EdgeLength:
    """Edge length field: the parent value, coarser towards the openings, finer at spots."""

    def __init__(self, axis: Tube, spots: list[Spot], options: LumenOptions) -> None:
        """Prepare the field.

        Args:
            axis: parent vessel from inlet to main outlet.
            spots: refined places.
            options: edge lengths.
        """
        self._axis = axis
        self._options = options
        self._spots = [(cKDTree(spot.points), spot) for spot in spots]

    def __call__(self, points: Array) -> Array:
        """Edge length at points (n, 3) [m]."""
        options = self._options
        near = self._axis.project(points)
        from_end = np.minimum(near.arclength, self._axis.length - near.arclength)
        reach = options.extension_diameters * 2.0 * near.radius
        coarse = np.clip(1.0 - from_end / reach, 0.0, 1.0)
        edge = options.vessel_edge + coarse * (options.extension_edge - options.vessel_edge)
        for tree, spot in self._spots:
            distance, _ = tree.query(points)
            away = np.maximum(distance - spot.reach, 0.0)
            edge = np.minimum(edge, spot.edge + options.growth * away)
        return edge
