# SPDX-License-Identifier: BSD-3-Clause
"""Fatigue of tensor fields against closed forms."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.spatial.transform import Rotation

from solvers.fields.bench.critical_plane import (
    fatemi_socie,
    plane_normals,
    smith_watson_topper,
)
from solvers.fields.bench.diagrams import Strengths, gerber, goodman, soderberg, strain_limit
from solvers.fields.bench.fatigue import (
    AlloyFatigue,
    CyclePoints,
    SuperelasticFatigue,
    fatigue_cloud,
    fatigue_values,
    lowest_safety,
)
from solvers.fields.bench.tensors import (
    Cycle,
    largest_magnitude,
    largest_principal,
    signed_von_mises,
    von_mises,
)

STEEL = Strengths(endurance=230e6, yield_stress=300e6, ultimate=600e6)
YOUNG, POISSON = 193e9, 0.3


def uniaxial(stress, axis=2):
    """Stress tensors (n, 3, 3) of pulls along an axis."""
    tensors = np.zeros((len(stress), 3, 3))
    tensors[:, axis, axis] = stress
    return tensors


def elastic_strain(stress):
    trace = np.trace(stress, axis1=1, axis2=2)[:, None, None]
    return ((1 + POISSON) * stress - POISSON * trace * np.eye(3)) / YOUNG


def points_of(first, second, volume=None):
    volume = np.full(len(first), 1e-12) if volume is None else np.asarray(volume)
    return CyclePoints(volume, (first, second), (elastic_strain(first), elastic_strain(second)))


def rotated(tensors, rotation):
    return np.einsum("ij,njk,lk->nil", rotation, tensors, rotation)


def values_of(*args):
    return {name: value for name, (value, _) in fatigue_values(*args).items()}


def test_von_mises_of_pull_shear_and_pressure():
    shear = np.zeros((1, 3, 3))
    shear[0, 0, 1] = shear[0, 1, 0] = 5.0
    stress = np.concatenate([uniaxial([-3.0]), shear, 7.0 * np.eye(3)[None]])
    assert von_mises(stress) == pytest.approx([3.0, 5.0 * np.sqrt(3.0), 0.0])
    assert signed_von_mises(stress)[0] == pytest.approx(-3.0)


def test_uniaxial_cycle_gives_the_textbook_safety_factors():
    """200 +- 100 MPa: Goodman 1/(100/230 + 200/600), Soderberg with 300, Gerber's quadratic."""
    cycle = Cycle.between(uniaxial([300e6]), uniaxial([100e6]))
    assert lowest_safety(cycle, STEEL, goodman)[0] == pytest.approx(1 / (100 / 230 + 200 / 600))
    assert lowest_safety(cycle, STEEL, soderberg)[0] == pytest.approx(1 / (100 / 230 + 200 / 300))
    factor = lowest_safety(cycle, STEEL, gerber)[0]
    assert factor * 100 / 230 + (factor * 200 / 600) ** 2 == pytest.approx(1.0)


def test_the_lower_of_von_mises_and_principal_is_reported():
    """Pure shear: von Mises is sqrt(3) times the principal stress and governs; equal pull in three
    directions has no von Mises stress, so the principal stress governs."""
    shear = np.zeros((1, 3, 3))
    shear[0, 0, 1] = shear[0, 1, 0] = 100e6
    hydrostatic = 100e6 * np.eye(3)[None]
    first = np.concatenate([shear, hydrostatic])
    safety = lowest_safety(Cycle.between(first, 0.0 * first), STEEL, goodman)
    expected = 1 / (50 / 230 + 50 / 600)
    assert safety == pytest.approx([expected / np.sqrt(3.0), expected])


def test_a_compressive_mean_neither_helps_nor_harms():
    cycle = Cycle.between(uniaxial([-300e6]), uniaxial([-100e6]))
    assert lowest_safety(cycle, STEEL, goodman)[0] == pytest.approx(230 / 100)


def test_residual_stress_lowers_the_safety_at_equal_amplitude():
    clean, residual = (
        Cycle.between(uniaxial([s + 50e6]), uniaxial([s - 50e6])) for s in (0.0, 240e6)
    )
    assert lowest_safety(clean, STEEL, goodman)[0] == pytest.approx(230 / 50)
    assert lowest_safety(residual, STEEL, goodman)[0] == pytest.approx(1 / (50 / 230 + 240 / 600))


def test_an_unloaded_point_is_infinitely_safe():
    assert goodman(np.zeros(1), np.zeros(1), STEEL)[0] == np.inf
    assert strain_limit(np.array([0.0, 0.008]), 0.004).tolist() == [np.inf, 0.5]


def test_scalars_do_not_depend_on_the_frame():
    random = np.random.default_rng(1)
    first, second = (s + np.swapaxes(s, 1, 2) for s in random.normal(0, 1e8, (2, 40, 3, 3)))
    turn = Rotation.from_euler("zyx", [40, 70, -25], degrees=True).as_matrix()
    plain = points_of(first, second)
    turned = points_of(rotated(first, turn), rotated(second, turn))
    factors = [values_of(p, 1.0, AlloyFatigue(STEEL)) for p in (plain, turned)]
    for name in ("fatigue_goodman", "fatigue_soderberg", "fatigue_gerber_p999"):
        assert factors[1][name] == pytest.approx(factors[0][name], rel=1e-10)
    # The search samples directions 5 to 10 degrees apart.
    for criterion in (smith_watson_topper, lambda s, e: fatemi_socie(s, e, 300e6)):
        found = [criterion(p.stresses, p.strains).values for p in (plain, turned)]
        assert found[1] == pytest.approx(found[0], rel=0.03)


