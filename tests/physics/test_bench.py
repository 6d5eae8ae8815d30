# SPDX-License-Identifier: BSD-3-Clause
"""Procedures of the bench on small models."""

import csv
import json

import numpy as np
import pytest
import pyvista as pv
from bench_case import COURSE, STEEL, go, small_cell, small_ring
from block_bundles import slender_bar

from meshes.devices.stent.build import build_stent
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.strut import StentResolution
from solvers.common.errors import InvalidProblem, TimeBudgetExceeded
from solvers.fields.bench.equilibrium import check_radial_force, check_tool_work
from solvers.fields.bench.record import BenchRun

ELASTIC = {**STEEL, "hardening": {"kind": "linear", "yield_stress": 1e13, "modulus": 0.0}}


def curve(folder):
    with (folder / "curve.csv").open() as stream:
        return list(csv.DictReader(stream))


def column(rows, name, kind=None):
    chosen = [row for row in rows if kind in (None, row["kind"])]
    return np.array([float(row[name]) if row[name] else np.nan for row in chosen])


@pytest.fixture(scope="module")
def cell(tmp_path_factory):
    return small_cell(tmp_path_factory.mktemp("cell"))


def test_crimp_expand_deflate_compress(cell, tmp_path):
    """From the tube to radial strength: force balance, recoil, energies, files."""
    course = [
        {"kind": "crimp", "outer_diameter": 1.3e-3, "steps": 5},
        {"kind": "release"},
        {"kind": "expand", "inner_diameter": 2.2e-3, "steps": 8},
        {"kind": "deflate"},
        {"kind": "compress", "diameter_loss": 0.15, "steps": 4},
        {"kind": "release", "name": "set"},
    ]
    summary = go(cell, course, tmp_path)
    rows = curve(tmp_path)
    assert summary["penetration_share"] <= 0.01 and summary["damping_share"] < 1e-3
    assert summary["mirror_slip"] < 1e-3 * 0.09e-3
    crimp = column(rows, "outer_diameter", "crimp")
    assert crimp[-1] == pytest.approx(1.3e-3, abs=2e-6)
    inflated = column(rows, "inner_diameter", "expand")[-1]
    assert inflated == pytest.approx(2.2e-3, abs=2e-6)
    recoil = 1 - column(rows, "inner_diameter", "deflate")[-1] / inflated
    assert 0.02 < recoil < 0.10
    # The note's sign: outward on a tool outside, inward on the balloon.
    force = column(rows, "radial_force")
    kinds = np.array([row["kind"] for row in rows])
    assert (force[kinds == "crimp"] > 0).all() and (force[kinds == "expand"] < 0).all()
    ends = [k for k, row in enumerate(rows) if float(row["load"]) == 1 and row["kind"] in
            ("release", "deflate")]  # fmt: skip
    assert (force[ends] == 0).all()
    assert (np.diff(column(rows, "contact_work", "crimp")) > 0).all()
    names = [f"0{k}-{n}" for k, n in enumerate(
        ("crimp", "release", "expand", "deflate", "compress", "set"))]  # fmt: skip
    assert sorted(p.stem for p in (tmp_path / "states").glob("*.npz")) == names
    state = np.load(tmp_path / "states" / "04-compress.npz")
    volume = state["volume"]
    drawn = json.loads((cell / "quality.json").read_text())["volume"]
    assert volume.sum() == pytest.approx(drawn, rel=1e-3)
    grid = pv.read(tmp_path / "states" / "04-compress.vtu")
    assert {"displacement", "plastic_strain", "von_mises"} <= {*grid.point_data, *grid.cell_data}
    F, stress = state["deformation_gradient"], state["stress"]
    assert np.abs(np.trace(state["strain"], axis1=1, axis2=2)).max() < 0.02
    assert np.linalg.det(F).min() > 0.95
    assert np.allclose(stress, np.swapaxes(stress, 1, 2), atol=1e-6 * np.abs(stress).max())


def test_compliance_chart_gives_pressure(cell, tmp_path):
    """Up to a pressure: the device holds the balloon below its free diameter."""
    chart = {"pressure": [2e5, 8e5, 14e5], "diameter": [1.7e-3, 2.0e-3, 2.1e-3]}
    course = [{"kind": "expand", "pressure": 9e5, "chart": chart, "steps": 5}]
    go(cell, course, tmp_path)
    rows = curve(tmp_path)
    assert column(rows, "pressure")[-1] == pytest.approx(9e5, rel=0.01)
    assert 1.8e-3 < column(rows, "tool_diameter")[-1] < 2.0167e-3
    force, length = -column(rows, "radial_force")[-1], column(rows, "length")[-1]
    wall = np.interp(column(rows, "tool_diameter")[-1], chart["diameter"], chart["pressure"])
    pushed = force / (np.pi * column(rows, "tool_diameter")[-1] * length)
    assert column(rows, "pressure")[-1] == pytest.approx(wall + pushed, rel=0.05)


