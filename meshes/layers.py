# SPDX-License-Identifier: BSD-3-Clause
"""Layers of flat tetrahedra along a closed wall triangulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, diags_array
from scipy.spatial import cKDTree

from meshes.errors import MeshFailed
from meshes.topology import (
    Index,
    tet_volumes,
    triangle_vectors,
    unique_edges,
    vertex_normals,
)
from meshes.triangulation import geometric_defect, self_intersections
from meshes.types import Array

THINNING = 0.7
ATTEMPTS = 12


@dataclass(frozen=True)
class LayerOptions:
    """How the near-wall layers are built.

    Attributes:
        count: number of layers; 0 for none.
        first: height of the layer at the wall over the local wall edge.
        growth: height of a layer over the height of its outer neighbour.
        reach: largest total thickness over the radius of the largest ball inside the lumen that
            touches the wall there; holds for narrow lumens and for strongly curved walls.
        slope: largest change of the thickness along the wall.
        minimum_volume: volume of a layer tetrahedron over that in a straight prism below which the
            layers are thinned; 1 where the wall is flat, 0 where the inner side collapses.
    """

    count: int = 2
    first: float = 0.25
    growth: float = 1.4
    reach: float = 0.4
    slope: float = 0.35
    minimum_volume: float = 0.2

    def fractions(self) -> Array:
        """Depths of the layer boundaries over the total thickness, (count + 1,) from 0 to 1."""
        heights = self.growth ** np.arange(self.count)
        return np.concatenate([[0.0], np.cumsum(heights) / heights.sum()])

    def total(self) -> float:
        """Total thickness over the local wall edge."""
        return float(self.first * (self.growth ** np.arange(self.count)).sum())


@dataclass(frozen=True)
class Layers:
    """Result of the extrusion.

    Attributes:
        points: ((count + 1) n, 3) [m], the wall vertices first, the inner surface last.
        cells: (3 count m, 4) tetrahedra.
        inner: (m, 3) triangles of the inner surface, oriented like the wall.
        thickness: (n,) total thickness at each wall vertex [m].
    """

    points: Array
    cells: Index
    inner: Index
    thickness: Array


def inscribed_radius(points: Array, inward: Array) -> Array:
    """Radius of the largest ball that touches each vertex and holds no other vertex.

    Shrinking-ball method: Ma, Bae and Choi, The Visual Computer 28 (2012),
    10.1007/s00371-011-0594-7.

    Args:
        points: (n, 3) wall vertices [m].
        inward: (n, 3) unit normals into the lumen.

    Returns:
        (n,) radii [m].
    """
    tree = cKDTree(points)
    radius = np.full(len(points), np.ptp(points, axis=0).max())
    active = np.arange(len(points))
    for _ in range(30):
        centre = points[active] + radius[active, None] * inward[active]
        distance, nearest = tree.query(centre)
        touched = (distance < radius[active] * (1.0 - 1e-6)) & (nearest != active)
        active, nearest = active[touched], nearest[touched]
        if not len(active):
            break
        chord = points[nearest] - points[active]
        height = np.einsum("ij,ij->i", chord, inward[active])
        radius[active] = np.sum(chord**2, axis=1) / (2.0 * np.maximum(height, 1e-300))
    return radius


def extrude(points: Array, triangles: Index, options: LayerOptions) -> Layers:
    """Grow layers from a closed wall into the lumen.

    Args:
        points: (n, 3) wall vertices [m].
        triangles: (m, 3), outward oriented.
        options: see :class:`LayerOptions`.

    Returns:
        Points, tetrahedra and inner surface.

    Raises:
        MeshFailed: the layers stay inverted or the inner surface cuts itself however thin.
    """
    edges, _ = unique_edges(triangles)
    length = np.linalg.norm(points[edges[:, 1]] - points[edges[:, 0]], axis=1)
    links = _average(edges, len(points))
    local = _average(edges, len(points), length) @ np.ones(len(points))
    inward = -_smooth_normals(points, triangles, links)
    thickness = np.minimum(
        options.total() * local, options.reach * inscribed_radius(points, inward)
    )
    for _ in range(ATTEMPTS):
        thickness = _limit_slope(thickness, edges, length, options.slope)
        layers = _stack(points, triangles, inward, thickness, options)
        bad = _bad_vertices(layers, triangles, options)
        if not len(bad):
            return layers
        thickness[bad] *= THINNING
    reason = geometric_defect(layers.points[-len(points) :], triangles) or "is inverted"
    raise MeshFailed(f"the inner side of the near-wall layers {reason}", "layers")


def _average(edges: Index, size: int, values: Array | None = None) -> coo_matrix:
    """Matrix that takes the mean of a value over the edges of each vertex."""
    both = np.vstack([edges, edges[:, ::-1]])
    weight = np.ones(len(both)) if values is None else np.tile(values, 2)
    count = np.bincount(both[:, 0], minlength=size)
    return diags_array(1.0 / count) @ coo_matrix((weight, both.T), shape=(size, size))


def _smooth_normals(points: Array, triangles: Index, links: coo_matrix) -> Array:
    """Vertex normals averaged with their neighbours where they stay visible from all triangles."""
    faces = triangle_vectors(points, triangles)
    faces /= np.linalg.norm(faces, axis=1)[:, None]
    normals = vertex_normals(points, triangles)
    for _ in range(3):
        smooth = 0.5 * normals + 0.5 * (links @ normals)
        smooth /= np.maximum(np.linalg.norm(smooth, axis=1), 1e-300)[:, None]
        visible = np.full(len(points), np.inf)
        cosine = np.einsum("mij,mj->mi", smooth[triangles], faces)
        np.minimum.at(visible, triangles, cosine)
        normals = np.where((visible > 0.5)[:, None], smooth, normals)
    return normals


def _limit_slope(thickness: Array, edges: Index, length: Array, slope: float) -> Array:
    """Lower the thickness until it changes by at most ``slope`` times the edge along every edge."""
    thickness = thickness.copy()
    a, b = edges.T
    for _ in range(100):
        before = thickness.copy()
        np.minimum.at(thickness, a, before[b] + slope * length)
        np.minimum.at(thickness, b, before[a] + slope * length)
        if np.array_equal(before, thickness):
            break
    return thickness


def _stack(
    points: Array, triangles: Index, inward: Array, thickness: Array, options: LayerOptions
) -> Layers:
    """Points and tetrahedra of all layers for a given thickness.

    Prisms are split by the smallest-vertex rule, which makes the diagonals of neighbouring prisms
    agree: Dompierre et al., 8th International Meshing Roundtable (1999).
    """
    size = len(points)
    depth = options.fractions()
    stack = points + (depth[:, None] * thickness)[:, :, None] * inward
    outer = np.sort(triangles, axis=1)
    cells = []
    for level in range(options.count):
        a0, b0, c0 = (outer + level * size).T
        a1, b1, c1 = (outer + (level + 1) * size).T
        cells += [
            np.column_stack([a0, b0, c0, c1]),
            np.column_stack([a0, b1, b0, c1]),
            np.column_stack([a0, a1, b1, c1]),
        ]
    # Sorting turned every second triangle over; the same swap mends all its prisms.
    result = np.vstack(cells)
    flip = np.tile(_is_even(triangles), 3 * options.count)
    result[flip, 2:] = result[flip, :1:-1]
    return Layers(stack.reshape(-1, 3), result, triangles + options.count * size, thickness)


def _is_even(triangles: Index) -> Index:
    """Whether sorting the vertices keeps the orientation of each triangle."""
    a, b, c = triangles.T
    return ((a < b).astype(int) + (b < c) + (c < a)) == 2


def _bad_vertices(layers: Layers, triangles: Index, options: LayerOptions) -> Index:
    """Wall vertices of layers that are squeezed, inverted or cut other layers."""
    size = len(layers.thickness)
    wall = np.linalg.norm(triangle_vectors(layers.points[:size], triangles), axis=1)
    height = np.diff(options.fractions())[:, None] * layers.thickness[triangles].mean(axis=1)
    straight = np.repeat(height, 3, axis=0).ravel() * np.tile(wall, 3 * options.count) / 3.0
    squeezed = tet_volumes(layers.points, layers.cells) < options.minimum_volume * straight
    crossings = self_intersections(layers.points[-size:], triangles)
    return np.union1d(layers.cells[squeezed] % size, triangles[crossings])
