# SPDX-License-Identifier: BSD-3-Clause
"""Who the synthetic patients are."""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from trial.config._base import Block
from trial.config.anatomy import IcaVariables
from trial.config.distributions import Choice, Continuous
from trial.waveform import Series, from_bumps, from_table


class Correlation(Block):
    """Rank correlations of the variables drawn together."""

    variables: tuple[str, ...] = Field((), description="names, in the order of the matrix")
    spearman: tuple[tuple[float, ...], ...] = Field(
        (), description="symmetric matrix of Spearman rank correlations"
    )
    source: str = Field("", description="where the matrix comes from")

    @model_validator(mode="after")
    def _usable(self) -> Correlation:
        n = len(self.variables)
        if [len(row) for row in self.spearman] != [n] * n:
            raise ValueError(f"spearman must be {n} rows of {n} numbers, one per variable")
        if n == 0:
            return self
        matrix = np.array(self.spearman)
        if not (np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1.0)):
            raise ValueError("spearman must be symmetric with ones on the diagonal")
        if np.linalg.eigvalsh(self.normal_scores()).min() <= 1e-8:
            raise ValueError(
                "spearman leads to a normal-score matrix that is not positive definite"
            )
        return self

    def normal_scores(self) -> np.ndarray:
        """Pearson matrix of the Gaussian copula with these rank correlations, (n, n)."""
        return 2.0 * np.sin(np.pi * np.array(self.spearman) / 6.0)


class Bump(Block):
    """One feature of a waveform over the cycle: a periodic Gaussian."""

    centre: float = Field(ge=0, lt=1, description="time of the peak, as a share of the period")
    width: float = Field(
        ge=0.02, le=0.5, description="standard deviation, as a share of the period"
    )
    height: float = Field(ge=-5, le=5, description="height relative to the other features")


class Table(Block):
    """One period of flow or velocity; only its shape counts."""

    time: tuple[float, ...] = Field(
        description="increasing; from first to last is one period, any unit"
    )
    value: tuple[float, ...] = Field(description="flow or velocity; the last is the first again")


class Waveform(Block):
    """Shape of the inflow over the cycle, from one of four descriptions.

    Mean and period are set per patient, and pulsatility where it is given.
    """

    source: str = Field(min_length=3, description="where the shape comes from")
    bumps: tuple[Bump, ...] = Field((), description="features that add up to the shape")
    cosine: tuple[float, ...] = Field(
        (), description="or Fourier coefficients over the mean, from the first harmonic on"
    )
    sine: tuple[float, ...] = Field((), description="as many as there are cosine coefficients")
    table: Table | None = Field(None, description="or times and values")
    file: str | None = Field(
        None, description="or a text file with two such columns, relative to the file that names it"
    )
    harmonics: int = Field(12, ge=1, le=60, description="of the Fourier series of a table")

    @model_validator(mode="after")
    def _one_description(self) -> Waveform:
        if self.file is not None and self.table is None:
            raise ValueError(f"file {self.file!r} was not read; load the study it belongs to")
        given = {
            "bumps": bool(self.bumps),
            "cosine and sine": bool(self.cosine or self.sine),
            "table or file": self.table is not None,
        }
        if sum(given.values()) != 1:
            found = ", ".join(name for name, there in given.items() if there) or "nothing"
            raise ValueError(f"needs one of {', '.join(given)}; found {found}")
        if len(self.cosine) != len(self.sine):
            raise ValueError(f"cosine has {len(self.cosine)} coefficients, sine {len(self.sine)}")
        if self.table is not None:
            self.tabled()
        return self

    def tabled(self) -> tuple[Series, float]:
        """Series of the table and its largest departure from it over the range of the table."""
        return from_table(self.table.time, self.table.value, self.harmonics)

    def series(self, pulsatility_index: float | None) -> Series:
        """Fourier series, scaled to a pulsatility index where one is given.

        Raises:
            ValueError: the index is missing for bumps, or makes the flow reverse.
        """
        if self.bumps:
            bumps = [(bump.centre, bump.width, bump.height) for bump in self.bumps]
            return from_bumps(bumps, pulsatility_index)
        shape = Series(np.array(self.cosine), np.array(self.sine))
        if self.table is not None:
            shape, _ = self.tabled()
        if pulsatility_index is None:
            return shape
        return shape.with_pulsatility(pulsatility_index, may_reverse=shape.lowest() <= 0.0)


class AgeGroup(Block):
    """Physiology that depends on age."""

    up_to_years: float = Field(gt=0, le=150, description="upper age limit of the group")
    waveform: Waveform = Field(description="inflow shape")
    pulsatility_index: Continuous | None = Field(
        None, description="(max - min) / mean of the inflow; none: that of the shape"
    )

    @model_validator(mode="after")
    def _pulsatile(self) -> AgeGroup:
        if self.waveform.bumps and self.pulsatility_index is None:
            raise ValueError("bumps need a pulsatility_index: they have no mean of their own")
        return self


class Physiology(Block):
    """Flow into the vessel."""

    mean_inlet_velocity_m_s: Continuous = Field(
        description="cycle-mean inflow divided by the inlet area"
    )
    heart_rate_per_minute: Continuous = Field(description="heart rate")
    haematocrit: Continuous = Field(
        description="volume share of red cells; acts where flow.rheology.haematocrit is patient"
    )
    age_groups: tuple[AgeGroup, ...] = Field(
        min_length=1, description="in order of age; the last one takes everyone older"
    )

    def group(self, age: float) -> AgeGroup:
        """Age group of a patient [years]."""
        return next((g for g in self.age_groups if age < g.up_to_years), self.age_groups[-1])


class Demographics(Block):
    """Recorded and reported; only age acts, through the age groups."""

    age_years: Continuous = Field(description="age")
    sex: Choice = Field(description="sex")
    smoker: Choice = Field(description="smoking")


class Enrolment(Block):
    """Who of the drawn patients the trial takes."""

    largest_size_mm: float | None = Field(
        None, gt=0, le=60, description="largest sac length and width enrolled"
    )
    wide_neck_mm: float | None = Field(
        None, gt=0, le=30, description="a neck from this width on is wide"
    )
    wide_neck_ratio: float | None = Field(
        None, gt=0, le=10, description="or a sac length below this multiple of the neck"
    )


class Population(Block):
    """Distributions of the synthetic patients."""

    from_: str | None = Field(
        None, alias="from", description="file in configs/populations it starts from"
    )
    title: str = Field(description="one line for the report")
    synthetic: int = Field(0, ge=0, le=5000, description="number of synthetic patients")
    attempts: int = Field(
        100, ge=1, le=10000, description="draws per patient before it fails as sampling_rejected"
    )
    demographics: Demographics = Field(description="age, sex, smoking")
    anatomy: IcaVariables = Field(description="shape of vessel and aneurysm")
    correlation: Correlation = Field(
        default=Correlation(), description="dependence between anatomy and demographics"
    )
    enrolment: Enrolment = Field(default=Enrolment(), description="inclusion rules")
    physiology: Physiology = Field(description="flow into the vessel")

    @model_validator(mode="after")
    def _correlated_variables_exist(self) -> Population:
        known = {*type(self.anatomy).model_fields, *type(self.demographics).model_fields}
        for name in self.correlation.variables:
            if name not in known:
                raise ValueError(f"correlation.variables names {name!r}, which is not a variable")
        return self
