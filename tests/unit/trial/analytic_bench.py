# SPDX-License-Identifier: BSD-3-Clause
"""Result tree of a bench study made of round numbers, without any solution."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
from analytic_study import Loss

from trial.bench_endpoints import BENCH
from trial.cohort import Cohort
from trial.config import BenchStudy
from trial.outcome import Outcome, write_json
from trial.sampling import specimen
from trial.statistics import AnalysisPlan, compare, summarise

SUMMARY = {
    "cells": 240,
    "unknowns": 8100,
    "load_steps": 61,
    "newton_iterations": 244,
    "penetration_share": 0.004,
    "damping_share": 0.0007,
    "internal_energy": 1.2e-4,
    "contact_work": 1.3e-4,
    "ranks": 1,
    "wall_time_s": 71.0,
}
CURVES = {
    "radial": [
        {"name": "compress", "kind": "compress", "diameter": [3e-3, 2e-3], "force": [0.0, 2.0]},
        {"name": "relax", "kind": "release", "diameter": [2e-3, 2.5e-3], "force": [2.0, 0.0]},
    ],
    "expansion": [],
    "permanent_set": None,
    "fatigue": None,
}


@dataclass(frozen=True)
class AnalyticBench:
    """Builds a result tree; the second design has twice the force of the first.

    Attributes:
        study: resolved configuration.
        losses: specimens that fail, where.
    """

    study: BenchStudy
    losses: tuple[Loss, ...] = ()

    @property
    def cohort(self) -> Cohort:
        study = self.study
        return Cohort(study.study.name, study.patients, tuple(study.arms), (), "bench")

    @property
    def plan(self) -> AnalysisPlan:
        return AnalysisPlan.of(self.study, self.cohort)

    def endpoints(self, patient: str, arm: str) -> dict[str, float]:
        """Endpoint values: what scatters is proportional to the number of the specimen."""
        number, place = int(patient[1:]), list(self.study.arms).index(arm)
        return {
            "recoil": 0.04 + 0.001 * number - 0.01 * place,
            "foreshortening": 0.05,
            "radial_force_loss_10": (1 + place) * (1.0 + 0.1 * number),
            "plastic_strain_peak": 0.3,
        }

    def outcome(self, patient: str, arm: str, stage: str) -> Outcome:
        """How a stage ended."""
        names = [s.name for s in self.cohort.stages]
        for loss in self.losses:
            if loss.patient != patient or loss.arm not in (None, arm):
                continue
            said = {"code": loss.code, "message": loss.message}
            if loss.stage == stage:
                return Outcome("failed", stage, **said)
            if names.index(loss.stage) < names.index(stage):
                return Outcome("skipped", stage, **said, cause=loss.stage)
        return Outcome("ok", stage, wall_time_s=10.0, versions={"silitrial": "test"})

    def write(self, root: Path) -> Path:
        """Write tree, tables and statistics; returns the folder of the study."""
        for patient in self.cohort.patients:
            for arm in self.cohort.arms:
                self._write_arm(root, patient, arm)
        shown = {arm: "p001" for arm in self.cohort.arms}
        write_json(root / "designs" / "specimens.json", shown)
        for arm in self.cohort.arms:
            image = np.full((30, 40, 3), 200, dtype=np.uint8)
            matplotlib.image.imsave(root / "designs" / f"{arm}_flat.png", image)
        summarise(root, self.plan)
        compare(root, self.plan)
        return root

    def _write_arm(self, root: Path, patient: str, arm: str) -> None:
        folder = root / "patients" / patient / "arms" / arm
        for stage in self.cohort.stages:
            outcome = self.outcome(patient, arm, stage.name)
            path = stage.path(root, patient, arm)
            if stage.name == "sample":
                drawn = specimen(self.study.lot, self.study.study.seed, int(patient[1:]))
                write_json(path, {"patient": patient, "outcome": outcome.__dict__} | drawn)
            elif stage.name != "endpoints":
                outcome.write(path)
        mesh = folder / "device" / "mesh"
        if self.outcome(patient, arm, "mesh").ok:
            info = {"crowns": 9, "outer_radius": 9.4e-4, "strut_width": 8.1e-5}
            write_json(mesh / "info.json", info)
            write_json(mesh / "quality.json", {"cells": 240, "minimum_scaled_jacobian": 0.94})
        record: dict[str, Any] = {"endpoints": {}, "sources": {}}
        if self.outcome(patient, arm, "endpoints").ok:
            write_json(folder / "bench" / "summary.json", SUMMARY)
            write_json(folder / "bench_curves.json", CURVES)
            values = self.endpoints(patient, arm).items()
            record["endpoints"] = {k: {"value": v, "unit": BENCH[k].unit} for k, v in values}
            record["sources"] = {"curve.csv": "0" * 64}
        outcome = self.outcome(patient, arm, "endpoints")
        header = {"patient": patient, "arm": arm, "outcome": outcome.__dict__}
        write_json(folder / "endpoints.json", header | record)
