# SPDX-License-Identifier: BSD-3-Clause
"""The endpoints of a stent bench study; ``solvers.fields.bench`` computes them."""

from __future__ import annotations

from collections.abc import Sequence

from trial.bench_endpoint import BenchEndpoint, Material
from trial.fatigue_endpoints import FATIGUE

F2079, F2081, F2606 = "ASTM F2079", "ASTM F2081", "ASTM F2606"
F3067 = "ASTM F3067"
_OWN = "definition of this table"
_GUIDE = "ASTM F3067-14(2021), terms of the guide; definition of this table"
_RIGID = "crimp|release|chamber|compress|cycle"

_FORCE = (
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

_SHAPE = (
    BenchEndpoint(
        name="crimped_profile",
        label="Crimped profile",
        short_label="Crimped profile",
        unit="m",
        display_unit="mm",
        definition="Outer diameter after crimping and the release of the crimper.",
        direction="lower",
        source=_OWN,
        standard=F2081,
        needs=("crimp",),
    ),
    BenchEndpoint(
        name="deployed_diameter",
        label="Deployed diameter",
        short_label="Deployed diameter",
        unit="m",
        display_unit="mm",
        definition="Inner diameter after deflation or release, before any compression.",
        direction="none",
        source=_OWN,
        standard=F2081,
        needs=("expand|release|chamber",),
    ),
    BenchEndpoint(
        name="recoil",
        label="Recoil",
        short_label="Recoil",
        unit="1",
        display_unit="%",
        definition=(
            "(D_inflated - D_deflated) / D_inflated of the inner diameter, on the inflated balloon "
            "and after its deflation."
        ),
        direction="lower",
        source="ASTM F2079-09, terminology",
        standard=F2079,
        needs=("expand", "deflate"),
    ),
    BenchEndpoint(
        name="foreshortening",
        label="Foreshortening",
        short_label="Foreshortening",
        unit="1",
        display_unit="%",
        definition="(L_crimped - L_expanded) / L_crimped.",
        direction="lower",
        source="standard quoted from memory: check",
        standard=F2081,
        needs=("crimp", "expand|release|chamber"),
    ),
    BenchEndpoint(
        name="dogboning_transient",
        label="Dogboning, largest during inflation",
        short_label="Dogboning transient",
        unit="1",
        display_unit="%",
        definition="Largest (D_end - D_middle) / D_middle during inflation.",
        direction="lower",
        source=_OWN,
        needs=("expand",),
        extents=("segment", "device"),
    ),
    BenchEndpoint(
        name="dogboning_final",
        label="Dogboning, end of inflation",
        short_label="Dogboning final",
        unit="1",
        display_unit="%",
        definition="(D_end - D_middle) / D_middle at the end of inflation.",
        direction="lower",
        source=_OWN,
        needs=("expand",),
        extents=("segment", "device"),
    ),
    BenchEndpoint(
        name="expansion_limit_strain",
        label="Largest expansion by plastic strain",
        short_label="Expansion limit strain",
        unit="m",
        display_unit="mm",
        definition=(
            "Inner diameter at which the plastic strain first exceeds its limit at any point; "
            "empty where the expansion stays below it."
        ),
        direction="higher",
        source="the limit is a study parameter",
        needs=("expand",),
        material="alloy",
    ),
    BenchEndpoint(
        name="expansion_limit_angle",
        label="Largest expansion by crown angle",
        short_label="Expansion limit angle",
        unit="m",
        display_unit="mm",
        definition=(
            "Inner diameter at which the crown angle exceeds its limit, between the stored states "
            "by straight struts of constant length; empty where the expansion stays below it."
        ),
        direction="higher",
        source="the limit is a study parameter",
        needs=("expand",),
    ),
    BenchEndpoint(
        name="crown_angle",
        label="Crown angle, deployed",
        short_label="Crown angle",
        unit="rad",
        display_unit="°",
        definition=(
            "Angle between the two struts of an end crown in the unrolled mid-surface, from the "
            "middle third of their length."
        ),
        direction="none",
        source=_OWN,
        needs=("expand|release|chamber",),
    ),
    BenchEndpoint(
        name="plastic_strain_peak",
        label="Plastic strain, largest",
        short_label="Plastic strain max",
        unit="1",
        display_unit="%",
        definition="Largest equivalent plastic strain of a material point in the deployed state.",
        direction="lower",
        source=_OWN,
        standard="ASTM F2514",
        needs=("expand",),
        material="alloy",
    ),
    BenchEndpoint(
        name="plastic_strain_p99",
        label="Plastic strain, 99th percentile",
        short_label="Plastic strain p99",
        unit="1",
        display_unit="%",
        definition="Equivalent plastic strain exceeded in 1 % of the volume, deployed state.",
        direction="lower",
        source=_OWN,
        standard="ASTM F2514",
        needs=("expand",),
        material="alloy",
    ),
)

_DEPLOYED = ("expand|release|chamber",)
_CELL = (
    "A cell is a region of the unrolled deformed mid-surface enclosed by metal; the open ends of "
    "a lone ring are closed by the lines between its crowns."
)

_OPENING = (
    BenchEndpoint(
        name="cell_opening",
        label="Cell opening, smallest cell",
        short_label="Cell opening",
        unit="m2",
        display_unit="mm2",
        definition=f"Smallest planar area of a cell. {_CELL}",
        direction="higher",
        source="10.1186/s40001-021-00595-7",
        needs=_DEPLOYED,
    ),
    BenchEndpoint(
        name="cell_circle",
        label="Largest circle in a cell, smallest cell",
        short_label="Cell circle",
        unit="m",
        display_unit="mm",
        definition="Diameter of the largest circle inside a cell, smallest of the cells.",
        direction="higher",
        source="10.1186/s40001-021-00595-7",
        needs=_DEPLOYED,
    ),
    BenchEndpoint(
        name="side_branch_area",
        label="Side-branch ring area",
        short_label="Side-branch area",
        unit="m2",
        display_unit="mm2",
        definition="Area of the largest circle inside a cell, smallest of the cells.",
        direction="higher",
        source="Samant et al. 2021, Sci Rep 11:8728",
        needs=_DEPLOYED,
    ),
    BenchEndpoint(
        name="scaffolding_circle",
        label="Scaffolding circle",
        short_label="Scaffolding circle",
        unit="m",
        display_unit="mm",
        definition="Diameter of the largest circle inside a cell, largest of the cells.",
        direction="lower",
        source="Samant et al. 2021, Sci Rep 11:8728",
        needs=_DEPLOYED,
    ),
    BenchEndpoint(
        name="metal_to_artery",
        label="Metal-to-artery ratio",
        short_label="Metal to artery",
        unit="1",
        display_unit="%",
        definition=(
            "Area of the metal in the unrolled deformed mid-surface over the area of the cylinder "
            "between the ends of the model."
        ),
        direction="none",
        source=_OWN,
        needs=_DEPLOYED,
    ),
)

BENCH: dict[str, BenchEndpoint] = {
    endpoint.name: endpoint for endpoint in (*_FORCE, *_SHAPE, *_OPENING, *FATIGUE)
}
"""All endpoints of the bench by name, in the order of the report."""


def bench_endpoints(
    kinds: Sequence[str], extent: str, material: Material
) -> tuple[BenchEndpoint, ...]:
    """Endpoints that a study with these procedures can give; the others are left out.

    Args:
        kinds: procedure kinds of the study, in any order.
        extent: of the model: cell, ring, segment or device.
        material: "alloy" or "superelastic".
    """
    return tuple(e for e in BENCH.values() if e.obtainable(kinds, extent, material))
