# SPDX-License-Identifier: BSD-3-Clause
"""What an arm changes in the physiology of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def in_arm(physiology: Mapping[str, Any], factors: Mapping[str, float]) -> dict[str, Any]:
    """Physiology of a patient in one arm.

    Args:
        physiology: block of the patient file, SI.
        factors: flow_factor, pulsatility_factor and heart_rate_factor.

    Returns:
        The block with mean inflow, departure of the waveform from its mean, and period changed.
    """
    pulsatility = factors["pulsatility_factor"]
    waveform = {
        part: [pulsatility * coefficient for coefficient in coefficients]
        for part, coefficients in physiology["waveform"].items()
    }
    return {
        **physiology,
        "mean_inlet_velocity": physiology["mean_inlet_velocity"] * factors["flow_factor"],
        "period": physiology["period"] / factors["heart_rate_factor"],
        "pulsatility_index": physiology["pulsatility_index"] * pulsatility,
        "waveform": waveform,
    }
