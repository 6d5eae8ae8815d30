# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints of analytic fields against their closed forms."""

import json

import numpy as np
import pytest
import pyvista as pv
from analytic_case import (
    ENERGY_LOSS,
    MEAN_INFLOW,
    PRESSURE_DROP,
    SAC_CENTRE,
    SAC_RADIUS,
    TUBE_LENGTH,
    Case,
    write_arm,
    write_bundle,
)

from solvers.fields.endpoints import (
    EndpointSettings,
    InconsistentFields,
    Weighted,
    compute_endpoints,
    source_digests,
)
from trial.endpoints import check_values

CASE = Case()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("case")
    return write_arm(root / "arm", CASE) / "fluid", write_bundle(root / "mesh")


@pytest.fixture(scope="module")
def values(folders):
    return {name: item["value"] for name, item in compute_endpoints(*folders).items()}


def test_names_and_units_are_those_of_the_registry(folders):
    computed = compute_endpoints(*folders)
    assert check_values(computed, "computed").keys() == computed.keys()


# The stored points are single precision: relative errors of some 1e-7 in volumes and areas.
@pytest.mark.parametrize(
    ("name", "exact"),
    [
        ("stav", 0.08),
        ("nrfv", 0.5),
        ("sac_volume", CASE.sac_volume),
        ("neck_inflow", CASE.neck_inflow),
        ("neck_inflow_share", CASE.neck_inflow / MEAN_INFLOW),
        ("turnover_time", CASE.sac_volume / CASE.neck_inflow),
        ("tawss_sac", 0.55),
        ("tawss_sac_p99", 1.0),
        ("tawss_parent", 2.0),
        ("tawss_parent_p99", 2.0),
        ("osi_sac", 0.2),
        ("osi_sac_p99", 0.2),
        ("osi_parent", 0.0),
        ("low_shear_area", 0.5),
        ("tawss_sac_relative", 0.55 / 2.0),
        ("low_shear_area_relative", 0.5),
        ("rrt_parent", 1 / 2.0),
        ("ecap_parent", 0.0),
        ("sac_speed_peak", 2 * CASE.stav),
        ("kinetic_energy_sac", CASE.kinetic * CASE.sac_volume),
        ("dissipation_sac", CASE.dissipation[1] * CASE.sac_volume),
        ("energy_loss", ENERGY_LOSS),
        ("pressure_drop", PRESSURE_DROP),
        ("flow_share_outlet_1", 0.75),
        ("flow_share_outlet_2", 0.25),
    ],
)
def test_closed_form(values, name, exact):
    assert values[name] == pytest.approx(exact, rel=2e-6, abs=1e-9)


def test_segment_is_a_stretch_of_the_tube_and_the_sac(values):
    """Ostium and tube both have radius R: the stretch is 2 (R + 4 R) = 20 mm of 24 mm long.

    Tetrahedra count by their centre, two layers per 2/3 mm: at most one layer at either end.
    """
    sac = values["dissipation_sac"]
    tube = values["dissipation"] - sac
    layer = 2.0 / 36.0
    assert (values["dissipation_segment"] - sac) / tube == pytest.approx(
        0.020 / TUBE_LENGTH, abs=layer
    )


def test_residence_medians_take_a_value_of_the_field(values):
    assert any(np.isclose(values["rrt_sac"], 1 / (0.6 * shear)) for shear in CASE.shear)
    assert any(np.isclose(values["ecap_sac"], 0.2 / shear) for shear in CASE.shear)


def test_thresholds_are_settings(folders):
    strict = EndpointSettings(residual_speed=0.2, low_shear=0.05)
    computed = compute_endpoints(*folders, strict)
    assert computed["nrfv"]["value"] == 0.0
    assert computed["low_shear_area"]["value"] == 0.0


def test_weighted_percentile_counts_measure_not_cells():
    field = Weighted(np.array([3.0, 1.0, 2.0]), np.array([0.02, 0.9, 0.08]))
    assert field.percentile(50) == 1.0
    assert field.percentile(95) == 2.0
    assert field.percentile(99) == 3.0


def test_fields_of_another_solution_are_refused(folders, tmp_path):
    fluid = write_arm(tmp_path / "arm", CASE) / "fluid"
    summary = json.loads((fluid / "summary.json").read_text())
    (fluid / "summary.json").write_text(json.dumps(summary | {"stav": 1.05 * CASE.stav}))
    with pytest.raises(InconsistentFields, match="STAV"):
        compute_endpoints(fluid, folders[1])


@pytest.mark.parametrize("name", ["mean_inflow", "neck_inflow"])
def test_flow_against_its_direction_is_refused(folders, tmp_path, name):
    fluid = write_arm(tmp_path / "arm", CASE) / "fluid"
    summary = json.loads((fluid / "summary.json").read_text())
    (fluid / "summary.json").write_text(json.dumps(summary | {name: -1e-7}))
    with pytest.raises(InconsistentFields, match=name):
        compute_endpoints(fluid, folders[1])


def test_digests_follow_the_content(folders, tmp_path):
    digests = source_digests(*folders)
    assert set(digests) == {"fields.vtu", "wall.vtp", "summary.json", "markers.json", "info.json"}
    other = write_arm(tmp_path / "arm", Case(osi=0.3)) / "fluid"
    changed = source_digests(other, folders[1])
    assert changed["wall.vtp"] != digests["wall.vtp"]
    assert changed["markers.json"] == digests["markers.json"]


def test_scalars_are_endpoints_where_they_were_computed(folders, tmp_path):
    fluid = write_arm(tmp_path / "arm", CASE) / "fluid"
    grid = pv.read(fluid / "fields.vtu")
    height = np.asarray(grid.points, dtype=float)[:, 2] - SAC_CENTRE[2]
    # Odd about the middle of the ball: the mean is the constant, half of the volume is older.
    grid.point_data["residence_time"] = 2.0 + height / SAC_RADIUS
    grid.save(fluid / "fields.vtu")
    summary = json.loads((fluid / "summary.json").read_text())
    summary["scalar"] = {
        "residence_time": 2.0,
        "residence_time_growth": 0.3,
        "age_threshold": 2.0 + 1e-6,
        "washout": {"time": [], "share": [], "share_after_cycle": 0.8, "time_constant": 4.0},
    }
    (fluid / "summary.json").write_text(json.dumps(summary))
    computed = compute_endpoints(fluid, folders[1])
    numbers = check_values(computed, "computed")
    assert numbers["residence_time"] == pytest.approx(2.0, rel=2e-6)
    assert numbers["residence_time_growth"] == 0.3
    # Half, less the vertices that lie on the middle plane.
    assert 0.4 < numbers["aged_share"] < 0.5
    assert (numbers["washout_share"], numbers["washout_time_constant"]) == (0.8, 4.0)
    assert "washout_half_time" not in numbers
    assert "residence_time" not in compute_endpoints(*folders)

    summary["scalar"]["residence_time"] = 2.1
    (fluid / "summary.json").write_text(json.dumps(summary))
    with pytest.raises(InconsistentFields, match="residence time"):
        compute_endpoints(fluid, folders[1])
