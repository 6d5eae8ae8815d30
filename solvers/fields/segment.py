# SPDX-License-Identifier: BSD-3-Clause
"""The aneurysm-bearing segment of a vessel: the same stretch whatever was meshed around it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]

REACH = 2.0
"""Vessel diameters that the segment reaches beyond the ostium on either side."""


def along_segment(points: Array, centreline: dict[str, Any], ostium: dict[str, Any]) -> NDArray:
    """Which points lie beside the stretch of the centreline around the ostium.

    Args:
        points: (n, 3) in the parent vessel [m].
        centreline: ``points`` (k, 3) and ``radius`` (k,) [m], as in ``info.json``.
        ostium: ``centre`` (3,) [m] and ``area`` [m2], as in ``info.json``.

    Returns:
        (n,) bool.
    """
    line = np.array(centreline["points"], dtype=float)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    tree = cKDTree(line)
    middle = tree.query(np.array(ostium["centre"], dtype=float))[1]
    diameter = 2.0 * centreline["radius"][middle]
    half = np.sqrt(ostium["area"] / np.pi) + REACH * diameter
    return np.abs(length[tree.query(points)[1]] - length[middle]) <= half
