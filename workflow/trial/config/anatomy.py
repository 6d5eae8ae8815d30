# SPDX-License-Identifier: BSD-3-Clause
"""Distributions of the shape parameters of a synthetic internal carotid artery.

One field per parameter of the generator, in configuration units.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from trial.config._base import Block
from trial.config.distributions import Choice, Continuous
from trial.units import to_si

LABELS = {
    "branch": {"none", "near_neck", "from_sac"},
    "outlets": {"single", "bifurcating"},
    "bleb": {"none", "present"},
}


class IcaVariables(Block):
    """Side-wall aneurysm of the internal carotid artery behind a siphon."""

    vessel_diameter_mm: Continuous = Field(description="parent vessel diameter at the neck")
    neck_diameter_mm: Continuous = Field(description="diameter of the circle of the ostium area")
    sac_length_mm: Continuous = Field(description="from the neck centre to the top of the sac")
    neck_vessel_angle_deg: Continuous = Field(description="between sac axis and downstream vessel")
    bulge: Continuous = Field(description="widest sac diameter over the neck diameter")
    sac_azimuth_deg: Continuous = Field(
        description="sac direction, from the outer side of the bend"
    )
    neck_bend_radius_mm: Continuous = Field(description="bend radius of the vessel at the neck")
    bend_radius_1_mm: Continuous = Field(description="radius of the upstream siphon bend")
    bend_angle_1_deg: Continuous = Field(description="angle of the upstream siphon bend")
    bend_radius_2_mm: Continuous = Field(description="radius of the downstream siphon bend")
    bend_angle_2_deg: Continuous = Field(description="angle of the downstream siphon bend")
    siphon_torsion_deg: Continuous = Field(description="departure of the bends from a planar S")
    inlet_taper: Continuous = Field(description="inlet diameter over the diameter at the neck")
    outlet_taper: Continuous = Field(description="distal diameter over the diameter at the neck")
    bleb: Choice = Field(description="none or present: a daughter bleb on the dome")
    bleb_radius_mm: Continuous = Field(description="bleb radius, where present")
    bleb_polar_deg: Continuous = Field(description="bleb position, from the sac axis")
    bleb_azimuth_deg: Continuous = Field(description="bleb position, about the sac axis")
    branch: Choice = Field(description="side branch: none, near_neck or from_sac")
    branch_radius_mm: Continuous = Field(description="radius of the side branch")
    branch_azimuth_deg: Continuous = Field(description="direction of the side branch")
    branch_axial_mm: Continuous = Field(
        description="side branch along the vessel, from the neck centre"
    )
    outlets: Choice = Field(description="single or bifurcating end of the vessel")
    daughter_ratio: Continuous = Field(description="smaller over larger radius at the bifurcation")
    terminus_plane_deg: Continuous = Field(description="direction of the bifurcation")

    @field_validator("branch", "outlets", "bleb")
    @classmethod
    def _known_labels(cls, choice: Choice, info: Any) -> Choice:
        allowed = LABELS[info.field_name]
        unknown = sorted(set(choice.weights) - allowed)
        if unknown:
            raise ValueError(
                f"label {unknown[0]!r} is unknown, allowed: {', '.join(sorted(allowed))}"
            )
        return choice

    @staticmethod
    def parameters(draws: dict[str, float | str]) -> dict[str, Any]:
        """Parameters of the generator in SI from the drawn values in configuration units."""
        values = dict(draws)
        if values.pop("bleb") == "none":
            values["bleb_radius_mm"] = 0.0
        return to_si(values)
