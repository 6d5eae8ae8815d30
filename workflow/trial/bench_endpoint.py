# SPDX-License-Identifier: BSD-3-Clause
"""One endpoint of the stent bench: an endpoint with its standard and what it is measured from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trial.endpoint import Endpoint

Material = Literal["any", "alloy", "superelastic"]


@dataclass(frozen=True, kw_only=True)
class BenchEndpoint(Endpoint):
    """One quantity per specimen and design.

    Attributes:
        standard: test standard that defines it; empty where there is none.
        needs: groups of procedure kinds ("release|chamber"); the study must have one of each.
        without: procedure kinds that must not be in the study.
        extents: extents of the model that show it; empty for all.
        material: which laws it belongs to.
    """

    standard: str = ""
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    extents: tuple[str, ...] = ()
    material: Material = "any"
    required: bool = False

    def obtainable(self, kinds: Sequence[str], extent: str, material: Material) -> bool:
        """Whether a study can give it.

        Args:
            kinds: procedure kinds of the study.
            extent: of the model (cell, ring, segment, device).
            material: "alloy" or "superelastic".
        """
        present = set(kinds)
        return (
            all(present.intersection(group.split("|")) for group in self.needs)
            and not present.intersection(self.without)
            and (not self.extents or extent in self.extents)
            and self.material in ("any", material)
        )
