# SPDX-License-Identifier: BSD-3-Clause
"""Cost of the flow solver at equal error, beside other solvers on the same meshes.

    envs/run python3 tests/benchmarks/fluid.py             all, about 20 minutes on an idle machine
    envs/run python3 tests/benchmarks/fluid.py --quick     the speed-up over plain dolfinx, 50 s
    envs/run python3 tests/benchmarks/fluid.py --only openfoam ngsolve

Every measurement runs in a process of its own and leaves a record in the results folder; records
that are there are kept, so a run that was stopped goes on (``--fresh`` measures again). The
other solvers are installed by ``tests/benchmarks/peers/install``; absent ones are left out.
``--docs`` writes the tables of ``docs/performance.md``, their numbers and the figure.
"""

from __future__ import annotations

import json
import sys
import time as clock
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from flow import report
from flow.docs import write_docs
from flow.records import Job, Record
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
from peers.foam_blocks import HEXAHEDRA
from peers.place import is_installed

CODES = ("ours", "plain", "oasisx", "ngsolve", "openfoam")
MODULES = {"ours": "ours", "plain": "plain_dolfinx"}
STEPS = 80
"""Steps of a measurement with errors: 40 ms of flow."""
TIMEOUT = 1200.0
"""Of one measurement [s]."""


@dataclass(frozen=True)
class Measurement:
    """What is measured: ``degree`` 0 is finite volumes."""

    code: str
    case: str
    degree: int
    ranks: int = 1
    steps: int = STEPS

    @property
    def name(self) -> str:
        """Name of its record."""
        return f"{self.case}-{self.code}-{self.degree}-{self.ranks}-{self.steps}"


def full_plan() -> list[Measurement]:
    """Every code on every mesh it can be expected to finish on in a minute or two."""
    plan = []
    for case in ("tube_14k", "tube_54k", "tube_200k"):
        plan += [Measurement(code, case, 1) for code in CODES[:4]]
        plan.append(Measurement("openfoam", case, 0))
    for case in ("tube_14k", "tube_54k"):
        plan += [Measurement(code, case, 2) for code in CODES[:4]]
    plan.append(Measurement("ours", "tube_200k", 2))
    plan += [Measurement("openfoam", case, 0) for case in HEXAHEDRA]
    plan += [Measurement("ours", "tube_107k", degree) for degree in (1, 2)]
    plan += [Measurement("ours", "tube_800k", 1, steps=40)]
    plan += [Measurement(code, "aneurysm", 1, steps=40) for code in CODES[:4]]
    plan += [Measurement("openfoam", "aneurysm", 0, steps=40)]
    plan += [Measurement("ours", "aneurysm", 2, steps=40)]
    for case, degree in (
        ("tube_54k", 1),
        ("tube_107k", 1),
        ("tube_200k", 1),
        ("tube_800k", 1),
        ("aneurysm", 1),
        ("tube_14k", 2),
        ("tube_54k", 2),
        ("tube_107k", 2),
    ):
        # As many steps as on one rank: the first ones take more iterations.
        steps = 40 if case in ("tube_800k", "aneurysm") else STEPS
        plan.append(Measurement("ours", case, degree, ranks=2, steps=steps))
    plan += [Measurement(code, "tube_200k", 1, 2, steps=40) for code in ("oasisx", "ngsolve")]
    plan.append(Measurement("openfoam", "tube_200k", 0, 2, steps=40))
    return plan


QUICK = [
    Measurement(code, case, degree, steps=steps)
    for case, degree, steps in (("tube_54k", 1, 25), ("tube_14k", 2, 20))
    for code in ("ours", "plain")
]
SMOKE = [Measurement(code, "tube_1k", 1, steps=8) for code in ("ours", "plain")]


def measure(measurement: Measurement, folder: Path) -> Record | None:
    """Run one measurement; None when it failed."""
    code, case = measurement.code, measurement.case
    mesh = folder / "meshes" / case
    if case not in HEXAHEDRA:
        make_mesh("flow.meshing", case, folder)
    job = Job(mesh, measurement.degree, measurement.steps, folder / f"{measurement.name}.json")
    module = f"flow.{MODULES[code]}" if code in OWN else f"peers.{code}"
    line = command(code, module, job.arguments(), measurement.ranks)
    if finishes(measurement.name, line, environment(code), job.out, TIMEOUT):
        return Record.load(job.out)
    return None


def run(plan: Sequence[Measurement], folder: Path, fresh: bool) -> tuple[list[Record], bool]:
    """Records of a plan, and whether this project's own codes all ran."""
    records, complete, absent = [], True, set()
    for measurement in plan:
        kept = folder / f"{measurement.name}.json"
        if kept.exists() and not fresh:
            records.append(Record.load(kept))
            continue
        if not is_installed(measurement.code):
            if measurement.code not in absent:
                print(f"{measurement.code}: not installed (tests/benchmarks/peers/install)")
            absent.add(measurement.code)
            continue
        start = clock.perf_counter()
        record = measure(measurement, folder)
        if record is None:
            complete = complete and measurement.code not in OWN
            continue
        records.append(record)
        spent = clock.perf_counter() - start
        print(f"{measurement.name}: {record.seconds:.4f} s per step ({spent:.0f} s)", flush=True)
    return records, complete


def main() -> int:
    """Measure, print, write; returns the exit status."""
    options = arguments(
        __doc__,
        CODES,
        "fluid",
        quick="ours and plain dolfinx, in 50 s",
        smoke="P1-P1 on a tiny mesh: a test",
    ).parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    short = options.quick or options.smoke
    plan = QUICK if options.quick else SMOKE if options.smoke else full_plan()
    plan = [m for m in plan if wanted(options, m.code, m.case, m.ranks)]
    # The line at the end of a short run is about this run.
    records, complete = run(plan, folder, options.fresh or short)
    summary = folder / ("quick.json" if short else "fluid.json")
    summary.write_text(json.dumps([asdict(r) for r in records], indent=1) + "\n")
    print(report.comparison(records))
    if not complete:
        return 1
    if short:
        pairs = sorted({record.element for record in records})
        gains = (f"{pair} {report.speed_up(records, pair):.1f}" for pair in pairs)
        print(f"speedup over plain dolfinx: {', '.join(gains)}")
        return 0
    from flow.figure import draw

    print(report.equal_errors(records))
    draw(records, folder / "fluid_cost.png")
    if options.docs:
        write_docs(records, REPOSITORY / "docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
