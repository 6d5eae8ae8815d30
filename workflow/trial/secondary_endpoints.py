# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints beside the usual ones: energy, peaks, and shear relative to the parent vessel."""

from __future__ import annotations

from trial.endpoint import Endpoint

RRT_SOURCE, ECAP_SOURCE = "10.1115/1.3127252", "10.1098/rspa.2014.0163"
_DISSIPATION = "10.3389/fneur.2021.639690"

SECONDARY = (
    Endpoint(
        name="sac_speed_peak",
        label="Peak sac velocity",
        short_label="Peak sac velocity",
        unit="m/s",
        display_unit="cm/s",
        definition="Largest value over the cardiac cycle of the mean speed in the sac.",
        direction="lower",
        source="the maximum in time of which STAV is the mean",
    ),
    Endpoint(
        name="kinetic_energy_sac",
        label="Kinetic energy, sac",
        short_label="Kinetic energy sac",
        unit="J",
        display_unit="µJ",
        definition="Cycle mean of the kinetic energy of the blood in the sac.",
        direction="lower",
        source="definition of kinetic energy",
    ),
    Endpoint(
        name="tawss_sac_relative",
        label="TAWSS, sac mean / parent vessel mean",
        short_label="TAWSS sac / parent",
        unit="1",
        display_unit="1",
        definition="TAWSS of the sac divided by TAWSS of the parent vessel.",
        direction="none",
        source="10.1161/STROKEAHA.110.592923",
    ),
    Endpoint(
        name="low_shear_area_relative",
        label="Low-shear area against the parent vessel",
        short_label="LSA relative",
        unit="1",
        display_unit="%",
        definition=(
            "Share of the sac wall area with TAWSS below 10 % of the mean of the parent vessel."
        ),
        direction="none",
        source="10.1161/STROKEAHA.110.592923",
    ),
    Endpoint(
        name="rrt_parent",
        label="Relative residence time, parent vessel median",
        short_label="RRT parent",
        unit="1/Pa",
        display_unit="1/Pa",
        definition=(
            "Area-weighted median over the wall of the parent lumen of 1 / ((1 - 2 OSI) TAWSS)."
        ),
        direction="none",
        source=RRT_SOURCE,
        required=False,
    ),
    Endpoint(
        name="ecap_parent",
        label="ECAP, parent vessel median",
        short_label="ECAP parent",
        unit="1/Pa",
        display_unit="1/Pa",
        definition="Area-weighted median over the wall of the parent lumen of OSI / TAWSS.",
        direction="none",
        source=ECAP_SOURCE,
        required=False,
    ),
    Endpoint(
        name="energy_loss",
        label="Energy loss, inlet to outlets",
        short_label="Energy loss",
        unit="W",
        display_unit="mW",
        definition=(
            "Cycle mean of the mechanical power, pressure and kinetic, that enters at the inlet "
            "less what leaves at the outlets."
        ),
        direction="none",
        source="10.1186/s12967-015-0673-z",
    ),
    Endpoint(
        name="dissipation",
        label="Viscous dissipation, whole vessel",
        short_label="Dissipation",
        unit="W",
        display_unit="mW",
        definition=(
            "Cycle mean of the integral of 2 mu D : D over the vessel, extensions included, "
            "D the strain rate."
        ),
        direction="none",
        source=_DISSIPATION,
    ),
    Endpoint(
        name="dissipation_segment",
        label="Viscous dissipation, aneurysm segment",
        short_label="Dissipation segment",
        unit="W",
        display_unit="mW",
        definition=(
            "The same over the sac and the parent lumen up to two vessel diameters from the ends "
            "of the ostium along the centreline."
        ),
        direction="none",
        source=_DISSIPATION,
    ),
    Endpoint(
        name="dissipation_sac",
        label="Viscous dissipation, sac",
        short_label="Dissipation sac",
        unit="W",
        display_unit="µW",
        definition="The same over the sac.",
        direction="lower",
        source=_DISSIPATION,
    ),
)
