# SPDX-License-Identifier: BSD-3-Clause
"""Cost of the solid solver beside other solvers: same mesh, law, load steps and tolerance.

    envs/run python3 tests/benchmarks/solid.py             all, on an idle machine
    envs/run python3 tests/benchmarks/solid.py --quick     ours and plain dolfinx, under a minute
    envs/run python3 tests/benchmarks/solid.py --only ours calculix --cases tube_21k

Every measurement runs in a process of its own and leaves a record in the results folder; records
that are there are kept, so a run that was stopped goes on (``--fresh`` measures again). The
other solvers are installed by ``tests/benchmarks/peers/install``; absent ones are left out.
``--docs`` writes the tables of solids in ``docs/performance.md``, their numbers and the figure.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from launch import (
    OWN,
    REPOSITORY,
    arguments,
    command,
    environment,
    finishes,
    make_mesh,
    wanted,
)
from peers.place import is_installed
from structures import report
from structures.records import Job, SolidRecord, difference

CODES = ("ours", "plain", "ngsolve", "calculix")
MODULES = {
    "tube": {
        "mesh": "structures.meshing",
        "ours": "structures.ours",
        "plain": "structures.plain_dolfinx",
        "ngsolve": "peers.ngsolve_tube",
        "calculix": "peers.calculix",
    },
    "crown": {
        "mesh": "structures.crown",
        "ours": "structures.ours_crown",
        "calculix": "peers.calculix_crown",
    },
}
"""By the first part of the name of a case."""
TIMEOUT = 1500.0
"""Of one measurement [s]."""


@dataclass(frozen=True)
class Measurement:
    """What is measured."""

    code: str
    case: str
    ranks: int = 1

    @property
    def name(self) -> str:
        """Name of its record."""
        return f"{self.case}-{self.code}-{self.ranks}"

    @property
    def module(self) -> str:
        """What runs it."""
        return modules(self.case)[self.code]


def modules(case: str) -> dict[str, str]:
    """What makes the mesh of a case and what runs it, by code."""
    return MODULES[case.partition("_")[0]]


PLAN = [
    *(Measurement(code, "tube_4k") for code in CODES),
    *(Measurement(code, "tube_21k") for code in CODES),
    Measurement("ours", "tube_66k"),
    Measurement("plain", "tube_66k"),
    Measurement("ours", "tube_109k"),
    *(Measurement(code, "tube_21k", 2) for code in CODES),
    Measurement("ours", "tube_109k", 2),
    *(Measurement(code, "crown_44") for code in ("ours", "calculix")),
    *(Measurement(code, "crown_243") for code in ("ours", "calculix")),
    *(Measurement(code, "crown_576") for code in ("ours", "calculix")),
    *(Measurement(code, "crown_576", 2) for code in ("ours", "calculix")),
]
QUICK = [Measurement(code, "tube_4k") for code in ("ours", "plain")]
SMOKE = [Measurement(code, "tube_1k") for code in ("ours", "plain")]


def job_of(measurement: Measurement, folder: Path) -> Job:
    """Mesh and record of a measurement; makes the mesh."""
    mesh = make_mesh(modules(measurement.case)["mesh"], measurement.case, folder)
    return Job(mesh, folder / f"{measurement.name}.json")


def measure(measurement: Measurement, folder: Path) -> SolidRecord | None:
    """Run one measurement; None when it failed."""
    job, code = job_of(measurement, folder), measurement.code
    line = command(code, measurement.module, job.arguments(), measurement.ranks)
    if finishes(measurement.name, line, environment(code), job.out, TIMEOUT):
        return SolidRecord.load(job.out)
    return None


def run(plan: Sequence[Measurement], folder: Path, fresh: bool) -> tuple[list[SolidRecord], bool]:
    """Records of a plan, and whether this project's own codes all ran."""
    records, complete, absent = [], True, set()
    for measurement in plan:
        kept = folder / f"{measurement.name}.json"
        if not is_installed(measurement.code):
            absent.add(measurement.code)
            continue
        if (fresh or not kept.exists()) and measure(measurement, folder) is None:
            complete = complete and measurement.code not in OWN
            continue
        record = SolidRecord.load(kept)
        reference = folder / f"{measurement.case}-ours-1.npy"
        if reference.exists():
            found = np.load(kept.with_suffix(".npy"))
            record.difference = difference(found, np.load(reference))
        records.append(record)
        print(f"{measurement.name}: {record.seconds:.1f} s", flush=True)
    for code in sorted(absent):
        print(f"{code}: not installed (tests/benchmarks/peers/install)")
    return records, complete


def compilation(folder: Path) -> float:
    """Wall time of reading a tiny tube and compiling its forms with an empty cache [s]."""
    kept = folder / "compilation.json"
    if not kept.exists():
        mesh = make_mesh(modules("tube_1k")["mesh"], "tube_1k", folder)
        line = command("ours", modules("tube_1k")["ours"], Job(mesh, kept).arguments(), 1)
        with TemporaryDirectory() as cache:
            settings = {**environment(), "XDG_CACHE_HOME": cache}
            subprocess.run(line, env=settings, check=True, stdout=subprocess.DEVNULL)
    return SolidRecord.load(kept).phases["set-up"]


def main() -> int:
    """Measure, print, write; returns the exit status."""
    options = arguments(
        __doc__,
        CODES,
        "solid",
        quick="ours and plain dolfinx, a small tube",
        smoke="the same on a tiny tube: a test",
    ).parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    short = options.quick or options.smoke
    plan = [
        m
        for m in (QUICK if options.quick else SMOKE if options.smoke else PLAN)
        if wanted(options, m.code, m.case, m.ranks)
    ]
    # The line at the end of a short run is about this run.
    records, complete = run(plan, folder, options.fresh or short)
    for record in records:
        if record.code == "ours" and not short:
            record.compilation = compilation(folder)
    summary = folder / ("quick.json" if short else "solid.json")
    summary.write_text(json.dumps([asdict(r) for r in records], indent=1) + "\n")
    print(report.comparison(records))
    if not complete:
        return 1
    if short:
        print(f"speedup over plain dolfinx: {report.speed_up(records):.1f}")
    elif options.docs:
        report.write_docs(records, REPOSITORY / "docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
