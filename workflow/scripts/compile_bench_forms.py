# SPDX-License-Identifier: BSD-3-Clause
"""Fill the cache of compiled forms with a few load steps on the coarsest mesh of each kind.

Forms depend on the law, the element, the tools and on whether mirror planes bound the model, not on
the mesh. Without this, runs that start side by side would compile the same forms and wait for each
other.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Any

from meshes.devices.catalogue import device
from meshes.devices.stent.build import build_stent
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from solvers.common.errors import SolveError
from solvers.solid.bench.run import run_bench
from solvers.solid.bench.settings import BenchSettings
from trial.outcome import write_json
from trial.provenance import versions
from trial.script import log_to_stderr, parser

log = logging.getLogger(__name__)

COARSEST = StentResolution(across=2, thickness=1, crown=4, strut=2)


def gentle(diameter: float, kinds: list[str]) -> list[dict[str, Any]]:
    """Procedures that use the same tools and hardly touch a device of an outer diameter [m]."""
    procedures: list[dict[str, Any]] = [
        {"kind": "crimp", "name": "crimp", "outer_diameter": 0.999 * diameter, "steps": 1},
        {"kind": "release", "name": "release", "steps": 1},
    ]
    if "crush" in kinds:
        procedures.append({"kind": "crush", "name": "crush", "gap": 0.999 * diameter, "steps": 1})
    if "bend" in kinds:
        travel = {"deflection": 1e-3 * diameter, "span": 2.0 * diameter, "steps": 1}
        procedures.append({"kind": "bend", "name": "bend"} | travel)
    return procedures


def main() -> None:
    """Command line."""
    args = parser(__doc__, settings=dict, out=Path).parse_args()
    log_to_stderr()
    start = time.perf_counter()
    for case in args.settings:
        design = device(case["kind"], case["drawing"])
        with tempfile.TemporaryDirectory() as scratch:
            bundle, folder = Path(scratch, "mesh"), Path(scratch, "bench")
            folder.mkdir()
            info = build_stent(design, COARSEST, bundle, Part(**case["part"]))
            procedures = gentle(2.0 * info["outer_radius"], case["tools"])
            settings = BenchSettings(**case["solver"])
            try:
                run_bench(bundle, case["law"], procedures, settings, folder)
            except SolveError:
                log.warning("the run did not end well; its forms are compiled", exc_info=True)
    seconds = round(time.perf_counter() - start, 1)
    write_json(args.out, {"kinds": len(args.settings), "seconds": seconds, "versions": versions()})


if __name__ == "__main__":
    main()
