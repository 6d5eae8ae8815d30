# SPDX-License-Identifier: BSD-3-Clause
"""Declarations of the bench endpoints and which study can give which."""

import pytest

from trial.bench_endpoints import BENCH, bench_endpoints
from trial.endpoints import EndpointError, check_values, lookup

BALLOON = ("crimp", "release", "expand", "deflate", "compress", "release")
FRAME = ("crimp", "chamber", "cycle")


def names(*study):
    return {endpoint.name for endpoint in bench_endpoints(*study)}


@pytest.mark.parametrize("endpoint", BENCH.values(), ids=BENCH.keys())
def test_every_endpoint_is_described(endpoint):
    assert endpoint.display_factor > 0
    assert endpoint.definition.endswith(".")
    assert endpoint.label and endpoint.short_label and endpoint.source
    assert endpoint.needs, "an endpoint comes from a procedure"
    assert not endpoint.required


def test_display_units_convert():
    assert 2.5e-3 * BENCH["deployed_diameter"].display_factor == pytest.approx(2.5)  # mm
    assert 3.0e-6 * BENCH["cell_opening"].display_factor == pytest.approx(3.0)  # mm2
    assert 500.0 * BENCH["crush_stiffness"].display_factor == pytest.approx(0.5)  # N/mm
    assert 2.0e-5 * BENCH["bend_stiffness"].display_factor == pytest.approx(20.0)  # N mm2
    assert 1.0 * BENCH["crown_angle"].display_factor == pytest.approx(57.29578)  # degrees


def test_a_balloon_study_has_recoil_and_no_outward_force():
    found = names(BALLOON, "ring", "alloy")
    assert {"recoil", "radial_strength", "plastic_strain_peak", "cell_opening"} <= found
    assert not found & {"chronic_outward_force", "fatigue_goodman", "crush_stiffness"}


def test_dogboning_needs_ends():
    assert "dogboning_final" not in names(BALLOON, "ring", "alloy")
    assert "dogboning_final" in names(BALLOON, "device", "alloy")


def test_a_self_expanding_study_has_outward_force_and_the_strain_limit():
    found = names(FRAME, "cell", "superelastic")
    assert {"chronic_outward_force", "radial_resistive_force", "fatigue_strain"} <= found
    assert not found & {"recoil", "radial_strength", "fatigue_goodman", "plastic_strain_peak"}


def test_an_absent_procedure_leaves_its_endpoints_out():
    found = names(("crimp", "expand"), "ring", "alloy")
    assert "foreshortening" in found
    assert not found & {"recoil", "permanent_set", "radial_force_loss_10"}


def test_values_are_checked_against_the_catalogue_of_the_study():
    values = {
        "recoil": {"value": 0.04, "unit": "1"},
        "radial_force_expanding_2800_um": {"value": 1.5, "unit": "N"},
    }
    assert check_values(values, "file", BENCH) == {
        "recoil": 0.04,
        "radial_force_expanding_2800_um": 1.5,
    }
    assert lookup("radial_force_expanding_2800_um").label.endswith("expanding, 2800 um")
    with pytest.raises(EndpointError, match=r"'mm'.*'m'"):
        check_values({"deployed_diameter": {"value": 3.0, "unit": "mm"}}, "file", BENCH)
