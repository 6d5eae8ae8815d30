# SPDX-License-Identifier: BSD-3-Clause
"""Unrolled mid-surface, cells and crowns of the exact zigzag ring and of a windowed tube."""

import numpy as np
import pytest
from recorded_bench import CROWNS, HALF_PITCH, INFO, TUBE, Shape, ring_grid, window_grid

from solvers.fields.bench.cells import crown_angle, find_cells
from solvers.fields.bench.surface import (
    metal_edges,
    mid_surface,
    mirrored_in_z,
    whole_circumference,
)

EXPANDED = Shape(1.6e-3, 1.0e-3)
# Cells of the wall are chords between columns of nodes: 12 to a strut leave 1e-4 of the radius,
# and the cut lies 1.3 % of the wall beside its middle.
CLOSE = 3e-3


def whole(state, struts=1):
    info = INFO | {"sector_angle": struts * HALF_PITCH}
    copies = 2 * CROWNS // struts
    model = mid_surface(ring_grid(state, struts=struts), info)
    return whole_circumference(model, mirrored=copies > 1, copies=copies)


@pytest.mark.parametrize("state", [TUBE, EXPANDED])
@pytest.mark.parametrize("struts", [1, 2, 2 * CROWNS])
def test_bays_of_a_ring(state, struts):
    surface = whole(state, struts)
    assert surface.radius == pytest.approx(state.radius, rel=2e-3)
    assert surface.length == pytest.approx(state.length, rel=1e-6)
    assert surface.coverage() == pytest.approx(state.coverage, rel=1e-3)
    edges = metal_edges(surface)
    assert sorted(edge.turns for edge in edges) == [-1, 1]
    cells = find_cells(surface)
    assert len(cells) == 1, "all bays of the ring are alike"
    assert cells[0].area == pytest.approx(state.bay_area, rel=CLOSE)
    assert 2 * cells[0].circle().radius == pytest.approx(state.bay_circle, rel=CLOSE)
    assert crown_angle(surface) == pytest.approx(state.angle, rel=CLOSE)


def test_expansion_by_the_strut_keeps_its_length():
    """Sine of half the crown angle over the pitch is one over the strut: used between states."""
    strut = np.hypot(0.5 * TUBE.pitch, TUBE.height)
    grown = Shape(1.5 * TUBE.radius, np.sqrt(strut**2 - (0.75 * TUBE.pitch) ** 2))
    sines = [np.sin(0.5 * crown_angle(whole(state))) for state in (TUBE, grown)]
    assert sines[1] / sines[0] == pytest.approx(1.5, rel=CLOSE)


@pytest.mark.parametrize("cut", [False, True])
def test_closed_windows_come_before_the_ends(cut):
    """Windows half a pitch wide and half the length high; also with the tube cut at mid-length."""
    length = 1.0e-3
    grid = window_grid(HALF_PITCH, 0.6 * length, length)
    model = mid_surface(grid, INFO)
    if cut:
        upper = grid.extract_cells(grid.cell_centers().points[:, 2] > 0)
        model = mirrored_in_z(mid_surface(upper, INFO), 0.0)
    surface = whole_circumference(model, mirrored=True, copies=2 * CROWNS)
    edges = metal_edges(surface)
    assert sorted(edge.turns for edge in edges) == [-1] + CROWNS * [0] + [1]
    cells = find_cells(surface)
    assert len(cells) == 1
    width = HALF_PITCH * surface.radius
    assert cells[0].area == pytest.approx(width * 0.6 * length, rel=1e-6)
    assert 2 * cells[0].circle().radius == pytest.approx(min(width, 0.6 * length), rel=1e-4)
    assert surface.coverage() == pytest.approx(1 - 0.5 * 0.6, rel=1e-6)
    assert crown_angle(surface) is None, "a straight end has no crowns"
