# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of stents, unrolled and wrapped, rendered off screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyvista as pv

from meshes.devices.stent.solid import CELLS
from meshes.hexahedra import hex_boundary
from meshes.topology import Index
from meshes.types import Array, MeshBundle

COLOURS = {"strut": "#9fb3c8", "connector": "#e0a458"}
INK = "#1f2933"
MATT = {"ambient": 0.35, "diffuse": 0.7, "specular": 0.15}
MARGIN = 1.1
"""Height and width of a view over what it shows."""


def picture(bundle: MeshBundle, path: Path, size: tuple[int, int] = (1800, 1000)) -> None:
    """Draw the mesh unrolled beside the whole stent it stands for, as a PNG.

    Args:
        bundle: of a stent, lengths in m.
        path: file to write.
        size: width and height in pixels.
    """
    plotter = pv.Plotter(off_screen=True, shape=(1, 2), window_size=list(size), border=False)
    plotter.set_background("white")
    plotter.enable_anti_aliasing("ssaa")
    window = (0.5 * size[0], float(size[1]))
    draw_flat(plotter, bundle, window)
    plotter.subplot(0, 1)
    draw_whole(plotter, bundle, window)
    plotter.screenshot(path)
    plotter.close()


def draw_flat(plotter: pv.Plotter, bundle: MeshBundle, window: tuple[float, float]) -> None:
    """The outer face of the model on the unrolled cylinder, with its cells and a scale.

    Args:
        plotter: the view that is active is drawn into.
        bundle: of a stent, lengths in m.
        window: width and height of the view in pixels.
    """
    quads, names = _outer_face(bundle)
    radius = bundle.info["outer_radius"]
    corners = 1e3 * unrolled(bundle.points, quads, radius)
    for name, colour in COLOURS.items():
        part = corners[names == name].reshape(-1, 2)
        if len(part):
            faces = np.arange(len(part)).reshape(-1, 4)
            surface = pv.PolyData.from_regular_faces(np.pad(part, ((0, 0), (0, 1))), faces)
            plotter.add_mesh(surface, color=colour, lighting=False, show_edges=False)
            plotter.add_mesh(
                surface.extract_all_edges(), color=INK, line_width=1.0, opacity=0.6, lighting=False
            )
    low, high = (f(corners.reshape(-1, 2), axis=0) for f in (np.min, np.max))
    _scale(plotter, low, high)
    _look(plotter, np.append(0.5 * (low + high), 0.0), (0.0, 0.0, 1.0), high - low, window)


def draw_whole(plotter: pv.Plotter, bundle: MeshBundle, window: tuple[float, float]) -> None:
    """The model and its mirror images around the axis and along it.

    Args:
        plotter: the view that is active is drawn into.
        bundle: of a stent, lengths in m.
        window: width and height of the view in pixels.
    """
    faces, cells = hex_boundary(bundle.cells)
    points, radius = 1e3 * bundle.points, bundle.info["outer_radius"]
    mirrors = [tag for name, tag in bundle.markers["facets"].items() if name.startswith("mirror")]
    # Facets and faces are listed alike; the mirror planes lie inside the whole.
    kept = ~np.isin(bundle.facet_tags, mirrors)
    faces, cells = faces[kept], cells[kept]
    for name, tag in bundle.markers["cells"].items():
        own = faces[bundle.cell_tags[cells] == tag]
        for image, inside_out in mirror_images(points, bundle.info):
            surface = pv.PolyData.from_regular_faces(image, own[:, ::-1] if inside_out else own)
            surface = surface.clean().compute_normals(split_vertices=True, feature_angle=40.0)
            plotter.add_mesh(surface, color=COLOURS[name], smooth_shading=True, **MATT)
    plotter.enable_parallel_projection()
    plotter.view_vector((1.0, -0.45, 0.35), (0.0, 0.0, 1.0))
    length, width = 1e3 * bundle.info["length"] * bundle.info["copies_along"], 2e3 * radius
    # The view looks down by 17 degrees: the length is foreshortened, the rims add to it.
    tall = max(0.95 * length + 0.31 * width, width * window[1] / window[0])
    plotter.camera.parallel_scale = 0.5 * MARGIN * tall
    plotter.reset_camera_clipping_range()


