# SPDX-License-Identifier: BSD-3-Clause
"""Mesh of one specimen of a design, with its quality."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meshes.devices.catalogue import device
from meshes.devices.stent.build import build_stent
from meshes.devices.stent.feasibility import check_crimped
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from meshes.errors import GeometryError
from solvers.revision import NUMERICS_REVISION
from trial.outcome import guard
from trial.script import conclude, fresh, log_to_stderr, parser
from trial.specimens import as_made


def main() -> None:
    """Command line."""
    args = parser(__doc__, patient=Path, settings=dict, out=Path).parse_args()
    log_to_stderr()
    specimen, settings = json.loads(args.patient.read_text()), args.settings
    folder = fresh(args.out.parent) / "mesh"

    def work() -> dict[str, Any]:
        design = device(settings["kind"], as_made(settings["drawing"], specimen["departures"]))
        resolution, part = StentResolution(**settings["cells"]), Part(**settings["part"])
        info = build_stent(design, resolution, folder, part)
        for diameter in settings["crimped"]:
            check_crimped(design, diameter)
        return {name: info[name] for name in ("strut_width", "strut_thickness")}

    outcome = guard(
        work,
        "mesh",
        expected=(GeometryError,),
        upstream=[args.patient],
        revision=NUMERICS_REVISION,
    )
    conclude(outcome, args.out, f"{specimen['patient']} {args.out.parent.parent.name}")


if __name__ == "__main__":
    main()
