# SPDX-License-Identifier: BSD-3-Clause
"""Surface of the whole circumference of a device, from the model and its copies."""

from __future__ import annotations

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from solvers.fields.bench.model import Repetition

Array = NDArray[np.float64]

ON_PLANE = 1e-6
"""Distance below which a point lies on a plane of symmetry, over its radius."""


def device_surface(
    grid: pv.UnstructuredGrid, repetition: Repetition, field: str | None = None
) -> pv.PolyData:
    """Outer surface of a deformed device.

    Args:
        grid: reference mesh of the model with point data ``displacement``.
        repetition: how the model repeats.
        field: cell data kept, made continuous; None for none.
    """
    model = _model_surface(grid, repetition, field)
    copies = []
    for k in range(repetition.copies):
        odd = repetition.mirrored and k % 2 == 1
        angle = (k + 1 if odd else k) * repetition.sector
        copies.append(_moved(model, turn(model.points, angle, mirrored=odd), mirrored=odd))
    ring = pv.merge(copies) if len(copies) > 1 else copies[0]
    for plane in repetition.mirror_z[:1]:
        image = np.array(ring.points) * [1.0, 1.0, -1.0] + [0.0, 0.0, 2.0 * plane]
        ring = pv.merge([ring, _moved(ring, image, mirrored=True)])
    return ring.extract_surface(algorithm="dataset_surface").clean(tolerance=1e-9)


def flat_surface(grid: pv.UnstructuredGrid, repetition: Repetition, radius: float) -> pv.PolyData:
    """The unrolled pattern of the tube as drawn: x along the circumference, y the axis, z radial.

    Args:
        grid: reference mesh of the model.
        repetition: how the model repeats.
        radius: of the drawing [m].
    """
    model = _model_surface(grid, repetition, None, deformed=False)
    place = np.array(model.points)
    angle = np.arctan2(place[:, 1], place[:, 0]) % (2.0 * np.pi)
    angle[angle > 2.0 * np.pi - ON_PLANE] = 0.0
    if repetition.copies == 1:
        return _unrolled_whole(model, angle, radius)
    depth = np.hypot(place[:, 0], place[:, 1]) - radius
    parts = []
    for k in range(repetition.copies):
        odd = repetition.mirrored and k % 2 == 1
        turned = (k + 1) * repetition.sector - angle if odd else k * repetition.sector + angle
        parts.append(
            _moved(model, np.column_stack([radius * turned, place[:, 2], depth]), mirrored=odd)
        )
    flat = pv.merge(parts)
    for plane in repetition.mirror_z[:1]:
        image = np.array(flat.points) * [1.0, -1.0, 1.0] + [0.0, 2.0 * plane, 0.0]
        flat = pv.merge([flat, _moved(flat, image, mirrored=True)])
    return flat.extract_surface(algorithm="dataset_surface").clean(tolerance=1e-9)


def turn(points: Array, angle: float, *, mirrored: bool) -> Array:
    """Points turned about the axis, after a reflection across theta = 0 where ``mirrored``."""
    x, y, z = np.asarray(points, dtype=float).T
    y = -y if mirrored else y
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.column_stack([cosine * x - sine * y, sine * x + cosine * y, z])


def _unrolled_whole(model: pv.PolyData, angle: Array, radius: float) -> pv.PolyData:
    """The whole circumference cut open at theta = 0."""
    faces = model.regular_faces
    corners = angle[faces]
    corners = corners + 2.0 * np.pi * np.round((corners[:, :1] - corners) / (2.0 * np.pi))
    place = np.asarray(model.points, dtype=float)[faces.ravel()]
    depth = np.hypot(place[:, 0], place[:, 1]) - radius
    points = np.column_stack([radius * corners.ravel(), place[:, 2], depth])
    flat = pv.PolyData.from_regular_faces(points, np.arange(faces.size).reshape(faces.shape))
    # Facets across the cut stick out at one end and are missing at the other.
    period = np.array([2.0 * np.pi * radius, 0.0, 0.0])
    both = pv.merge([flat, flat.translate(period), flat.translate(-period)])
    x, end = np.array([1.0, 0.0, 0.0]), period
    return both.clip(normal=x, origin=end).clip(normal=-x, origin=(0.0, 0.0, 0.0))


def _model_surface(
    grid: pv.UnstructuredGrid, repetition: Repetition, field: str | None, deformed: bool = True
) -> pv.PolyData:
    """Triangles of the boundary of the model without those on planes of symmetry."""
    source = grid.copy(deep=False)
    source.point_data["place"] = np.asarray(grid.points, dtype=float)
    for name in set(source.cell_data.keys()) - {field}:
        source.cell_data.remove(name)
    if field is not None:
        source = source.cell_data_to_point_data()
    surface = source.extract_surface(algorithm="dataset_surface").triangulate()
    place = np.asarray(surface.point_data["place"], dtype=float)
    faces = surface.regular_faces
    inner = np.zeros(len(faces), bool)
    for distance in _planes(place, repetition):
        inner |= (np.abs(distance) < ON_PLANE * np.abs(place).max())[faces].all(axis=1)
    points = np.array(surface.points, dtype=float)
    if deformed:
        points = place + np.asarray(surface.point_data["displacement"], dtype=float)
    kept = pv.PolyData.from_regular_faces(points, faces[~inner])
    if field is not None:
        kept.point_data[field] = np.asarray(surface.point_data[field], dtype=float)
    return kept.clean(tolerance=0.0)


def _planes(place: Array, repetition: Repetition) -> list[Array]:
    """Distance (n,) of points to each plane of symmetry."""
    distances = [place[:, 2] - plane for plane in repetition.mirror_z]
    if repetition.copies > 1:
        for angle in (0.0, repetition.sector):
            distances.append(np.cos(angle) * place[:, 1] - np.sin(angle) * place[:, 0])
    return distances


def _moved(surface: pv.PolyData, points: Array, *, mirrored: bool = False) -> pv.PolyData:
    """A copy elsewhere; a mirror image runs around its facets the other way."""
    faces = surface.regular_faces[:, ::-1] if mirrored else surface.regular_faces
    copy = pv.PolyData.from_regular_faces(points, faces)
    copy.point_data.update(surface.point_data)
    return copy
