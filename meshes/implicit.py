# SPDX-License-Identifier: BSD-3-Clause
"""Closed triangulated surfaces from implicit functions (negative inside, in metres)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from scipy.ndimage import zoom

from meshes.errors import SurfaceInvalid
from meshes.types import Array, ScalarField

COARSENING = 4
"""Ratio of the scouting grid to the sampling grid."""
CONVERGED = 1e-7
"""Distance from the zero set over the reach below which a point is left where it is."""


def gradient(field: ScalarField, points: Array, step: float) -> Array:
    """Central-difference gradient of a scalar field.

    Args:
        field: function of points.
        points: (n, 3) [m].
        step: half width of the difference [m].

    Returns:
        (n, 3) gradient, unit of the field per metre.
    """
    slopes = np.empty_like(points)
    for axis in range(3):
        shift = np.zeros(3)
        shift[axis] = step
        slopes[:, axis] = (field(points + shift) - field(points - shift)) / (2.0 * step)
    return slopes


def project_to_zero(field: ScalarField, points: Array, reach: float, iterations: int = 4) -> Array:
    """Move points along the gradient onto the zero set by Newton steps.

    Args:
        field: function of points, smooth near its zero set.
        points: (n, 3) [m], close to the zero set.
        reach: largest single step [m].
        iterations: Newton steps.

    Returns:
        (n, 3) moved points [m].
    """
    points = np.array(points, dtype=float)
    for _ in range(iterations):
        value = field(points)
        away = np.flatnonzero(np.abs(value) > CONVERGED * reach)
        if not len(away):
            break
        slope = gradient(field, points[away], 1e-3 * reach)
        steepness = np.maximum(np.linalg.norm(slope, axis=1), 1e-6)
        move = np.clip(-value[away] / steepness, -reach, reach)
        points[away] += (move / steepness)[:, None] * slope
    return points


@dataclass(frozen=True)
class Grid:
    """Samples of a field on a regular grid.

    Attributes:
        origin: (3,) position of the first sample [m].
        spacing: [m].
        values: (nx, ny, nz).
    """

    origin: Array
    spacing: float
    values: Array


def sample(field: ScalarField, bounds: tuple[Array, Array], spacing: float) -> Grid:
    """Sample a distance-like field on a grid around a box.

    Args:
        field: function of points (n, 3), roughly a distance [m].
        bounds: lower and upper corner (3,) of the box [m]; the grid reaches a little further.
        spacing: [m].

    Returns:
        Samples, exact near the zero set and interpolated from a coarse grid elsewhere.
    """
    coarse_spacing = COARSENING * spacing
    origin = np.asarray(bounds[0], dtype=float) - coarse_spacing
    extent = np.asarray(bounds[1], dtype=float) + coarse_spacing - origin
    coarse_shape = np.ceil(extent / coarse_spacing).astype(int) + 1
    coarse = np.indices(coarse_shape).reshape(3, -1).T
    values = field(origin + coarse_spacing * coarse).reshape(coarse_shape)
    # A grid cell with a zero has its corners within 0.9 coarse cells plus its own diagonal of a
    # coarse sample; the threshold finds it for fields up to twice as steep as a distance.
    near = np.abs(values) < 1.5 * np.sqrt(3.0) * coarse_spacing
    factor = ((coarse_shape - 1) * COARSENING + 1) / coarse_shape
    fine = zoom(values, factor, order=1)
    exact = np.argwhere(zoom(near.astype(np.uint8), factor, order=0))
    fine[tuple(exact.T)] = field(origin + spacing * exact)
    return Grid(origin, spacing, fine)


def contour(grid: Grid) -> tuple[Array, NDArray[np.int64]]:
    """Zero set of sampled values: points (n, 3) [m] and outward-oriented triangles (m, 3).

    Raises:
        SurfaceInvalid: the zero set is empty or leaves the grid.
    """
    image = pv.ImageData(
        dimensions=grid.values.shape, spacing=(grid.spacing,) * 3, origin=grid.origin
    )
    image.point_data["field"] = grid.values.ravel(order="F")
    raw = image.contour([0.0], scalars="field", method="flying_edges", compute_scalars=False)
    if raw.n_cells == 0:
        raise SurfaceInvalid("the implicit function has no zero set in the box", "implicit")
    if raw.n_open_edges:
        raise SurfaceInvalid("the zero set of the implicit function leaves the box", "implicit")
    points, triangles = np.asarray(raw.points, dtype=float), raw.regular_faces.astype(np.int64)
    return points, triangles if signed_volume(points, triangles) > 0.0 else triangles[:, ::-1]


def surface_from_implicit(
    field: ScalarField, bounds: tuple[Array, Array], spacing: float
) -> pv.PolyData:
    """Triangulate the zero set of a field, with every vertex exactly on it.

    Args:
        field: smooth function of points (n, 3), roughly a signed distance [m], negative inside.
        bounds: lower and upper corner (3,) of a box that holds the whole zero set [m].
        spacing: grid spacing [m]; features below two spacings are lost.

    Returns:
        Closed surface with outward orientation, points as float64 [m].

    Raises:
        SurfaceInvalid: the zero set is empty or leaves the box.
    """
    points, triangles = contour(sample(field, bounds, spacing))
    points = project_to_zero(field, points, spacing)
    return pv.PolyData.from_regular_faces(points, triangles)


def signed_volume(points: Array, triangles: Array) -> float:
    """Volume enclosed by a closed triangulation [m3], positive for outward orientation."""
    a, b, c = points[triangles].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)
