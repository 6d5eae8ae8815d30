# SPDX-License-Identifier: BSD-3-Clause
"""Virtual deployment of a flow diverter along the axis of a vessel.

The braid follows the axis, takes the diameter of the vessel up to its free diameter, keeps its
wire length, and is stretched and compressed by bends. What it becomes at the ostia is a field over
their facets: angle, spacing, porosity and resistance.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid
from scipy.ndimage import gaussian_filter1d

from meshes.centreline import Tube
from meshes.devices.braid import Braid
from meshes.devices.closure import ScreenClosure
from meshes.devices.flow_diverter import FlowDiverter
from meshes.errors import DeploymentFailed
from meshes.topology import Index
from meshes.types import Array, MeshBundle

STIFFNESS = 0.5
"""Length over which the braid evens out diameter and bends, in vessel radii."""
LEAST_STRETCH = 0.3
"""Smallest axial stretch on the inner side of a bend: wires touch before the braid folds up."""


@dataclass(frozen=True)
class DeployOptions:
    """How a device is sized and placed.

    Attributes:
        oversizing: wanted nominal over vessel diameter [m].
        landing_diameters: landing zone on either side of the ostia in vessel diameters.
        largest_bulge: device over vessel radius up to which the braid bulges into an ostium.
        catheter_diameter: braid diameter in the delivery catheter [m], for the foreshortening.
        closure: pressure drop of the screen.
    """

    oversizing: float = 0.0
    landing_diameters: float = 1.0
    largest_bulge: float = 1.10
    catheter_diameter: float = 0.7e-3
    closure: ScreenClosure = field(default_factory=ScreenClosure)


@dataclass(frozen=True)
class Ostia:
    """Facets of all device surfaces, seen from the axis.

    Attributes:
        facets: (k, 3) vertex numbers.
        names: (k,) device surface of each facet.
        arclength: (k,) position along the axis [m].
        outward: (k, 3) unit vector from the axis to the facet.
        distance: (k,) from the axis [m].
        area: (k,) [m2].
    """

    facets: Index
    names: NDArray[np.str_]
    arclength: Array
    outward: Array
    distance: Array
    area: Array


@dataclass(frozen=True)
class Deployment:
    """A device in a vessel.

    Attributes:
        axis: parent vessel axis.
        braid: of the chosen size.
        start: proximal end along the axis [m].
        stop: distal end along the axis [m].
        diameter: (n,) of the braid at the axis nodes [m].
        curvature: (n, 3) of the device axis at the axis nodes [1/m].
        facets: (k, 3) bundle vertex numbers of the covered ostium facets.
        screen: per-facet arrays linear, quadratic, tangential, porosity, pitch and angle, SI.
        summary: content of ``deployment.json``.
    """

    axis: Tube
    braid: Braid
    start: float
    stop: float
    diameter: Array
    curvature: Array
    facets: Index
    screen: dict[str, Array]
    summary: dict[str, Any]


def deploy(
    bundle: MeshBundle, device: FlowDiverter, options: DeployOptions | None = None
) -> Deployment:
    """Choose a size, place it across the ostia and work out the screen.

    Args:
        bundle: mesh with at least one device surface and the axis in its info.
        device: catalogue.
        options: sizing, placement, closure.

    Raises:
        DeploymentFailed: nothing to cover, no room for the landing zones, or no size that touches
            the vessel in both of them.
    """
    options = options or DeployOptions()
    line = bundle.info["centreline"]
    axis = Tube(np.asarray(line["points"]), np.asarray(line["radius"]))
    ostia = _ostia(bundle, axis)
    first, last = _neck_span(ostia)
    proximal, distal = _landing_zones(axis, first, last, options.landing_diameters)
    landing = _between(axis, *proximal) | _between(axis, *distal)
    reference = 2.0 * float(axis.radius[landing].max())
    nominal = device.size_for(reference, options.oversizing)
    braid = device.braid(nominal)
    _check_contact(axis, braid, {"proximal": proximal, "distal": distal})
    diameter = _braid_diameter(axis, braid, ostia, options.largest_bulge)
    length, start = _length(axis, braid, diameter, (proximal[0], distal[1]), device, nominal)
    stop = distal[1]
    curvature = _smooth(axis, axis.curvature)
    covered = (ostia.arclength >= start) & (ostia.arclength <= stop)
    screen = _screen(axis, braid, diameter, curvature, ostia, covered, options.closure)
    inside = _between(axis, start, stop)
    gap = axis.radius - 0.5 * diameter
    summary = {
        "nominal_diameter": nominal,
        "nominal_length": length,
        "free_diameter": braid.free_diameter,
        "free_angle": braid.free_angle,
        "reference_diameter": reference,
        "start": start,
        "stop": stop,
        "deployed_length": stop - start,
        "length_over_nominal": (stop - start) / length,
        "foreshortening": 1.0
        - (stop - start)
        * float(braid.length_ratio(nominal))
        / (length * float(braid.length_ratio(options.catheter_diameter))),
        "landing_zones": {"proximal": list(proximal), "distal": list(distal)},
        "diameter": _range(diameter[inside]),
        "largest_gap": max(float(gap[inside & landing].max()), 0.0),
        "ostia": _per_ostium(ostia, covered, screen),
        "options": asdict(options),
    }
    return Deployment(
        axis, braid, start, stop, diameter, curvature, ostia.facets[covered], screen, summary
    )


def bend_stretch(curvature: Array, outward: Array, radius: Array) -> Array:
    """Axial stretch (k,) of a braid wall point by a bend.

    Args:
        curvature: (k, 3) curvature vectors of the axis [1/m].
        outward: (k, 3) unit vectors from the axis to the wall.
        radius: (k,) braid radius [m].
    """
    return np.maximum(1.0 - radius * np.einsum("ij,ij->i", curvature, outward), LEAST_STRETCH)


def _ostia(bundle: MeshBundle, axis: Tube) -> Ostia:
    tags = {tag: name for name, tag in bundle.markers["facets"].items() if "ostium" in name}
    chosen = np.isin(bundle.facet_tags, list(tags))
    if not chosen.any():
        raise DeploymentFailed("the mesh has no ostium to cover", "ostium")
    facets = bundle.facets[chosen]
    a, b, c = bundle.points[facets].transpose(1, 0, 2)
    centre = (a + b + c) / 3.0
    near = axis.project(centre)
    return Ostia(
        facets=facets,
        names=np.array([tags[tag] for tag in bundle.facet_tags[chosen]]),
        arclength=near.arclength,
        outward=(centre - near.foot) / near.distance[:, None],
        distance=near.distance,
        area=0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1),
    )


def _neck_span(ostia: Ostia) -> tuple[float, float]:
    """Stretch of the axis beside the sac ostium [m]."""
    neck = ostia.names == "ostium"
    beside = ostia.arclength[neck if neck.any() else slice(None)]
    return float(beside.min()), float(beside.max())


def _landing_zones(
    axis: Tube, first: float, last: float, diameters: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    lengths = [2.0 * diameters * axis.at(s)[3] for s in (first, last)]
    proximal, distal = (first - lengths[0], first), (last, last + lengths[1])
    for name, room, wanted in (
        ("proximal", first, lengths[0]),
        ("distal", axis.length - last, lengths[1]),
    ):
        if room < wanted:
            raise DeploymentFailed(
                f"{1e3 * room:.1f} mm of vessel for a {name} landing zone of {1e3 * wanted:.1f} mm",
                f"{name} landing zone",
            )
    return proximal, distal


def _between(axis: Tube, start: float, stop: float) -> NDArray[np.bool_]:
    """Axis nodes between two positions."""
    return (axis.arclength >= start) & (axis.arclength <= stop)


def _check_contact(axis: Tube, braid: Braid, zones: dict[str, tuple[float, float]]) -> None:
    """Make sure that the braid touches the vessel somewhere in every landing zone."""
    for name, zone in zones.items():
        if 2.0 * axis.radius[_between(axis, *zone)].min() > braid.free_diameter:
            raise DeploymentFailed(
                f"the device opens to {1e3 * braid.free_diameter:.2f} mm and touches nothing in "
                f"the {name} landing zone",
                f"{name} landing zone",
            )


def _smooth(axis: Tube, values: Array) -> Array:
    """Values at the axis nodes evened out over the stiffness length of the braid."""
    width = STIFFNESS * float(np.median(axis.radius)) / axis.arclength[1]
    return gaussian_filter1d(values, width, axis=0, mode="nearest")


def _braid_diameter(axis: Tube, braid: Braid, ostia: Ostia, largest_bulge: float) -> Array:
    """Diameter of the braid at the axis nodes [m].

    Beside an ostium the braid is free on a part of its circumference only; the diameter that sets
    its angle is the mean over the circumference.
    """
    local = np.interp(ostia.arclength, axis.arclength, axis.radius)
    reach = np.clip(ostia.distance, 0.9 * local, largest_bulge * local)
    spacing = axis.arclength[1]
    node = np.clip(np.round(ostia.arclength / spacing).astype(int), 0, len(axis.radius) - 1)
    # Each facet takes area / (distance * node spacing) of the circumference beside its node.
    share = ostia.area / (ostia.distance * spacing) / (2.0 * np.pi)
    excess = np.bincount(node, share * (reach - local), minlength=len(axis.radius))
    return np.minimum(2.0 * _smooth(axis, axis.radius + excess), braid.free_diameter)


def _length(
    axis: Tube,
    braid: Braid,
    diameter: Array,
    span: tuple[float, float],
    device: FlowDiverter,
    nominal: float,
) -> tuple[float, float]:
    """Shortest labelled length [m] that covers a span, and where its proximal end comes to lie [m].

    The distal end is placed first; the wire used up to a position is its integral of axis length
    over length ratio.
    """
    free = np.r_[0.0, cumulative_trapezoid(1.0 / braid.length_ratio(diameter), axis.arclength)]
    used = float(np.interp(span[1], axis.arclength, free))
    needed = used - float(np.interp(span[0], axis.arclength, free))
    per_nominal = 1.0 / float(braid.length_ratio(nominal))
    for length in sorted(device.nominal_lengths):
        if length * per_nominal < needed:
            continue
        if length * per_nominal > used:
            raise DeploymentFailed(
                f"the {1e3 * length:.0f} mm device reaches back beyond the inlet", "length"
            )
        return length, float(np.interp(used - length * per_nominal, free, axis.arclength))
    raise DeploymentFailed(
        f"{1e3 * (span[1] - span[0]):.1f} mm to cover need a nominal length of "
        f"{1e3 * needed / per_nominal:.1f} mm, the longest device has "
        f"{1e3 * max(device.nominal_lengths):.0f} mm",
        "length",
    )


def _screen(
    axis: Tube,
    braid: Braid,
    diameter: Array,
    curvature: Array,
    ostia: Ostia,
    covered: NDArray[np.bool_],
    closure: ScreenClosure,
) -> dict[str, Array]:
    """Screen arrays over the covered facets."""
    s = ostia.arclength[covered]
    local = np.interp(s, axis.arclength, diameter)
    bend = np.column_stack([np.interp(s, axis.arclength, column) for column in curvature.T])
    stretch = bend_stretch(bend, ostia.outward[covered], 0.5 * local)
    angle = braid.bent_angle(local, stretch)
    pitch = braid.spacing(local, angle)
    porosity = braid.porosity(pitch)
    linear = closure.linear(pitch, braid.wire_diameter)
    return {
        "linear": linear,
        "quadratic": closure.quadratic(porosity),
        "tangential": closure.tangential(linear),
        "porosity": porosity,
        "pitch": pitch,
        "angle": angle,
    }


def _range(values: Array) -> dict[str, float]:
    return {"least": float(values.min()), "largest": float(values.max())}


def _per_ostium(
    ostia: Ostia, covered: NDArray[np.bool_], screen: dict[str, Array]
) -> dict[str, dict[str, Any]]:
    """Area means and ranges of the screen at each ostium."""
    result = {}
    for name in np.unique(ostia.names):
        here = ostia.names[covered] == name
        area = ostia.area[covered][here]
        entry: dict[str, Any] = {
            "covered_area_share": float(area.sum() / ostia.area[ostia.names == name].sum())
        }
        if here.any():
            for key, values in screen.items():
                mean = float(np.average(values[here], weights=area))
                entry[key] = {"mean": mean, **_range(values[here])}
            entry["mean_coverage"] = 1.0 - entry["porosity"]["mean"]
        result[str(name)] = entry
    return result
