# SPDX-License-Identifier: BSD-3-Clause
"""Stents that the tests share. Illustrative sizes."""

from dataclasses import replace

from meshes.devices.stent.design import StentDesign

STENT = StentDesign(
    tube_outer_diameter=1.8e-3,
    wall_thickness=100e-6,
    strut_width=90e-6,
    crowns=6,
    rings=4,
    crown_radius=110e-6,
    ring_height=1.2e-3,
    connectors=2,
    connector_width=80e-6,
    gap=0.2e-3,
    polish_thickness=15e-6,
    polish_width=12e-6,
)
PATTERNS = {
    "peak_to_peak": STENT,
    "peak_to_valley": replace(
        STENT, connector_pattern="peak_to_valley", crown_radius=140e-6, connector_width=70e-6
    ),
    "stacked": replace(
        STENT,
        connector_pattern="peak_to_valley",
        crown_radius=140e-6,
        connector_width=70e-6,
        connector_shift=0,
    ),
    "offset": replace(STENT, connector_pattern="offset", gap=0.5e-3),
    "joined": replace(STENT, connector_pattern="joined", gap=0.0, connectors=6),
}
