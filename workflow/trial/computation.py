# SPDX-License-Identifier: BSD-3-Clause
"""What computed a study and how long it took, read from the outcomes of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from trial.formats import duration
from trial.outcome import Outcome
from trial.stages import STAGES


class Arm(Protocol):
    """Results of a patient in one arm: outcome by step name, summary of the solution."""

    outcomes: Mapping[str, Outcome]
    summary: Mapping[str, Any]


class Patient(Protocol):
    """Results of a patient by arm."""

    arms: Mapping[str, Arm]


def wall_times(patients: Iterable[Patient], kind: str = "vascular") -> dict[str, float]:
    """Wall time summed over patients by stage [s]; shared stages count once per patient."""
    shared = {stage.name for stage in STAGES[kind] if not stage.per_arm}
    totals: dict[str, float] = {}
    for patient in patients:
        for position, arm in enumerate(patient.arms.values()):
            for stage, outcome in arm.outcomes.items():
                if stage in shared and position > 0:
                    continue
                totals[stage] = totals.get(stage, 0.0) + outcome.wall_time_s
    return totals


def software(patients: Iterable[Patient]) -> dict[str, list[str]]:
    """Versions found in the outcomes, by package; more than one means a mixed study."""
    found: dict[str, set[str]] = {}
    for outcome in _outcomes(patients):
        for package, version in outcome.versions.items():
            found.setdefault(package, set()).add(version)
    return {package: sorted(versions) for package, versions in sorted(found.items())}


def revisions(patients: Iterable[Patient]) -> list[int]:
    """Numerics revisions that computed the results."""
    return sorted({o.numerics_revision for o in _outcomes(patients) if o.numerics_revision})


def computation_text(patients: Sequence[Patient], kind: str = "vascular") -> str:
    """Software, time and ranks as sentences."""
    versions = ", ".join(f"{name} {' / '.join(v)}" for name, v in software(patients).items())
    times = wall_times(patients, kind)
    spent = ", ".join(f"{stage} {duration(t)}" for stage, t in times.items() if t)
    ranks = sorted(
        {a.summary["ranks"] for p in patients for a in p.arms.values() if "ranks" in a.summary}
    )
    text = f"Software: {versions or 'not recorded'}. Wall time summed: {spent}."
    return text + (f" MPI ranks per solution: {', '.join(map(str, ranks))}." if ranks else "")


def _outcomes(patients: Iterable[Patient]) -> Iterator[Outcome]:
    return (o for p in patients for arm in p.arms.values() for o in arm.outcomes.values())
