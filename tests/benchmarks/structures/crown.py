# SPDX-License-Identifier: BSD-3-Clause
"""The crown: half a crown of 316L opened by a cylinder and let go, in equal load steps.

``python3 -m structures.crown CASE FOLDER`` writes its mesh, which every code reads.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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


def without_shift(displacements: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """States (vertices, 3) one below the other, less their mean along the axis, which is free."""
    return np.concatenate([u - [0.0, 0.0, u[:, 2].mean()] for u in displacements])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=list(RESOLUTIONS))
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    build_stent(DESIGN, RESOLUTIONS[arguments.case], arguments.folder)


if __name__ == "__main__":
    main()
