# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints of the bench that are forces and stiffnesses."""

from __future__ import annotations

from trial.bench_endpoint import BenchEndpoint

F2606, F3067 = "ASTM F2606", "ASTM F3067"
_OWN = "definition of this table"
_GUIDE = "ASTM F3067-14(2021), terms of the guide; definition of this table"
_RIGID = "crimp|release|chamber|compress|cycle"

FORCE = (
    BenchEndpoint(
        name="radial_force_loss_10",
        label="Radial force at 10 % diameter loss",
        short_label="Force at 10 %",
        unit="N",
        display_unit="N",
        definition=(
            "Inward radial force summed over the circumference and the length of the model when "
            "the tool has taken 10 % of the diameter before compression."
        ),
        direction="higher",
        source=_GUIDE,
        standard=F3067,
        needs=("compress",),
    ),
    BenchEndpoint(
        name="radial_force_loss_20",
        label="Radial force at 20 % diameter loss",
        short_label="Force at 20 %",
        unit="N",
        display_unit="N",
        definition="The same at 20 % of the diameter.",
        direction="higher",
        source=_GUIDE,
        standard=F3067,
        needs=("compress",),
    ),
    BenchEndpoint(
        name="hoop_force_loss_10",
        label="Hoop force at 10 % diameter loss",
        short_label="Hoop force at 10 %",
        unit="N",
        display_unit="N",
        definition="Radial force at 10 % diameter loss divided by 2 pi.",
        direction="higher",
        source=_GUIDE,
        standard=F3067,
        needs=("compress",),
    ),
    BenchEndpoint(
        name="radial_force_per_length_loss_10",
        label="Radial force per length at 10 % diameter loss",
        short_label="Force per length at 10 %",
        unit="N/m",
        display_unit="N/mm",
        definition="Radial force at 10 % diameter loss divided by the length at that moment.",
        direction="higher",
        source=_GUIDE,
        standard=F3067,
        needs=("compress",),
    ),
    BenchEndpoint(
        name="radial_strength",
        label="Radial strength, unloading line",
        short_label="Radial strength",
        unit="N",
        display_unit="N",
        definition=(
            "Radial force from which the unloading line, with the slope of the measured release, "
            "leads to the permanent diameter loss chosen (5 % unless configured)."
        ),
        direction="higher",
        source="unloading line of the guide; the permanent loss is a study parameter",
        standard=F3067,
        needs=("compress", "release"),
        material="alloy",
    ),
    BenchEndpoint(
        name="radial_strength_pressure",
        label="Radial strength as a pressure",
        short_label="Strength pressure",
        unit="Pa",
        display_unit="kPa",
        definition="Radial strength divided by the area pi D L of the cylinder at that moment.",
        direction="higher",
        source="unloading line of the guide; the permanent loss is a study parameter",
        standard=F3067,
        needs=("compress", "release"),
        material="alloy",
    ),
    BenchEndpoint(
        name="permanent_set",
        label="Permanent set after compression",
        short_label="Permanent set",
        unit="1",
        display_unit="%",
        definition=(
            "Loss of outer diameter that remains after the release that follows the compression, "
            "over the diameter before it."
        ),
        direction="lower",
        source=_GUIDE,
        standard=F3067,
        needs=("compress", "release"),
    ),
    BenchEndpoint(
        name="chronic_outward_force",
        label="Chronic outward force (COF)",
        short_label="COF",
        unit="N",
        display_unit="N",
        definition="Radial force on the last expanding branch at the indicated diameter.",
        direction="none",
        source=_GUIDE,
        standard=F3067,
        needs=("release|chamber|cycle",),
        without=("expand",),
    ),
    BenchEndpoint(
        name="radial_resistive_force",
        label="Radial resistive force (RRF)",
        short_label="RRF",
        unit="N",
        display_unit="N",
        definition="Radial force on the last compressing branch at the indicated diameter.",
        direction="higher",
        source=_GUIDE,
        standard=F3067,
        needs=("crimp|compress|cycle",),
        without=("expand",),
    ),
    BenchEndpoint(
        name="radial_force_compressing",
        label="Radial force while compressing",
        short_label="Force compressing",
        unit="N",
        display_unit="N",
        definition="Radial force on the last compressing branch at a tool diameter of the study.",
        direction="none",
        source=_GUIDE,
        standard=F3067,
        needs=(_RIGID,),
        per="tool diameter",
    ),
    BenchEndpoint(
        name="radial_force_expanding",
        label="Radial force while expanding",
        short_label="Force expanding",
        unit="N",
        display_unit="N",
        definition="Radial force on the last expanding branch at a tool diameter of the study.",
        direction="none",
        source=_GUIDE,
        standard=F3067,
        needs=(_RIGID,),
        per="tool diameter",
    ),
    BenchEndpoint(
        name="crush_stiffness",
        label="Crush stiffness between plates",
        short_label="Crush stiffness",
        unit="N/m",
        display_unit="N/mm",
        definition=(
            "Slope of the plate force over the gap closed, from the first contact to 5 % of the "
            "diameter, for the whole length."
        ),
        direction="higher",
        source=_OWN,
        needs=("crush",),
    ),
    BenchEndpoint(
        name="bend_stiffness",
        label="Bending stiffness, three-point",
        short_label="Bend stiffness",
        unit="N m2",
        display_unit="N mm2",
        definition=(
            "F s^3 / (48 d) of the least-squares slope F/d of the first half of the deflection, "
            "s the span."
        ),
        direction="lower",
        source="elementary beam theory; standard quoted from memory: check",
        standard=F2606,
        needs=("bend",),
    ),
)
