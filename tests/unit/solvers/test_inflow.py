# SPDX-License-Identifier: BSD-3-Clause
"""Waveforms and inlet modes against closed forms."""

import numpy as np
import pytest

from solvers.common.errors import InvalidProblem
from solvers.fluid.inflow import Waveform, _InletProblem
from solvers.verification.analytic import Womersley

RADIUS, NU = 2e-3, 3.3e-6


def disc(rings):
    """Nodes and triangles of a disc in the plane z = 0."""
    nodes = [(0.0, 0.0)]
    for ring in range(1, rings + 1):
        angle = 2 * np.pi * np.arange(6 * ring) / (6 * ring)
        nodes += [(r, t) for r, t in zip(np.full(6 * ring, ring / rings), angle, strict=True)]
    r, t = np.array(nodes).T
    from scipy.spatial import Delaunay

    points = np.column_stack([r * np.cos(t), r * np.sin(t)]) * RADIUS
    triangles = Delaunay(points).simplices
    return np.column_stack([points, np.zeros(len(points))]), triangles.astype(np.int64)


@pytest.fixture(scope="module")
def inlet():
    nodes, triangles = disc(16)
    return nodes, _InletProblem(nodes, triangles, np.array([0.0, 0.0, 1.0]), 1)


def test_waveform_mean_and_period():
    wave = Waveform(4e-6, 0.9, (0.3, -0.1), (0.2, 0.05))
    times = np.linspace(0, 0.9, 400, endpoint=False)
    assert wave.flow(times).mean() == pytest.approx(4e-6, rel=1e-12)
    assert wave.flow(0.1) == pytest.approx(wave.flow(1.0), rel=1e-12)
    assert wave.flow(0.0) == pytest.approx(4e-6 * 1.2, rel=1e-12)
    assert wave.flow(wave.peak_time) >= wave.flow(times).max() * (1 - 1e-6)


def test_waveform_from_a_table():
    exact = Waveform(4e-6, 0.9, (0.3, -0.1), (0.2, 0.05))
    times = np.linspace(0.0, 0.9, 101)
    found = Waveform.from_table(times + 7.0, exact.flow(times), 12)
    assert found.mean == pytest.approx(exact.mean, rel=1e-6)
    assert found.period == pytest.approx(0.9)
    assert found.flow(times) == pytest.approx(exact.flow(times), rel=1e-5)


@pytest.mark.parametrize(
    ("time", "flow", "harmonics", "message"),
    [
        ([0, 2, 1, 3], [1, 2, 3, 1], 1, "do not increase"),
        ([0, 1, 2, 3], [1, 2, 3, 2], 1, "not periodic"),
        ([0, 1, 2, 3], [1, 2, 3, 1], 2, "4 rows do not resolve 2 harmonics"),
        ([0, 1, 2, 3], [-1, -2, -3, -1], 1, "not positive"),
    ],
)
def test_tables_that_cannot_be_used(time, flow, harmonics, message):
    with pytest.raises(InvalidProblem, match=message):
        Waveform.from_table(np.array(time), np.array(flow), harmonics)


def test_normal_follows_the_given_side(inlet):
    nodes, _ = inlet
    _, triangles = disc(16)
    other = _InletProblem(nodes, triangles, np.array([0.0, 0.0, -1.0]), 1)
    assert other.normal == pytest.approx([0, 0, -1])
    assert other.area == pytest.approx(np.pi * RADIUS**2, rel=0.01)


def test_poiseuille_mode(inlet):
    nodes, problem = inlet
    mode = problem.poiseuille()
    assert problem.load @ mode == pytest.approx(1.0, rel=1e-12)
    r = np.hypot(nodes[:, 0], nodes[:, 1])
    exact = 2 / (np.pi * RADIUS**2) * (1 - (r / RADIUS) ** 2)
    assert np.abs(mode - exact).max() < 0.015 * exact.max()


@pytest.mark.parametrize("alpha", [2.0, 5.0, 10.0])
def test_womersley_mode(inlet, alpha):
    nodes, problem = inlet
    omega = alpha**2 * NU / RADIUS**2
    mode = problem.womersley(omega, NU)
    exact = Womersley(RADIUS, omega, 1.0, NU).velocity(np.hypot(nodes[:, 0], nodes[:, 1]))
    assert np.abs(mode - exact).max() < 0.02 * np.abs(exact).max()


def test_plug_is_flat_and_vanishes_on_the_rim(inlet):
    _, problem = inlet
    plug = problem.plug()
    assert problem.load @ plug == pytest.approx(1.0, rel=1e-12)
    assert np.sum(plug > 0.999 * plug.max()) > 0.5 * len(plug)
    rim = np.setdiff1d(np.arange(len(plug)), problem.interior)
    assert np.all(plug[rim] == 0.0)
