# SPDX-License-Identifier: BSD-3-Clause
"""Stents from surface files: a watertight STL meshed with tetrahedra and tagged by its normals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from meshes.core import fill
from meshes.creased import remesh_creased
from meshes.devices.stent.solid import FACETS
from meshes.errors import MeshFailed, MeshQuality, SurfaceInvalid
from meshes.implicit import signed_volume
from meshes.io import write_bundle
from meshes.surface_reading import read_surface, resolve
from meshes.topology import (
    Index,
    tet_facets,
    tet_quality,
    tet_scaled_jacobian,
    tet_volumes,
    triangle_vectors,
)
from meshes.triangulation import manifold_defect
from meshes.types import Array, MeshBundle

CREASE = np.radians(40.0)
"""Edges between triangles that turn by more are kept."""
RADIAL = np.cos(np.radians(45.0))
"""Least share of the radial direction in the normal of a luminal or abluminal facet."""
PEELED = 0.05
"""Quality of a tetrahedron below which it is taken off the surface."""
FACTORS = (1.0, 0.93, 0.86)
"""Edge lengths over the wanted one, tried in this order."""
UNROUND = 0.2
"""Largest standard deviation of the radius of a face at one height over the wall thickness."""
LEAST_SCALED_JACOBIAN = 0.05
LARGEST_VOLUME_ERROR = 0.02


@dataclass(frozen=True)
class StentSurface:
    """A surface file of a whole stent and how to mesh it.

    Attributes:
        file: STL, VTP, OBJ or PLY, watertight.
        unit: length of one unit of the file [m].
        edge_length: of the tetrahedra [m]; two or three over the narrowest strut.
        axis: direction of the stent axis in the file.
        axis_point: a point on the axis [m]; the centroid of the surface when None, which is right
            for a whole stent.
    """

    file: str
    unit: float
    edge_length: float
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    axis_point: tuple[float, float, float] | None = None


def build_stent_from_surface(source: StentSurface, folder: Path) -> dict[str, Any]:
    """Mesh a surface file and write its bundle (docs/devices.md).

    Args:
        source: see :class:`StentSurface`.
        folder: of the bundle; created when missing.

    Returns:
        Content of ``info.json``.

    Raises:
        SurfaceInvalid: the file cannot be read, is not watertight or is not round about the axis,
            or the edge length is longer than its struts are wide.
        MeshFailed: gmsh cannot mesh the surface.
        MeshQuality: the mesh misses the volume of the surface or holds flat tetrahedra.
    """
    bundle = stent_surface_bundle(source)
    write_bundle(bundle, Path(folder))
    return bundle.info


def stent_surface_bundle(source: StentSurface) -> MeshBundle:
    """The bundle of :func:`build_stent_from_surface` in memory."""
    path = resolve(source.file)
    points, triangles = read_surface(path, source.unit)
    defect = manifold_defect(triangles)
    if defect:
        raise SurfaceInvalid(
            f"{path.name} {defect}: only a watertight surface can be meshed", "surface.file"
        )
    points = _upright(points, triangles, source)
    volume = abs(signed_volume(points, triangles))
    # Four volumes over the area are the side of a strut of square section.
    area = float(np.linalg.norm(triangle_vectors(points, triangles), axis=1).sum())
    if not 0.0 < source.edge_length <= 4.0 * volume / area:
        raise SurfaceInvalid(
            f"an edge length of {1e6 * source.edge_length:.4g} um does not resolve the struts of "
            f"{path.name}: above 0 and at most {4e6 * volume / area:.4g} um, their mean width, "
            f"better half of it",
            "surface.edge_length",
        )
    attempts: list[str] = []
    for factor in FACTORS:
        try:
            even = remesh_creased(points, triangles, factor * source.edge_length, CREASE)
            bundle = _tagged(*_peeled(*fill(*even)))
            bundle.quality.update(_quality(bundle, volume))
        except (MeshFailed, MeshQuality) as error:
            attempts.append(f"edge length times {factor:g}: {error}")
            last = error
        else:
            _check_axis(bundle)
            bundle.info.update(_info(bundle, source), attempts=attempts)
            return bundle
    raise type(last)(
        f"no mesh of {path.name}, a shorter edge length may help ({'; '.join(attempts)})", "surface"
    )


def _upright(points: Array, triangles: Index, source: StentSurface) -> Array:
    """The axis on z, the middle of the length at z = 0."""
    axis = np.asarray(source.axis, dtype=float)
    if not np.linalg.norm(axis) > 0.0:
        raise SurfaceInvalid("the axis of the stent has no direction", "surface.axis")
    axis /= np.linalg.norm(axis)
    if source.axis_point is None:
        area = np.linalg.norm(triangle_vectors(points, triangles), axis=1)
        centre = np.average(points[triangles].mean(axis=1), axis=0, weights=area)
    else:
        centre = np.asarray(source.axis_point, dtype=float)
    across = np.eye(3)[np.argmin(np.abs(axis))]
    first = across - (across @ axis) * axis
    first /= np.linalg.norm(first)
    frame = np.array([first, np.cross(axis, first), axis])
    if np.allclose(axis, (0.0, 0.0, 1.0)):
        frame = np.eye(3)
    turned = (points - centre) @ frame.T
    turned[:, 2] -= 0.5 * (turned[:, 2].min() + turned[:, 2].max())
    return turned


def _peeled(points: Array, cells: Index) -> tuple[Array, Index]:
    """Without the flat tetrahedra between four vertices of the surface.

    Taking one away swaps the diagonal of its two facets on the surface.
    """
    while True:
        _, neighbours = tet_facets(cells)
        outer = neighbours[neighbours[:, 1] < 0, 0]
        bare = np.bincount(outer, minlength=len(cells)) == 2
        flat = bare & (tet_quality(points, cells) < PEELED)
        if not flat.any():
            used, cells = np.unique(cells, return_inverse=True)
            return points[used], cells.reshape(-1, 4)
        cells = cells[~flat]


def _tagged(points: Array, cells: Index) -> MeshBundle:
    """Boundary facets with names by their normals."""
    facets, neighbours = tet_facets(cells)
    facets = facets[neighbours[:, 1] < 0]
    defect = manifold_defect(facets)
    if defect:
        raise MeshFailed(f"its surface {defect}", "surface")
    share = _radial_share(points, facets)
    tags = np.full(len(facets), FACETS["side"], np.int32)
    tags[share > RADIAL] = FACETS["outer"]
    tags[share < -RADIAL] = FACETS["inner"]
    return MeshBundle(
        points=points,
        cells=cells,
        cell_tags=np.ones(len(cells), np.int32),
        facets=facets,
        facet_tags=tags,
        markers={
            "cells": {"strut": 1},
            "facets": {name: FACETS[name] for name in ("inner", "outer", "side")},
        },
    )


def _radial_share(points: Array, facets: Index) -> Array:
    """Radial component of the unit outward normals."""
    normal = triangle_vectors(points, facets)
    outward = points[facets].mean(axis=1) * np.array([1.0, 1.0, 0.0])
    lengths = np.linalg.norm(normal, axis=1) * np.linalg.norm(outward, axis=1)
    return np.einsum("ij,ij->i", normal, outward) / lengths


def _quality(bundle: MeshBundle, volume: float) -> dict[str, Any]:
    """Content of ``quality.json``.

    Raises:
        MeshQuality: the mesh misses the volume of the surface or holds flat tetrahedra.
    """
    areas = np.linalg.norm(triangle_vectors(bundle.points, bundle.facets), axis=1)
    found = float(tet_volumes(bundle.points, bundle.cells).sum())
    worst = float(tet_scaled_jacobian(bundle.points, bundle.cells).min())
    error = abs(found / volume - 1.0)
    if error > LARGEST_VOLUME_ERROR or worst < LEAST_SCALED_JACOBIAN:
        raise MeshQuality(
            f"volume {100 * error:.1f} % off that of the surface (at most "
            f"{100 * LARGEST_VOLUME_ERROR:.0f} %), least scaled Jacobian {worst:.3f} (at least "
            f"{LEAST_SCALED_JACOBIAN})",
            "surface",
        )
    return {
        "cells": len(bundle.cells),
        "nodes": len(bundle.points),
        "volume": found,
        "surface_volume": volume,
        "minimum_scaled_jacobian": worst,
        "areas": {
            name: float(areas[bundle.facet_tags == tag].sum())
            for name, tag in bundle.markers["facets"].items()
        },
    }


def _check_axis(bundle: MeshBundle) -> None:
    """Luminal and abluminal faces are surfaces of revolution about the axis.

    Raises:
        SurfaceInvalid: they are not, so the axis cannot be right.
    """
    edges = np.linspace(bundle.points[:, 2].min(), bundle.points[:, 2].max(), 20)
    wall = _wall(bundle)
    for name in ("inner", "outer"):
        facets = bundle.facets[bundle.facet_tags == bundle.markers["facets"][name]]
        middle = bundle.points[facets].mean(axis=1)
        radius = np.hypot(middle[:, 0], middle[:, 1])
        slices = np.digitize(middle[:, 2], edges)
        total = np.bincount(slices, radius) / np.maximum(np.bincount(slices), 1)
        if not len(facets) or np.std(radius - total[slices]) > UNROUND * wall:
            raise SurfaceInvalid(
                f"no round {'luminal' if name == 'inner' else 'abluminal'} face is found about the "
                f"axis given: check the direction of the axis and the point on it",
                "surface.axis",
            )


def _wall(bundle: MeshBundle) -> float:
    """Mean thickness of the wall [m]."""
    areas = bundle.quality["areas"]
    return bundle.quality["volume"] / max(0.5 * (areas["inner"] + areas["outer"]), 1e-300)


def _info(bundle: MeshBundle, source: StentSurface) -> dict[str, Any]:
    """Content of ``info.json``."""
    radius = np.hypot(bundle.points[:, 0], bundle.points[:, 1])
    return {
        "generator": "stent_surface",
        "parameters": {**asdict(source), "file": Path(source.file).name},
        "extent": "device",
        "copies_around": 1,
        "copies_along": 1,
        "length": float(np.ptp(bundle.points[:, 2])),
        "inner_radius": float(radius.min()),
        "outer_radius": float(radius.max()),
        "strut_thickness": _wall(bundle),
        # A slender strut has two cut faces of its length times the wall.
        "strut_width": 2.0 * bundle.quality["volume"] / bundle.quality["areas"]["side"],
        "sector_angle": 2.0 * np.pi,
    }
