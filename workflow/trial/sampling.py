# SPDX-License-Identifier: BSD-3-Clause
"""Virtual patients. Patient i depends on the study seed and i alone.

Every variable has a random stream of its own, keyed by seed, patient, attempt and name: neither
more patients nor another variable change what is drawn for a patient.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from trial.config._base import Block
from trial.config.bench.lot import Lot
from trial.config.distributions import Choice, Continuous
from trial.config.population import Correlation, Enrolment, Physiology, Population
from trial.errors import SamplingRejected
from trial.specimens import departures

Draws = dict[str, float | str]
Reject = Callable[[dict[str, Any]], str | None]


@dataclass(frozen=True)
class Stream:
    """Random numbers of one attempt at one patient.

    Attributes:
        seed: study seed.
        patient: patient number, from 1.
        attempt: 0 for the first draw.
    """

    seed: int
    patient: int
    attempt: int

    def generator(self, name: str) -> np.random.Generator:
        """Independent generator for one variable."""
        key = (self.patient, self.attempt, zlib.crc32(name.encode()))
        return np.random.Generator(
            np.random.Philox(np.random.SeedSequence(self.seed, spawn_key=key))
        )

    def uniform(self, name: str) -> float:
        """Uniform number in [0, 1)."""
        return float(self.generator(name).random())


def draw(population: Population, stream: Stream) -> Draws:
    """Anatomy and demographics of one attempt, in configuration units."""
    marginals = dict(_marginals(population.demographics) + _marginals(population.anatomy))
    return draw_marginals(marginals, population.correlation, stream)


def draw_marginals(
    marginals: Mapping[str, Continuous | Choice], correlation: Correlation, stream: Stream
) -> Draws:
    """One value of every variable, in configuration units.

    Correlated variables come from a Gaussian copula with Pearson matrix ``2 sin(pi rho_S / 6)``
    (Kruskal 1958, J Am Stat Assoc 53:814); truncation acts on each marginal, which keeps the ranks.
    """
    uniforms: dict[str, float] = {}
    if correlation.variables:
        factor = np.linalg.cholesky(correlation.normal_scores())
        normal = stream.generator("correlated").standard_normal(len(correlation.variables))
        uniforms = dict(zip(correlation.variables, ndtr(factor @ normal).tolist(), strict=True))
    return {
        name: marginal.quantile(uniforms.get(name, stream.uniform(name)))
        for name, marginal in marginals.items()
    }


def not_enrolled(enrolment: Enrolment, draws: Draws) -> str | None:
    """Why the trial does not take this patient; None when it does."""
    length, neck = float(draws["sac_length_mm"]), float(draws["neck_diameter_mm"])
    size = max(length, neck * float(draws["bulge"]))
    if enrolment.largest_size_mm is not None and size > enrolment.largest_size_mm:
        return f"not enrolled: sac size {size:.1f} mm is above {enrolment.largest_size_mm:g} mm"
    limits = (enrolment.wide_neck_mm, enrolment.wide_neck_ratio)
    if limits == (None, None):
        return None
    wide = enrolment.wide_neck_mm is not None and neck >= enrolment.wide_neck_mm
    shallow = enrolment.wide_neck_ratio is not None and length / neck < enrolment.wide_neck_ratio
    if wide or shallow:
        return None
    return f"not enrolled: neck {neck:.1f} mm is not wide (length/neck {length / neck:.2f})"


def physiology(settings: Physiology, stream: Stream, age: float) -> tuple[Draws, dict[str, Any]]:
    """Draw the inflow of a patient.

    Args:
        settings: distributions.
        stream: random numbers.
        age: decides the age group [years].

    Returns:
        The draws in configuration units, and the block of the patient file in SI.
    """
    group = settings.group(age)
    draws = {
        name: getattr(settings, name).quantile(stream.uniform(name))
        for name in ("mean_inlet_velocity_m_s", "heart_rate_per_minute", "haematocrit")
    }
    index = None
    if group.pulsatility_index is not None:
        index = group.pulsatility_index.quantile(stream.uniform("pulsatility_index"))
    series = group.waveform.series(index)
    draws["pulsatility_index"] = series.pulsatility_index() if index is None else index
    block = {
        "mean_inlet_velocity": draws["mean_inlet_velocity_m_s"],
        "period": 60.0 / draws["heart_rate_per_minute"],
        "waveform": series.to_json(),
        "pulsatility_index": draws["pulsatility_index"],
        "haematocrit": draws["haematocrit"],
    }
    if group.waveform.table is not None:
        block["waveform_departure"] = group.waveform.tabled()[1]
    return draws, block


def synthetic_patient(
    population: Population, seed: int, number: int, reject: Reject
) -> dict[str, Any]:
    """Draw a patient until one is enrolled and geometrically possible.

    Args:
        population: distributions and inclusion rules.
        seed: study seed.
        number: patient number, from 1.
        reject: says why an anatomy (generator parameters in SI) is impossible, or None.

    Returns:
        The patient file without its outcome.

    Raises:
        SamplingRejected: no attempt was accepted.
    """
    rejected = []
    for attempt in range(population.attempts):
        stream = Stream(seed, number, attempt)
        draws = draw(population, stream)
        anatomy = population.anatomy.parameters(
            {name: draws[name] for name, _ in _marginals(population.anatomy)}
        )
        reason = not_enrolled(population.enrolment, draws) or reject(anatomy)
        if reason:
            rejected.append({"attempt": attempt, "reason": reason})
            continue
        flow_draws, flow = physiology(population.physiology, stream, float(draws["age_years"]))
        return {
            "kind": "synthetic",
            "seed": seed,
            "draws": {**draws, **flow_draws},
            "rejected": rejected,
            "demographics": {name: draws[name] for name, _ in _marginals(population.demographics)},
            "anatomy": anatomy,
            "physiology": flow,
        }
    raise SamplingRejected(
        f"{population.attempts} draws were all rejected, the last one: {rejected[-1]['reason']}",
        where=f"patient {number}",
    )


def surface_patient(
    population: Population, seed: int, number: int, surface: dict[str, Any]
) -> dict[str, Any]:
    """A patient whose anatomy is read and whose physiology is drawn.

    Args:
        population: distributions.
        seed: study seed.
        number: surface number, from 1.
        surface: the surface block in SI.

    Returns:
        The patient file without its outcome.
    """
    # Far above every synthetic number, so that no two patients share a stream.
    stream = Stream(seed, 2**31 + number, 0)
    draws = draw(population, stream)
    flow_draws, flow = physiology(population.physiology, stream, float(draws["age_years"]))
    return {
        "kind": "surface",
        "seed": seed,
        "draws": {"age_years": draws["age_years"], **flow_draws},
        "rejected": [],
        "demographics": {},
        "anatomy": {"surface": surface},
        "physiology": flow,
    }


def specimen(lot: Lot, seed: int, number: int) -> dict[str, Any]:
    """Draw a specimen of a production lot; all designs share its draws.

    Args:
        lot: distributions of the departures from the design.
        seed: study seed.
        number: specimen number, from 1.

    Returns:
        The specimen file without its outcome; ``departures`` as :mod:`trial.specimens` reads them.
    """
    draws = draw_marginals(lot.departures.marginals, lot.correlation, Stream(seed, number, 0))
    return {
        "kind": "specimen",
        "seed": seed,
        "draws": draws,
        "rejected": [],
        "departures": departures(draws),
    }


def _marginals(block: Block) -> list[tuple[str, Any]]:
    return [(name, getattr(block, name)) for name in type(block).model_fields]
