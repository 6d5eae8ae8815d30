# SPDX-License-Identifier: BSD-3-Clause
"""Catalogue of a braided flow diverter and the choice of a size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meshes.devices.braid import Braid
from meshes.errors import DeploymentFailed

POROSITY = (0.55, 0.85)
"""Plausible porosity; outside it, a porosity was probably entered as metal coverage."""


@dataclass(frozen=True)
class FlowDiverter:
    """A family of flow diverters that differ in nominal diameter and length.

    Attributes:
        wires: number of wires, half in each direction.
        wire_diameter: [m].
        nominal_diameters: labelled diameters [m].
        nominal_lengths: labelled lengths [m]; they hold at the nominal diameter.
        free_excess: free over nominal diameter [m].
        metal_coverage: share of the surface behind metal [-].
        coverage_stated_at: the diameter at which it holds, ``free`` or ``nominal``.
    """

    wires: int
    wire_diameter: float
    nominal_diameters: tuple[float, ...]
    nominal_lengths: tuple[float, ...]
    free_excess: float
    metal_coverage: float
    coverage_stated_at: Literal["free", "nominal"]

    def __post_init__(self) -> None:
        """Check the porosity of every size.

        Raises:
            ValueError: no braid has that coverage, or a porosity is not plausible.
        """
        for nominal in self.nominal_diameters:
            braid = self.braid(nominal)
            for diameter in (nominal, braid.free_diameter):
                porosity = float(braid.porosity(braid.spacing(diameter)))
                if not POROSITY[0] < porosity < POROSITY[1]:
                    raise ValueError(
                        f"the porosity of the {1e3 * nominal:.2f} mm device at "
                        f"{1e3 * diameter:.2f} mm is {porosity:.2f}, plausible are "
                        f"{POROSITY[0]} to {POROSITY[1]}"
                    )

    def braid(self, nominal: float) -> Braid:
        """Braid of a nominal diameter [m]."""
        free = nominal + self.free_excess
        at = free if self.coverage_stated_at == "free" else nominal
        return Braid.from_coverage(self.wires, self.wire_diameter, free, self.metal_coverage, at)

    def size_for(self, vessel_diameter: float, oversizing: float) -> float:
        """Nominal diameter [m] for a parent vessel: the smallest that reaches it.

        Args:
            vessel_diameter: largest diameter of the landing zones [m].
            oversizing: wanted nominal over vessel diameter [m], negative for undersizing.

        Raises:
            DeploymentFailed: the vessel is wider than the largest free diameter.
        """
        sizes = sorted(self.nominal_diameters)
        if vessel_diameter > sizes[-1] + self.free_excess:
            raise DeploymentFailed(
                f"the vessel is {1e3 * vessel_diameter:.2f} mm wide, the largest device opens to "
                f"{1e3 * (sizes[-1] + self.free_excess):.2f} mm",
                "sizing",
            )
        # A tenth of a micrometre for diameters that were meant to be equal.
        fitting = [size for size in sizes if size + 1e-7 >= vessel_diameter + oversizing]
        return fitting[0] if fitting else sizes[-1]
