# SPDX-License-Identifier: BSD-3-Clause
from pathlib import Path

import numpy as np
import pytest

from trial.config.tables import read_table
from trial.waveform import Series, from_bumps, from_table

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "openbf_inflow"

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


COSINE, SINE = np.array([0.4, -0.1, 0.05]), np.array([0.3, 0.1, -0.02])
SHAPE = Series(COSINE, SINE)


def uneven_phase(rows):
    """Times from 0 to 1 whose steps vary by a factor of three."""
    even = np.linspace(0.0, 1.0, rows)
    return even + 0.08 * np.sin(2 * np.pi * even)


def test_table_gives_back_its_series():
    """Spline interpolation is of fourth order: a sampled series returns, times and unit alike."""
    departures = []
    for rows in (40, 80, 160):
        phase = uneven_phase(rows)
        series, departure = from_table(3.0 + 0.9 * phase, 250.0 * SHAPE(phase), 8)
        error = np.r_[series.cosine[:3] - COSINE, series.sine[:3] - SINE, series.cosine[3:]]
        departures.append(np.abs(error).max())
        assert departure < 2e-3
    assert departures[-1] < 2e-6
    assert np.log2(departures[0] / departures[2]) / 2 > 3.5


def test_departure_tells_of_too_few_harmonics():
    phase = np.linspace(0.0, 1.0, 101)
    _, departure = from_table(phase, SHAPE(phase), 2)
    missing = np.abs(SHAPE(phase) - Series(COSINE[:2], SINE[:2])(phase)).max()
    assert departure == pytest.approx(missing / np.ptp(SHAPE(phase)), rel=1e-3)


def closing(values):
    return [*values, values[0]]


@pytest.mark.parametrize(
    ("time", "value", "message"),
    [
        (range(41), closing([1.0] * 38), "has 41 times and 39 values"),
        (range(20), closing(range(19)), "20 rows resolves 9 harmonics, not 12"),
        ([*range(40), 39], closing(range(40)), "must increase, but 39 follows 39 in row 41"),
        (range(41), closing([1.0] * 40), "the table is flat"),
        (range(41), range(41), "not periodic: it starts at 0 and ends at 40"),
        (range(41), closing([-float(i % 7) for i in range(40)]), "mean of the table is -2.87, but"),
        (range(41), closing([float("nan"), *range(39)]), "not a finite number"),
    ],
)
def test_tables_that_cannot_be_used(time, value, message):
    with pytest.raises(ValueError, match=message):
        from_table(list(time), list(value))


def test_table_may_reverse_but_bumps_may_not():
    phase = np.linspace(0.0, 1.0, 101)
    series, _ = from_table(phase, 1.0 + 2.0 * np.cos(2 * np.pi * phase))
    assert series.lowest() == pytest.approx(-1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("table", "mean", "lowest", "highest", "harmonics", "departure"),
    # Means and limits are those listed beside the tables; the ascending aorta has 22 rows only.
    [
        ("cca_inlet.dat", 6.5e-6, 3.7959e-6, 13.3003e-6, 20, 0.01),
        ("uta_inlet.dat", 103.085e-6, -43.7827e-6, 509.158e-6, 30, 0.02),
        ("adan56_inlet.dat", 112.901e-6, -162.888e-6, 572.734e-6, 10, 0.15),
    ],
)
def test_published_inflows(table, mean, lowest, highest, harmonics, departure):
    if not DATA.is_dir():
        pytest.skip("the shared data are not here")
    columns = read_table(DATA / table)
    series, found = from_table(columns["time"], columns["value"], harmonics)
    assert found < departure
    values = mean * series(np.linspace(0.0, 1.0, 2000))
    slack = departure * (highest - lowest)
    assert values.min() == pytest.approx(lowest, abs=slack)
    assert values.max() == pytest.approx(highest, abs=slack)


def test_published_table_that_runs_backwards():
    if not DATA.is_dir():
        pytest.skip("the shared data are not here")
    columns = read_table(DATA / "circle_of_willis_inlet.dat")
    with pytest.raises(ValueError, match="must increase"):
        from_table(columns["time"], columns["value"])
