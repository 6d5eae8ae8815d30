# SPDX-License-Identifier: BSD-3-Clause
"""Stored instants, read back with pyvista."""

from pathlib import Path

import dolfinx
import numpy as np
import pytest
import pyvista as pv

from solvers.common.tagged_mesh import read_tagged_mesh
from solvers.fluid.pressure_space import PressureSpace
from solvers.fluid.series import FieldSeries, VtkHdfSeries
from solvers.fluid.settings import OutputSettings

REFERENCE = Path(__file__).parents[3] / "meshes" / "reference"


def read(path):
    """Times and grids of a file."""
    reader = pv.get_reader(path)
    reader.reader.UpdateInformation()
    times, grids = [], []
    for step in range(reader.reader.GetNumberOfSteps()):
        reader.reader.SetStep(step)
        grids.append(reader.read().copy())
        times.append(reader.reader.GetTimeValue())
    return times, grids


def test_instants_come_back_with_their_times(tmp_path):
    points = np.vstack([np.zeros(3), np.eye(3), np.ones(3)])
    cells = np.array([[0, 1, 2, 3], [1, 2, 3, 4]])
    path = tmp_path / "a.vtkhdf"
    series = VtkHdfSeries(path, points, cells, np.array([1, 2]))
    for k in range(70):  # more than one chunk of the step tables
        series.add(0.1 * k, {"velocity": k * points, "pressure": k + np.arange(5.0)})
    series.close()
    times, grids = read(path)
    assert times == pytest.approx(0.1 * np.arange(70))
    for k in (0, 1, 69):
        assert grids[k].points == pytest.approx(points)
        assert grids[k].cells_dict[pv.CellType.TETRA] == pytest.approx(cells)
        assert grids[k].point_data["velocity"] == pytest.approx(k * points)
        assert grids[k].point_data["pressure"] == pytest.approx(k + np.arange(5.0))
        assert list(grids[k].cell_data["region"]) == [1, 2]


def test_a_growing_file_can_be_read(tmp_path):
    """A solve that is killed leaves the instants it has stored."""
    points, cells = np.vstack([np.zeros(3), np.eye(3)]), np.array([[0, 1, 2, 3]])
    path = tmp_path / "a.vtkhdf"
    series = VtkHdfSeries(path, points, cells, np.array([1]))
    for time in (0.5, 0.6):
        series.add(time, {"velocity": points, "pressure": np.arange(4.0)})
    content = path.read_bytes()
    series.close()
    killed = tmp_path / "killed.vtkhdf"
    killed.write_bytes(content)
    assert read(killed)[0] == [0.5, 0.6]


@pytest.fixture(scope="module", params=[1, 2])
def spaces(request):
    domain = read_tagged_mesh(REFERENCE / "sidewall")
    velocity = dolfinx.fem.functionspace(domain.mesh, ("Lagrange", request.param))
    return velocity, PressureSpace(domain, ["ostium"])


def stored(spaces, path, settings, steps, cycle):
    """File after steps of 1 ms with u = (t, x, y) and p = region of the cell."""
    velocity, pressure = spaces
    x = velocity.tabulate_dof_coordinates()
    domain = pressure.domain
    owned = domain.mesh.topology.index_map(3).size_local
    vector = pressure.vector()
    tags = np.repeat(domain.cell_tags.values[:owned].astype(float), 4)
    vector.setValues(pressure.unknowns[:owned].ravel(), tags)
    vector.assemble()
    series = FieldSeries(path, settings, velocity, pressure)
    for step in range(steps):
        if step % cycle == 0:
            series.reset()
        time = 1e-3 * (step + 1)
        series.add(time, [np.full(len(x), time), x[:, 0], x[:, 1]], vector)
    series.close()
    return read(path)


def test_fields_sit_on_the_mesh_with_both_sides_of_the_device(spaces, tmp_path):
    times, grids = stored(spaces, tmp_path / "s.vtkhdf", OutputSettings("series", 4e-3), 10, 5)
    assert times == pytest.approx([1e-3, 5e-3, 9e-3])
    grid = grids[1]
    points = np.asarray(grid.points)
    assert grid.volume == pytest.approx(2.15289e-7, rel=1e-5)
    expected = np.column_stack([np.full(len(points), 5e-3), points[:, 0], points[:, 1]])
    assert grid.point_data["velocity"] == pytest.approx(expected, abs=1e-9)
    corners = grid.point_data["pressure"][grid.cells_dict[pv.CellType.TETRA]]
    assert np.all(corners == grid.cell_data["region"][:, None])
    assert set(grid.cell_data["region"]) == {1, 2}


def test_a_cycle_replaces_the_one_before(spaces, tmp_path):
    times, _ = stored(spaces, tmp_path / "c.vtkhdf", OutputSettings("cycle", 2e-3), 10, 5)
    assert times == pytest.approx([6e-3, 8e-3, 10e-3])


def test_steps_longer_than_the_interval_are_all_stored(spaces, tmp_path):
    times, _ = stored(spaces, tmp_path / "l.vtkhdf", OutputSettings("series", 3e-4), 4, 4)
    assert times == pytest.approx([1e-3, 2e-3, 3e-3, 4e-3])
