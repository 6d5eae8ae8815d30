# SPDX-License-Identifier: BSD-3-Clause
"""Synthetic internal carotid artery with a side-wall aneurysm."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from meshes.anatomy.checks import implausible
from meshes.anatomy.geometry import IcaGeometry, SideVessel, assemble
from meshes.anatomy.parameters import IcaParameters
from meshes.centreline import Tube
from meshes.edge_length import EdgeLength, LumenOptions, Spot
from meshes.implicit import surface_from_implicit
from meshes.types import Array, DeviceSurface, Lumen, Opening

__all__ = ["IcaParameters", "build", "implausible"]


def build(parameters: IcaParameters, options: LumenOptions | None = None) -> Lumen:
    """Lumen of one synthetic anatomy.

    Args:
        parameters: shape; check it with ``implausible`` first.
        options: edge lengths and flow extensions.

    Returns:
        The lumen; its axis runs from the inlet at the start to ``outlet_1``. A side branch near the
        neck lies behind the device surface ``ostium_branch_1``; a branch from the sac is part of
        the sac.

    Raises:
        SurfaceInvalid: the neck cannot take the wanted area.
    """
    options = options or LumenOptions()
    geometry = assemble(parameters, options.extension_diameters)
    section = geometry.axis.section(geometry.inlet, geometry.outlet)
    edge_length = EdgeLength(
        Tube(section.points, section.radius), _spots(geometry, options), options
    )
    # Two samples per neck edge and six across the thinnest vessel keep fillet and branch smooth.
    thinnest = min([geometry.neck.radius] + [v.radius for v in _side_vessels(geometry)])
    spacing = min(0.6 * options.neck_edge, thinnest / 3.0)
    surface = surface_from_implicit(geometry.lumen_field, _bounds(geometry), spacing)
    return Lumen(
        surface=surface,
        openings=_openings(geometry),
        device_surfaces=_device_surfaces(geometry),
        centreline=section,
        edge_length=edge_length,
        info={
            "generator": "ica",
            "parameters": asdict(parameters),
            "ostium_diameter": geometry.ostium_diameter(),
        },
    )


def _side_vessels(geometry: IcaGeometry) -> list[SideVessel]:
    """Terminal branch, then side branch, as far as present."""
    return [v for v in (geometry.daughter, geometry.branch) if v is not None]


def _bounds(geometry: IcaGeometry) -> tuple[Array, Array]:
    """Box (low, high) around all bodies [m]."""
    balls = [(geometry.axis.points, geometry.axis.radius[:, None])]
    balls.append((geometry.sac.wall(), np.array(0.0)))
    balls += [(v.tube.points, v.tube.radius[:, None]) for v in _side_vessels(geometry)]
    if geometry.bleb is not None:
        balls.append((geometry.bleb.centre[None], np.array(geometry.bleb.radius)))
    margin = 0.25 * geometry.neck.radius
    low = np.min([(centres - reach).min(axis=0) for centres, reach in balls], axis=0)
    high = np.max([(centres + reach).max(axis=0) for centres, reach in balls], axis=0)
    return low - margin, high + margin


def _openings(geometry: IcaGeometry) -> tuple[Opening, ...]:
    axis = geometry.axis
    centre, tangent, _, radius = axis.at(geometry.inlet)
    openings = [Opening("inlet", "inlet", centre, -tangent, radius)]
    centre, tangent, _, radius = axis.at(geometry.outlet)
    openings.append(Opening("outlet_1", "outlet", centre, tangent, radius))
    for number, vessel in enumerate(_side_vessels(geometry), start=2):
        centre, tangent, _, radius = vessel.tube.at(vessel.open_length)
        openings.append(Opening(f"outlet_{number}", "outlet", centre, tangent, radius))
    return tuple(openings)


def _device_surfaces(geometry: IcaGeometry) -> tuple[DeviceSurface, ...]:
    top = geometry.sac.origin + 0.5 * geometry.parameters.sac_length * geometry.sac.axis
    surfaces = [DeviceSurface("ostium", "sac", geometry.device_field, top)]
    if geometry.branch is not None and geometry.parameters.branch == "near_neck":
        seed = geometry.branch.tube.at(geometry.branch.open_length - geometry.branch.radius)[0]
        surfaces.append(DeviceSurface("ostium_branch_1", "branch_1", geometry.device_field, seed))
    return tuple(surfaces)


def _spots(geometry: IcaGeometry, options: LumenOptions) -> list[Spot]:
    points, share = geometry.ostium_samples()
    reach = 0.3 * geometry.neck.radius
    spots = [
        Spot(points[share > 0.0], options.neck_edge, reach),
        Spot(geometry.sac.wall(), options.sac_edge, 0.5 * geometry.neck.radius),
    ]
    for vessel in _side_vessels(geometry):
        edge = min(options.vessel_edge, 0.5 * vessel.radius)
        spots.append(Spot(vessel.axis, edge, 1.5 * vessel.radius))
    return spots
