# SPDX-License-Identifier: BSD-3-Clause
"""Production lots: how specimens depart from their design."""

from __future__ import annotations

from pydantic import Field, model_validator

from trial.config._base import Block
from trial.config.distributions import Continuous
from trial.config.population import Correlation
from trial.units import split_unit


class Departures(Block):
    """Departure of a specimen from its design, absolute or in percent of the design."""

    strut_width_um: Continuous | None = Field(
        None, description="width of struts and connectors as cut"
    )
    strut_width_percent: Continuous | None = Field(None, description="or in percent")
    wall_thickness_um: Continuous | None = Field(None, description="wall of the tube")
    wall_thickness_percent: Continuous | None = Field(None, description="or in percent")
    finish_um: Continuous | None = Field(
        None,
        description="what finishing takes off every surface: twice as much off wall and width",
    )
    finish_percent: Continuous | None = Field(
        None, description="or in percent of what finishing is meant to take off"
    )
    yield_stress_mpa: Continuous | None = Field(
        None, description="yield stress; of a superelastic alloy all plateaus"
    )
    yield_stress_percent: Continuous | None = Field(None, description="or in percent")

    @model_validator(mode="after")
    def _one_unit_each(self) -> Departures:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        quantities = [split_unit(name)[0] for name in given]
        for name in quantities:
            if quantities.count(name) > 1:
                raise ValueError(f"{name} is given in two units: {', '.join(given)}")
        return self

    @property
    def marginals(self) -> dict[str, Continuous]:
        """Distributions by key, of what departs at all."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: marginal for name, marginal in found.items() if marginal is not None}


class Lot(Block):
    """A synthetic production lot."""

    from_: str | None = Field(None, alias="from", description="file in configs/lots it starts from")
    title: str = Field(min_length=3, description="one line for the report")
    specimens: int = Field(ge=1, le=5000, description="specimens drawn")
    departures: Departures = Field(
        default=Departures(), description="distributions; what is left out is as designed"
    )
    correlation: Correlation = Field(
        default=Correlation(), description="dependence between the departures"
    )

    @model_validator(mode="after")
    def _correlated_variables_exist(self) -> Lot:
        for name in self.correlation.variables:
            if name not in self.departures.marginals:
                raise ValueError(f"correlation.variables names {name!r}, which does not depart")
        return self
