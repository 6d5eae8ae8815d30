# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Rheology(Protocol):
    """Dynamic viscosity as a function of the shear rate."""

    @property
    def constant(self) -> float | None:
        """The viscosity [Pa s] when it does not depend on the shear rate, else None."""

    def viscosity(self, shear_rate: NDArray[np.float64]) -> NDArray[np.float64]:
        """Viscosity [Pa s] at the shear rates [1/s], same shape."""


@dataclass(frozen=True)
class Newtonian:
    """Constant viscosity.

    Attributes:
        dynamic_viscosity: mu [Pa s].
    """

    dynamic_viscosity: float

    @property
    def constant(self) -> float:
        """See Rheology."""
        return self.dynamic_viscosity

    def viscosity(self, shear_rate: NDArray[np.float64]) -> NDArray[np.float64]:
        """See Rheology."""
        return np.full_like(shear_rate, self.dynamic_viscosity)
