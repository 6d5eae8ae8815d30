# SPDX-License-Identifier: BSD-3-Clause
"""Rigid surfaces of the bench: crimper, expander, balloon, chamber, plates and pins.

All are the set of points at a distance R from a point, a line or a plane, so one form serves all
of them and is compiled once:

    d(x) = |P (x - c)|,   gap = side (d - R),   push = side P (x - c) / d

with the projection P on the directions in which the distance is measured (a cylinder: across its
axis; a pair of plates: their normal), side +1 when the body lies outside (expander, balloon, pin)
and -1 when it lies inside (crimper, chamber, plates at +-R). R may vary along the axis z: it is
taken at the present z of each contact point whenever the tool moves and kept in between, so
that a tapered tool pushes across its axis, without the axial part of its slope. A sloped tool
keeps the slope R' there too,

    gap = side (d - R - R' (z - z0)),   push = side (P (x - c) / d - R' e_z),

so that it pushes along its normal; the part across the axis is the pressure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import dolfinx
import numpy as np
import ufl
from numpy.typing import ArrayLike, NDArray

from solvers.solid.contact.facet_field import FacetPoints

Array = NDArray[np.float64]
Profile = Callable[[Array], Array]
"""Radius [m] at axial positions [m]."""
Widening = Sequence[tuple[float, float]]
"""Axial positions and how much larger a radius is there, linear between and constant beyond [m]."""

SLOPE_STEP = 20.0e-6
"""Distance along z over which the slope of a profile is taken [m]; rounds its kinks."""
ABSENT = 1.0
"""Radius [m] of a surrounding tool that is out of reach."""


class GapProvider(Protocol):
    """What contact must know of the other side, at the quadrature points of the body's facets.

    A rigid tool answers in closed form. A second deformable body would answer from its last known
    surface: fields with the nearest point and normal, found anew by ``refresh``.
    """

    def gap(self, x: Any) -> Any:
        """Distance [m] at the present position x, negative inside the other side (UFL)."""

    def push(self, x: Any) -> Any:
        """Unit vector from the other side to the body (UFL)."""

    def refresh(self, positions: Array) -> None:
        """Take note of the present positions (facets, points, 3) [m]."""


class RigidTool:
    """A moving rigid surface; see the module for the geometry.

    Attributes:
        radius: R at the contact points, extrapolated to z = 0 where the tool is sloped [m].
        side: +1 when the body is outside, -1 when it is inside.
    """

    def __init__(
        self,
        points: FacetPoints,
        side: Literal[-1, 1],
        across: ArrayLike = (1.0, 1.0, 0.0),
        centre: ArrayLike = (0.0, 0.0, 0.0),
        sloped: bool = False,
    ) -> None:
        """Place the tool out of reach.

        Args:
            points: contact points of the body.
            side: +1 when the body is outside the surface, -1 when it is inside.
            across: 1 for each coordinate in which the distance is measured, 0 for the others.
            centre: point on the axis or mid-plane [m].
            sloped: whether the surface also pushes along z where its radius changes.
        """
        self._points, self.side = points, side
        mesh = points.domain.mesh
        self.radius = dolfinx.fem.Function(points.space)
        self._side = dolfinx.fem.Constant(mesh, float(side))
        self._across = dolfinx.fem.Constant(mesh, np.asarray(across, float))
        self._centre = dolfinx.fem.Constant(mesh, np.asarray(centre, float))
        self._slope = dolfinx.fem.Function(points.space) if sloped else None
        self._profile: Profile = constant(0.0)
        self.values = np.zeros((len(points.entities), len(points.reference)))
        self.withdraw()

    @property
    def centre(self) -> Array:
        """Point on the axis or mid-plane [m]; may be moved."""
        return self._centre.value

    def withdraw(self) -> None:
        """Put the tool out of reach."""
        self._profile = constant(0.0 if self.side > 0 else ABSENT)
        if self._slope is not None:
            self._slope.x.array[:] = 0.0
        self._set(np.full(self.values.shape, self._profile(np.zeros(1))[0]))

    def move(self, profile: Profile, positions: Array) -> None:
        """Give the surface a radius along z; ``positions`` as in ``refresh``."""
        self._profile = profile
        self.refresh(positions)

    def refresh(self, positions: Array) -> None:
        """Take the radius at the present z of the points."""
        z = positions[..., 2]
        values = self._profile(z)
        if self._slope is not None:
            ends = [self._profile(z + side * 0.5 * SLOPE_STEP) for side in (-1, 1)]
            slope = (ends[1] - ends[0]) / SLOPE_STEP
            self._points.set_values(self._slope, slope)
            values = values - slope * z
        self._set(values)

    def _set(self, values: Array) -> None:
        self.values = values
        self._points.set_values(self.radius, values)

    def gap(self, x: Any) -> Any:
        """Distance of the body to the surface [m]."""
        if self._slope is None:
            return self._side * (self._distance(x) - self.radius)
        return self._side * (self._distance(x) - self.radius - self._slope * x[2])

    def push(self, x: Any) -> Any:
        """Direction in which the surface pushes the body."""
        across = self._side / self._distance(x) * self._arm(x)
        if self._slope is None:
            return across
        return across - self._side * self._slope * ufl.as_vector([0.0, 0.0, 1.0])

    def _arm(self, x: Any) -> Any:
        return ufl.as_vector([self._across[i] * (x[i] - self._centre[i]) for i in range(3)])

    def _distance(self, x: Any) -> Any:
        arm = self._arm(x)
        return ufl.sqrt(ufl.dot(arm, arm))


def constant(radius: float) -> Profile:
    """The same radius [m] everywhere."""
    return lambda z: np.full(np.shape(z), float(radius))


def widened(radius: float, widening: Widening, reach: float = np.inf) -> Profile:
    """A radius [m] that is larger where the tool is widened, by no more than ``reach`` [m]."""
    if not widening:
        return constant(radius)
    z, more = np.asarray(widening, float).T
    return lambda at: radius + np.minimum(np.interp(at, z, more), reach)


def plates(points: FacetPoints) -> RigidTool:
    """Two flat plates at y = +-R that close on the body between them."""
    return RigidTool(points, -1, across=(0.0, 1.0, 0.0))


def pin(points: FacetPoints) -> RigidTool:
    """A round pin along x; its ``centre`` says where."""
    return RigidTool(points, 1, across=(0.0, 1.0, 1.0))
