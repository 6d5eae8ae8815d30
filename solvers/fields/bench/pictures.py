# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of a device on the bench: the same camera, scale and colours for every design and state.

The drawing unrolled, the tube cut, and each state coloured by plastic strain (nitinol: by the
share of martensite). Fields in SI.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv

from solvers.fields.bench.model import Repetition
from solvers.fields.bench.record import BenchRun
from solvers.fields.bench.scene import device_surface, flat_surface
from solvers.fields.endpoints import Weighted
from solvers.fields.pictures import BAR_SHARE, INK, MATT, add_coloured
from solvers.fields.view import ASPECT, nice_limit

FIELDS = {
    "plastic_strain": "plastic strain, mean of a cell [%]",
    "martensite": "martensite, mean of a cell [%]",
}
"""Cell data that may colour a state, with the title of its bar; the first present is taken."""

STATES = {
    "crimped": ("crimp",),
    "expanded": ("expand", "chamber"),
    "deployed": ("deflate", "release"),
    "compressed": ("compress", "crush", "bend"),
}
"""Pictures of states by the kinds of procedure whose last end they show."""

METAL = "#aab4bd"
AZIMUTH, ELEVATION = 32.0, 16.0
"""Direction to the camera about the axis and above the horizontal [degrees]; the axis lies flat."""

MARGIN = 1.06

CREASE = 35.0
"""Angle between facets from which an edge is drawn sharp [degrees]."""

VEIL = 0.6
"""Opacity of the sheet between the near and the far side."""

SCALES = (0.1e-3, 0.2e-3, 0.5e-3, 1e-3, 2e-3, 5e-3, 10e-3)
"""Lengths of the scale [m]."""


@dataclass(frozen=True)
class BenchFolders:
    """Where one specimen's results are: the solve and the mesh bundle."""

    solve: Path
    bundle: Path


@dataclass(frozen=True)
class BenchView:
    """What the pictures of a study share.

    Attributes:
        half_height: half of the visible height [m].
        field: cell data that colours the states.
        limit: upper end of the colours, in the unit of ``field``.
        flat_half_height: half of the visible height of the drawings [m].
    """

    half_height: float
    field: str | None
    limit: float
    flat_half_height: float

    def to_json(self) -> dict[str, Any]:
        """As plain numbers, SI."""
        return asdict(self)


def picture_stages(run: BenchRun) -> dict[str, str]:
    """State labels by the name of their picture, in the order of the test.

    Each picture shows the last end of its kinds before a later picture's kinds begin.
    """
    found: dict[str, str] = {}
    place = -1
    for name, kinds in STATES.items():
        stages = [s for s in run.of_kind(*kinds) if s.index > place and run.has_state(s.label)]
        if name == "deployed":
            ends = [s.index for s in run.of_kind(*STATES["compressed"])]
            stages = [s for s in stages if s.index < min(ends, default=np.inf)]
            stages = [s for s in stages if "expanded" in found or s.kind == "release"]
        if name == "crimped":
            later = [s.index for s in run.of_kind("expand", "chamber", "deflate")]
            stages = [s for s in stages if s.index < min(later, default=np.inf)]
        if stages:
            found[name], place = stages[-1].label, stages[-1].index
    return found


def choose_bench_view(runs: Mapping[str, BenchRun]) -> BenchView:
    """Scale and colours that hold every picture of a study.

    The colours end at the 99th percentile of the volume, largest of all states.
    """
    half, flat, limit, field = 0.0, 0.0, 0.0, None
    for run in runs.values():
        repetition = Repetition.of(run)
        for label in picture_stages(run).values():
            grid = run.grid(label)
            moved = np.asarray(grid.points) + np.asarray(grid.point_data["displacement"])
            half = max(half, _half_height(moved, run.info["copies_along"]))
            field = next((f for f in FIELDS if f in grid.cell_data), field)
            if field in grid.cell_data:
                sizes = np.abs(np.asarray(grid.compute_cell_sizes().cell_data["Volume"]))
                values = Weighted(np.asarray(grid.cell_data[field], dtype=float), sizes)
                limit = max(limit, values.percentile(99.0))
        width = repetition.copies * repetition.sector * run.info["outer_radius"]
        length = run.info["length"] * run.info["copies_along"]
        flat = max(flat, 0.5 * MARGIN * max(length, width / ASPECT))
    return BenchView(half, field, nice_limit(100.0 * limit) / 100.0, flat)


def render_bench(arms: Mapping[str, BenchFolders], output: Path, width: int = 900) -> list[Path]:
    """Write all pictures of one specimen in every design.

    Args:
        arms: designs whose bench run is complete enough to show.
        output: folder for ``{arm}_{flat,wrapped,crimped,expanded,deployed,compressed}.png`` and
            ``view.json``.
        width: picture width in pixels.

    Returns:
        The pictures written; none where no design has a state.
    """
    runs = {arm: BenchRun.read(folders.solve, folders.bundle) for arm, folders in arms.items()}
    runs = {arm: run for arm, run in runs.items() if picture_stages(run)}
    if not runs:
        return []
    output.mkdir(parents=True, exist_ok=True)
    view = choose_bench_view(runs)
    (output / "view.json").write_text(json.dumps(view.to_json(), indent=1) + "\n")
    written = []
    for arm, run in runs.items():
        for name, plotter in _pictures(run, view, width):
            path = output / f"{arm}_{name}.png"
            plotter.screenshot(path)
            plotter.close()
            written.append(path)
    return written