def test_cycles_keep_their_extremes(cell, tmp_path):
    course = [
        {"kind": "compress", "outer_diameter": 1.7e-3, "steps": 2},
        {"kind": "cycle", "amplitude": 4e-6, "cycles": 2, "steps": 8},
    ]
    go(cell, course, tmp_path)
    states = sorted(p.stem for p in (tmp_path / "states").glob("01-cycle-*.npz"))
    assert states == ["01-cycle-narrow", "01-cycle-wide"]
    tool = column(curve(tmp_path), "tool_diameter", "cycle")
    assert tool.min() == pytest.approx(1.696e-3) and tool.max() == pytest.approx(1.704e-3)
    force = column(curve(tmp_path), "radial_force", "cycle")
    narrow, wide = (np.flatnonzero(np.isclose(tool, d)) for d in (1.696e-3, 1.704e-3))
    assert force[narrow[-1]] > force[wide[-1]] > 0


def test_crush_between_plates(tmp_path):
    ring = small_ring(tmp_path / "mesh")
    course = [{"kind": "crush", "gap": 1.55e-3, "steps": 2}, {"kind": "release"}]
    go(ring, course, tmp_path / "crush", element="Q2")
    rows = curve(tmp_path / "crush")
    force = column(rows, "tool_force", "crush")
    assert force[-1] > 0
    assert column(rows, "tool_gap", "crush")[-1] == pytest.approx(1.55e-3)
    squashed = pv.read(tmp_path / "crush" / "states" / "00-crush.vtu")
    height = (squashed.points + squashed.point_data["displacement"])[:, 1]
    assert np.ptp(height) == pytest.approx(1.55e-3, abs=0.01e-3)
    assert column(rows, "tool_force", "release")[-1] == 0


def test_three_point_bend_of_a_bar(tmp_path):
    """Against the beam of Timoshenko: 1 / stiffness = L^3 / (48 E I) + L / (4 k G A).

    The supports are at contact points: a pin that is narrower than a cell pushes where these are.
    """
    side, span = 0.2e-3, 4.0e-3 - 0.25e-3 * (1 - np.sqrt(0.6))
    bar = slender_bar(tmp_path / "mesh", 5.0e-3, side, 20)
    course = [
        {"kind": "bend", "deflection": 0.04e-3, "span": span, "pin_diameter": 1e-3, "steps": 4},
        {"kind": "release"},
    ]
    go(bar, course, tmp_path / "bend", ELASTIC, penetration=1e-3)
    rows = curve(tmp_path / "bend")
    force, travel = (column(rows, name, "bend") for name in ("tool_force", "tool_deflection"))
    assert column(rows, "tool_span", "bend")[-1] == pytest.approx(span)
    assert travel[-1] == pytest.approx(0.04e-3)
    E, shear = ELASTIC["young"], ELASTIC["young"] / 2.6
    bending = span**3 / (48 * E * side**4 / 12)
    shearing = span / (4 * 5 / 6 * shear * side**2)
    assert force[-1] / travel[-1] == pytest.approx(1 / (bending + shearing), rel=0.03)
    state = pv.read(tmp_path / "bend" / "states" / "00-bend.vtu")
    # The axis: middle of the bar below where the supports are.
    axis = np.hypot(state.points[:, 0], state.points[:, 1]) < 1e-9
    z, sag = state.points[axis, 2], state.point_data["displacement"][axis, 1]
    at = [np.interp(place, z[np.argsort(z)], sag[np.argsort(z)]) for place in (0.0, 0.5 * span)]
    assert at[1] - at[0] == pytest.approx(0.04e-3, rel=0.03)
    assert column(rows, "tool_force", "release")[-1] == 0


