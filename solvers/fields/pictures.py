# SPDX-License-Identifier: BSD-3-Clause
"""Off-screen pictures of the arms of one patient. Fields in SI; colour bars show cm/s and Pa."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv

from solvers.fields.view import ASPECT, View, choose_view

BAR_SHARE = 0.19
"""Share of the picture height kept for the colour bar and the length scale."""

SPEED_MAP, SHEAR_MAP, POROSITY_MAP = "viridis", "plasma", "viridis"
WALL_COLOUR, WIRE_COLOUR, INK = "#d3dbe2", "#4a5560", "#1f2933"
MATT = {"ambient": 0.4, "diffuse": 0.65, "specular": 0.0}
"""Soft light, so that a colour reads nearly the same on a lit and on a shaded side."""

SEEDS = 60


@dataclass(frozen=True)
class ArmFolders:
    """Where the results of one arm are.

    Attributes:
        fluid: folder with ``fields.vtu`` and ``wall.vtp``.
        deployment: folder that may hold ``device.vtp``.
    """

    fluid: Path
    deployment: Path


def render_patient(
    arms: Mapping[str, ArmFolders], bundle: Path, output: Path, width: int = 900
) -> list[Path]:
    """Write all pictures of one patient.

    Args:
        arms: solved arms; the first one (the reference arm, when it is solved) decides the view.
        bundle: mesh bundle folder.
        output: folder for ``{arm}_{speed,shear,device,streamlines}.png`` and ``view.json``.
        width: picture width in pixels.

    Returns:
        The pictures written; none for a patient without a solved arm.
    """
    if not arms:
        return []
    output.mkdir(parents=True, exist_ok=True)
    view = choose_view(next(iter(arms.values())).fluid, bundle)
    (output / "view.json").write_text(json.dumps(view.to_json(), indent=1) + "\n")
    written = []
    for arm, folders in arms.items():
        pictures = ArmPictures.read(folders, view, width)
        for name in ("speed", "shear", "device", "streamlines"):
            path = output / f"{arm}_{name}.png"
            plotter = getattr(pictures, name)()
            plotter.screenshot(path)
            plotter.close()
            written.append(path)
    return written


@dataclass(frozen=True)
class ArmPictures:
    """The pictures of one arm, each as a ready plotter.

    Attributes:
        grid: content of ``fields.vtu``, cut to the view.
        wall: content of ``wall.vtp``, cut to the view.
        boundary: surface of the cells, which faces outwards.
        wires: device wires, None in an arm without device.
        view: shared by the arms.
        width: picture width in pixels.
    """

    grid: pv.UnstructuredGrid
    wall: pv.PolyData
    boundary: pv.PolyData
    wires: pv.PolyData | None
    view: View
    width: int

    @classmethod
    def read(cls, folders: ArmFolders, view: View, width: int) -> ArmPictures:
        """Read one arm."""
        device = folders.deployment / "device.vtp"
        wires = pv.read(device) if device.exists() else None
        grid = pv.read(folders.fluid / "fields.vtu")
        return cls(
            boundary=_near(grid.extract_surface(algorithm="dataset_surface"), view),
            grid=_near(grid, view),
            wall=_near(pv.read(folders.fluid / "wall.vtp"), view),
            wires=_near(wires, view) if wires is not None and wires.n_cells else None,
            view=view,
            width=width,
        )

    def speed(self) -> pv.Plotter:
        """Cycle-mean speed on the plane of neck normal and vessel axis, with flow directions."""
        plotter = self._plotter()
        section = self._section(self.grid).cell_data_to_point_data(pass_cell_data=True)
        section.point_data["speed"] = 100 * np.asarray(section.point_data["mean_speed"])
        add_coloured(
            plotter,
            section,
            "speed",
            (0, 100 * self.view.speed),
            SPEED_MAP,
            "mean speed [cm/s]",
            lighting=False,
        )
        arrows = self._arrows(section)
        if arrows is not None:
            plotter.add_mesh(arrows, color="white", lighting=False)
        plotter.add_mesh(self._section(self.wall), color=INK, line_width=3)
        if self.wires is not None:
            cuts = self._section(self.wires)
            plotter.add_mesh(cuts, color=INK, point_size=6, render_points_as_spheres=True)
        return plotter

    def shear(self) -> pv.Plotter:
        """Time-averaged wall shear stress on the wall."""
        plotter = self._plotter()
        add_coloured(
            plotter,
            self.wall.cell_data_to_point_data(),
            "tawss",
            (0, self.view.shear),
            SHEAR_MAP,
            "TAWSS [Pa]",
            smooth_shading=True,
            **MATT,
        )
        return plotter

    def device(self) -> pv.Plotter:
        """Translucent wall with the device wires coloured by local porosity."""
        plotter = self._plotter(opacity=0.45)
        if self.wires is not None and "porosity" in self.wires.array_names:
            porosity = np.asarray(self.wires["porosity"], dtype=float)
            # The finest of these steps that leaves room for the numbers under the bar.
            per_one = 20 if np.ptp(porosity) < 0.2 else 10 if np.ptp(porosity) < 0.4 else 5
            steps = np.floor(per_one * porosity.min()), np.ceil(per_one * porosity.max())
            add_coloured(
                plotter,
                self.wires,
                "porosity",
                (steps[0] / per_one, steps[1] / per_one),
                POROSITY_MAP,
                "local porosity [1]",
                labels=int(steps[1] - steps[0]) + 1,
                line_width=3.5,
                lighting=False,
            )
        elif self.wires is not None:
            plotter.add_mesh(self.wires, color=WIRE_COLOUR, line_width=2.5)
        return plotter

    def streamlines(self) -> pv.Plotter:
        """Streamlines of the cycle-mean velocity through points spread over the sac."""
        plotter = self._plotter(opacity=0.35)
        if self.wires is not None:
            plotter.add_mesh(self.wires, color=WIRE_COLOUR, line_width=1, opacity=0.4)
        centres = self.grid.cell_centers()
        inside = np.flatnonzero(np.asarray(self.grid.cell_data["region"]) == self.view.sac)
        seeds = np.random.default_rng(0).choice(inside, min(SEEDS, len(inside)), replace=False)
        lines = self.grid.streamlines_from_source(
            pv.PolyData(np.asarray(centres.points)[seeds]),
            vectors="velocity",
            max_length=12 * self.view.half_height,
            initial_step_length=0.5,
            terminal_speed=1e-6,
        )
        if lines.n_points:
            speed = np.linalg.norm(np.asarray(lines.point_data["velocity"]), axis=1)
            lines.point_data["speed"] = 100 * speed
            add_coloured(
                plotter,
                lines,
                "speed",
                (0, 100 * self.view.speed),
                SPEED_MAP,
                "mean flow speed [cm/s]",
                line_width=2.5,
            )
        return plotter

    def _plotter(self, opacity: float = 0.0) -> pv.Plotter:
        """Empty scene with camera and length scale, and the wall when it is visible."""
        view, height = self.view, round(self.width / ASPECT / (1 - BAR_SHARE))
        plotter = pv.Plotter(off_screen=True, window_size=(self.width, height))
        plotter.set_background("white")
        plotter.enable_anti_aliasing("ssaa")
        plotter.enable_parallel_projection()
        full = view.half_height / (1 - BAR_SHARE)
        focus = view.focus - view.up * BAR_SHARE * full
        plotter.camera.focal_point = focus
        plotter.camera.position = focus + 10 * view.reach * view.towards
        plotter.camera.up = view.up
        plotter.camera.parallel_scale = full
        if opacity:
            # The near side alone: translucent layers behind each other come out mottled.
            plotter.add_mesh(
                self.boundary,
                color=WALL_COLOUR,
                opacity=opacity,
                smooth_shading=True,
                culling="back",
            )
        self._length_scale(plotter, focus, full)
        return plotter

    def _length_scale(self, plotter: pv.Plotter, focus: np.ndarray, full: float) -> None:
        """A bar of a round number of millimetres in the lower left corner."""
        view, pixels = self.view, plotter.window_size[1] / (2 * full)
        length = max(k for k in (0.5e-3, 1e-3, 2e-3, 5e-3, 10e-3) if k < 0.5 * full)
        corner = focus + 5 * view.reach * view.towards - 0.78 * full * view.up
        start = corner - 0.93 * view.half_height * ASPECT * view.right
        bar = pv.Line(start, start + length * view.right)
        plotter.add_mesh(bar, color=INK, line_width=5, lighting=False)
        left = (start - focus) @ view.right * pixels + plotter.window_size[0] / 2
        plotter.add_text(
            f"{1000 * length:g} mm",
            position=(left, 0.03 * plotter.window_size[1]),
            font_size=self.width // 48,
            color=INK,
        )

    def _section(self, mesh: pv.DataSet) -> pv.PolyData:
        return mesh.slice(normal=self.view.towards, origin=self.view.origin)

    def _arrows(self, section: pv.PolyData) -> pv.PolyData | None:
        """Arrows of one length on a regular raster: directions of the in-plane mean flow."""
        view, spacing = self.view, self.view.half_height / 14
        steps = np.arange(-20, 21) * spacing
        raster = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        points = view.origin + raster @ np.array([view.right, view.up])
        sample = pv.PolyData(points).sample(section, tolerance=spacing / 20)
        velocity = np.asarray(sample.point_data["velocity"], dtype=float)
        velocity -= np.outer(velocity @ view.towards, view.towards)
        speed = np.linalg.norm(velocity, axis=1)
        chosen = np.asarray(sample.point_data["vtkValidPointMask"], dtype=bool)
        chosen &= speed > 0.02 * view.speed
        if not chosen.any():
            return None
        field = pv.PolyData(points[chosen] + 0.02 * view.half_height * view.towards)
        field.point_data["direction"] = velocity[chosen] / speed[chosen, None]
        arrow = pv.Arrow(tip_length=0.4, tip_radius=0.16, shaft_radius=0.05, tip_resolution=8)
        return field.glyph(orient="direction", scale=False, factor=0.75 * spacing, geom=arrow)


def add_coloured(
    plotter: pv.Plotter,
    mesh: pv.DataSet,
    scalars: str,
    limits: tuple[float, float],
    cmap: str,
    title: str,
    labels: int = 5,
    **options: Any,
) -> None:
    """Add a mesh coloured by an array, with a horizontal colour bar in the strip at the bottom."""
    width, height = plotter.window_size
    plotter.add_mesh(
        mesh,
        scalars=scalars,
        clim=limits,
        cmap=cmap,
        scalar_bar_args={
            "title": " ",
            "vertical": False,
            "position_x": 0.37,
            "position_y": 0.01,
            "width": 0.57,
            "height": 0.105,
            "n_labels": labels,
            "fmt": "%.3g",
            "color": INK,
            "unconstrained_font_size": True,
            "title_font_size": 1,
            "label_font_size": width // 26,
        },
        **options,
    )
    text = plotter.add_text(
        title,
        position=(0.655 * width, 0.135 * height),
        font_size=width // 48,
        color=INK,
    )
    text.prop.justification_horizontal = "center"


def _near(mesh: pv.DataSet, view: View) -> pv.DataSet:
    """The part of a mesh around the sac, above the strip of the colour bar."""
    mesh.point_data["distance"] = np.linalg.norm(np.asarray(mesh.points) - view.focus, axis=1)
    around = mesh.clip_scalar(scalars="distance", value=view.reach)
    return around.clip(normal=-view.up, origin=view.focus - view.half_height * view.up)
