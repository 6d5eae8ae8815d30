# SPDX-License-Identifier: BSD-3-Clause
"""Fill the cache of compiled forms with a few steps on a small mesh with a screen.

Forms do not depend on the mesh. Without this, solutions that start side by side would compile the
same forms and wait for each other.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

import meshes.reference
from meshes.io import read_bundle
from meshes.tagging import surface_facets
from solvers.fluid.run import simulate
from solvers.fluid.settings import FlowSettings
from trial.outcome import write_json
from trial.provenance import versions
from trial.script import log_to_stderr, parser

BUNDLE = Path(meshes.reference.__file__).parent / "sidewall"
SLOW_FLOW = {
    "mean_inlet_velocity": 0.01,
    "period": 1.0,
    "waveform": {"cosine": [0.1], "sine": [0.0]},
}


def write_screen(path: Path) -> None:
    """Uniform screen over the ostium of the small mesh."""
    facets = surface_facets(read_bundle(BUNDLE), "ostium")
    ones = np.ones(len(facets))
    np.savez(path, facets=facets, linear=200.0 * ones, quadratic=ones, tangential=ones)


def main() -> None:
    """Command line."""
    args = parser(__doc__, degrees=dict, out=Path).parse_args()
    log_to_stderr()
    start = time.perf_counter()
    for degree in args.degrees:
        settings = FlowSettings(
            velocity_degree=degree, steps_per_cycle=10, cycles=1, minimum_cycles=1
        )
        with tempfile.TemporaryDirectory() as scratch:
            write_screen(Path(scratch, "screen.npz"))
            simulate(BUNDLE, Path(scratch, "screen.npz"), SLOW_FLOW, settings, Path(scratch))
    seconds = round(time.perf_counter() - start, 1)
    write_json(args.out, {"degrees": args.degrees, "seconds": seconds, "versions": versions()})


if __name__ == "__main__":
    main()
