# SPDX-License-Identifier: BSD-3-Clause
"""Lumens from surface files: openings, flow extensions, neck, parent vessel axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from scipy.spatial import cKDTree

from meshes.centreline import Tube
from meshes.edge_length import EdgeLength, LumenOptions, Spot
from meshes.errors import SurfaceInvalid
from meshes.extensions import check_collisions, extend
from meshes.implicit import signed_volume
from meshes.medial_axis import VOXELS_PER_RADIUS, InnerGrid, smooth_axis
from meshes.neck import Plane, Section, fit_neck, section
from meshes.openings import (
    OpeningLabel,
    Rim,
    fill_small_holes,
    find_rims,
    label_openings,
    remove_caps,
)
from meshes.surface_reading import read_surface, resolve
from meshes.topology import Index
from meshes.trimming import cut_end, triangles_beyond
from meshes.types import Array, DeviceSurface, Lumen, Opening


@dataclass(frozen=True)
class SurfaceSource:
    """A surface file and how to read it.

    Attributes:
        file: path, or ``package:name``.
        unit: length of one unit of the file [m].
        openings: labels; empty for inlet and outlets by area.
        sac: neck plane, normal towards the sac; None to fit it.
        sac_seed: (3,) a point inside the sac close to its neck [m], for a fitted neck; with
            neither plane nor seed the vessel has no sac.
        branches: planes across the origins of side branches that a device would cover, normal into
            the branch; their regions are ``branch_1``, ``branch_2``, ...
        cuts: planes beyond which a vessel is cut off before its opening is found, normal towards
            the end that goes.
    """

    file: str
    unit: float
    openings: tuple[OpeningLabel, ...] = ()
    sac: Plane | None = None
    sac_seed: Array | None = None
    branches: tuple[Plane, ...] = ()
    cuts: tuple[Plane, ...] = ()


def import_surface(source: SurfaceSource, options: LumenOptions | None = None) -> Lumen:
    """Lumen of a surface file.

    Args:
        source: file, unit, labels, neck.
        options: edge lengths and flow extensions.

    Raises:
        SurfaceInvalid: the file cannot be read, its size or openings do not fit, a flow extension
            runs into the vessel, or no neck is found.
    """
    options = options or LumenOptions()
    path = resolve(source.file)
    points, triangles = read_surface(path, source.unit)
    triangles = remove_caps(points, triangles)
    for plane in source.cuts:
        points, triangles = cut_end(points, triangles, plane)
    points, triangles, rims = fill_small_holes(points, triangles, find_rims(points, triangles))
    named = label_openings(rims, source.openings)
    points, triangles, openings = _closed(points, triangles, named, options.extension_diameters)
    surface = pv.PolyData.from_regular_faces(points, triangles)
    planes = _device_planes(surface, source, openings)
    sections = {name: _section(surface, name, plane) for name, plane in planes.items()}
    devices = tuple(
        _device_surface(name, plane, sections[name], openings[0].radius)
        for name, plane in planes.items()
    )
    main, *others = _axes(surface, openings, devices)
    axes = [_bridged(main, list(sections.values())), *others]
    spots = _branch_spots(axes, options)
    if "ostium" in planes:
        spots += _sac_spots(surface, planes["ostium"], sections["ostium"], options)
    return Lumen(
        surface=surface,
        openings=openings,
        device_surfaces=devices,
        centreline=axes[0].section(0.0, axes[0].length),
        edge_length=EdgeLength(axes[0], spots, options),
        info={
            "generator": "surface",
            "parameters": {
                "file": path.name,
                "unit": source.unit,
                "neck_fitted": source.sac is None,
                "planes": {
                    name: {"point": plane.point.tolist(), "normal": plane.unit.tolist()}
                    for name, plane in planes.items()
                },
            },
        },
    )


def _closed(
    points: Array, triangles: Index, named: dict[str, Rim], diameters: float
) -> tuple[Array, Index, tuple[Opening, ...]]:
    """Surface with a closed flow extension at every opening, outward oriented."""
    wall, extensions = points, []
    for name, rim in named.items():
        extension = extend(wall, triangles, rim, name, diameters, first=len(points))
        points = np.vstack([points, extension.points])
        extensions.append(extension)
    check_collisions(wall, extensions)
    triangles = np.vstack([triangles, *(extension.triangles for extension in extensions)])
    if signed_volume(points - points.mean(axis=0), triangles) < 0.0:
        triangles = triangles[:, ::-1]
    return points, triangles, tuple(extension.opening for extension in extensions)


def _device_planes(
    surface: pv.PolyData, source: SurfaceSource, openings: tuple[Opening, ...]
) -> dict[str, Plane]:
    """Planes of the device surfaces by name."""
    planes = {}
    if source.sac is not None:
        planes["ostium"] = source.sac
    elif source.sac_seed is not None:
        planes["ostium"] = _fitted_neck(surface, np.asarray(source.sac_seed), openings)
    for number, plane in enumerate(source.branches, start=1):
        planes[f"ostium_branch_{number}"] = plane
    return planes


def _fitted_neck(surface: pv.PolyData, seed: Array, openings: tuple[Opening, ...]) -> Plane:
    """Plane of shortest outline between the parent vessel and a point in the sac."""
    grid = InnerGrid(surface, openings[0].radius / VOXELS_PER_RADIUS)
    axis, path = grid.paths(openings[0].centre, [openings[1].centre, seed])
    # A neck lies past the point where the way to the sac leaves the parent vessel.
    gap, nearest = cKDTree(axis).query(path)
    within = np.flatnonzero(gap < 0.5 * grid.depth_at(axis)[nearest])
    return fit_neck(surface, path[within[-1] :])


def _section(surface: pv.PolyData, name: str, plane: Plane) -> Section:
    cut = section(surface, plane)
    if cut is None:
        raise SurfaceInvalid(f"the plane of {name} misses the surface", name)
    return cut


def _device_surface(name: str, plane: Plane, cut: Section, radius: float) -> DeviceSurface:
    region = "sac" if name == "ostium" else name.removeprefix("ostium_")
    depth = 0.3 * min(radius, float(np.sqrt(cut.area / np.pi)))
    return DeviceSurface(name, region, plane.height, cut.centre + depth * plane.unit)


def _axes(
    surface: pv.PolyData, openings: tuple[Opening, ...], devices: tuple[DeviceSurface, ...]
) -> list[Tube]:
    """Axes from the inlet to every outlet; the first passes neck and covered branches."""
    inlet, main, *others = openings
    grid = InnerGrid(surface, inlet.radius / VOXELS_PER_RADIUS)
    axes = []
    sac = [device for device in devices if device.region == "sac"]
    branches = [device for device in devices if device.region != "sac"]
    for targets, closed in ((others, sac), ([main], branches)):
        for device in closed:
            grid.close(device.level_set, device.seed)
        paths = grid.paths(inlet.centre, [target.centre for target in targets])
        ends = [(inlet, target) for target in targets]
        axes = [smooth_axis(surface, grid, *task) for task in zip(paths, ends, strict=True)] + axes
    return axes


def _bridged(axis: Tube, sections: list[Section]) -> Tube:
    """Axis whose radius passes ostia as if the wall went on.

    Beside an ostium, and one radius to either side, the inscribed sphere reaches into the sac or
    the fork; there the radius is at most the line between those of the vessel before and after.
    """
    radius, s = axis.radius.copy(), axis.arclength
    for cut in sections:
        near = axis.project(cut.loop)
        margin = float(np.max(near.radius))
        span = [near.arclength.min() - margin, near.arclength.max() + margin]
        inside = (s > span[0]) & (s < span[1])
        line = np.interp(s[inside], span, np.interp(span, s, axis.radius))
        radius[inside] = np.minimum(radius[inside], line)
    return Tube(axis.points, radius)


def _sac_spots(
    surface: pv.PolyData, plane: Plane, cut: Section, options: LumenOptions
) -> list[Spot]:
    ring = cut.loop - cut.centre
    neck = np.vstack([cut.centre + share * ring for share in (0.0, 0.33, 0.67, 1.0)])
    width = float(np.sqrt(cut.area / np.pi))
    points, triangles = np.asarray(surface.points), surface.regular_faces.astype(np.int64)
    behind = triangles_beyond(points, triangles, Plane(cut.centre, plane.normal))
    return [
        Spot(neck, options.neck_edge, 0.2 * width),
        Spot(points[np.unique(triangles[behind])], options.sac_edge, 0.3 * width),
    ]


def _branch_spots(axes: list[Tube], options: LumenOptions) -> list[Spot]:
    """Edges of at most half the radius in the vessels beside the main one."""
    spots, main = [], axes[0]
    for axis in axes[1:]:
        near = main.project(axis.points)
        own = near.distance > 1.2 * near.radius
        if own.any():
            narrowest = float(np.min(axis.radius[own]))
            edge = min(options.vessel_edge, 0.5 * narrowest)
            spots.append(Spot(axis.points[own], edge, 1.5 * narrowest))
    return spots
