# SPDX-License-Identifier: BSD-3-Clause
"""The stored run of the open nitinol frame against what its deck publishes (docs/bench.md).

Amplitudes miss the 15 % asked for, which the page says; only what is met is held here.
"""

import json
from pathlib import Path

import pytest

RECORD = Path(__file__).resolve().parents[3] / "docs" / "verification" / "solid_frame.json"
CASES = ("whole frame, coarse", "whole frame, finer along struts")


@pytest.fixture(scope="module")
def record():
    return json.loads(RECORD.read_text())


@pytest.mark.parametrize("case", CASES)
def test_mean_strains_are_those_of_the_deck(record, case):
    """The largest of the frame, and those of four crowns of its cylinder; 10 % each."""
    assert record[case]["max_mean_strain"] == pytest.approx(0.0403436, rel=0.10)
    ratios = record[case]["cylinder_over_mean_of_published"]
    assert ratios["max_mean_strain"] == pytest.approx(1.0, abs=0.10)


@pytest.mark.parametrize("case", CASES)
def test_volume_in_tension_beyond_a_tenth_of_a_percent(record, case):
    """26.2943 mm3 in the deck's table, which is 16 times the model."""
    assert record[case]["volume_beyond"][0] == pytest.approx(26.2943e-9 / 16, rel=0.10)
    assert max(record[case]["force_check"].values()) < 0.002
