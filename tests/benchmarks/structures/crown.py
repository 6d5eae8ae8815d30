# SPDX-License-Identifier: BSD-3-Clause
"""The crown: half a crown of 316L opened by a cylinder and let go, in equal load steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from meshes.devices.stent.build import build_stent
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.strut import StentResolution


@dataclass(frozen=True)
class Opening:
    """What is done to the crown.

    Attributes:
        inner_diameter: of the balloon at the end [m].
        steps: equal load steps of the expansion.
        back, back_steps: share of the radius by which the balloon is withdrawn, and its steps.
        young, poisson, yield_stress, modulus: of the metal [Pa]; linear hardening.
        penalty: contact pressure per penetration [Pa/m].
    """

    inner_diameter: float = 2.2e-3
    steps: int = 20
    back: float = 0.05
    back_steps: int = 5
    young: float = 196.0e9
    poisson: float = 0.3
    yield_stress: float = 205.0e6
    modulus: float = 516.7e6
    penalty: float = 1.0e14


CROWN = Opening()
DESIGN = StentDesign(
    tube_outer_diameter=1.8e-3,
    wall_thickness=0.09e-3,
    strut_width=0.08e-3,
    crowns=6,
    rings=1,
    crown_radius=0.11e-3,
    ring_height=1.4e-3,
)
RESOLUTIONS = {
    "crown_44": StentResolution(across=2, thickness=2, crown=4, strut=3),
    "crown_243": StentResolution(across=3, thickness=3, crown=9, strut=9),
    "crown_576": StentResolution(across=4, thickness=4, crown=12, strut=12),
}
"""By name of the case, which counts the hexahedra."""


def write_mesh(case: str, folder: Path) -> int:
    """Bundle of a case; returns the number of hexahedra."""
    build_stent(DESIGN, RESOLUTIONS[case], folder)
    resolution = RESOLUTIONS[case]
    along = 2 * resolution.crown + resolution.strut
    return resolution.across * resolution.thickness * along
