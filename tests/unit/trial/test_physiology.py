# SPDX-License-Identifier: BSD-3-Clause
import pytest

from trial.physiology import in_arm

PATIENT = {
    "mean_inlet_velocity": 0.27,
    "period": 0.9,
    "waveform": {"cosine": [0.2, -0.1], "sine": [0.3, 0.05]},
    "pulsatility_index": 1.0,
    "haematocrit": 0.4,
}
NO_CHANGE = {"flow_factor": 1.0, "pulsatility_factor": 1.0, "heart_rate_factor": 1.0}


def test_no_change_is_the_patient():
    assert in_arm(PATIENT, NO_CHANGE) == PATIENT


def test_factors_act_on_their_quantity():
    arm = in_arm(PATIENT, {"flow_factor": 1.1, "pulsatility_factor": 1.2, "heart_rate_factor": 1.5})
    assert arm["mean_inlet_velocity"] == pytest.approx(0.297)
    assert arm["period"] == pytest.approx(0.6)
    assert arm["pulsatility_index"] == pytest.approx(1.2)
    assert arm["waveform"]["cosine"] == pytest.approx([0.24, -0.12])
    assert arm["haematocrit"] == 0.4
