# SPDX-License-Identifier: BSD-3-Clause
"""Fatigue of a device between the two ends of a load cycle. SI throughout.

The stresses of the two states carry whatever crimping and expansion left in the metal, so residual
stress is part of the mean. Mean and amplitude are kept per material point, because the largest mean
and the largest amplitude lie at different points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solvers.fields.bench.critical_plane import fatemi_socie, smith_watson_topper
from solvers.fields.bench.diagrams import (
    Strengths,
    gerber,
    goodman,
    soderberg,
    strain_limit,
)
from solvers.fields.bench.tensors import (
    Cycle,
    largest_magnitude,
    largest_principal,
    signed_von_mises,
    von_mises,
)
from solvers.fields.endpoints import Weighted

Array = NDArray[np.float64]
Values = dict[str, tuple[float, str]]

TAIL = 0.1
"""Percent of the volume whose safety may lie below the volume-based safety factor."""


@dataclass(frozen=True)
class CyclePoints:
    """Material points of one model in the two ends of a cycle.

    Attributes:
        volume: reference volume that each point stands for, (n,) [m3], of the model alone.
        stresses: Cauchy stress in the two states, each (n, 3, 3) [Pa].
        strains: logarithmic strain in the two states, each (n, 3, 3).
    """

    volume: Array
    stresses: tuple[Array, Array]
    strains: tuple[Array, Array]

    @property
    def stress(self) -> Cycle:
        """Mean and amplitude of the stress."""
        return Cycle.between(*self.stresses)

    @property
    def strain(self) -> Cycle:
        """Mean and amplitude of the strain."""
        return Cycle.between(*self.strains)


@dataclass(frozen=True)
class AlloyFatigue:
    """Stress-based fatigue of a balloon-expandable alloy.

    Attributes:
        strengths: of the alloy.
        shear_sensitivity: k of the Fatemi-Socie parameter.
    """

    strengths: Strengths
    shear_sensitivity: float = 1.0


@dataclass(frozen=True)
class SuperelasticFatigue:
    """Strain-based fatigue of nitinol.

    Attributes:
        strain_limit: amplitude borne for the life wanted.
        yield_stress: stress that scales tension in the Fatemi-Socie parameter [Pa].
        shear_sensitivity: k of the Fatemi-Socie parameter.
    """

    strain_limit: float = 0.004
    yield_stress: float = 460.0e6
    shear_sensitivity: float = 1.0


Fatigue = AlloyFatigue | SuperelasticFatigue


@dataclass(frozen=True)
class Cloud:
    """Mean and amplitude of every material point, for the figure.

    Attributes:
        quantity: what they are, "stress" [Pa] or "strain".
        mean: (n,) the scalar of the mean tensor.
        amplitude: (n,).
        safety: (n,).
    """

    quantity: Literal["stress", "strain"]
    mean: Array
    amplitude: Array
    safety: Array


def stress_scalars(cycle: Cycle) -> dict[str, tuple[Array, Array]]:
    """Mean and amplitude (n,) of a stress cycle by signed von Mises and by largest principal."""
    return {
        "von_mises": (signed_von_mises(cycle.mean), von_mises(cycle.amplitude)),
        "principal": (largest_principal(cycle.mean), largest_magnitude(cycle.amplitude)),
    }


def lowest_safety(
    cycle: Cycle, strengths: Strengths, diagram: Callable[[Array, Array, Strengths], Array]
) -> Array:
    """Safety (n,) against a diagram: the lower of the two scalars of :func:`stress_scalars`."""
    return np.minimum(*(diagram(*pair, strengths) for pair in stress_scalars(cycle).values()))


def fatigue_values(points: CyclePoints, copies: float, fatigue: Fatigue) -> Values:
    """Fatigue endpoints: name -> (value, unit).

    Args:
        points: of the model.
        copies: how often the model repeats in the device.
        fatigue: criteria and limits of the material.
    """
    return {
        **_safety_values(points, copies, fatigue),
        **_extreme_values(points, fatigue),
    }


def fatigue_cloud(points: CyclePoints, fatigue: Fatigue) -> Cloud:
    """Point cloud of the figure: principal strain for nitinol, the governing stress for alloys."""
    if isinstance(fatigue, SuperelasticFatigue):
        strain = points.strain
        amplitude = largest_magnitude(strain.amplitude)
        safety = strain_limit(amplitude, fatigue.strain_limit)
        return Cloud("strain", largest_principal(strain.mean), amplitude, safety)
    pairs = list(stress_scalars(points.stress).values())
    safeties = [goodman(*pair, fatigue.strengths) for pair in pairs]
    second = safeties[1] < safeties[0]
    mean, amplitude = (np.where(second, pairs[1][k], pairs[0][k]) for k in (0, 1))
    return Cloud("stress", mean, amplitude, np.minimum(*safeties))


def _safety_values(points: CyclePoints, copies: float, fatigue: Fatigue) -> Values:
    if isinstance(fatigue, SuperelasticFatigue):
        amplitude = largest_magnitude(points.strain.amplitude)
        safeties = {"strain": strain_limit(amplitude, fatigue.strain_limit)}
    else:
        diagrams = {"goodman": goodman, "soderberg": soderberg, "gerber": gerber}
        cycle = points.stress
        safeties = {
            name: lowest_safety(cycle, fatigue.strengths, diagram)
            for name, diagram in diagrams.items()
        }
    values: Values = {}
    for name, safety in safeties.items():
        beyond = float(points.volume[safety < 1.0].sum()) * copies
        values[f"fatigue_{name}"] = (float(safety.min()), "1")
        values[f"fatigue_{name}_p999"] = (Weighted(safety, points.volume).percentile(TAIL), "1")
        values[f"fatigue_{name}_volume"] = (beyond, "m3")
    return {name: item for name, item in values.items() if np.isfinite(item[0])}


def _extreme_values(points: CyclePoints, fatigue: Fatigue) -> Values:
    strain = points.strain
    swt = smith_watson_topper(points.stresses, points.strains)
    if isinstance(fatigue, SuperelasticFatigue):
        yield_stress = fatigue.yield_stress
    else:
        yield_stress = fatigue.strengths.yield_stress
    shear = fatemi_socie(points.stresses, points.strains, yield_stress, fatigue.shear_sensitivity)
    return {
        "fatigue_mean_strain": (float(largest_principal(strain.mean).max()), "1"),
        "fatigue_strain_amplitude": (float(largest_magnitude(strain.amplitude).max()), "1"),
        "fatigue_swt": (float(swt.values.max()), "Pa"),
        "fatigue_shear": (float(shear.values.max()), "1"),
    }
