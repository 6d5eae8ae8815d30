# SPDX-License-Identifier: BSD-3-Clause
"""Read a triangulated surface, bring it to metres and clean it."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyvista as pv

from meshes.errors import SurfaceInvalid
from meshes.topology import Index, components, triangle_vectors
from meshes.types import Array

FORMATS = (".stl", ".vtp", ".obj", ".ply")
SIZE_RANGE = (1.0e-3, 200.0e-3)
"""Longest side of the bounding box of a plausible vessel [m]."""
PACKAGES = {"gmsh-doc": ("share/doc/gmsh*",)}
"""Example data of installed packages: name and folder patterns below an installation prefix."""


def resolve(file: str) -> Path:
    """Path of a surface file.

    Args:
        file: a path, or ``package:name`` for a file that an installed package ships with its
            documentation (``gmsh-doc:aneurysm_data.stl.gz``).

    Raises:
        SurfaceInvalid: the file, or the package that ships it, is absent.
    """
    package, separator, name = file.partition(":")
    if not separator or package not in PACKAGES:
        path = Path(file)
        if not path.is_file():
            raise SurfaceInvalid(f"no surface file {file}", "surface.file")
        return path
    prefixes = [os.environ.get("CONDA_PREFIX"), sys.prefix, sys.base_prefix, "/usr", "/usr/local"]
    for prefix in filter(None, prefixes):
        for pattern in PACKAGES[package]:
            found = sorted(Path(prefix).glob(f"{pattern}/**/{name}"))
            if found:
                return found[0]
    raise SurfaceInvalid(
        f"no {name} below {', '.join(p for p in prefixes if p)}: install the package {package}",
        "surface.file",
    )


def read_surface(path: Path, unit: float) -> tuple[Array, Index]:
    """Points [m] and triangles of a surface file, in one piece, consistently oriented.

    Args:
        path: STL, VTP, OBJ or PLY, also with ``.gz`` appended.
        unit: length of one unit of the file [m].

    Raises:
        SurfaceInvalid: unknown format, no triangles, implausible size, several pieces.
    """
    surface = _read(path).triangulate()
    if surface.n_cells == 0:
        raise SurfaceInvalid(f"{path.name} holds no triangles", "surface.file")
    points = np.asarray(surface.points, dtype=float) * unit
    _check_size(points, unit, path.name)
    # Coordinates of STL files are rounded; vertices closer than that are one.
    tolerance = 1.0e-5 * float(np.ptp(points, axis=0).max())
    shift = points.min(axis=0)
    merged = pv.PolyData.from_regular_faces(points - shift, surface.regular_faces).clean(
        tolerance=tolerance, absolute=True
    )
    triangles = _sound(merged.regular_faces.astype(np.int64))
    triangles = _largest_piece(np.asarray(merged.points), triangles, path.name)
    return _oriented(np.asarray(merged.points, dtype=float) + shift, triangles)


def _read(path: Path) -> pv.PolyData:
    suffixes = [s.lower() for s in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    suffix = suffixes[-2] if packed and len(suffixes) > 1 else suffixes[-1] if suffixes else ""
    if suffix not in FORMATS:
        raise SurfaceInvalid(
            f"{path.name} is none of {', '.join(FORMATS)}, plain or gzipped", "surface.file"
        )
    if not packed:
        data = pv.read(path)
    else:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / f"surface{suffix}"
            with gzip.open(path) as source, plain.open("wb") as target:
                shutil.copyfileobj(source, target)
            data = pv.read(plain)
    return data if isinstance(data, pv.PolyData) else data.extract_surface()


def _check_size(points: Array, unit: float, name: str) -> None:
    longest = float(np.ptp(points, axis=0).max())
    if SIZE_RANGE[0] <= longest <= SIZE_RANGE[1]:
        return
    units = {"m": 1.0, "cm": 1.0e-2, "mm": 1.0e-3, "um": 1.0e-6}
    fitting = [
        label
        for label, size in units.items()
        if SIZE_RANGE[0] <= longest / unit * size <= SIZE_RANGE[1]
    ]
    hint = f"; as {' or '.join(fitting)} it would fit" if fitting else ""
    raise SurfaceInvalid(
        f"{name} is {1e3 * longest:.4g} mm long with a unit of {1e3 * unit:g} mm, a vessel has "
        f"{1e3 * SIZE_RANGE[0]:g} to {1e3 * SIZE_RANGE[1]:g} mm{hint}",
        "surface.unit_mm",
    )


def _sound(triangles: Index) -> Index:
    """Triangles with three different vertices, each once."""
    ordered = np.sort(triangles, axis=1)
    proper = (ordered[:, 0] != ordered[:, 1]) & (ordered[:, 1] != ordered[:, 2])
    _, first = np.unique(ordered[proper], axis=0, return_index=True)
    return triangles[proper][np.sort(first)]


def _largest_piece(points: Array, triangles: Index, name: str) -> Index:
    """The connected piece that makes up the surface; specks of under 1 % are dropped."""
    label = components(triangles[:, [0, 1, 1, 2]].reshape(-1, 2), len(points))[triangles[:, 0]]
    area = np.bincount(label, np.linalg.norm(triangle_vectors(points, triangles), axis=1))
    main = int(np.argmax(area))
    second = float(np.max(np.delete(area, main), initial=0.0))
    if second > 0.01 * area[main]:
        raise SurfaceInvalid(
            f"{name} consists of separate pieces, the second with "
            f"{100 * second / area[main]:.0f} % of the area of the first",
            "surface.file",
        )
    return triangles[label == main]


def _oriented(points: Array, triangles: Index) -> tuple[Array, Index]:
    """Compact numbering and the same orientation all over, sign left open."""
    surface = pv.PolyData.from_regular_faces(points, triangles).compute_normals(
        cell_normals=True,
        point_normals=False,
        consistent_normals=True,
        auto_orient_normals=False,
        split_vertices=False,
    )
    triangles = surface.regular_faces.astype(np.int64)
    used, numbers = np.unique(triangles, return_inverse=True)
    return np.asarray(surface.points, dtype=float)[used], numbers.reshape(-1, 3)
