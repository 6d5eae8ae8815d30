# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints of the bench that are diameters, lengths, angles, strains and openings."""

from __future__ import annotations

from trial.bench_endpoint import BenchEndpoint

F2079, F2081, F2514 = "ASTM F2079", "ASTM F2081", "ASTM F2514"
_OWN = "definition of this table"

SHAPE = (
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
        standard=F2514,
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
        standard=F2514,
        needs=("expand",),
        material="alloy",
    ),
)

_DEPLOYED = ("expand|release|chamber",)
_CELL = (
    "A cell is a region of the unrolled deformed mid-surface enclosed by metal; the open ends of "
    "a lone ring are closed by the lines between its crowns."
)

OPENING = (
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
