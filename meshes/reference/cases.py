# SPDX-License-Identifier: BSD-3-Clause
"""Geometry of the reference meshes: a straight tube, with and without a spherical sac."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from meshes.anatomy.shapes import smooth_union
from meshes.implicit import surface_from_implicit
from meshes.types import Array, Centreline, DeviceSurface, Lumen, Opening

OVERRUN = 0.6
"""Blind length of the tube beyond each opening over its radius, before the rounded end."""
SAMPLES_PER_EDGE = 2.5


@dataclass(frozen=True)
class TubeShape:
    """A straight tube along z from 0 to ``length``. Lengths in m.

    Attributes:
        radius: of the tube.
        length: between the openings.
        edge: edge length of the wall.
        sac_radius: radius of a spherical sac on the side of +x; 0 for none.
        sac_offset: distance of the sac centre from the axis.
        neck_edge: edge length at the neck.
        fillet: width of the fillet between tube and sac.
        device_offset: radius of the device surface over the tube radius.
    """

    radius: float = 2.0e-3
    length: float = 10.0e-3
    edge: float = 0.65e-3
    sac_radius: float = 0.0
    sac_offset: float = 4.0e-3
    neck_edge: float = 0.5e-3
    fillet: float = 0.5e-3
    device_offset: float = 1.06

    @property
    def sac_centre(self) -> Array:
        """(3,) [m]."""
        return np.array([self.sac_offset, 0.0, 0.5 * self.length])

    def field(self, points: Array) -> Array:
        """Roughly the distance to the wall [m], negative inside."""
        beyond = np.abs(points[:, 2] - 0.5 * self.length) - 0.5 * self.length
        end = np.maximum(beyond - OVERRUN * self.radius, 0.0)
        tube = np.sqrt(points[:, 0] ** 2 + points[:, 1] ** 2 + end**2) - self.radius
        if not self.sac_radius:
            return tube
        sac = np.linalg.norm(points - self.sac_centre, axis=1) - self.sac_radius
        return smooth_union(tube, sac, self.fillet)

    def edge_length(self, points: Array) -> Array:
        """Wanted edge length [m]: the neck edge there, growing by 0.15 of the distance."""
        if not self.sac_radius:
            return np.full(len(points), self.edge)
        neck = np.array([self.radius, 0.0, 0.5 * self.length])
        away = np.maximum(np.linalg.norm(points - neck, axis=1) - self.radius, 0.0)
        return np.clip(self.neck_edge + 0.15 * away, self.neck_edge, self.edge)

    def device_field(self, points: Array) -> Array:
        """Zero on the device surface, positive outside it [m]."""
        return np.hypot(points[:, 0], points[:, 1]) - self.device_offset * self.radius


def build(shape: TubeShape) -> Lumen:
    """Lumen of a tube.

    Args:
        shape: see :class:`TubeShape`.

    Returns:
        The lumen with ``inlet`` at z = 0 and ``outlet_1`` at z = length, and the device surface
        ``ostium`` when there is a sac.
    """
    radius, length = shape.radius, shape.length
    reach = np.array([radius, radius, (OVERRUN + 1.0) * radius])
    low, high = -reach, np.array([0.0, 0.0, length]) + reach
    if shape.sac_radius:
        low = np.minimum(low, shape.sac_centre - shape.sac_radius)
        high = np.maximum(high, shape.sac_centre + shape.sac_radius)
    axis = np.array([0.0, 0.0, 1.0])
    devices = (DeviceSurface("ostium", "sac", shape.device_field, shape.sac_centre),)
    z = np.linspace(0.0, length, 51)
    return Lumen(
        surface=surface_from_implicit(
            shape.field, (low, high), min(shape.edge, shape.neck_edge) / SAMPLES_PER_EDGE
        ),
        openings=(
            Opening("inlet", "inlet", np.zeros(3), -axis, radius),
            Opening("outlet_1", "outlet", length * axis, axis, radius),
        ),
        device_surfaces=devices if shape.sac_radius else (),
        centreline=Centreline(z[:, None] * axis, np.full(len(z), radius)),
        edge_length=shape.edge_length,
        info={"generator": "tube", "parameters": asdict(shape)},
    )


TUBE = TubeShape()
CASES: dict[str, TubeShape] = {
    "tube": TUBE,
    "sidewall": replace(TUBE, length=12.0e-3, edge=0.75e-3, sac_radius=2.5e-3),
}
"""Versioned cases by folder name."""