def mirror_images(points: Array, info: dict) -> list[tuple[Array, bool]]:
    """The points of a model and of its images that make up the whole circumference and length.

    Args:
        points: (n, 3), any unit; also deformed ones.
        info: ``info.json`` of the model.

    Returns:
        Points (n, 3) of each image, and whether it is turned inside out.
    """
    images = [(points, False)]
    if info["copies_along"] == 2:
        images.append((points * np.array([1.0, 1.0, -1.0]), True))
    copies, sector = info["copies_around"], info["sector_angle"]
    found = []
    for image, flipped in images:
        angle = np.arctan2(image[:, 1], image[:, 0])
        radius = np.hypot(image[:, 0], image[:, 1])
        for k in range(copies):
            turned = k * sector + angle if k % 2 == 0 else (k + 1) * sector - angle
            around = np.column_stack([radius * np.cos(turned), radius * np.sin(turned)])
            found.append((np.column_stack([around, image[:, 2]]), flipped != (k % 2 == 1)))
    return found


def unrolled(points: Array, quads: Index, radius: float) -> Array:
    """Corners (k, 4, 2) of quadrilaterals on the unrolled cylinder, whole across the seam.

    Args:
        points: (n, 3) [m].
        quads: (k, 4).
        radius: of the cylinder [m].
    """
    angle = np.arctan2(points[:, 1], points[:, 0])[quads]
    first = np.where(angle[:, :1] < -1e-9, angle[:, :1] + 2.0 * np.pi, angle[:, :1])
    turns = np.round((first - angle) / (2.0 * np.pi))
    return np.stack([radius * (angle + 2.0 * np.pi * turns), points[quads, 2]], axis=-1)


def _outer_face(bundle: MeshBundle) -> tuple[Index, np.ndarray]:
    """Quadrilaterals of the abluminal face and the region of each."""
    faces, cells = hex_boundary(bundle.cells)
    outer = bundle.facet_tags == bundle.markers["facets"]["outer"]
    names = np.array(list(CELLS))[bundle.cell_tags[cells[outer]] - 1]
    return faces[outer], names


def _scale(plotter: pv.Plotter, low: Array, high: Array) -> None:
    """A bar of a round length below the drawing; coordinates in mm."""
    width, height = high - low
    wanted = 0.3 * max(width, 0.3 * height)
    power = 10.0 ** np.floor(np.log10(wanted))
    length = power * max(step for step in (1.0, 2.0, 5.0) if step * power <= wanted)
    y = low[1] - 0.06 * height
    bar = pv.Line((low[0], y, 0.0), (low[0] + length, y, 0.0))
    plotter.add_mesh(bar, color=INK, line_width=4.0)
    text = f"{length:g} mm" if length >= 0.1 else f"{1e3 * length:g} um"
    label = np.array([[low[0] + 0.5 * length, y - 0.02 * height, 0.0]])
    plotter.add_point_labels(
        label,
        [text],
        show_points=False,
        shape=None,
        font_size=22,
        text_color=INK,
        justification_horizontal="center",
        justification_vertical="top",
        always_visible=True,
    )


def _look(
    plotter: pv.Plotter,
    centre: Array,
    against: tuple[float, float, float],
    extent: Array,
    window: tuple[float, float],
) -> None:
    """Parallel view of an extent (width, height) in a window."""
    centre = centre - np.array([0.0, 0.05 * extent[1], 0.0])
    plotter.camera_position = [centre + 10.0 * np.array(against), centre, (0.0, 1.0, 0.0)]
    plotter.enable_parallel_projection()
    tall = max(1.15 * extent[1], extent[0] * window[1] / window[0])
    plotter.camera.parallel_scale = 0.5 * MARGIN * float(tall)
    plotter.reset_camera_clipping_range()
