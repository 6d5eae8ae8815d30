# SPDX-License-Identifier: BSD-3-Clause
"""Device of one arm in the vessel of one patient; an arm without device gets an empty screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from meshes.errors import GeometryError
from solvers.revision import NUMERICS_REVISION
from trial.outcome import guard
from trial.script import conclude, fresh, log_to_stderr, parser

PER_FACET = ("linear", "quadratic", "tangential", "porosity", "pitch", "angle")


def main() -> None:
    """Command line."""
    args = parser(__doc__, anatomy=Path, device=dict, out=Path).parse_args()
    log_to_stderr()
    folder = fresh(args.out.parent)

    def work() -> dict[str, Any]:
        empty = {name: np.zeros(0) for name in PER_FACET}
        np.savez(folder / "screen.npz", facets=np.zeros((0, 3), np.int64), **empty)
        return {}

    outcome = guard(
        work,
        "deploy",
        expected=(GeometryError,),
        upstream=[args.anatomy],
        revision=NUMERICS_REVISION,
    )
    arm, patient = folder.parent.name, folder.parents[2].name
    conclude(outcome, args.out, f"{patient} {arm}")


if __name__ == "__main__":
    main()
