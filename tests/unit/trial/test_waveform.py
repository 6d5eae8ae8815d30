# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from trial.waveform import Series, from_bumps

SYSTOLE = [(0.15, 0.05, 1.0), (0.45, 0.1, 0.3)]
PHASE = np.linspace(0.0, 1.0, 4000, endpoint=False)


def test_mean_is_one_and_pulsatility_is_as_asked():
    series = from_bumps(SYSTOLE, 1.14)
    q = series(PHASE)
    assert q.mean() == pytest.approx(1.0, abs=1e-12)
    assert q.max() - q.min() == pytest.approx(1.14, rel=1e-3)
    assert PHASE[q.argmax()] == pytest.approx(0.15, abs=0.02)


def test_coefficients_are_those_of_the_periodic_gaussian():
    # Against the discrete Fourier transform of the wrapped Gaussian itself.
    centre, width = 0.3, 0.06
    wrapped = sum(np.exp(-0.5 * ((PHASE - centre + n) / width) ** 2) for n in range(-3, 4))
    spectrum = np.fft.rfft(wrapped) / len(PHASE)
    series = from_bumps([(centre, width, 1.0)], 0.5)
    expected_cosine = 2.0 * spectrum[1:13].real
    expected_sine = -2.0 * spectrum[1:13].imag
    scale = series.cosine[0] / expected_cosine[0]
    assert series.cosine == pytest.approx(scale * expected_cosine, abs=1e-9)
    assert series.sine == pytest.approx(scale * expected_sine, abs=1e-9)


def test_reversing_flow_is_refused():
    with pytest.raises(ValueError, match=r"pulsatility index of 6 makes the flow reverse"):
        from_bumps([(0.2, 0.2, 1.0)], 6.0)


def test_flat_shape_is_refused():
    with pytest.raises(ValueError, match="flat"):
        from_bumps([(0.2, 0.05, 1.0), (0.2, 0.05, -1.0)], 1.0)


def test_series_is_written_as_lists():
    series = Series(np.array([0.1]), np.array([0.2]))
    assert series.to_json() == {"cosine": [0.1], "sine": [0.2]}
