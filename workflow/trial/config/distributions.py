# SPDX-License-Identifier: BSD-3-Clause
"""Marginal distributions a population file may name."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator
from scipy.special import ndtr, ndtri

from trial.config._base import Block


class _Marginal(Block):
    """A distribution with the place its numbers come from."""

    source: str = Field(min_length=3, description="where the numbers come from")


class _Truncated(_Marginal):
    """A continuous distribution cut at optional limits."""

    min: float | None = Field(None, description="lower limit of the truncation")
    max: float | None = Field(None, description="upper limit of the truncation")

    @model_validator(mode="after")
    def _ordered(self) -> _Truncated:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min {self.min} must be below max {self.max}")
        return self


def _truncated_score(low: float | None, high: float | None, u: float) -> float:
    """Quantile of a standard normal cut at two scores: monotone in u, so ranks survive."""
    below = 0.0 if low is None else float(ndtr(low))
    above = 1.0 if high is None else float(ndtr(high))
    return float(ndtri(below + u * (above - below)))


class Lognormal(_Truncated):
    """Log-normal: the natural logarithm of the value in its unit is normal."""

    distribution: Literal["lognormal"]
    log_mean: float = Field(description="mean of the natural logarithm")
    log_sd: float = Field(gt=0, le=3, description="standard deviation of the natural logarithm")
    min: float | None = Field(None, gt=0, description="lower limit of the truncation")
    max: float | None = Field(None, gt=0, description="upper limit of the truncation")

    def quantile(self, u: float) -> float:
        """Value at probability u."""
        low, high = (
            None if limit is None else (math.log(limit) - self.log_mean) / self.log_sd
            for limit in (self.min, self.max)
        )
        return math.exp(self.log_mean + self.log_sd * _truncated_score(low, high, u))


class Normal(_Truncated):
    """Normal distribution."""

    distribution: Literal["normal"]
    mean: float = Field(description="mean")
    sd: float = Field(gt=0, description="standard deviation")

    def quantile(self, u: float) -> float:
        """Value at probability u."""
        low, high = (
            None if limit is None else (limit - self.mean) / self.sd
            for limit in (self.min, self.max)
        )
        return self.mean + self.sd * _truncated_score(low, high, u)


class Uniform(_Marginal):
    """Uniform between two limits."""

    distribution: Literal["uniform"]
    min: float = Field(description="lower limit")
    max: float = Field(description="upper limit")

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.min >= self.max:
            raise ValueError(f"min {self.min} must be below max {self.max}")
        return self

    def quantile(self, u: float) -> float:
        """Value at probability u."""
        return self.min + u * (self.max - self.min)


class Constant(_Marginal):
    """The same value for everyone."""

    distribution: Literal["constant"]
    value: float = Field(description="the value")

    def quantile(self, u: float) -> float:
        """Return the value, whatever u."""
        return self.value


class Choice(_Marginal):
    """One of several labels."""

    distribution: Literal["choice"]
    weights: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        min_length=1, description="probability of each label; they sum to 1"
    )

    @model_validator(mode="after")
    def _complete(self) -> Choice:
        total = sum(self.weights.values())
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            raise ValueError(f"the weights sum to {total:g}, not 1")
        return self

    def quantile(self, u: float) -> str:
        """Label at cumulative probability u, in the order written."""
        cumulative = 0.0
        for label, weight in self.weights.items():
            cumulative += weight
            if u < cumulative:
                return label
        return label


Continuous = Annotated[Lognormal | Normal | Uniform | Constant, Field(discriminator="distribution")]
Categorical = Choice
