# SPDX-License-Identifier: BSD-3-Clause
"""A thin nitinol tube crimped, let go into a chamber and pulsed, against the uniaxial curve.

The wall bears hoop stress alone, and a cylinder outside bears F = 2 pi N of the hoop force
N = tau / lambda times the first section of the wall. The references are that, with tau of the
uniaxial law in the logarithmic strain of the middle of the wall, by a NumPy program. The tolerance
is what they neglect, with h = t / (2 R) = 0.5 %: the mean radial stress of h times the hoop
stress, which shifts the pressure-sensitive plateaus by 0.9 h; the approximate logarithm of the law,
0.1 % at these strains; penetration, up to 0.2 % of the first step. The strain over the wall rounds
the corners of the plateaus by less. An elastic change keeps the error of the plateau before it:
all rows are held to that share of the branch's largest force, and the ends of the branches, which
are on plateaus, to that share of their own.
"""

import csv

import numpy as np
import pytest
from bench_case import go
from block_bundles import thin_tube

from solvers.common.errors import TimeBudgetExceeded
from solvers.fields.bench.equilibrium import check_radial_force
from solvers.fields.bench.radial import radial_values
from solvers.fields.bench.record import BenchRun
from solvers.solid.bench import run

NITINOL = {
    "kind": "superelastic",
    "young": 62.857e9,
    "poisson": 0.33,
    "transformation_strain": 0.046,
    "load_start": 460e6,
    "load_end": 500e6,
    "unload_start": 240e6,
    "unload_end": 210e6,
    "compression_start": 690e6,
}
RADIUS, WALL, LENGTH = 2.5e-3, 0.025e-3, 0.1e-3
THINNESS = WALL / (2 * RADIUS)
TOLERANCE = 0.9 * THINNESS + 0.001 + 0.002
COURSE = [
    {"kind": "crimp", "outer_diameter": 4.84e-3, "steps": 10},
    {"kind": "chamber", "outer_diameter": 4.94e-3, "steps": 10},
    {"kind": "cycle", "amplitude": 0.04e-3, "cycles": 1, "steps": 8},
]
# Outer diameter [mm] and radial force [N]; lines between them are within 0.05 % of the largest.
CRIMP = (
    (5.025, 0.0),
    (5.00558, 3.8648),
    (4.98615, 7.7751),
    (4.97089, 10.8798),
    (4.97043, 10.9586),
    (4.85526, 11.7115),
    (4.84, 11.8149),
)
CHAMBER = ((4.84, 11.8149), (4.85875, 7.792), (4.86775, 5.8776), (4.868, 5.8383), (4.94, 5.3582))
CLOSING = ((4.94, 5.3582), (4.9212, 9.2498), (4.9124, 11.0869), (4.9, 11.1871))
OPENING = ((4.9, 11.1871), (4.9186, 7.2958), (4.9258, 5.8014), (4.926, 5.7689), (4.98, 5.185))
CLOSING_AGAIN = ((4.98, 5.185), (4.9611, 9.0336), (4.9515, 11.0006), (4.94, 11.0785))


def on(branch, diameter):
    """Force [N] on a branch at outer diameters [mm]."""
    return np.interp(diameter, *np.array(sorted(branch)).T)


@pytest.fixture(scope="module")
def tube(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tube")
    mesh = thin_tube(folder / "mesh", RADIUS, WALL, LENGTH, 1.0)
    summary = go(mesh, COURSE, folder / "solve", NITINOL, element="Q2", penalty=3e14)
    with (folder / "solve" / "curve.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    return BenchRun.read(folder / "solve", mesh), rows, summary


def stage(rows, kind):
    """Tool diameter [mm] and radial force [N]."""
    chosen = [row for row in rows if row["kind"] == kind]
    return tuple(
        np.array([factor * float(row[name]) for row in chosen])
        for name, factor in (("tool_diameter", 1e3), ("radial_force", 1.0))
    )


def compare(branch, diameter, force):
    largest = max(force for _, force in branch)
    assert force == pytest.approx(on(branch, diameter), abs=TOLERANCE * largest)
    assert force[-1] == pytest.approx(branch[-1][1], rel=TOLERANCE)


@pytest.mark.parametrize(("kind", "branch"), [("crimp", CRIMP), ("chamber", CHAMBER)])
def test_crimp_and_chamber_follow_the_uniaxial_loop(tube, kind, branch):
    diameter, force = stage(tube[1], kind)
    assert len(force) >= 10 and diameter[-1] == pytest.approx(branch[-1][0])
    compare(branch, diameter, force)


def test_pulsation_follows_inner_loops(tube):
    diameter, force = stage(tube[1], "cycle")
    narrow, wide = diameter.argmin() + 1, diameter.argmax() + 1
    assert diameter[[narrow - 1, wide - 1, -1]] == pytest.approx([4.90, 4.98, 4.94])
    legs = (slice(0, narrow), slice(narrow, wide), slice(wide, None))
    for leg, branch in zip(legs, (CLOSING, OPENING, CLOSING_AGAIN), strict=True):
        compare(branch, diameter[leg], force[leg])


def test_outward_and_resistive_force_at_one_diameter(tube):
    """The last expanding and the last compressing branch through the chamber's diameter."""
    found = radial_values(tube[0], 0.05, 4.94e-3, ())
    outward, resistive = (
        found[name][0] for name in ("chronic_outward_force", "radial_resistive_force")
    )
    # Between two rows of the run.
    assert outward == pytest.approx(on(OPENING, 4.94), rel=2 * TOLERANCE)
    assert resistive == pytest.approx(on(CLOSING_AGAIN, 4.94), rel=TOLERANCE)


def test_a_chamber_that_was_stopped_still_holds_the_frame(tmp_path, monkeypatch):
    """Stopped at the end of a procedure, a run goes on with the tool where it was."""
    mesh = thin_tube(tmp_path / "mesh", RADIUS, WALL, LENGTH, 1.0)
    course = [*COURSE[:2], {"kind": "release"}]
    settings = {"element": "Q2", "penalty": 3e14}
    go(mesh, course, tmp_path / "whole", NITINOL, **settings)
    after_step = run._Control.after_step

    def late_at_the_end(control, driver):
        if driver.rows[-1]["load"] == 1.0:
            control._started -= 1e6
        after_step(control, driver)

    monkeypatch.setattr(run._Control, "after_step", late_at_the_end)
    settings |= {"time_budget": 1e5, "checkpoint_minutes": 1e6}
    for _ in range(3):
        with pytest.raises(TimeBudgetExceeded):
            go(mesh, course, tmp_path / "parts", NITINOL, **settings)
    assert go(mesh, course, tmp_path / "parts", NITINOL, **settings)["restarts"] == 3
    whole, parts = (
        BenchRun.read(tmp_path / name, mesh).of_kind("crimp", "chamber", "release")
        for name in ("whole", "parts")
    )
    for one, other in zip(whole[:2], parts[:2], strict=True):
        assert other.last("radial_force") == pytest.approx(one.last("radial_force"), rel=1e-3)
    assert parts[2].last("outer_diameter") == pytest.approx(
        whole[2].last("outer_diameter"), rel=1e-5
    )
    assert parts[2].last("outer_diameter") > parts[1].last("tool_diameter") + 0.03e-3


def test_its_stresses_balance_the_tool(tube):
    found, _, summary = tube
    assert max(check_radial_force(found).values()) < 1e-3
    first = 0.5 * (RADIUS + 0.5 * WALL - 2.42e-3) / 10
    assert summary["penetration_share"] * WALL < 0.002 * 2 * first
