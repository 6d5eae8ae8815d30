# SPDX-License-Identifier: BSD-3-Clause
"""Outlet closures on the two-outlet box: exact split, resistance, conserved mass."""

import dolfinx
import numpy as np
import pytest
from flow_cases import DENSITY, VISCOSITY, box, steady

from solvers.common.errors import InvalidProblem
from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.closure import murray_split
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.inflow import InletVelocity
from solvers.fluid.outlets import FixedPressure, FlowSplit, Resistance
from solvers.fluid.problem import FlowProblem, Wall
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings

FLOW = 1.0e-6


def two_outlets(gap=True):
    """The box whose far end holds an outlet on either side, with or without wall between."""
    domain = box([8, 6, 4], (0, 0, 0), (8e-3, 6e-3, 4e-3))
    mesh, tags = domain.mesh, domain.facet_tags
    height = mesh.geometry.x[mesh.geometry.dofmap][:, :, 1].mean(axis=1)
    to_cell = mesh.topology.connectivity(2, 3)
    values = tags.values.copy()
    low, high = (2e-3, 4e-3) if gap else (3e-3, 3e-3)
    for row in np.flatnonzero(values == 31):
        y = height[to_cell.links(tags.indices[row])[0]]
        values[row] = 31 if y < low else 32 if y > high else 10
    facets = dolfinx.mesh.meshtags(mesh, 2, tags.indices, values)
    markers = {**domain.markers, "facets": {**domain.markers["facets"], "outlet_2": 32}}
    return TaggedMesh(mesh, domain.cell_tags, facets, markers)


def run(outlets, steps=25, gap=True):
    domain = two_outlets(gap)
    problem = FlowProblem(
        domain,
        DENSITY,
        Newtonian(VISCOSITY),
        outlets,
        [
            lambda s: InletVelocity(
                domain, s, "inlet", steady(FLOW), "plug", VISCOSITY / DENSITY, 5e-3
            ),
            lambda s: Wall(domain, s, "wall"),
        ],
    )
    stepper = FractionalStep(problem, FlowSettings(tolerance=1e-9), 1e-3)
    for _ in range(steps):
        report = stepper.step()
    return report


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_split_is_exact(share):
    report = run([FlowSplit("outlet_1", share), FixedPressure("outlet_2")])
    assert report.outflow == pytest.approx([share * FLOW, (1 - share) * FLOW], rel=1e-8)


def test_resistance_holds_and_shares_the_flow():
    resistance = 1e10
    report = run([Resistance("outlet_1", resistance), Resistance("outlet_2", 3 * resistance)])
    assert sum(report.outflow) == pytest.approx(FLOW, rel=1e-8)
    expected = [resistance * report.outflow[0], 3 * resistance * report.outflow[1]]
    assert report.outlet_pressure == pytest.approx(expected, rel=1e-8)
    # The channel itself resists with some 1e7 Pa s/m3 only.
    assert report.outflow[0] / FLOW == pytest.approx(0.75, abs=1e-3)


def test_touching_outlets_are_refused():
    with pytest.raises(InvalidProblem, match="share vertices"):
        run([FixedPressure("outlet_1"), FixedPressure("outlet_2")], gap=False)


def test_square_law_split():
    split = murray_split({"outlet_1": 1e-3, "outlet_2": 2e-3}, 2.0)
    assert split == pytest.approx({"outlet_1": 0.2, "outlet_2": 0.8})
