# SPDX-License-Identifier: BSD-3-Clause
"""Layered arteries with exact inner radii: inputs and outputs belong together.

The radii come from the integral of radial equilibrium through an incompressible wall, by an
independent program. Parameters: rabbit carotid (Holzapfel, Gasser & Ogden 2000,
doi:10.1023/A:1010835316564) and layers of human coronaries (Holzapfel et al. 2005,
doi:10.1152/ajpheart.00934.2004), both from memory; three layers with dispersed fibres of
doi:10.1016/j.jmbbm.2020.104070. They verify code; what they say about arteries is another matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.solid.laws.holzapfel import GasserOgdenHolzapfel, Holzapfel2005
from solvers.solid.laws.hyperelastic import Hyperelastic
from solvers.verification.artery import Layer, Wall

KPA, MM = 1e3, 1e-3


@dataclass(frozen=True)
class Case:
    """A wall and its exact radii.

    Attributes:
        wall: the wall.
        elements: through each layer.
        radii: inner radius [mm] by pressure [kPa], rising from 0.
    """

    wall: Wall
    elements: tuple[int, ...]
    radii: dict[float, float]


def _layer(
    name: str,
    thickness: float,
    angle: float,
    make: type[Hyperelastic],
    mu: float,
    k1: float,
    k2: float,
    *rest: float,
) -> Layer:
    """One layer, parameters in kPa, mm, degrees; bulk modulus 1 GPa."""
    bulk = 1e9
    return Layer(
        name,
        thickness * MM,
        angle,
        lambda fibres: make(bulk, mu * KPA, k1 * KPA, k2, fibres, *rest),
    )


CAROTID = (
    _layer("media", 0.26, 29.0, GasserOgdenHolzapfel, 3.0, 2.3632, 0.8393),
    _layer("adventitia", 0.13, 62.0, GasserOgdenHolzapfel, 0.3, 0.5620, 0.7112),
)
CORONARY = (
    _layer("intima", 0.24, 60.3, Holzapfel2005, 27.90, 263.66, 170.88, 0.51),
    _layer("media", 0.32, 20.61, Holzapfel2005, 1.27, 21.60, 8.21, 0.25),
    _layer("adventitia", 0.34, 67.0, Holzapfel2005, 7.56, 38.57, 85.03, 0.55),
)
DISPERSED = (
    _layer("intima", 0.30, 42.85, GasserOgdenHolzapfel, 22.57, 276.45, 42.85, 0.246),
    _layer("media", 0.54, 35.01, GasserOgdenHolzapfel, 14.30, 290.22, 4.87, 0.224),
    _layer("adventitia", 0.16, 42.78, GasserOgdenHolzapfel, 1.61, 278.86, 87.62, 0.275),
)
ARTERIES = {
    "carotid": Case(
        Wall(CAROTID, 0.71 * MM, 1.7),
        (4, 2),
        {0: 0.47788, 5: 1.06223, 13.33: 1.18929, 21.33: 1.23609},
    ),
    "carotid cut open": Case(
        Wall(CAROTID, 1.43 * MM, 1.7, np.radians(160), closed=0.49 * MM),
        (4, 2),
        {0: 0.49236, 5: 1.12843, 13.33: 1.27435, 21.33: 1.32890},
    ),
    "coronary": Case(
        Wall(CORONARY, 1.5 * MM, 1.044),
        (3, 3, 3),
        {0: 1.42253, 5: 1.54949, 10.67: 1.61959, 16: 1.65166, 50: 1.71884, 100: 1.74881},
    ),
    "coronary without intima": Case(
        Wall(CORONARY[1:], 1.5 * MM),
        (3, 3),
        {0: 1.5, 5: 1.83987, 10.67: 1.94332, 16: 1.98897, 50: 2.08997},
    ),
    "layers cut open apart": Case(
        Wall(DISPERSED, 8 * MM, 1.0, np.radians(90), own_sectors=True, closed=5.66 * MM),
        (3, 3, 3),
        {0: 5.65839, 10: 6.91355, 15: 7.10926},
    ),
}
