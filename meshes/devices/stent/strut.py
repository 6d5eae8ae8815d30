# SPDX-License-Identifier: BSD-3-Clause
"""Grid of one strut between a peak and a valley on the drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from meshes.devices.stent.crown import Crown, crown_angles, node_edge
from meshes.devices.stent.zigzag import Zigzag
from meshes.types import Array


@dataclass(frozen=True)
class StentResolution:
    """Numbers of cells.

    Attributes:
        across: over the width of a strut.
        thickness: over the wall.
        crown: along half a crown.
        strut: along the straight part of a strut; cells grow from the crowns to its middle.
    """

    across: int = 2
    thickness: int = 2
    crown: int = 14
    strut: int = 16

    @property
    def link_cells(self) -> int:
        """Cells over half the width of a connector."""
        return (self.across + 1) // 2

    def refined(self, factor: float) -> StentResolution:
        """All numbers times a factor, rounded: meshes for a convergence study."""
        return StentResolution(
            *(
                max(round(factor * count), 1)
                for count in (self.across, self.thickness, self.crown, self.strut)
            )
        )


def strut_grid(shape: Zigzag, peak: Crown, valley: Crown, resolution: StentResolution) -> Array:
    """Nodes from the apex of the peak at s = 0 to that of the valley at s = half pitch.

    Args:
        shape: of the ring.
        peak: what meets the peak.
        valley: what meets the valley.
        resolution: numbers of cells.

    Returns:
        (sections, across + 1, 2) positions [m]; the last of a section lies on the outer edge of the
        peak and on the inner edge of the valley.
    """
    counts = (resolution.crown, resolution.link_cells)
    above, below = (_half_crown(shape, crown, *counts) for crown in (peak, valley))
    turned = np.array([shape.half_pitch, 0.0]) - below[:, ::-1]
    steps = _growing(resolution.strut, _last_step(shape, above), _last_step(shape, below))
    line = above[-1] + steps[:, None, None] * (turned[-1] - above[-1])
    edges = np.concatenate([above, line, turned[::-1]])
    share = np.linspace(0.0, 1.0, resolution.across + 1)[:, None]
    nodes = edges[:, :1] + share * (edges[:, 1:] - edges[:, :1])
    nodes[0, :, 0], nodes[-1, :, 0] = 0.0, shape.half_pitch
    return nodes


def _half_crown(shape: Zigzag, crown: Crown, slices: int, link_cells: int) -> Array:
    """Inner and outer edge of half a peak, (sections, 2, 2)."""
    outer, inner = crown_angles(shape, crown, slices, link_cells)
    edge = shape.edge(outer, 1)
    if crown.corner:
        edge = np.array([0.0, shape.rise]) + node_edge(shape, crown.corner, outer)
    return np.stack([shape.edge(inner, -1), edge], axis=1)


def _last_step(shape: Zigzag, crown: Array) -> float:
    """Length of the last cell of a crown over that of the straight part."""
    middle = crown.mean(axis=1)
    return float(np.linalg.norm(middle[-1] - middle[-2])) / shape.straight


def _growing(count: int, first: float, last: float) -> Array:
    """``count`` - 1 inner positions on (0, 1).

    Steps grow by one ratio from both ends to the middle; where the cells are too many for that, or
    too few, they are equal.
    """
    from_start = np.minimum(np.arange(count), np.arange(count)[::-1])
    start = np.geomspace(first, last, count) if count > 1 else np.array([first])

    def steps(ratio: float) -> Array:
        return start * ratio**from_start

    if count < 3 or steps(1.0).sum() >= 1.0:
        return np.linspace(0.0, 1.0, count + 1)[1:-1]
    ratio = brentq(lambda r: steps(r).sum() - 1.0, 1.0, 1.0e3)
    return np.cumsum(steps(ratio))[:-1]
