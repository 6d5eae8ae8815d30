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

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

BENCHMARKS = Path(__file__).resolve().parent
REPOSITORY = BENCHMARKS.parents[1]
sys.path.insert(0, str(BENCHMARKS))

from peers.place import NGSOLVE, is_installed  # noqa: E402
from structures import report  # noqa: E402
from structures.records import Job, SolidRecord, difference  # noqa: E402

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


def command(measurement: Measurement, job: Job) -> tuple[list[str], dict[str, str]]:
    """Command line and environment of a measurement."""
    path = [str(REPOSITORY), str(REPOSITORY / "workflow"), str(BENCHMARKS)]
    python, arguments = [sys.executable], job.arguments()
    if measurement.code in ("ngsolve", "calculix"):
        arguments.append(str(measurement.ranks))
    elif measurement.ranks > 1:
        python = ["mpirun", "-n", str(measurement.ranks), "--bind-to", "none", *python]
    if measurement.code == "ngsolve":
        python = [str(NGSOLVE)]
    environment = {**os.environ, "PYTHONPATH": ":".join(path)}
    return [*python, "-m", measurement.module, *arguments], environment


def make_mesh(case: str, folder: Path) -> Path:
    """Folder of the mesh of a case, made when it is not there."""
    mesh = folder / "meshes" / case
    if not (mesh / "markers.json").exists():
        make = [sys.executable, "-m", modules(case)["mesh"], case, str(mesh)]
        environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}:{BENCHMARKS}"}
        subprocess.run(make, check=True, env=environment, stdout=subprocess.DEVNULL)
    return mesh


def measure(measurement: Measurement, folder: Path) -> SolidRecord | None:
    """Run one measurement; None when it failed."""
    job = Job(make_mesh(measurement.case, folder), folder / f"{measurement.name}.json")
    arguments, environment = command(measurement, job)
    try:
        done = subprocess.run(
            arguments, env=environment, capture_output=True, text=True, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired:
        print(f"{measurement.name}: not finished in {TIMEOUT:.0f} s")
        return None
    if done.returncode or not job.out.exists():
        print(f"{measurement.name}: failed\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
        return None
    return SolidRecord.load(job.out)


def run(plan: Sequence[Measurement], folder: Path, fresh: bool) -> tuple[list[SolidRecord], bool]:
    """Records of a plan, and whether this project's own codes all ran."""
    records, complete, absent = [], True, set()
    for measurement in plan:
        kept = folder / f"{measurement.name}.json"
        if not is_installed(measurement.code):
            absent.add(measurement.code)
            continue
        if fresh or not kept.exists():
            kept.unlink(missing_ok=True)
            if measure(measurement, folder) is None:
                complete = complete and measurement.code not in ("ours", "plain")
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
        job = Job(make_mesh("tube_1k", folder), kept)
        line, environment = command(Measurement("ours", "tube_1k"), job)
        with TemporaryDirectory() as cache:
            environment["XDG_CACHE_HOME"] = cache
            subprocess.run(line, env=environment, check=True, stdout=subprocess.DEVNULL)
    return SolidRecord.load(kept).phases["set-up"]


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="ours and plain dolfinx, a small tube")
    size.add_argument("--smoke", action="store_true", help="the same on a tiny tube: a test")
    parser.add_argument("--only", nargs="+", choices=CODES, default=CODES, metavar="CODE")
    parser.add_argument("--cases", nargs="+", metavar="CASE", help="leave the others out")
    parser.add_argument("--ranks", nargs="+", type=int, metavar="N", help="leave the others out")
    parser.add_argument("--fresh", action="store_true", help="measure again what is there")
    parser.add_argument("--docs", action="store_true", help="write docs/performance.md")
    default = REPOSITORY / "results" / "benchmarks" / "solid"
    parser.add_argument("--folder", type=Path, default=default)
    return parser.parse_args()


def main() -> int:
    """Measure, print, write; returns the exit status."""
    options = arguments()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    short = options.quick or options.smoke
    plan = [
        m
        for m in (QUICK if options.quick else SMOKE if options.smoke else PLAN)
        if m.code in options.only
        and (not options.cases or m.case in options.cases)
        and (not options.ranks or m.ranks in options.ranks)
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
