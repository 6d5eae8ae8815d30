# SPDX-License-Identifier: BSD-3-Clause
"""How far a study is, read from its outcome files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from trial.cohort import Cohort
from trial.outcome import Outcome, Status
from trial.stages import Stage


@dataclass(frozen=True)
class Failure:
    """A step that failed.

    Attributes:
        patient: id.
        arm: name, empty for a step shared by all arms.
        outcome: its outcome.
        log: its log.
    """

    patient: str
    arm: str
    outcome: Outcome
    log: Path


def subjects(stage: Stage, cohort: Cohort) -> list[tuple[str, str]]:
    """Patient and arm of every run of a stage; the arm is empty where it is shared."""
    if stage.per_arm:
        return cohort.pairs()
    return [(patient, "") for patient in cohort.computed()]


def counts(root: Path, cohort: Cohort, stage: Stage) -> Counter[Status | str]:
    """Number of runs of a stage that are ok, failed, skipped or open."""
    states: Counter[Status | str] = Counter()
    for patient, arm in subjects(stage, cohort):
        path = stage.path(root, patient, arm)
        states[Outcome.read(path).status if path.is_file() else "open"] += 1
    return states


def failures(root: Path, cohort: Cohort) -> list[Failure]:
    """Every failed step, in the order of the stages."""
    found = []
    for stage in cohort.stages:
        for patient, arm in subjects(stage, cohort):
            path = stage.path(root, patient, arm)
            if path.is_file() and (outcome := Outcome.read(path)).status == "failed":
                subject = f"{patient}.{arm}" if arm else patient
                log = root / "logs" / stage.rule / f"{subject}.log"
                found.append(Failure(patient, arm, outcome, log))
    return found


def progress_text(root: Path, cohort: Cohort) -> str:
    """Table of the stages for a terminal."""
    total = len(cohort.patients)
    read = sum(patient.startswith("s") for patient in cohort.patients)
    drawn = f" ({total - read} drawn, {read} from surfaces)" if cohort.kind == "vascular" else ""
    lines = [
        f"study {cohort.study}: {total} {cohort.noun}s{drawn}, arms {', '.join(cohort.arms)}",
        f"  {'stage':<10} {'ok':>5} {'failed':>7} {'skipped':>8} {'open':>5}",
    ]
    for stage in cohort.stages:
        n = counts(root, cohort, stage)
        lines.append(
            f"  {stage.name:<10} {n['ok']:>5} {n['failed']:>7} {n['skipped']:>8} {n['open']:>5}"
        )
    if cohort.quarantine:
        lines.append(f"  quarantined: {len(cohort.quarantine)} (configs/quarantine.tsv)")
    return "\n".join(lines)
