# SPDX-License-Identifier: BSD-3-Clause
"""Published trials shown beside the result, as context only."""

from __future__ import annotations

from dataclasses import dataclass

from trial.intervals import Estimate, proportion


@dataclass(frozen=True)
class Comparator:
    """Clinical result of a flow-diverter study.

    Attributes:
        name: of the study and follow-up.
        outcome: what counted as success there.
        aneurysms: who was enrolled.
        successes: patients or aneurysms with success.
        n: patients or aneurysms with follow-up.
        source: DOI or PubMed number.
    """

    name: str
    outcome: str
    aneurysms: str
    successes: int
    n: int
    source: str

    @property
    def rate(self) -> Estimate:
        """Share of successes with the Wilson 95 % interval."""
        return proportion(self.successes, self.n)


COMPARATORS = (
    Comparator(
        name="PREMIER, 1 year",
        outcome="complete occlusion without stenosis above 50 % or retreatment",
        aneurysms="unruptured wide-neck, up to 12 mm, ICA or vertebral",
        successes=106,
        n=138,
        source="10.1136/neurintsurg-2019-015091",
    ),
    Comparator(
        name="PREMIER, 3 years",
        outcome="complete occlusion",
        aneurysms="as above",
        successes=115,
        n=138,
        source="10.1136/neurintsurg-2021-018501",
    ),
    Comparator(
        name="ASPIRe, median 7.8 months",
        outcome="complete occlusion",
        aneurysms="all sizes, 14.5 ± 6.9 mm",
        successes=77,
        n=103,
        source="10.1159/000446503",
    ),
    Comparator(
        name="PED series, 12 months",
        outcome="complete occlusion",
        aneurysms="one device, 92 patients",
        successes=73,
        n=92,
        source="PMID 27153168",
    ),
)