def _pictures(run: BenchRun, view: BenchView, width: int) -> Iterator[tuple[str, pv.Plotter]]:
    """Name and plotter of each picture of a run."""
    repetition = Repetition.of(run)
    stages = picture_stages(run)
    drawn = run.grid(next(iter(stages.values())))
    yield "flat", _flat(flat_surface(drawn, repetition, run.info["outer_radius"]), view, width)
    drawn.point_data["displacement"] = np.zeros((drawn.n_points, 3))
    yield "wrapped", _solid(device_surface(drawn, repetition), view, width, None)
    for name, label in stages.items():
        surface = device_surface(run.grid(label), repetition, view.field)
        yield name, _solid(surface, view, width, view.field)


def _half_height(moved: np.ndarray, copies_along: int) -> float:
    """Half of the height that shows a device with its axis flat [m]."""
    radius = float(np.hypot(moved[:, 0], moved[:, 1]).max())
    half_length = 0.5 * float(np.ptp(moved[:, 2])) * copies_along
    azimuth, elevation = np.radians([AZIMUTH, ELEVATION])
    across = half_length * np.cos(azimuth) + radius * np.sin(azimuth)
    up = half_length * np.sin(azimuth) * np.sin(elevation) + radius
    return MARGIN * max(up, across / ASPECT)


def _solid(surface: pv.PolyData, view: BenchView, width: int, field: str | None) -> pv.Plotter:
    """The axis runs from left to right, turned a little so that the inside is seen."""
    azimuth, elevation = np.radians([AZIMUTH, ELEVATION])
    towards = np.array(
        [
            np.cos(elevation) * np.cos(azimuth),
            np.sin(elevation),
            np.cos(elevation) * np.sin(azimuth),
        ]
    )
    focus = np.array([0.0, 0.0, 0.5 * (surface.bounds[4] + surface.bounds[5])])
    shot = Shot(focus, towards, np.array([0.0, 1.0, 0.0]), view.half_height, width)
    plotter = shot.plotter()
    options = {"smooth_shading": True, "split_sharp_edges": True, "feature_angle": CREASE, **MATT}
    if field is not None and field in surface.point_data:
        surface.point_data["shown"] = 100.0 * np.asarray(surface.point_data[field])
        limits = (0.0, 100.0 * view.limit)
        add_coloured(plotter, surface, "shown", limits, "viridis", FIELDS[field], **options)
    else:
        plotter.add_mesh(surface, color=METAL, **options)
    _veil(plotter, shot)
    return plotter


def _veil(plotter: pv.Plotter, shot: Shot) -> None:
    """A sheet through the axis that pales the far side, so that near struts stand out."""
    size = 4 * ASPECT * shot.half
    sheet = pv.Plane(center=shot.focus, direction=shot.towards, i_size=size, j_size=size)
    plotter.add_mesh(sheet, color="white", opacity=VEIL, lighting=False)


def _flat(surface: pv.PolyData, view: BenchView, width: int) -> pv.Plotter:
    """The drawing seen from outside, the axis upwards."""
    _, y, z = np.eye(3)
    shot = Shot(np.asarray(surface.center), z, y, view.flat_half_height, width)
    plotter = shot.plotter()
    plotter.add_mesh(surface, color=METAL, lighting=False)
    return plotter


@dataclass(frozen=True)
class Shot:
    """One camera without perspective, with the strip of the colour bar left free below.

    Attributes:
        focus: (3,) centre of what is shown [m].
        towards: (3,) unit vector to the camera.
        upwards: (3,) vector that points up in the picture.
        half: half of the height shown above the strip [m].
        width: of the picture in pixels.
    """

    focus: np.ndarray
    towards: np.ndarray
    upwards: np.ndarray
    half: float
    width: int

    @property
    def up(self) -> np.ndarray:
        """Unit vector across ``towards``."""
        across = self.upwards - self.towards * (self.upwards @ self.towards)
        return across / np.linalg.norm(across)

    def plotter(self) -> pv.Plotter:
        """Empty scene with camera and length scale."""
        height = round(self.width / ASPECT / (1 - BAR_SHARE))
        plotter = pv.Plotter(off_screen=True, window_size=(self.width, height))
        plotter.set_background("white")
        plotter.enable_anti_aliasing("ssaa")
        plotter.enable_parallel_projection()
        full = self.half / (1 - BAR_SHARE)
        low = self.focus - self.up * BAR_SHARE * full
        plotter.camera.focal_point = low
        plotter.camera.position = low + 20 * self.half * self.towards
        plotter.camera.up = self.up
        plotter.camera.parallel_scale = full
        # By default the depth buffer spans a kilometre and struts show through each other.
        plotter.camera.clipping_range = (5 * self.half, 40 * self.half)
        self._length_scale(plotter, low, full)
        return plotter

    def _length_scale(self, plotter: pv.Plotter, low: np.ndarray, full: float) -> None:
        """A bar of a round number of millimetres in the lower left corner."""
        right = np.cross(self.up, self.towards)
        length = max(k for k in SCALES if k < 0.5 * full)
        corner = low + 10 * self.half * self.towards - 0.78 * full * self.up
        start = corner - 0.93 * self.half * ASPECT * right
        bar = pv.Line(start, start + length * right)
        plotter.add_mesh(bar, color=INK, line_width=5, lighting=False)
        pixels = plotter.window_size[1] / (2 * full)
        plotter.add_text(
            f"{1000 * length:g} mm",
            position=(0.5 * self.width - 0.93 * self.half * ASPECT * pixels,
                      0.03 * plotter.window_size[1]),
            font_size=self.width // 48,
            color=INK,
        )  # fmt: skip
