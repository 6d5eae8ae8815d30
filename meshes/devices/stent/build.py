# SPDX-License-Identifier: BSD-3-Clause
"""From the drawing of a stent to the mesh bundle of a specimen."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.feasibility import check_design
from meshes.devices.stent.flat import flat_mesh
from meshes.devices.stent.heat_set import as_modelled
from meshes.devices.stent.pattern import Part, Sector, sector
from meshes.devices.stent.solid import solid
from meshes.devices.stent.strut import StentResolution
from meshes.errors import MeshQuality
from meshes.hexahedra import hex_volumes, quad_areas, scaled_jacobian
from meshes.io import write_bundle
from meshes.types import MeshBundle

LEAST_SCALED_JACOBIAN = 0.2
"""Of a hexahedron; below it quadratic elements lose accuracy."""


def build_stent(
    design: StentDesign,
    resolution: StentResolution,
    folder: Path,
    part: Part | None = None,
) -> dict[str, Any]:
    """Mesh a part of a stent and write its bundle (docs/devices.md).

    Args:
        design: the drawing, in SI.
        resolution: numbers of cells.
        folder: of the bundle; created when missing.
        part: what is modelled; a strut cell when None.

    Returns:
        Content of ``info.json``.

    Raises:
        DesignInfeasible: the drawing cannot be made, or has no such part.
        MeshQuality: a hexahedron is too distorted.
    """
    bundle = stent_bundle(design, resolution, part)
    write_bundle(bundle, Path(folder))
    return bundle.info


def stent_bundle(
    design: StentDesign, resolution: StentResolution, part: Part | None = None
) -> MeshBundle:
    """The bundle of :func:`build_stent` in memory."""
    part = part or Part()
    check_design(design)
    modelled = as_modelled(design)
    if modelled is not design:
        check_design(modelled)
    where = sector(modelled, part)
    flat = flat_mesh(modelled, resolution, where)
    bundle = solid(modelled, flat, resolution.thickness)
    quality = _quality(bundle)
    if quality["minimum_scaled_jacobian"] < LEAST_SCALED_JACOBIAN:
        raise MeshQuality(
            f"the worst hexahedron has a scaled Jacobian of "
            f"{quality['minimum_scaled_jacobian']:.2f}, it must reach {LEAST_SCALED_JACOBIAN}: "
            f"more cells along the crown, a larger crown radius or narrower connectors help",
            "mesh",
        )
    info = _info(modelled, resolution, part, where, bundle)
    info["parameters"] = asdict(design)
    info["least_crimped_diameter"] = design.least_crimped_diameter
    return replace(bundle, info=info, quality=quality)


def _info(
    design: StentDesign,
    resolution: StentResolution,
    part: Part,
    where: Sector,
    bundle: MeshBundle,
) -> dict[str, Any]:
    around = 2 * design.crowns
    z = bundle.points[:, 2]
    return {
        "generator": "stent",
        "resolution": asdict(resolution),
        "part": asdict(part),
        "extent": part.extent,
        "copies_around": 1 if where.closed else around // where.half_pitches,
        "copies_along": 2 if where.half_gap else 1,
        "length": float(np.ptp(z)),
        "device_length": design.cut_length - design.polish_width,
        "inner_radius": design.inner_radius,
        "outer_radius": design.outer_radius,
        "strut_thickness": design.thickness,
        "strut_width": design.strut_width - design.polish_width,
        "rings": len(where.rings),
        "crowns": design.crowns,
        "sector_angle": where.half_pitches * np.pi / design.crowns,
        "crown_radius": design.crown_radius,
    }


def _quality(bundle: MeshBundle) -> dict[str, Any]:
    volumes = hex_volumes(bundle.points, bundle.cells)
    areas = quad_areas(bundle.points, bundle.facets)
    return {
        "cells": len(bundle.cells),
        "nodes": len(bundle.points),
        "volume": float(volumes.sum()),
        "least_volume": float(volumes.min()),
        "minimum_scaled_jacobian": float(scaled_jacobian(bundle.points, bundle.cells).min()),
        "areas": {
            name: float(areas[bundle.facet_tags == tag].sum())
            for name, tag in bundle.markers["facets"].items()
        },
    }
