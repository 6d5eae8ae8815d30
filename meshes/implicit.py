# SPDX-License-Identifier: BSD-3-Clause
"""Closed triangulated surfaces from implicit functions (negative inside, in metres)."""

from __future__ import annotations

import numpy as np
import pyvista as pv
from scipy.ndimage import binary_dilation, zoom

from meshes.errors import SurfaceInvalid
from meshes.types import Array, ScalarField

COARSENING = 4
"""Ratio of the scouting grid to the sampling grid."""


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
        slope = gradient(field, points, 1e-3 * reach)
        steepness = np.maximum(np.linalg.norm(slope, axis=1), 1e-6)
        move = np.clip(-field(points) / steepness, -reach, reach)
        points += (move / steepness)[:, None] * slope
    return points


def _sample(field: ScalarField, origin: Array, shape: Array, spacing: float) -> Array:
    """Field on a grid; exact near the zero set, interpolated from a coarse grid elsewhere."""
    coarse_shape = np.asarray(shape - 1) // COARSENING + 1

    coarse = np.indices(coarse_shape).reshape(3, -1).T
    values = field(origin + COARSENING * spacing * coarse).reshape(coarse_shape)
    # A field that is 1-Lipschitz cannot vanish farther than the cell diagonal; the factor 2 leaves
    # room for blends steeper than a distance.
    near = np.abs(values) < 2.0 * np.sqrt(3.0) * COARSENING * spacing
    near = binary_dilation(near, np.ones((3, 3, 3)))
    factor = shape / coarse_shape
    fine = zoom(values, factor, order=1)
    exact = np.argwhere(zoom(near.astype(np.uint8), factor, order=0))
    fine[tuple(exact.T)] = field(origin + spacing * exact)
    return fine


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
    low = np.asarray(bounds[0], dtype=float) - COARSENING * spacing
    extent = np.asarray(bounds[1], dtype=float) + COARSENING * spacing - low
    coarse_cells = np.ceil(extent / (COARSENING * spacing)).astype(int)
    shape = coarse_cells * COARSENING + 1
    values = _sample(field, low, shape, spacing)
    grid = pv.ImageData(dimensions=shape, spacing=(spacing,) * 3, origin=low)
    grid.point_data["field"] = values.ravel(order="F")
    raw = grid.contour([0.0], scalars="field", method="flying_edges", compute_scalars=False)
    if raw.n_cells == 0:
        raise SurfaceInvalid("the implicit function has no zero set in the box", "implicit")
    triangles = raw.regular_faces
    points = project_to_zero(field, np.asarray(raw.points, dtype=float), spacing)
    surface = pv.PolyData.from_regular_faces(points, triangles)
    if surface.n_open_edges:
        raise SurfaceInvalid("the zero set of the implicit function leaves the box", "implicit")
    if signed_volume(points, triangles) < 0.0:
        surface = pv.PolyData.from_regular_faces(points, triangles[:, ::-1])
    return surface


def signed_volume(points: Array, triangles: Array) -> float:
    """Volume enclosed by a closed triangulation [m3], positive for outward orientation."""
    a, b, c = points[triangles].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)
