# SPDX-License-Identifier: BSD-3-Clause
"""Plasticity benchmarks on coarse meshes; docs/verification/solid_plasticity.py refines them."""

import numpy as np
import pytest

from solvers.common.errors import InvalidProblem
from solvers.solid.body import Body
from solvers.solid.laws.hardening import LinearHardening
from solvers.solid.laws.j2 import J2
from solvers.verification.block import block
from solvers.verification.plasticity import (
    ELEMENTS,
    cook_membrane,
    hill_displacement,
    hill_tube,
    necking_bar,
)


def test_hill_tube():
    # Displacements of the outer surface in mm: elastic plus Hill's plastic zone below 190 MPa,
    # where the assumed axial stress is off by 2 %, and radial finite elements there.
    wanted = {100: 0.05778, 140: 0.08724, 180: 0.15330, 190: 0.20537}
    result = hill_tube(ELEMENTS["Q2"], (4, 4), tuple(1e6 * p for p in wanted))
    found = {round(p / 1e6): 1e3 * u for p, u in result.rows}
    for pressure, displacement in wanted.items():
        assert found[pressure] == pytest.approx(displacement, rel=0.01)


@pytest.mark.parametrize("name", ["Q2", "S2"])
def test_hill_tube_near_collapse_without_change_of_volume(name):
    # Collapse is at 192.1 MPa. Elements that lock are 13 % too stiff on two cells.
    for divisions, tolerance in ((2, 0.02), (4, 0.003)):
        result = hill_tube(ELEMENTS[name], (divisions, divisions), (190e6,), 0.49)
        exact = hill_displacement(190e6, 0.49)
        assert result.rows[-1][1] == pytest.approx(exact, rel=tolerance)


def test_hill_formula():
    for pressure, displacement in ((140e6, 0.08724e-3), (180e6, 0.15330e-3), (190e6, 0.20084e-3)):
        assert hill_displacement(pressure, 0.3) == pytest.approx(displacement, rel=1e-4)


def test_cook_membrane_rises_to_the_published_limit():
    rise = [1e3 * cook_membrane(ELEMENTS["Q2"], n).rows[-1][1] for n in (2, 4, 8)]
    assert np.all(np.diff(rise) > 0)
    assert rise[1] == pytest.approx(6.94, rel=0.03)
    # The same number of unknowns in linear mixed elements gives 6.907.
    assert rise[2] == pytest.approx(6.94, rel=0.005)


def test_necking_bar_reaches_its_peak():
    moved, force = np.array(necking_bar(ELEMENTS["Q2"], (2, 8), reach=3.8e-3).rows).T
    assert moved[force.argmax()] == pytest.approx(3.5e-3, rel=0.06)
    # 78.83 kN on coarser and finer meshes as well.
    assert force.max() == pytest.approx(78.83e3, rel=2e-3)
    assert force[-1] < 0.99 * force.max()


def test_pressure_at_a_single_point_is_refused():
    law = J2(200e9, 0.3, LinearHardening(400e6, 1e9))
    domain = block((1, 1, 1), lambda x: x, cells="tetrahedron")
    with pytest.raises(InvalidProblem, match="at least 2"):
        Body(domain, {"body": law}, volumetric_degree=1)