def test_zigzag_ring_against_beam_formula(tmp_path):
    """Open-stent ring: 42 struts set at 8 mm, held at 6.5 mm, E 40 GPa.

    As cut at 1.915 mm the crowns have a radius of 0.0716 mm and the struts are straight over
    1.151 mm; opened to 8 mm with these lengths kept, the radius is 0.0937 mm and struts lean by
    21.2 degrees, which makes the height below. The width is that of a rectangle with the second
    moment of the wedge that the cut leaves, 6.444e-6 mm4.

    The published formula, 12 E I dV cos(theta) / L^3, with the struts' first length and lean. Rigid
    crowns would make it 12 E I dV / (L^3 cos(theta)^2), since a leaning strut bends across itself
    by dV / cos(theta) under F cos(theta); the crowns of the ring give: it stays 18 % below that.
    """
    design = StentDesign(
        tube_outer_diameter=8.0e-3,
        wall_thickness=0.111e-3,
        strut_width=0.0899e-3,
        crowns=21,
        rings=1,
        crown_radius=0.0937e-3,
        ring_height=1.283e-3,
        apex_width_factor=1.0,
    )
    build_stent(design, StentResolution(2, 2, 6, 8), tmp_path / "mesh")
    course = [{"kind": "compress", "outer_diameter": 6.5e-3, "steps": 4}]
    material = {**ELASTIC, "young": 40e9}
    go(tmp_path / "mesh", course, tmp_path / "solve", material)
    force = column(curve(tmp_path / "solve"), "radial_force")[-1]
    length, travel = 1.294e-3, np.pi * 1.5e-3 / 42
    lean = np.arctan(np.pi * (8.0e-3 - 1.915e-3) / (42 * length))
    hoop = 12 * 40e9 * 6.444e-18 * travel * np.cos(lean) / length**3
    assert force == pytest.approx(2 * np.pi * hoop, rel=0.15)


@pytest.mark.parametrize("element", ["Q2", "S2"])
def test_stresses_and_work_balance_the_contact(cell, tmp_path, element):
    """Force and work that contact reports, against stresses and curve, in few and large steps."""
    course = [
        {"kind": "crimp", "outer_diameter": 1.5e-3, "steps": 5},
        {"kind": "release"},
        {"kind": "expand", "inner_diameter": 1.7e-3, "steps": 3},
    ]
    go(cell, course, tmp_path, element=element)
    run = BenchRun.read(tmp_path, cell)
    found = check_radial_force(run)
    assert set(found) == {"00-crimp", "01-release", "02-expand"}
    assert max(found.values()) < 0.005
    assert check_tool_work(run)["00-crimp"] < 0.01


def test_a_tool_is_withdrawn_without_failed_steps(cell, tmp_path, caplog):
    """Contact points are stiffer than the ring: a start off the tool leads nowhere."""
    caplog.set_level("INFO", logger="solvers.solid")
    course = [
        {"kind": "crimp", "outer_diameter": 1.5e-3, "steps": 3},
        {"kind": "release"},
        {"kind": "expand", "inner_diameter": 1.8e-3, "steps": 4},
        {"kind": "deflate"},
    ]
    go(cell, course, tmp_path)
    # Failures are logged before the row that follows them.
    kinds = ("crimp", "release", "expand", "deflate")
    log, failed = [], dict.fromkeys(kinds, 0)
    for message in (record.getMessage() for record in caplog.records):
        log.append(message)
        if message.startswith(kinds):
            failed[message.split()[0]] += sum(" failed " in line for line in log)
            log = []
    assert failed["release"] == failed["deflate"] == 0
    rows = curve(tmp_path)
    for kind in ("release", "deflate"):
        assert column(rows, "newton_iterations", kind).sum() <= 15


def test_a_stopped_run_goes_on(cell, tmp_path):
    go(cell, COURSE[:2], tmp_path / "whole")
    settings = {"time_budget": 1e-9, "checkpoint_minutes": 1.0}
    stops = 0
    while True:
        try:
            summary = go(cell, COURSE[:2], tmp_path / "parts", **settings)
            break
        except TimeBudgetExceeded as stop:
            assert "procedure" in stop.where
            stops += 1
    assert summary["restarts"] == stops > 3
    whole, parts = (curve(tmp_path / name)[-1] for name in ("whole", "parts"))
    for name in ("inner_diameter", "length", "peak_plastic_strain"):
        assert float(parts[name]) == pytest.approx(float(whole[name]), rel=1e-3)


def test_impossible_courses_are_refused(cell, tmp_path):
    with pytest.raises(InvalidProblem, match="does not close on the device"):
        go(cell, [{"kind": "crimp", "outer_diameter": 2e-3}], tmp_path)
    with pytest.raises(InvalidProblem, match="whole circumference"):
        go(cell, [{"kind": "crush", "gap": 1e-3}], tmp_path)
    with pytest.raises(InvalidProblem, match="nothing holds"):
        go(cell, [{"kind": "release"}], tmp_path)
