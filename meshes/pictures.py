# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of mesh bundles, rendered off screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyvista as pv

from meshes.tagging import surface_facets
from meshes.types import Array, MeshBundle

COLOURS = {"inlet": "#2166ac", "outlet": "#1a9850", "ostium": "#d73027"}
REGIONS = ("#e8e4dc", "#f4c7a1", "#bcd6ee", "#cfe8c9")


def picture(bundle: MeshBundle, path: Path) -> None:
    """Draw the wall with caps and device surfaces, and a cut through the sac, as a PNG.

    Args:
        bundle: lengths in m.
        path: file to write.
    """
    plotter = pv.Plotter(off_screen=True, shape=(1, 2), window_size=(1800, 900), border=False)
    plotter.set_background("white")
    target, normal, across = _view(bundle)
    plotter.subplot(0, 0)
    for name in bundle.markers["facets"]:
        surface = pv.PolyData.from_regular_faces(bundle.points, surface_facets(bundle, name))
        kind = name.split("_")[0]
        plotter.add_mesh(
            surface,
            color=COLOURS.get(kind, REGIONS[0]),
            opacity=0.55 if kind == "wall" else 1.0,
            show_edges=True,
            edge_color="#555555",
            line_width=0.4,
        )
    _look(plotter, bundle.points, normal, across)
    plotter.subplot(0, 1)
    grid = pv.UnstructuredGrid({pv.CellType.TETRA: bundle.cells}, bundle.points)
    half = (bundle.points[bundle.cells].mean(axis=1) - target) @ normal < 0.0
    for number, tag in enumerate(bundle.markers["cells"].values()):
        part = grid.extract_cells(np.flatnonzero(half & (bundle.cell_tags == tag)))
        if part.n_cells:
            plotter.add_mesh(
                part.extract_surface(algorithm="dataset_surface"),
                color=REGIONS[number % len(REGIONS)],
                show_edges=True,
                edge_color="#333333",
                line_width=0.4,
            )
    _look(plotter, bundle.points, normal, across)
    plotter.screenshot(path)
    plotter.close()


def _view(bundle: MeshBundle) -> tuple[Array, Array, Array]:
    """Point to cut through, direction to look against, and direction that points up."""
    axis = np.asarray(bundle.info["centreline"]["points"])
    if "ostium" in bundle.info:
        target = np.asarray(bundle.info["ostium"]["centre"])
        outward = np.asarray(bundle.info["ostium"]["normal"])
        nearest = int(np.argmin(np.linalg.norm(axis - target, axis=1)))
        low, high = max(nearest - 2, 0), min(nearest + 2, len(axis) - 1)
        along = axis[high] - axis[low]
    else:
        target, along = axis[len(axis) // 2], axis[-1] - axis[0]
        outward = np.eye(3)[np.argmin(np.abs(along))]
    along = along / np.linalg.norm(along)
    normal = np.cross(along, outward)
    normal /= np.linalg.norm(normal)
    return target, normal, np.cross(normal, along)


def _look(plotter: pv.Plotter, points: Array, normal: Array, up: Array) -> None:
    """Parallel view of everything against ``normal``, as large as the frame allows."""
    across = np.cross(up, normal)
    shadow = (points @ across, points @ up)
    low, high = (np.array([f(s) for s in shadow]) for f in (np.min, np.max))
    depth = points @ normal
    centre = across * (low + high)[0] / 2 + up * (low + high)[1] / 2 + normal * depth.mean()
    plotter.camera_position = [centre + 3.0 * np.ptp(points, axis=0).max() * normal, centre, up]
    plotter.enable_parallel_projection()
    plotter.camera.parallel_scale = 0.53 * float((high - low).max())
    plotter.reset_camera_clipping_range()
