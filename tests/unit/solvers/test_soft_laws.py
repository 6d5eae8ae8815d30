# SPDX-License-Identifier: BSD-3-Clause
"""Soft-tissue laws at single deformation gradients."""

from functools import cache

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest
import ufl

from solvers.common.errors import InvalidProblem
from solvers.common.forms import compile_expression
from solvers.solid.laws.base import with_constants
from solvers.solid.laws.guccione import Guccione
from solvers.solid.laws.holzapfel import GasserOgdenHolzapfel, Holzapfel2005
from solvers.solid.laws.mooney_rivlin import MooneyRivlin
from solvers.solid.laws.neo_hookean import NeoHookean
from solvers.solid.laws.ogden import Ogden, power_trace
from solvers.solid.laws.prestrained import Prestrained
from solvers.solid.laws.yeoh import Yeoh

KAPPA = 2.0e6
F0 = np.array([[1.08, 0.15, 0.02], [-0.05, 0.97, 0.11], [0.04, -0.03, 1.06]])
GRADIENTS = [F0, np.diag([1.2, 0.9, 1.0]), np.array([[1.0, 0.4, 0], [0, 1, 0], [0, 0, 1]])]


def fibres(degrees):
    """Families in the plane of axes 1 (hoop) and 2 (axial)."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (0.0, c, s), (0.0, c, -s)


LAWS = {
    "neo-Hookean": NeoHookean(KAPPA, 4.0e4),
    "Mooney-Rivlin": MooneyRivlin(KAPPA, 18.90e3, 2.75e3, 590.43e3, 857.2e3, 1.0e3, 2.0e3),
    "Yeoh": Yeoh(KAPPA, (6.79e3, 0.54e6, -1.11e6, 10.65e6)),
    "Ogden": Ogden(KAPPA, (93.0e3, 20.0e3), (8.17, -1.5)),
    "2000": GasserOgdenHolzapfel(KAPPA, 3.0e3, 2363.2, 0.8393, fibres(29)),
    "2005": Holzapfel2005(KAPPA, 27.90e3, 263.66e3, 170.88, fibres(60.3), 0.51),
    "2006": GasserOgdenHolzapfel(KAPPA, 22.57e3, 276.45e3, 42.85, fibres(42.85), 0.246),
    "Guccione": Guccione(KAPPA, 2.0e3, 8.0, 2.0, 4.0),
    "prestrained": Prestrained(
        GasserOgdenHolzapfel(KAPPA, 3.0e3, 2363.2, 0.8393, fibres(29)),
        ufl.as_matrix(np.diag([0.8, 1.25, 1.0]).tolist()),
    ),
}


class Point:
    """Energy, stress and tangent of a law at any deformation gradients: one cell for each."""

    CELLS = 48

    def __init__(self, law):
        mesh = dolfinx.mesh.create_interval(MPI.COMM_SELF, self.CELLS, (0.0, 1.0))
        space = dolfinx.fem.functionspace(mesh, ("DG", 0, (3, 3)))
        self.mesh, self.gradient = mesh, dolfinx.fem.Function(space)
        F = ufl.variable(self.gradient)
        law = with_constants(law, mesh)
        P = law.stress(F, {})
        tangent = ufl.diff(P, F)
        parts = [law.energy(F, {}), *(P[i] for i in np.ndindex(3, 3))]
        parts += [tangent[0, 1, 0, 1], tangent[1, 2, 1, 2], tangent[0, 0, 1, 1]]
        self.values = compile_expression(ufl.as_vector(parts), np.array([[0.5]]))

    def __call__(self, *gradients):
        """(n,) energies, (n, 3, 3) stresses and (n, 3) components of the tangent."""
        given = np.tile(np.eye(3), (self.CELLS, 1, 1))
        given[: len(gradients)] = gradients
        self.gradient.x.array[:] = given.ravel()
        cells = np.arange(len(gradients), dtype=np.int32)
        found = self.values.eval(self.mesh, cells)
        return found[:, 0], found[:, 1:10].reshape(-1, 3, 3), found[:, 10:]


@cache
def point(name):
    return Point(LAWS[name])


def energy(name, F):
    return point(name)(F)[0][0]


def stress(name, F):
    return point(name)(F)[1][0]


def rotation():
    """A turn of 70 degrees about a skew axis."""
    axis = np.array([1.0, 2.0, -0.5]) / np.sqrt(5.25)
    K = np.cross(np.eye(3), -axis)
    angle = np.radians(70)
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


@pytest.mark.parametrize("F", GRADIENTS, ids=["general", "stretch", "shear"])
@pytest.mark.parametrize("law", LAWS)
def test_stress_is_the_derivative_of_the_energy(law, F):
    step = 1e-5
    shifts = step * np.eye(9).reshape(9, 3, 3)
    above, below = point(law)(*(F + shifts))[0], point(law)(*(F - shifts))[0]
    found = stress(law, F)
    differences = ((above - below) / (2 * step)).reshape(3, 3)
    assert np.abs(found - differences).max() < 1e-6 * np.abs(found).max()


@pytest.mark.parametrize("law", LAWS)
def test_tangent_is_the_derivative_of_the_stress(law):
    step = 1e-6
    (above,), (below,) = (
        point(law)(F0 + sign * step * np.outer([1, 0, 0], [0, 1, 0]))[1] for sign in (1, -1)
    )
    tangent = point(law)(F0)[2][0]
    assert tangent[0] == pytest.approx((above - below)[0, 1] / (2 * step), rel=1e-5)


@pytest.mark.parametrize("law", LAWS)
def test_a_rotation_of_the_body_turns_the_stress_and_nothing_else(law):
    Q = rotation()
    energies, stresses, _ = point(law)(F0, Q @ F0)
    assert energies[1] == pytest.approx(energies[0], rel=1e-12)
    assert stresses[1] == pytest.approx(Q @ stresses[0], rel=1e-9, abs=1e-6)
    cauchy = stresses[0] @ F0.T
    assert cauchy == pytest.approx(cauchy.T, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("law", [name for name in LAWS if name != "prestrained"])
def test_no_stress_at_rest(law):
    assert np.abs(stress(law, np.eye(3))).max() < 1e-6


# Hoop less radial Cauchy stress [kPa] under incompressible biaxial stretch (hoop, axial), from the
# closed forms of the three papers.
STRETCHES = ((1.2, 1.05), (1.1, 0.95), (0.95, 1.15))
EXACT = {
    "2000": (6.6191861, 2.1071765, 0.20194488),
    "2005": (25859.384, 21.009459, 2611.789),
    "2006": (111.43937, 13.449271, 8.3894968),
}


@pytest.mark.parametrize("law", EXACT)
def test_biaxial_stress_of_the_published_energies(law):
    for (hoop, axial), expected in zip(STRETCHES, EXACT[law], strict=True):
        F = np.diag([1 / (hoop * axial), hoop, axial])
        cauchy = stress(law, F) @ F.T
        assert (cauchy[1, 1] - cauchy[0, 0]) / 1e3 == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("stretches", [(1, 1, 1), (2, 2**-0.5, 2**-0.5), (1.8, 0.7, 1 / 1.26)])
@pytest.mark.parametrize("power", [0.35, -0.75, 4.085, 2.0, -3.0])
def test_sum_of_powers_without_eigenvalues(stretches, power):
    squares = np.array(stretches, dtype=float) ** 2
    found = power_trace(squares.sum(), (1 / squares).sum(), power)
    assert found == pytest.approx((squares**power).sum(), rel=1e-8)


def test_ogden_of_exponents_two_and_minus_two_is_mooney_rivlin():
    first, second = 3.3, 3.5
    ogden = Ogden(KAPPA, (30.0e3, 10.0e3), (2.0, -2.0))
    mooney = MooneyRivlin(KAPPA, 15.0e3, 5.0e3)
    found = ogden.invariant_energy(first, second)
    assert found == pytest.approx(mooney.invariant_energy(first, second), rel=1e-12)


def test_ogden_in_uniaxial_tension_where_two_stretches_are_equal():
    """sigma = sum 2 mu/alpha (l^alpha - l^(-alpha/2))."""
    stretch = 1.4
    F = np.diag([stretch, stretch**-0.5, stretch**-0.5])
    cauchy = stress("Ogden", F) @ F.T
    exact = sum(
        2 * mu / alpha * (stretch**alpha - stretch ** (-alpha / 2))
        for mu, alpha in zip(LAWS["Ogden"].moduli, LAWS["Ogden"].exponents, strict=True)
    )
    assert cauchy[0, 0] - cauchy[1, 1] == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize(
    ("law", "modulus"), [("neo-Hookean", 40e3), ("Ogden", 113e3), ("Yeoh", 2 * 6.79e3)]
)
def test_tangent_at_rest_where_all_stretches_are_equal(law, modulus):
    shear, other, cross = point(law)(np.eye(3))[2][0]
    assert (shear, other) == pytest.approx((modulus, modulus), rel=1e-9)
    assert cross == pytest.approx(KAPPA - 2 / 3 * modulus, rel=1e-9)


def test_prestrain_is_a_change_of_the_reference_state():
    # the prestrained law is that of 2000
    found = energy("prestrained", F0)
    assert found == pytest.approx(energy("2000", F0 @ np.diag([0.8, 1.25, 1.0])), rel=1e-12)


def test_fibres_bear_no_compression():
    F = np.diag([1.1, 0.9, 1 / 0.99])
    matrix = 3.0e3 / 2 * (np.trace(F @ F.T) / np.linalg.det(F) ** (2 / 3) - 3)
    assert energy("2000", F) == pytest.approx(matrix + KAPPA / 2 * (np.linalg.det(F) - 1) ** 2)


def test_neo_hookean_from_young_and_poisson():
    law = NeoHookean.of_young(9.0e5, 0.4)
    assert (law.bulk_modulus, law.shear_modulus) == pytest.approx((1.5e6, 9.0e5 / 2.8))


def test_range_of_a_polynomial_fit():
    assert Yeoh(KAPPA, (1.0e3, 2.0e3)).stiffens_until() == np.inf
    assert Yeoh(KAPPA, (1.0e3, -1.0e3)).stiffens_until() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NeoHookean(KAPPA, 0.0), "must be positive"),
        (lambda: NeoHookean.of_young(1e5, 0.5), "Poisson"),
        (lambda: MooneyRivlin(KAPPA, 1e3, -2e3), "c10"),
        (lambda: Yeoh(KAPPA, ()), "first coefficient"),
        (lambda: Ogden(KAPPA, (1e3,), (0.0,)), "exponent"),
        (lambda: Ogden(KAPPA, (1e3, 1e3), (1.0,)), "exponent"),
        (lambda: GasserOgdenHolzapfel(KAPPA, 1e3, 1e3, 1.0, fibres(30), 0.4), "kappa"),
        (lambda: Holzapfel2005(KAPPA, 1e3, 1e3, 1.0, fibres(30), 1.2), "rho"),
        (lambda: Holzapfel2005(KAPPA, 1e3, -1e3, 1.0, fibres(30)), "k1"),
        (lambda: Holzapfel2005(KAPPA, 1e3, 1e3, 1.0, ()), "family"),
    ],
)
def test_impossible_parameters_are_refused_in_one_sentence(make, message):
    with pytest.raises(InvalidProblem, match=message):
        make()
