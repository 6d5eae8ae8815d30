# SPDX-License-Identifier: BSD-3-Clause
"""Numerical settings of a bench run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class BenchSettings:
    """Numerical settings of a bench run.

    Attributes:
        element: ``S2`` (20 nodes, reduced integration; at least two cells over the width of a
            strut) or ``Q2`` (27 nodes, full integration) on hexahedra; tetrahedra are always
            quadratic.
        penalty: contact pressure per penetration [Pa/m].
        penetration: allowed share of the strut thickness.
        augmentations: further solves in a load step that penetrates too deeply, then it is cut.
        plane_penalty: stiffness of a mirror plane that is no coordinate plane, in units of the
            shear modulus over the strut thickness.
        damping: artificial viscous force per volume and displacement over a procedure, in units of
            the shear modulus over the square of the device's diameter; holds what nothing else
            does.
        damping_limit: largest share of the internal energy that damping may take.
        tolerance: residual over the largest force.
        iterations: Newton iterations allowed in a load step.
        line_search: of Newton's method, see ``NewtonSettings``.
        plastic_step: largest plastic strain that a load step may bring.
        smallest_step: smallest share of a procedure in a load step.
        time_budget: wall time [s], 0 for none.
        checkpoint_minutes: wall time between checkpoints, 0 for none.
    """

    element: Literal["Q2", "S2"] = "S2"
    penalty: float = 1.0e13
    penetration: float = 0.01
    augmentations: int = 4
    plane_penalty: float = 1.0e4
    damping: float = 1.0e-8
    damping_limit: float = 0.01
    tolerance: float = 1.0e-6
    iterations: int = 10
    line_search: Literal["cp", "bt", "basic"] = "cp"
    plastic_step: float = 0.03
    smallest_step: float = 1.0e-4
    time_budget: float = 0.0
    checkpoint_minutes: float = 0.0
