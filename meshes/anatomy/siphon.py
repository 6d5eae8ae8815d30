# SPDX-License-Identifier: BSD-3-Clause
"""Axis of a siphon-like internal carotid artery from bends, and the vessels around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.spatial.transform import Rotation

from meshes.centreline import Tube
from meshes.types import Array

STEP = 5.0e-5
"""Integration step along the axis [m]."""


@dataclass(frozen=True)
class Piece:
    """A stretch of constant curvature.

    Attributes:
        length: [m].
        turn: angle through which the axis turns [rad].
        plane: direction of the turn about the axis [rad], in a frame that does not twist.
        radius_end: vessel radius at the end of the piece [m].
    """

    length: float
    turn: float
    plane: float
    radius_end: float


def trace(pieces: list[Piece], radius_start: float) -> Tube:
    """Integrate the axis; the curvature changes smoothly over about one radius between pieces.

    Args:
        pieces: stretches from the upstream to the downstream end.
        radius_start: vessel radius at the upstream end [m].

    Returns:
        The tube; it starts at the origin along +z.
    """
    counts = [max(round(piece.length / STEP), 1) for piece in pieces]
    bend = np.vstack(
        [
            np.tile(
                piece.turn / (n * STEP) * np.array([np.cos(piece.plane), np.sin(piece.plane)]),
                (n, 1),
            )
            for piece, n in zip(pieces, counts, strict=True)
        ]
    )
    bend = uniform_filter1d(bend, max(round(radius_start / STEP), 1), axis=0, mode="nearest")
    frame = np.eye(3)
    points = np.zeros((len(bend) + 1, 3))
    # Midpoint rule: half the rotation, a straight step, the other half.
    turns = Rotation.from_rotvec(0.5 * STEP * np.c_[-bend[:, 1], bend[:, 0], 0.0 * bend[:, 0]])
    for i, half in enumerate(turns.as_matrix()):
        frame = frame @ half
        points[i + 1] = points[i] + STEP * frame[:, 2]
        frame = frame @ half
    ends = np.r_[0, np.cumsum(counts)]
    radii = np.r_[radius_start, [piece.radius_end for piece in pieces]]
    keep = np.unique(np.r_[np.arange(0, len(points), 10), len(points) - 1])
    tapered = np.interp(keep, ends, radii)
    width = max(round(radius_start / (10 * STEP)), 1)
    return Tube(points[keep], uniform_filter1d(tapered, width, mode="nearest"))


def straight(start: Array, direction: Array, length: float, radii: tuple[float, float]) -> Tube:
    """Straight tapered vessel from a point along a unit direction, lengths in m."""
    reach = np.linspace(0.0, length, 9)
    return Tube(start + reach[:, None] * direction, np.linspace(*radii, len(reach)))


def perpendicular(vector: Array, direction: Array) -> Array:
    """Unit part of ``vector`` perpendicular to the unit vector ``direction``."""
    rest = vector - np.dot(vector, direction) * direction
    return rest / np.linalg.norm(rest)
