# SPDX-License-Identifier: BSD-3-Clause
"""Safety factors of a mean and an amplitude against the fatigue diagrams.

A compressive mean is taken as none: it never raises the safety above that of full reversal.
Formulas: Auricchio et al. 2016, 10.1007/s10439-015-1447-8. Stresses in Pa, arrays (n,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Strengths:
    """Strengths of an alloy under cyclic stress [Pa].

    Attributes:
        endurance: amplitude borne at zero mean for the life wanted.
        yield_stress: cyclic yield stress.
        ultimate: ultimate true stress.

    Raises:
        ValueError: a strength is not positive.
    """

    endurance: float
    yield_stress: float
    ultimate: float

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0.0:
                raise ValueError(f"{name} is {value} Pa, expected above 0")


def goodman(mean: Array, amplitude: Array, strengths: Strengths) -> Array:
    """1/SF = amplitude/Se + mean/Su."""
    return _straight(mean, amplitude, strengths.endurance, strengths.ultimate)


def soderberg(mean: Array, amplitude: Array, strengths: Strengths) -> Array:
    """1/SF = amplitude/Se + mean/Sy."""
    return _straight(mean, amplitude, strengths.endurance, strengths.yield_stress)


def gerber(mean: Array, amplitude: Array, strengths: Strengths) -> Array:
    """SF amplitude/Se + (SF mean/Su)^2 = 1; the root written to lose no digits at a small mean."""
    a = amplitude / strengths.endurance
    m = np.maximum(mean, 0.0) / strengths.ultimate
    return _inverse(0.5 * (a + np.sqrt(a**2 + 4.0 * m**2)))


def strain_limit(amplitude: Array, limit: float) -> Array:
    """SF = limit/amplitude of the strain, whatever its mean."""
    return _inverse(amplitude / limit)


def _straight(mean: Array, amplitude: Array, endurance: float, intercept: float) -> Array:
    return _inverse(amplitude / endurance + np.maximum(mean, 0.0) / intercept)


def _inverse(use: Array) -> Array:
    """1/use, infinite where a point is not used at all."""
    return np.divide(1.0, use, out=np.full_like(use, np.inf), where=use > 0.0)
