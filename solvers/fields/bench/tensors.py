# SPDX-License-Identifier: BSD-3-Clause
"""Scalars of symmetric tensors (n, 3, 3), and mean and amplitude between two states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cycle:
    """Mean and amplitude of a tensor between the two ends of a load cycle, each (n, 3, 3)."""

    mean: Array
    amplitude: Array

    @classmethod
    def between(cls, first: Array, second: Array) -> Cycle:
        """Half sum and half difference of two states of the same material points."""
        return cls(0.5 * (first + second), 0.5 * (first - second))


def principal(tensors: Array) -> Array:
    """Principal values in ascending order, (n, 3)."""
    return np.linalg.eigvalsh(0.5 * (tensors + np.swapaxes(tensors, -1, -2)))


def largest_principal(tensors: Array) -> Array:
    """Largest principal value, (n,)."""
    return principal(tensors)[:, 2]


def largest_magnitude(tensors: Array) -> Array:
    """Largest absolute principal value, (n,)."""
    return np.abs(principal(tensors)).max(axis=1)


def von_mises(tensors: Array) -> Array:
    """Von Mises equivalent of a stress, (n,)."""
    mean = np.trace(tensors, axis1=1, axis2=2) / 3.0
    deviator = tensors - mean[:, None, None] * np.eye(3)
    return np.sqrt(1.5 * np.einsum("nij,nij->n", deviator, deviator))


def signed_von_mises(tensors: Array) -> Array:
    """Von Mises equivalent with the sign of the principal value of largest magnitude, (n,)."""
    values = principal(tensors)
    return np.where(values[:, 2] >= -values[:, 0], 1.0, -1.0) * von_mises(tensors)
