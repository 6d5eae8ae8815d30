# SPDX-License-Identifier: BSD-3-Clause
"""Nearly incompressible bodies: Cook's membrane and layered arteries against tables.

Tables: own independent programs (Cook: the same triangles and element in NumPy; arteries: the
integral of equilibrium through the wall).
"""

from mpi4py import MPI

import basix.ufl
import dolfinx
import numpy as np
import pytest
import ufl

from solvers.common._compat import create_mesh
from solvers.solid.laws.guccione import Guccione
from solvers.solid.laws.neo_hookean import NeoHookean
from solvers.solid.mixed import MixedBody, mixed_space, mixed_work
from solvers.solid.newton import Newton, NewtonSettings
from solvers.solid.stepping import LoadStepper, StepSettings
from solvers.verification.artery import Artery
from solvers.verification.artery_tables import ARTERIES
from solvers.verification.block import block

KPA, MM = 1e3, 1e-3


def membrane(n):
    """n x n quadrilaterals of Cook's panel [m], each cut from lower left to upper right.

    Middles of edges follow the bilinear map of the panel, so the cuts are slightly curved.
    """
    m = 2 * n + 1
    s, t = (g.ravel() for g in np.meshgrid(*2 * [np.linspace(0, 1, m)], indexing="ij"))
    points = np.column_stack([48 * s, 44 * s + (44 - 28 * s) * t]) * MM
    corner = (2 * np.arange(n)[:, None] * m + 2 * np.arange(n)).ravel()

    def triangle(*vertices):
        a, b, c = np.array(vertices)
        nodes = [a, b, c, (b + c) // 2, (a + c) // 2, (a + b) // 2]
        return corner[:, None] + np.array([i * m + j for i, j in nodes])

    cells = [triangle((0, 0), (2, 0), (2, 2)), triangle((0, 0), (2, 2), (0, 2))]
    element = ufl.Mesh(basix.ufl.element("Lagrange", "triangle", 2, shape=(2,)))
    return create_mesh(MPI.COMM_SELF, np.concatenate(cells), points, element)


@pytest.mark.parametrize(("n", "table"), [(2, 6.02250), (4, 6.60928), (8, 6.80114)])
def test_cooks_membrane(n, table):
    """Nearly incompressible, plane strain, nu 0.4999; deflection of the upper right corner [mm]."""
    mesh = membrane(n)
    law = NeoHookean(40.0942e10, 80.1938e6)
    space = mixed_space(mesh)
    state = dolfinx.fem.Function(space)
    fixed = dolfinx.mesh.locate_entities_boundary(mesh, 1, lambda x: np.isclose(x[0], 0))
    loaded = dolfinx.mesh.locate_entities_boundary(mesh, 1, lambda x: np.isclose(x[0], 48 * MM))
    supports = []
    for component in range(2):
        part = space.sub(0).sub(component)
        dofs = dolfinx.fem.locate_dofs_topological(part, 1, fixed)
        supports.append(dolfinx.fem.dirichletbc(0.0, dofs, part))
    tags = dolfinx.mesh.meshtags(mesh, 1, np.sort(loaded), np.full(len(loaded), 1, np.int32))
    # 100 N over 16 mm, on a panel 1 mm thick: per metre of thickness
    shear = dolfinx.fem.Constant(mesh, 0.0)
    v, _ = ufl.TestFunctions(space)
    load = -shear * v[1] * ufl.ds(domain=mesh, subdomain_data=tags)(1)
    dx = ufl.dx(domain=mesh, metadata={"quadrature_degree": 4})
    stress = mixed_work(law, state, space, law.bulk_modulus) * dx
    newton = Newton(state, [stress, load], supports, settings=NewtonSettings(tolerance=1e-10))
    for step in range(1, 6):
        shear.value = step / 5 * 100 / (16 * MM * 1 * MM)
        newton.solve()
    displacement = state.sub(0).collapse()
    x = displacement.function_space.tabulate_dof_coordinates()
    tip = np.argmin(np.hypot(x[:, 0] - 48 * MM, x[:, 1] - 60 * MM))
    assert displacement.x.array.reshape(-1, 2)[tip, 1] / MM == pytest.approx(table, rel=1e-4)


@pytest.mark.parametrize("name", ARTERIES)
def test_inflated_artery(name):
    """Inner radius [mm] at pressures [kPa], to 0.5 %."""
    case = ARTERIES[name]
    artery = Artery(case.wall, case.elements)
    artery.stretch()
    for pressure, radius in case.radii.items():
        found = artery.inflate(pressure * KPA) if pressure else artery.inner_radius()
        assert found / MM == pytest.approx(radius, rel=5e-3)


def test_beam_of_heart_muscle_under_a_pressure_that_follows_it():
    """Problem 1 of Land et al. 2015, doi:10.1098/rspa.2015.0641: the codes have 4.0-4.2 mm."""
    beam = block((10, 2, 2), lambda x: MM * x * np.array([10, 1, 1]), cells="tetrahedron")
    body = MixedBody(beam, {"body": Guccione(1e8, 2.0e3, 8.0, 2.0, 4.0)})
    for component in range(3):
        body.prescribe("x_low", 0.0, component)
    pressure = body.follow_pressure("z_low")
    solve = body.newton(NewtonSettings(tolerance=1e-8)).solve

    def apply(load):
        pressure.value = load * 4.0

    LoadStepper(solve, [body], StepSettings(first=0.2, largest=0.5)).run(apply)
    displacement = body.state.sub(0).collapse()
    x = displacement.function_space.tabulate_dof_coordinates()
    tip = np.argmin(np.linalg.norm(x - MM * np.array([10, 0.5, 1]), axis=1))
    assert 4.0 < 1 + displacement.x.array.reshape(-1, 3)[tip, 2] / MM < 4.2
