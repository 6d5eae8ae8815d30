# SPDX-License-Identifier: BSD-3-Clause
"""Which patients and arms a study computes, and where each result lies."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from trial.config import Study
from trial.errors import ConfigError
from trial.stages import NOUNS, STAGES, Stage, stage

COLUMNS = ["study", "patient", "arm", "reason", "date", "who"]


@dataclass(frozen=True)
class Quarantined:
    """A patient-arm taken out of the workflow by hand.

    Attributes:
        patient: id.
        arm: name, or ``*`` for all arms.
        reason: one sentence.
    """

    patient: str
    arm: str
    reason: str


@dataclass(frozen=True)
class Cohort:
    """Patients, arms and exclusions of a study.

    Attributes:
        study: name.
        patients: all ids, quarantined ones included.
        arms: names.
        quarantine: exclusions of this study.
        kind: of study, which decides the steps.
    """

    study: str
    patients: tuple[str, ...]
    arms: tuple[str, ...]
    quarantine: tuple[Quarantined, ...] = ()
    kind: str = "vascular"

    @classmethod
    def of(cls, study: Study, quarantine: Path) -> Cohort:
        """Cohort of a study and the quarantine list.

        Raises:
            ConfigError: the list names a patient or arm that the study does not have.
        """
        cohort = cls(
            study.study.name,
            study.patients,
            tuple(study.arms),
            read_quarantine(quarantine, study.study.name),
            study.study.kind,
        )
        for entry in cohort.quarantine:
            if entry.patient not in cohort.patients:
                raise ConfigError(
                    f"{quarantine.name} names patient {entry.patient!r}, which {cohort.study} lacks"
                )
            if entry.arm not in (*cohort.arms, "*"):
                raise ConfigError(
                    f"{quarantine.name} names arm {entry.arm!r}, which {cohort.study} lacks"
                )
        return cohort

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Steps that every patient-arm passes, in their order."""
        return STAGES[self.kind]

    @property
    def noun(self) -> str:
        """What people call one of the patients."""
        return NOUNS[self.kind]

    def stage(self, name: str) -> Stage:
        """One of the steps."""
        return stage(self.kind, name)

    def excluded(self, patient: str, arm: str) -> Quarantined | None:
        """Why a patient-arm is not computed; None when it is."""
        for entry in self.quarantine:
            if entry.patient == patient and entry.arm in (arm, "*"):
                return entry
        return None

    def pairs(self) -> list[tuple[str, str]]:
        """Patient and arm of everything that is computed."""
        return [
            (patient, arm)
            for patient in self.patients
            for arm in self.arms
            if self.excluded(patient, arm) is None
        ]

    def computed(self) -> list[str]:
        """Patients with at least one arm that is computed."""
        return list(dict.fromkeys(patient for patient, _ in self.pairs()))


def read_quarantine(path: Path, study: str) -> tuple[Quarantined, ...]:
    """Exclusions of one study.

    Raises:
        ConfigError: wrong columns, or a line without reason, date or name.
    """
    if not path.is_file():
        return ()
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream, delimiter="\t")
        if reader.fieldnames != COLUMNS:
            raise ConfigError(f"{path.name} has columns {reader.fieldnames}, expected {COLUMNS}")
        rows = list(reader)
    for number, row in enumerate(rows, start=2):
        empty = [name for name in COLUMNS if not (row[name] or "").strip()]
        if empty:
            raise ConfigError(f"{path.name} line {number} says nothing under {', '.join(empty)}")
    return tuple(
        Quarantined(row["patient"], row["arm"], row["reason"])
        for row in rows
        if row["study"] == study
    )
