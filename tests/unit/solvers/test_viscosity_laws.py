# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity laws, their limits and the haematocrit."""

import numpy as np
import pytest

from solvers.common.errors import InvalidProblem
from solvers.fluid.rheology import (
    CarreauYasuda,
    Casson,
    Newtonian,
    RheologySettings,
    make_rheology,
)
from solvers.fluid.viscosity import shear_rate

RATES = np.geomspace(1e-8, 1e8, 200)


@pytest.mark.parametrize("law", [CarreauYasuda(), Casson()])
def test_blood_thins_but_its_stress_rises(law):
    viscosity = law.viscosity(RATES)
    assert law.constant is None
    assert np.all(np.diff(viscosity) <= 0)
    assert np.all(np.diff(viscosity * RATES) > 0)


def test_carreau_yasuda_limits_and_bend():
    law = CarreauYasuda(0.1, 0.004, 2.0, 2.0, 0.5)
    assert law.viscosity(np.zeros(2)) == pytest.approx(0.1)
    assert law.viscosity(np.array([1e12])) == pytest.approx(0.004, rel=1e-4)
    # (1 + 1)**((0.5 - 1) / 2) at the inverse relaxation time.
    assert law.viscosity(np.array([0.5])) == pytest.approx(0.004 + 0.096 * 2**-0.25)


def test_casson_law_above_its_bound_and_constant_below():
    law = Casson(0.004, 0.0035, 0.1)
    rates = np.array([0.1, 5.0, 1000.0])
    stress = rates * law.viscosity(rates)
    assert np.sqrt(stress) == pytest.approx(np.sqrt(0.004) + np.sqrt(0.0035 * rates))
    assert law.viscosity(np.array([0.0, 0.05])) == pytest.approx(law.viscosity(rates[:1])[0])


def test_default_casson_has_the_largest_viscosity_stated():
    assert Casson().viscosity(np.zeros(1)) == pytest.approx(0.16, rel=1e-3)


def test_newtonian_by_default():
    assert make_rheology(RheologySettings(), 0.004, patient=0.3) == Newtonian(0.004)


@pytest.mark.parametrize("kind", ["newtonian", "carreau_yasuda", "casson"])
def test_haematocrit_of_the_patient_acts(kind):
    settings = RheologySettings(kind, "patient", 0.45)
    low, same, high = (make_rheology(settings, 0.0035, h) for h in (0.3, 0.45, 0.55))
    plain = make_rheology(RheologySettings(kind), 0.0035)
    rates = np.array([1.0, 100.0, 1000.0])
    assert same == plain
    assert np.all(low.viscosity(rates) < same.viscosity(rates))
    assert np.all(high.viscosity(rates) > same.viscosity(rates))
    # Brinkman's relative viscosity at high shear rates.
    ratio = high.viscosity(np.array([1e12]))[0] / low.viscosity(np.array([1e12]))[0]
    assert ratio == pytest.approx((0.7 / 0.45) ** 2.5, rel=1e-4)


def test_haematocrit_of_the_settings_wins_over_the_patient():
    settings = RheologySettings("casson", 0.3, 0.45)
    law = make_rheology(settings, 0.0035, patient=0.5)
    assert law.yield_stress == pytest.approx(Casson().yield_stress * (2 / 3) ** 3)


@pytest.mark.parametrize(("patient", "message"), [(None, "not recorded"), (0.9, "outside")])
def test_haematocrit_that_cannot_be_used(patient, message):
    with pytest.raises(InvalidProblem, match=message):
        make_rheology(RheologySettings("casson", "patient"), 0.0035, patient)


def test_shear_rate_of_plain_flows():
    simple = np.zeros((3, 3))
    simple[0, 2] = 7.0
    rotation = np.array([[0.0, 3.0, 0.0], [-3.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    stretching = np.diag([2.0, -1.0, -1.0])
    rates = shear_rate(np.array([simple, rotation, stretching]))
    assert rates == pytest.approx([7.0, 0.0, np.sqrt(12.0)])
