# SPDX-License-Identifier: BSD-3-Clause
"""Inflow waveforms: a shape described or tabled, its Fourier series, its pulsatility index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

HARMONICS = 12
CLOSED = 0.01
"""Largest difference of first and last value of a table, over its range."""
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

    def lowest(self) -> float:
        """Lowest value; negative where the flow reverses."""
        return float(self(np.linspace(0.0, 1.0, _SAMPLES, endpoint=False)).min())

    def scaled(self, factor: float) -> Series:
        """The same shape with its departure from the mean multiplied."""
        return Series(self.cosine * factor, self.sine * factor)

    def with_pulsatility(self, index: float, *, may_reverse: bool = False) -> Series:
        """The same shape scaled to a pulsatility index.

        Raises:
            ValueError: the shape is flat, or the flow would reverse and may not.
        """
        swing = self.pulsatility_index()
        if swing < 1e-9:
            raise ValueError("the waveform is flat: its features cancel")
        series = self.scaled(index / swing)
        lowest = series.lowest()
        if lowest <= 0.0 and not may_reverse:
            raise ValueError(
                f"a pulsatility index of {index:g} makes the flow reverse "
                f"(lowest {lowest:.2f} of the mean)"
            )
        return series

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
    return shape.with_pulsatility(pulsatility_index)


def from_table(
    time: Sequence[float], value: Sequence[float], harmonics: int = HARMONICS
) -> tuple[Series, float]:
    """Fourier series of the periodic cubic spline through a table of one period.

    The third derivative of the spline jumps at the times t_j and is constant between them, so four
    integrations by parts leave ``c_k = sum_j jump_j exp(-i k w t_j) / (T (k w)^4)``.

    Args:
        time: increasing; first to last is one period, any unit.
        value: flow or velocity, any unit; the last is the first again.
        harmonics: of the series.

    Returns:
        The series, and its largest departure from the table over the range of the table.

    Raises:
        ValueError: one sentence on what is wrong with the table.
    """
    t, q = np.array(time, dtype=float), np.array(value, dtype=float)
    _check_table(t, q, harmonics)
    spline = CubicSpline(t, np.r_[q[:-1], q[0]], bc_type="periodic")
    period = t[-1] - t[0]
    mean = float(spline.integrate(t[0], t[-1])) / period
    if mean <= 0.0:
        raise ValueError(f"the mean of the table is {mean:.3g}, but it must be positive")
    omega = 2.0 * np.pi / period * np.arange(1, harmonics + 1)
    jump = 6.0 * (spline.c[0] - np.roll(spline.c[0], 1))
    phase = np.exp(-1j * np.multiply.outer(omega, t[:-1] - t[0]))
    relative = 2.0 * (phase @ jump) / (period * omega**4) / mean
    series = Series(relative.real, -relative.imag)
    departure = np.abs(mean * series((t - t[0]) / period) - q).max()
    return series, float(departure / np.ptp(q))


def _check_table(t: NDArray[np.float64], q: NDArray[np.float64], harmonics: int) -> None:
    if len(t) != len(q):
        raise ValueError(f"the table has {len(t)} times and {len(q)} values")
    if len(t) < 2 * harmonics + 1:
        raise ValueError(
            f"a table of {len(t)} rows resolves {max(0, (len(t) - 1) // 2)} harmonics, "
            f"not {harmonics}"
        )
    if not (np.isfinite(t).all() and np.isfinite(q).all()):
        raise ValueError("the table holds a value that is not a finite number")
    back = np.flatnonzero(np.diff(t) <= 0.0)
    if len(back):
        row = back[0] + 1
        raise ValueError(
            f"the times of the table must increase, but {t[row]:g} follows {t[row - 1]:g} "
            f"in row {row + 1}"
        )
    swing = np.ptp(q)
    if swing <= 0.0:
        raise ValueError("the table is flat")
    if abs(q[-1] - q[0]) > CLOSED * swing:
        raise ValueError(
            f"the table is not periodic: it starts at {q[0]:g} and ends at {q[-1]:g}; "
            "the last row must repeat the first, one period later"
        )
