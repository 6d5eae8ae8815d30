# SPDX-License-Identifier: BSD-3-Clause
"""Balloon: its shape along the axis, and the pressure that its compliance chart asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BalloonShape:
    """Outline of an inflated balloon that is centred on the device.

    Attributes:
        kind: ``cylinder`` without end, or ``profile`` with ends.
        overhang: length of the full diameter beyond each end of the device [m].
        taper: length over which the diameter then falls to nothing [m].
        end_excess: by how much the ends outside the device are wider than its middle, as a share
            of the middle's diameter at half inflation; it vanishes at the start and at full
            inflation, as dogbones do when the balloon reaches its moulded shape.
        transition: length over which the excess rises towards the end of the device [m].
    """

    kind: Literal["cylinder", "profile"] = "cylinder"
    overhang: float = 0.5e-3
    taper: float = 2.0e-3
    end_excess: float = 0.0
    transition: float = 1.0e-3

    def relative_radius(self, z: ArrayLike, ends: tuple[float, float], load: float) -> Array:
        """R(z, t) over the radius of the middle.

        Args:
            z: axial positions [m].
            ends: axial positions of the two ends of the device before inflation [m].
            load: share of the inflation, 0 to 1.
        """
        z = np.asarray(z, float)
        if self.kind == "cylinder":
            return np.ones_like(z)
        middle, half = 0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0])
        beyond = np.abs(z - middle) - half
        rise = _smooth((beyond + self.transition) / self.transition)
        fall = 1.0 - _smooth((beyond - self.overhang) / self.taper)
        return (1.0 + 4.0 * load * (1.0 - load) * self.end_excess * rise) * fall


def _smooth(s: Array) -> Array:
    s = np.clip(s, 0.0, 1.0)
    return s * s * (3.0 - 2.0 * s)


@dataclass(frozen=True)
class ComplianceChart:
    """Diameter of the free balloon against its pressure, as printed on its package.

    Attributes:
        pressure: rising pressures [Pa].
        diameter: rising outer diameters [m] at these pressures.
    """

    pressure: tuple[float, ...]
    diameter: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the table.

        Raises:
            ValueError: the columns differ in length or do not rise.
        """
        if len(self.pressure) != len(self.diameter) or len(self.pressure) < 2:
            raise ValueError("compliance chart: give as many diameters as pressures, at least two")
        if np.any(np.diff(self.pressure) <= 0) or np.any(np.diff(self.diameter) <= 0):
            raise ValueError("compliance chart: pressures and diameters must rise")

    def free_radius(self, pressure: ArrayLike) -> Array:
        """Radius [m] at a pressure difference across the wall [Pa]; the ends go on straight."""
        return 0.5 * _interpolate(pressure, self.pressure, self.diameter)

    def wall_pressure(self, radius: ArrayLike) -> Array:
        """Pressure difference [Pa] that the balloon's wall holds at a radius [m]."""
        return _interpolate(2.0 * np.asarray(radius), self.diameter, self.pressure)


def _interpolate(x: ArrayLike, known: tuple[float, ...], values: tuple[float, ...]) -> Array:
    x, known, values = np.asarray(x, float), np.asarray(known), np.asarray(values)
    piece = np.clip(np.searchsorted(known, x) - 1, 0, len(known) - 2)
    slope = (values[piece + 1] - values[piece]) / (known[piece + 1] - known[piece])
    return values[piece] + slope * (x - known[piece])


class PressedBalloon:
    """Balloon under one pressure with the device pushing back, station by station along z.

    At a station the wall holds what the pressure exceeds the device's counter-pressure:
    ``p = wall(R_s) + q_s``, q_s the contact force on the station over its balloon surface. The
    middle station is driven by its radius, which passes the sudden unfolding that a pressure
    does not; the pressure follows, and the other stations are brought to the same pressure by
    under-relaxed secant updates (the slope of the chart alone would overshoot where the device
    is stiffer than the balloon).
    """

    def __init__(self, chart: ComplianceChart, edges: Array, radius: float) -> None:
        """Start round.

        Args:
            chart: of the free balloon.
            edges: (n + 1,) limits of the stations along z [m], n odd.
            radius: first radius of every station [m].
        """
        self.chart, self.edges = chart, np.asarray(edges, float)
        self.centres = 0.5 * (self.edges[1:] + self.edges[:-1])
        self.radii = np.full(len(self.centres), float(radius))
        self._previous: tuple[Array, Array] | None = None

    @property
    def middle(self) -> int:
        """Number of the driven station."""
        return len(self.radii) // 2

    def drive(self, radius: float) -> None:
        """Bring the middle to ``radius`` [m]; the others follow by as much."""
        self.radii = self.radii + (radius - self.radii[self.middle])
        self._previous = None

    def pressures(self, force: Array) -> Array:
        """(n,) pressure inside that each station asks for [Pa].

        Args:
            force: (n,) contact force on the stations, whole circumference [N].
        """
        area = 2.0 * np.pi * self.radii * np.diff(self.edges)
        return self.chart.wall_pressure(self.radii) + force / area

    def relax(self, force: Array) -> float:
        """Move the stations towards one pressure; the largest relative change of a radius.

        Args:
            force: as in ``pressures``, at the present radii.
        """
        asked = self.pressures(force)
        excess = asked - asked[self.middle]
        chart_slope = self.chart.wall_pressure(self.radii + 1e-6) - self.chart.wall_pressure(
            self.radii
        )
        slope = chart_slope / 1e-6
        if self._previous is not None:
            moved, before = self.radii - self._previous[0], self._previous[1]
            measured = np.divide(
                excess - before, moved, out=slope.copy(), where=np.abs(moved) > 1e-10
            )
            slope = np.where(measured > 0.3 * slope, measured, slope)
        else:
            slope = 3.0 * slope
        change = np.clip(-excess / slope, -0.02 * self.radii, 0.02 * self.radii)
        change[self.middle] = 0.0
        self._previous = (self.radii.copy(), excess)
        self.radii = self.radii + change
        return float(np.max(np.abs(change) / self.radii))
