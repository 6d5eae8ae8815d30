# SPDX-License-Identifier: BSD-3-Clause
"""Specimens of a lot: drawn alike for all designs, and what they change in drawing and law."""

import numpy as np
import pytest

from trial.config import load_study
from trial.config.bench.lot import Lot
from trial.config.load import CONFIGS
from trial.sampling import specimen
from trial.specimens import as_alloyed, as_made, departures

DRAWING = {
    "strut_width": 95e-6,
    "connector_width": None,
    "wall_thickness": 100e-6,
    "polish_thickness": 14e-6,
    "polish_width": 2e-6,
    "crowns": 9,
}
BILINEAR = {
    "kind": "elastoplastic",
    "young": 2e11,
    "hardening": {"kind": "linear", "yield_stress": 200e6, "modulus": 5e8},
}


@pytest.fixture(scope="module")
def lot() -> Lot:
    return load_study([CONFIGS / "studies" / "stent_demo.yaml"]).study.lot


def test_a_specimen_depends_on_seed_and_number_alone(lot):
    grown = lot.model_copy(update={"specimens": 50})
    assert specimen(lot, 7, 3) == specimen(grown, 7, 3)
    assert specimen(lot, 7, 3)["draws"] != specimen(lot, 7, 4)["draws"]
    assert specimen(lot, 7, 3)["draws"] != specimen(lot, 8, 3)["draws"]


def test_another_departure_leaves_the_draws_alone(lot):
    fewer = lot.model_copy(
        update={"departures": lot.departures.model_copy(update={"finish_um": None})}
    )
    draws = specimen(lot, 7, 1)["draws"]
    draws.pop("finish_um")
    assert specimen(fewer, 7, 1)["draws"] == draws


def test_departures_follow_their_distributions(lot):
    widths = np.array([specimen(lot, 11, i)["draws"]["strut_width_um"] for i in range(1, 1501)])
    assert abs(widths.mean()) < 0.2
    assert widths.std() == pytest.approx(1.97, abs=0.12)  # 2 um cut at three deviations
    assert np.abs(widths).max() <= 6.0


def test_departures_in_si():
    found = departures({"strut_width_um": 2.0, "yield_stress_percent": -5.0})
    assert found["strut_width"] == {"absolute": pytest.approx(2e-6)}
    assert found["yield_stress"] == {"relative": pytest.approx(-0.05)}


def test_drawing_of_a_specimen():
    lot = departures({"strut_width_um": 2.0, "wall_thickness_percent": 10.0, "finish_um": 1.5})
    made = as_made(DRAWING, lot)
    assert made["strut_width"] == pytest.approx(97e-6)
    assert made["wall_thickness"] == pytest.approx(110e-6)
    # 1.5 um more from either face
    assert made["polish_thickness"] == pytest.approx(17e-6)
    assert made["polish_width"] == pytest.approx(5e-6)
    assert (made["connector_width"], made["crowns"]) == (None, 9)
    assert as_made(DRAWING, {}) == pytest.approx(DRAWING, nan_ok=True)


def test_finishing_takes_off_no_less_than_nothing():
    assert as_made(DRAWING, departures({"finish_um": -4.0}))["polish_width"] == 0.0


def test_yield_moves_the_whole_hardening_curve():
    lot = departures({"yield_stress_percent": 10.0})
    assert as_alloyed(BILINEAR, lot)["hardening"] == {
        "kind": "linear",
        "yield_stress": pytest.approx(220e6),
        "modulus": 5e8,
    }
    table = {"kind": "table", "plastic_strain": [0, 0.1], "yield_stress": [200e6, 300e6]}
    moved = as_alloyed(BILINEAR | {"hardening": table}, lot)["hardening"]["yield_stress"]
    assert moved == pytest.approx([220e6, 320e6])
    voce = {"kind": "voce", "yield_stress": 200e6, "saturation": 300e6, "rate": 5.0}
    moved = as_alloyed(BILINEAR | {"hardening": voce}, departures({"yield_stress_mpa": -10.0}))
    assert moved["hardening"]["yield_stress"] == pytest.approx(190e6)
    assert moved["hardening"]["saturation"] == pytest.approx(290e6)


def test_yield_scales_all_plateaus():
    law = {"kind": "superelastic", "young": 6e10, "load_start": 460e6, "load_end": 500e6}
    law |= {"unload_start": 240e6, "unload_end": 210e6, "compression_start": 690e6}
    moved = as_alloyed(law, departures({"yield_stress_percent": -10.0}))
    assert moved["unload_end"] == pytest.approx(189e6)
    assert moved["compression_start"] == pytest.approx(621e6)
    assert moved["young"] == 6e10
