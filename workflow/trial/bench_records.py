# SPDX-License-Identifier: BSD-3-Clause
"""What the result tree of a bench study holds about its specimens and designs, for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trial.config import BenchStudy
from trial.outcome import Outcome
from trial.patients import read_json
from trial.stages import STAGES

PICTURES = {
    "flat": "Drawing, unrolled",
    "wrapped": "Undeformed",
    "crimped": "Crimped",
    "expanded": "Expanded",
    "deployed": "Deployed",
    "compressed": "Compressed",
}
"""Caption by picture kind, in the order shown."""


@dataclass(frozen=True)
class DesignRecord:
    """Results of one specimen of one design; the mappings are empty where a step failed.

    Attributes:
        name: arm name.
        label: arm name for people.
        outcomes: outcome by stage name.
        summary: content of ``bench/summary.json``.
        info: content of ``info.json`` of the mesh bundle.
        quality: content of ``quality.json`` of the mesh bundle.
        curves: content of ``bench_curves.json``.
        sources: digests of the files the endpoints come from.
    """

    name: str
    label: str
    outcomes: Mapping[str, Outcome]
    summary: Mapping[str, Any]
    info: Mapping[str, Any]
    quality: Mapping[str, Any]
    curves: Mapping[str, Any]
    sources: Mapping[str, str]


@dataclass(frozen=True)
class SpecimenRecord:
    """Results of one specimen.

    Attributes:
        name: id.
        cohort: content of the specimen file.
        arms: by arm name.
    """

    name: str
    cohort: Mapping[str, Any]
    arms: Mapping[str, DesignRecord]


def read_specimens(root: Path, study: BenchStudy, names: Sequence[str]) -> list[SpecimenRecord]:
    """Records of the specimens of a study, by id."""
    return [
        SpecimenRecord(
            name=name,
            cohort=read_json(root / "cohort" / f"{name}.json"),
            arms={key: _read_design(root, name, key, arm.label) for key, arm in study.arms.items()},
        )
        for name in names
    ]


def pictures_of(root: Path, arm: str) -> dict[str, Path]:
    """Pictures of a design by kind."""
    paths = {kind: root / "designs" / f"{arm}_{kind}.png" for kind in PICTURES}
    return {kind: path for kind, path in paths.items() if path.exists()}


def _read_design(root: Path, specimen: str, arm: str, label: str) -> DesignRecord:
    folder = root / "patients" / specimen / "arms" / arm
    bundle = folder / "device" / "mesh"
    return DesignRecord(
        name=arm,
        label=label,
        outcomes={stage.name: stage.read(root, specimen, arm) for stage in STAGES["bench"]},
        summary=read_json(folder / "bench" / "summary.json"),
        info=read_json(bundle / "info.json"),
        quality=read_json(bundle / "quality.json"),
        curves=read_json(folder / "bench_curves.json"),
        sources=read_json(folder / "endpoints.json").get("sources", {}),
    )
