# SPDX-License-Identifier: BSD-3-Clause
"""Inflow waveforms: a described shape, its Fourier series, scaled to a pulsatility index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HARMONICS = 12
_SAMPLES = 2048


@dataclass(frozen=True)
class Series:
    """Flow over its mean, ``1 + sum a_k cos(2 pi k t/T) + b_k sin(2 pi k t/T)``, k from 1.

    Attributes:
        cosine: (n,) coefficients a_k.
        sine: (n,) coefficients b_k.
    """

    cosine: NDArray[np.float64]
    sine: NDArray[np.float64]

    def __call__(self, phase: NDArray[np.float64]) -> NDArray[np.float64]:
        """Value at times given as shares of the period, (m,)."""
        k = np.arange(1, len(self.cosine) + 1)
        angle = 2.0 * np.pi * np.multiply.outer(np.asarray(phase), k)
        return 1.0 + np.cos(angle) @ self.cosine + np.sin(angle) @ self.sine

    def pulsatility_index(self) -> float:
        """(max - min) / mean."""
        values = self(np.linspace(0.0, 1.0, _SAMPLES, endpoint=False))
        return float(values.max() - values.min())

    def scaled(self, factor: float) -> Series:
        """The same shape with its departure from the mean multiplied."""
        return Series(self.cosine * factor, self.sine * factor)

    def to_json(self) -> dict[str, list[float]]:
        """``{"cosine": [...], "sine": [...]}``."""
        return {"cosine": self.cosine.tolist(), "sine": self.sine.tolist()}


def from_bumps(bumps: Sequence[tuple[float, float, float]], pulsatility_index: float) -> Series:
    """Fourier series of a sum of periodic Gaussians, scaled to a pulsatility index.

    The k-th harmonic of a Gaussian of standard deviation w wrapped onto the period is
    proportional to ``w exp(-2 (pi k w)^2)``, so the table follows from the description directly.

    Args:
        bumps: (centre, width, height) of each feature; centre and width as shares of the period.
        pulsatility_index: wanted (max - min) / mean.

    Raises:
        ValueError: the shape is flat, or the flow would reverse.
    """
    centre, width, height = np.array(bumps, dtype=float).T[:, :, None]
    k = np.arange(1, HARMONICS + 1)
    size = 2.0 * np.sqrt(2.0 * np.pi) * height * width * np.exp(-2.0 * (np.pi * k * width) ** 2)
    shape = Series(
        (size * np.cos(2.0 * np.pi * k * centre)).sum(axis=0),
        (size * np.sin(2.0 * np.pi * k * centre)).sum(axis=0),
    )
    swing = shape.pulsatility_index()
    if swing < 1e-9:
        raise ValueError("the waveform is flat: its features cancel")
    series = shape.scaled(pulsatility_index / swing)
    lowest = float(series(np.linspace(0.0, 1.0, _SAMPLES, endpoint=False)).min())
    if lowest <= 0.0:
        raise ValueError(
            f"a pulsatility index of {pulsatility_index:g} makes the flow reverse "
            f"(lowest {lowest:.2f} of the mean)"
        )
    return series
