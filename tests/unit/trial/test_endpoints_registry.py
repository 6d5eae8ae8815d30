# SPDX-License-Identifier: BSD-3-Clause
"""Names, units and missing-data rules of the endpoints."""

import json

import pytest
from analytic_study import CONTROL, AnalyticStudy

from trial.endpoints import REGISTRY, EndpointError, check_values, lookup, read_endpoints


@pytest.fixture
def record(tmp_path):
    AnalyticStudy(patients=("p001",)).write(tmp_path)
    path = tmp_path / f"patients/p001/arms/{CONTROL}/endpoints.json"
    return path, json.loads(path.read_text())


def test_every_endpoint_is_described():
    for name, endpoint in REGISTRY.items():
        assert endpoint.name == name
        assert endpoint.display_factor > 0
        assert endpoint.definition.endswith(".")
        assert endpoint.source
        assert endpoint.missing_rule


def test_display_units_convert():
    assert 0.05 * lookup("stav").display_factor == pytest.approx(5.0)  # cm/s
    assert 1e-6 * lookup("neck_inflow").display_factor == pytest.approx(1.0)  # mL/s
    assert 1e-9 * lookup("sac_volume").display_factor == pytest.approx(1.0)  # mm3


def test_family_members_get_their_own_label():
    assert lookup("flow_share_outlet_2").label == "Flow share, outlet 2"
    with pytest.raises(EndpointError, match="not registered"):
        lookup("flow_share")


def test_values_are_read_in_si(record):
    assert read_endpoints(record[0])["stav"] == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stav": {"value": 2.0, "unit": "cm/s"}}, "'cm/s'.*'m/s'"),
        ({"stav": {"value": float("nan"), "unit": "m/s"}}, "finite"),
        ({"stave": {"value": 2.0, "unit": "m/s"}}, "not registered"),
    ],
)
def test_wrong_records_are_refused(record, change, message):
    with pytest.raises(EndpointError, match=message):
        check_values(record[1]["endpoints"] | change, "file")


def test_a_required_endpoint_may_not_be_absent(record):
    values = dict(record[1]["endpoints"])
    del values["osi_sac"]
    with pytest.raises(EndpointError, match="osi_sac"):
        check_values(values, "file")
