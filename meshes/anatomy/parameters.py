# SPDX-License-Identifier: BSD-3-Clause
"""Parameters of the synthetic internal carotid artery with a side-wall aneurysm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class IcaParameters:
    """One synthetic anatomy. Lengths in m, angles in rad; plausible ranges in docs/anatomy.md.

    Attributes:
        vessel_diameter: parent vessel diameter at the neck [m].
        neck_diameter: diameter of the circle of the area of the ostium, the part of the device
            surface inside the lumen [m].
        sac_length: from the parent wall at the neck centre to the top, along the sac axis [m].
        neck_vessel_angle: between the sac axis and the downstream vessel axis [rad].
        bulge: widest sac diameter over the neck diameter (geometric mean of both planes) [-].
        sac_azimuth: sac direction about the vessel, from the outer side of the local bend [rad].
        neck_bend_radius: bend radius of the vessel that carries the sac [m].
        bend_radius_1: upstream (posterior) bend radius [m].
        bend_angle_1: upstream bend angle [rad].
        bend_radius_2: downstream (anterior) bend radius [m].
        bend_angle_2: downstream bend angle [rad].
        siphon_torsion: deviation of the two bends from a planar S [rad].
        inlet_taper: inlet diameter over the diameter at the neck [-].
        outlet_taper: diameter at the distal end over the diameter at the neck [-].
        bleb_radius: radius of a daughter bleb on the dome, 0 for none [m].
        bleb_polar: bleb position, angle from the sac axis [rad].
        bleb_azimuth: bleb position, angle about the sac axis from the downstream side [rad].
        branch: side branch, none, beside the neck, or from the sac.
        branch_radius: [m].
        branch_azimuth: ``near_neck``: about the vessel from the sac direction;
            ``from_sac``: about the sac axis from the downstream side [rad].
        branch_axial: ``near_neck``: distance along the vessel from the neck centre, positive
            downstream [m].
        outlets: one distal vessel, or the carotid terminus with two.
        daughter_ratio: radius of the smaller over the larger terminal branch [-].
        terminus_plane: direction of the terminal fork about the vessel, from the sac direction
            [rad].
    """

    vessel_diameter: float
    neck_diameter: float
    sac_length: float
    neck_vessel_angle: float = math.radians(75.0)
    bulge: float = 1.35
    sac_azimuth: float = 0.0
    neck_bend_radius: float = 14.0e-3
    bend_radius_1: float = 6.0e-3
    bend_angle_1: float = math.radians(70.0)
    bend_radius_2: float = 5.5e-3
    bend_angle_2: float = math.radians(95.0)
    siphon_torsion: float = math.radians(30.0)
    inlet_taper: float = 1.15
    outlet_taper: float = 0.92
    bleb_radius: float = 0.0
    bleb_polar: float = math.radians(45.0)
    bleb_azimuth: float = 0.0
    branch: Literal["none", "near_neck", "from_sac"] = "none"
    branch_radius: float = 0.7e-3
    branch_azimuth: float = math.radians(90.0)
    branch_axial: float = 0.0
    outlets: Literal["single", "bifurcating"] = "single"
    daughter_ratio: float = 0.8
    terminus_plane: float = math.radians(90.0)