def test_proportional_loading_scales_mean_and_amplitude_alike():
    """Between 0.25 s and s the mean is 0.625 s and the amplitude 0.375 s in every scalar."""
    random = np.random.default_rng(2)
    stress = random.normal(0, 1e8, (20, 3, 3))
    stress += np.swapaxes(stress, 1, 2)
    cycle = Cycle.between(stress, 0.25 * stress)
    assert von_mises(cycle.mean) == pytest.approx(0.625 * von_mises(stress))
    assert largest_principal(cycle.mean) == pytest.approx(0.625 * largest_principal(stress))
    assert largest_magnitude(cycle.amplitude) == pytest.approx(0.375 * largest_magnitude(stress))


def test_largest_mean_and_largest_amplitude_may_lie_apart():
    """Three points: (4 %, 0.1 %), (3 %, 0.8 %), (0, 0.3 %), as on the published open frame."""
    mean, amplitude = np.array([0.04, 0.03, 0.0]), np.array([0.001, 0.008, 0.003])
    strains = tuple(uniaxial(mean + sign * amplitude) for sign in (1, -1))
    points = CyclePoints(np.array([5.0, 1.0, 4.0]) * 1e-12, (0 * strains[0],) * 2, strains)
    values = values_of(points, 32.0, SuperelasticFatigue())
    assert values["fatigue_mean_strain"] == pytest.approx(0.04)
    assert values["fatigue_strain_amplitude"] == pytest.approx(0.008)
    assert values["fatigue_strain"] == pytest.approx(0.5)
    assert values["fatigue_strain_volume"] == pytest.approx(32e-12)
    cloud = fatigue_cloud(points, SuperelasticFatigue())
    worst = cloud.amplitude.argmax()
    assert cloud.mean[worst] == pytest.approx(0.03) and cloud.quantity == "strain"


def test_volume_safety_forgives_a_thousandth_of_the_volume():
    stress = np.concatenate([uniaxial([400e6]), uniaxial([200e6])])
    small, large = ([v, 1.0] for v in (0.0009, 0.0012))
    factors = [
        values_of(points_of(stress, -stress, volume), 1.0, AlloyFatigue(STEEL))
        for volume in (small, large)
    ]
    assert [f["fatigue_goodman"] for f in factors] == pytest.approx([230 / 400] * 2)
    assert factors[0]["fatigue_goodman_p999"] == pytest.approx(230 / 200)
    assert factors[1]["fatigue_goodman_p999"] == pytest.approx(230 / 400)
    assert factors[1]["fatigue_goodman_volume"] == pytest.approx(0.0012)


def test_planes_cover_a_half_sphere_evenly_enough():
    normals = plane_normals()
    assert normals.shape == (648, 3)
    assert np.linalg.norm(normals, axis=1) == pytest.approx(np.ones(648))
    random = np.random.default_rng(3).normal(size=(500, 3))
    random /= np.linalg.norm(random, axis=1)[:, None]
    nearest = np.abs(random @ normals.T).max(axis=1)
    assert np.degrees(np.arccos(nearest.min())) < 5.7


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_smith_watson_topper_of_a_pull(axis):
    """The plane across the pull: s_max times e_a; a search step of 2.5 degrees costs 0.4 %."""
    first, second = uniaxial([400e6], axis), uniaxial([-100e6], axis)
    points = points_of(first, second)
    found = smith_watson_topper(points.stresses, points.strains)
    assert found.values[0] == pytest.approx(400e6 * 250e6 / YOUNG, rel=5e-3)
    assert abs(found.normals[0, axis]) > np.cos(np.radians(2.6))


def test_smith_watson_topper_needs_tension():
    points = points_of(uniaxial([-400e6]), uniaxial([-100e6]))
    assert smith_watson_topper(points.stresses, points.strains).values[0] == 0.0


def test_fatemi_socie_of_a_pull():
    """Shear amplitude (1 + nu) e_a sin 2t and normal stress s cos^2 t at t from the pull."""
    first, second = uniaxial([400e6], 0), uniaxial([-100e6], 0)
    amplitude = 250e6 / YOUNG

    def damage(angle):
        tension = 400e6 * np.cos(angle) ** 2
        return (1 + POISSON) * amplitude * np.sin(2 * angle) * (1 + tension / 300e6)

    exact = -minimize_scalar(lambda t: -damage(t), bounds=(0.1, 1.4), method="bounded").fun
    points = points_of(first, second)
    found = fatemi_socie(points.stresses, points.strains, 300e6)
    assert found.values[0] == pytest.approx(exact, rel=5e-3)


def test_critical_plane_turns_with_the_load():
    """Pull along x, then along y: no principal direction is damaged by both alone.

    Strains along a normal at angle t in the plane: e (cos^2 t - nu sin^2 t) and its mirror; the
    amplitude (1 + nu) e |cos 2t| / 2, the highest stress s max(cos^2, sin^2): worst at t = 0."""
    points = points_of(uniaxial([300e6], 0), uniaxial([300e6], 1))
    found = smith_watson_topper(points.stresses, points.strains)
    exact = 300e6 * 0.5 * (1 + POISSON) * 300e6 / YOUNG
    assert found.values[0] == pytest.approx(exact, rel=5e-3)


def test_strengths_are_positive():
    with pytest.raises(ValueError, match="endurance"):
        Strengths(endurance=0.0, yield_stress=1e6, ultimate=1e6)
