# SPDX-License-Identifier: BSD-3-Clause
"""Assembled surfaces and pictures of the exact ring."""

import json

import numpy as np
import pytest
import pyvista as pv
from recorded_bench import (
    CROWNS,
    DEPTH,
    HALF_PITCH,
    TUBE,
    WALL,
    Shape,
    ring_grid,
    row,
    write_bundle,
    write_curve,
    write_state,
)

from solvers.fields.bench.model import Repetition
from solvers.fields.bench.pictures import BenchFolders, picture_stages, render_bench
from solvers.fields.bench.record import BenchRun
from solvers.fields.bench.scene import device_surface, flat_surface

WIDE = Shape(1.5e-3, 1.0e-3)


def repetition(struts=1, mirror_z=()):
    copies = 2 * CROWNS // struts
    return Repetition(copies, struts * HALF_PITCH, copies > 1, mirror_z)


def ring_volume(state):
    """Middle radius times angle, depth and wall; chords of 12 cells to a strut."""
    return 2 * np.pi * state.radius * DEPTH * WALL


@pytest.mark.parametrize("struts", [1, 2, 2 * CROWNS])
def test_copies_close_to_one_ring(struts):
    surface = device_surface(ring_grid(WIDE, struts=struts), repetition(struts))
    assert surface.n_open_edges == 0, "no wall is left on the planes of symmetry"
    assert surface.volume == pytest.approx(ring_volume(WIDE), rel=2e-3)
    r = np.hypot(*np.asarray(surface.points)[:, :2].T)
    assert [r.min(), r.max()] == pytest.approx([WIDE.radius - WALL / 2, WIDE.radius + WALL / 2])


def test_a_cut_end_is_mirrored():
    plane = 0.5 * TUBE.length
    surface = device_surface(ring_grid(), repetition(mirror_z=(plane,)))
    assert np.ptp(np.asarray(surface.points)[:, 2]) == pytest.approx(2 * TUBE.length)


@pytest.mark.parametrize("struts", [1, 2 * CROWNS])
def test_the_drawing_is_flat_and_as_long_as_the_circumference(struts):
    flat = flat_surface(ring_grid(struts=struts), repetition(struts), TUBE.radius + WALL / 2)
    size = np.ptp(np.asarray(flat.points), axis=0)
    assert size == pytest.approx(
        [2 * np.pi * (TUBE.radius + WALL / 2), TUBE.length, WALL], rel=1e-6
    )


def test_fields_stay_where_they_are():
    grid = ring_grid(WIDE)
    height = np.asarray(grid.cell_centers().points)[:, 2]
    grid.cell_data["plastic_strain"] = height
    surface = device_surface(grid, repetition(), "plastic_strain")
    z = np.asarray(surface.points)[:, 2] * TUBE.height / WIDE.height
    assert np.abs(surface.point_data["plastic_strain"] - z).max() < 0.12e-3


@pytest.fixture
def folders(tmp_path):
    solve = write_curve(
        tmp_path / "solid",
        [
            ("crimp", "crimp", [row(Shape(0.6e-3), 1.0)]),
            ("off", "release", [row(Shape(0.62e-3), 1.0)]),
            ("expand", "expand", [row(WIDE, 1.0)]),
            ("deflate", "deflate", [row(WIDE, 1.0)]),
            ("compress", "compress", [row(Shape(1.2e-3), 0.5)]),
        ],
    )
    for label, state in (("00-crimp", Shape(0.6e-3)), ("02-expand", WIDE), ("03-deflate", WIDE)):
        grid = ring_grid(state)
        grid.cell_data["plastic_strain"] = np.linspace(0, 0.3, grid.n_cells)
        write_state(solve, label, grid)
    return BenchFolders(solve, write_bundle(tmp_path / "mesh"))


def test_pictures_of_the_states_reached(folders, tmp_path):
    run = BenchRun.read(folders.solve, folders.bundle)
    stages = picture_stages(run)
    assert stages == {"crimped": "00-crimp", "expanded": "02-expand", "deployed": "03-deflate"}
    written = render_bench({"a": folders}, tmp_path / "pictures", width=300)
    names = [path.stem for path in written]
    assert names == ["a_flat", "a_wrapped", "a_crimped", "a_expanded", "a_deployed"]
    view = json.loads((tmp_path / "pictures/view.json").read_text())
    assert view["field"] == "plastic_strain" and view["limit"] == pytest.approx(0.3)
    shares = [(pv.read(path).active_scalars < 250).any(axis=1).mean() for path in written]
    assert all(0.005 < share < 0.5 for share in shares), shares


def test_no_pictures_without_a_state(folders, tmp_path):
    for path in (folders.solve / "states").iterdir():
        path.unlink()
    assert render_bench({"a": folders}, tmp_path / "pictures") == []
