# SPDX-License-Identifier: BSD-3-Clause
"""Bodies of one synthetic anatomy, put together from its parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq
from scipy.spatial.transform import Rotation

from meshes.anatomy.parameters import IcaParameters
from meshes.anatomy.shapes import Ball, Meridian, Sac, smooth_union
from meshes.anatomy.siphon import Piece, perpendicular, straight, trace
from meshes.centreline import Projection, Tube
from meshes.errors import SurfaceInvalid
from meshes.types import Array

DEVICE_OFFSET = 1.10
"""Device radius over vessel radius at the neck: with the fillet below, the braid meets the fillet
where its wall stands about 50 degrees to the braid, so the cut has no thin wedges."""
FILLET = 0.20
"""Width of the neck fillet over the vessel (or branch) radius."""
WRAP = math.radians(55.0)
"""Largest half angle of the vessel circumference that the neck takes; wider necks grow along it."""
OVERRUN = 0.75
"""Blind length behind each opening in diameters, before the closing hemisphere."""


@dataclass(frozen=True)
class NeckFrame:
    """Position of the neck on the parent vessel.

    Attributes:
        arclength: along the axis [m].
        centre: (3,) axis point [m].
        tangent: (3,) downstream.
        outward: (3,) from the axis to the neck.
        radius: vessel radius [m].
    """

    arclength: float
    centre: Array
    tangent: Array
    outward: Array
    radius: float


@dataclass(frozen=True)
class SideVessel:
    """A straight vessel that leaves the parent vessel or the sac.

    Attributes:
        tube: axis and radius, with its blind end.
        open_length: distance from its start to its opening [m].
    """

    tube: Tube
    open_length: float

    @property
    def radius(self) -> float:
        """Radius at the opening [m]."""
        return float(self.tube.radius[-1])

    @property
    def axis(self) -> Array:
        """(k, 3) points from the start to the opening [m]."""
        return self.tube.points[self.tube.arclength <= self.open_length]


@dataclass(frozen=True)
class IcaGeometry:
    """All bodies of an anatomy.

    Attributes:
        parameters: what it was built from.
        axis: parent vessel, with blind ends.
        inlet: position of the inlet along the axis [m].
        outlet: position of the main outlet along the axis [m].
        neck: neck frame.
        neck_length: extent of the neck along the vessel [m].
        sac: calibrated sac.
        bleb: or None.
        branch: or None.
        daughter: second terminal branch, or None.
    """

    parameters: IcaParameters
    axis: Tube
    inlet: float
    outlet: float
    neck: NeckFrame
    neck_length: float
    sac: Sac
    bleb: Ball | None = None
    branch: SideVessel | None = None
    daughter: SideVessel | None = None

    def _sac_field(self, points: Array, near: Projection) -> Array:
        """Sac with bleb, without branches [m], given the projection of the points on the axis."""
        # The collar below the neck ends at the vessel axis, wherever the vessel bends.
        above = np.einsum("ij,j->i", points - near.foot, self.sac.axis)
        sac = np.maximum(self.sac.field(points), -above)
        if self.bleb is not None:
            sac = smooth_union(sac, self.bleb.field(points), 0.5 * self.bleb.radius)
        return sac

    def lumen_field(self, points: Array) -> Array:
        """The whole lumen: roughly the distance to its wall [m], negative inside."""
        vessel, sac = self._vessel_and_sac(points)
        if self.daughter is not None:
            fork = self.daughter.tube.field(points)
            vessel = smooth_union(vessel, fork, 0.5 * self.daughter.radius)
        if self.branch is not None:
            side, fillet = self.branch.tube.field(points), 2.0 * FILLET * self.branch.radius
            if self.parameters.branch == "near_neck":
                vessel = smooth_union(vessel, side, fillet)
            else:
                sac = smooth_union(sac, side, fillet)
        return smooth_union(vessel, sac, FILLET * self.neck.radius)

    def _vessel_and_sac(self, points: Array) -> tuple[Array, Array]:
        near = self.axis.project(points)
        return near.distance - near.radius, self._sac_field(points, near)

    def device_field(self, points: Array) -> Array:
        """Zero on the surface that the braid takes across the neck, positive outside [m]."""
        return self.axis.offset_field(points, DEVICE_OFFSET)

    def ostium_samples(self) -> tuple[Array, Array]:
        """Points (k, 3) of the device surface around the neck [m] with their share of the ostium.

        The share [m2] is the patch area around a point, zero outside the lumen.
        """
        neck = self.neck
        half = 0.5 * self.neck_length + 1.5 * neck.radius
        s = np.linspace(max(neck.arclength - half, 0.0), neck.arclength + half, 101)
        turn = np.linspace(-np.pi, np.pi, 121)
        points = self._offset_points(s, turn)
        along, around = np.gradient(points, axis=0), np.gradient(points, axis=1)
        area = np.linalg.norm(np.cross(along, around), axis=2)
        flat = points.reshape(-1, 3)
        vessel, sac = self._vessel_and_sac(flat)
        value = smooth_union(vessel, sac, FILLET * neck.radius).reshape(area.shape)
        # Fraction of a patch inside, from the distance in patch widths: smooth in the parameters.
        width = np.sqrt(area)
        share = np.clip(0.5 - value / width, 0.0, 1.0) * area
        share[:, -1] = 0.0
        return flat, share.ravel()

    def _offset_points(self, s: Array, turn: Array) -> Array:
        """Grid (len(s), len(turn), 3) on the device surface; turn 0 points to the sac."""
        rows = []
        for position in s:
            centre, tangent, _, radius = self.axis.at(position)
            outward = perpendicular(self.neck.outward, tangent)
            side = np.cross(tangent, outward)
            ring = np.cos(turn)[:, None] * outward + np.sin(turn)[:, None] * side
            rows.append(centre + DEVICE_OFFSET * radius * ring)
        return np.array(rows)

    def ostium_diameter(self) -> float:
        """Diameter of the circle of the ostium area [m]."""
        return math.sqrt(4.0 / math.pi * float(self.ostium_samples()[1].sum()))


def neck_extent(parameters: IcaParameters) -> tuple[float, float]:
    """First estimate of the neck extent along and across the vessel [m].

    A neck wider than the vessel can offer keeps its area by growing along the vessel.
    """
    diameter = parameters.vessel_diameter
    widest_arc = DEVICE_OFFSET * diameter * WRAP
    if parameters.neck_diameter <= widest_arc:
        half_turn = parameters.neck_diameter / (DEVICE_OFFSET * diameter)
        return parameters.neck_diameter, diameter * math.sin(half_turn)
    return parameters.neck_diameter**2 / widest_arc, diameter * math.sin(WRAP)


def _axis(p: IcaParameters, extension: float) -> tuple[Tube, float, float, float, float]:
    """Parent axis; positions of inlet, neck, fork and outlet along it [m]."""
    d = p.vessel_diameter
    d_in, d_out = p.inlet_taper * d, p.outlet_taper * d
    neck_run = neck_extent(p)[0] + 1.6 * d
    second_plane = math.pi + p.siphon_torsion
    halfway = 0.25 * d_in + 0.25 * d
    pieces = [
        Piece(OVERRUN * d_in, 0.0, 0.0, 0.5 * d_in),
        Piece(extension * d_in, 0.0, 0.0, 0.5 * d_in),
        Piece(p.bend_radius_1 * p.bend_angle_1, p.bend_angle_1, 0.0, halfway),
        Piece(0.3 * d, 0.0, 0.0, halfway),
        Piece(p.bend_radius_2 * p.bend_angle_2, p.bend_angle_2, second_plane, 0.5 * d),
        Piece(neck_run, neck_run / p.neck_bend_radius, second_plane, 0.5 * d),
    ]
    before_neck = sum(piece.length for piece in pieces[:-1])
    if p.outlets == "single":
        pieces.append(Piece(0.4 * d, 0.0, 0.0, 0.5 * d_out))
        fork = sum(piece.length for piece in pieces)
        d_end = d_out
    else:
        pieces.append(Piece(0.5 * d, 0.0, 0.0, 0.5 * d_out))
        fork = sum(piece.length for piece in pieces)
        larger, _ = _fork(p)
        d_end = 2.0 * larger[0]
        # Terminus planes are measured from the sac, which lies outward of the second bend.
        plane = second_plane + math.pi + p.sac_azimuth + p.terminus_plane
        pieces.append(Piece(0.8 * d_out, larger[1], plane, larger[0]))
    pieces += [
        Piece(extension * d_end, 0.0, 0.0, 0.5 * d_end),
        Piece(OVERRUN * d_end, 0.0, 0.0, 0.5 * d_end),
    ]
    axis = trace(pieces, 0.5 * d_in)
    neck = before_neck + 0.5 * neck_run
    return axis, OVERRUN * d_in, neck, fork, axis.length - OVERRUN * d_end


def _fork(p: IcaParameters) -> tuple[tuple[float, float], tuple[float, float]]:
    """Radius [m] and deflection [rad] of the larger and the smaller terminal branch.

    Murray's law and its branching angles (Murray 1926, J Gen Physiol 9:835).
    """
    parent = 0.5 * p.outlet_taper * p.vessel_diameter
    large = parent * (1.0 + p.daughter_ratio**3) ** (-1.0 / 3.0)
    small = p.daughter_ratio * large

    def angle(own: float, other: float) -> float:
        return math.acos((parent**4 + own**4 - other**4) / (2.0 * parent**2 * own**2))

    return (large, angle(large, small)), (small, angle(small, large))


def _neck_frame(p: IcaParameters, axis: Tube, arclength: float) -> NeckFrame:
    centre, tangent, curvature, radius = axis.at(arclength)
    outer = -perpendicular(curvature, tangent)
    outward = Rotation.from_rotvec(p.sac_azimuth * tangent).apply(outer)
    return NeckFrame(arclength, centre, tangent, outward, radius)


def _sac(p: IcaParameters, neck: NeckFrame, scale: float) -> Sac:
    """Sac whose neck has ``scale`` times the estimated extent."""
    along_vessel, across_vessel = neck_extent(p)
    lean = math.sin(p.neck_vessel_angle)
    half_along, half_across = 0.5 * scale * along_vessel * lean, 0.5 * scale * across_vessel
    # A long neck on a narrow vessel carries a rounder dome: the fourth root of its ratio.
    oblong = (half_along / half_across) ** 0.25
    dome = 0.5 * p.bulge * p.neck_diameter
    # Across the vessel the rim of the neck lies lower on the round wall; the dome flares from there
    # and stands steeply on the wall.
    wrap = min(half_across / neck.radius, math.sin(WRAP))
    rim = -neck.radius * (1.0 - math.sqrt(1.0 - wrap**2)) * lean
    axis = math.cos(p.neck_vessel_angle) * neck.tangent + lean * neck.outward
    return Sac(
        origin=neck.centre + neck.radius * neck.outward,
        axis=axis,
        along=perpendicular(neck.tangent, axis),
        meridian_along=Meridian(half_along, max(dome * oblong, half_along), 0.0, p.sac_length),
        meridian_across=Meridian(half_across, max(dome / oblong, half_across), rim, p.sac_length),
        depth=2.5 * neck.radius / lean,
    )


def _calibrated(geometry: IcaGeometry) -> IcaGeometry:
    """Scale the neck so that the ostium has the wanted area."""
    p = geometry.parameters

    def trial(scale: float) -> IcaGeometry:
        return replace(geometry, sac=_sac(p, geometry.neck, scale))

    def excess(scale: float) -> float:
        return trial(scale).ostium_diameter() / p.neck_diameter - 1.0

    low, high = 0.4, 1.5
    if excess(low) > 0.0 or excess(high) < 0.0:
        raise SurfaceInvalid(
            f"no neck of {1e3 * p.neck_diameter:.2f} mm equivalent diameter fits a sac of "
            f"{1e3 * p.sac_length:.2f} mm at {math.degrees(p.neck_vessel_angle):.0f} degrees on a "
            f"vessel of {1e3 * p.vessel_diameter:.2f} mm",
            "neck",
        )
    return trial(brentq(excess, low, high, xtol=5e-3))


def _bleb(p: IcaParameters, sac: Sac) -> Ball | None:
    if p.bleb_radius <= 0.0:
        return None
    centre, direction = _dome_ray(p.bleb_polar, p.bleb_azimuth, sac)
    reach = brentq(
        lambda t: float(sac.field((centre + t * direction)[None])[0]), 0.0, 2.0 * p.sac_length
    )
    return Ball(centre + (reach + 0.3 * p.bleb_radius) * direction, p.bleb_radius)


def _dome_ray(polar: float, azimuth: float, sac: Sac) -> tuple[Array, Array]:
    """Centre of the dome and the direction at two angles from it."""
    centre = sac.origin + (sac.meridian_along.top - sac.meridian_along.semi_axis) * sac.axis
    across = np.cross(sac.axis, sac.along)
    side = math.cos(azimuth) * sac.along + math.sin(azimuth) * across
    return centre, math.cos(polar) * sac.axis + math.sin(polar) * side


def _branch(p: IcaParameters, axis: Tube, neck: NeckFrame, sac: Sac) -> SideVessel | None:
    width = 2.0 * p.branch_radius
    if p.branch == "none":
        return None
    if p.branch == "near_neck":
        foot, tangent, _, radius = axis.at(neck.arclength + p.branch_axial)
        away = Rotation.from_rotvec(p.branch_azimuth * tangent).apply(
            perpendicular(neck.outward, tangent)
        )
        start, reach = foot + 0.4 * radius * away, 0.6 * radius
    else:
        start, away = _dome_ray(math.radians(65.0), p.branch_azimuth, sac)
        reach = sac.meridian_along.dome
    open_length = reach + 3.0 * width
    radii = (p.branch_radius, p.branch_radius)
    return SideVessel(straight(start, away, open_length + OVERRUN * width, radii), open_length)


def assemble(parameters: IcaParameters, extension_diameters: float) -> IcaGeometry:
    """Bodies of an anatomy, the neck calibrated to its wanted diameter.

    Args:
        parameters: shape, within the ranges that ``implausible`` checks.
        extension_diameters: straight length before each opening in local diameters.

    Raises:
        SurfaceInvalid: the neck cannot take the wanted area.
    """
    axis, inlet, at_neck, at_fork, outlet = _axis(parameters, extension_diameters)
    neck = _neck_frame(parameters, axis, at_neck)
    first = IcaGeometry(
        parameters=parameters,
        axis=axis,
        inlet=inlet,
        outlet=outlet,
        neck=neck,
        neck_length=neck_extent(parameters)[0],
        sac=_sac(parameters, neck, 1.0),
    )
    done = _calibrated(first)
    daughter = None
    if parameters.outlets == "bifurcating":
        _, (radius, angle) = _fork(parameters)
        foot, tangent, _, parent = axis.at(at_fork)
        toward = Rotation.from_rotvec(parameters.terminus_plane * tangent).apply(
            perpendicular(neck.outward, tangent)
        )
        away = math.cos(angle) * tangent - math.sin(angle) * toward
        open_length = parent / math.sin(angle) + 2.0 * extension_diameters * radius
        tube = straight(foot, away, open_length + 2.0 * OVERRUN * radius, (radius, radius))
        daughter = SideVessel(tube, open_length)
    return replace(
        done,
        bleb=_bleb(parameters, done.sac),
        branch=_branch(parameters, axis, neck, done.sac),
        daughter=daughter,
    )
