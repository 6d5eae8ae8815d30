# SPDX-License-Identifier: BSD-3-Clause
"""Tagged volume mesh of one patient, with its quality and a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trial.outcome import guard
from trial.script import conclude, fresh, log_to_stderr, parser

from meshes.anatomy import ica
from meshes.edge_length import LumenOptions
from meshes.errors import GeometryError
from meshes.io import QUALITY, write_bundle, write_json
from meshes.layers import LayerOptions
from meshes.pictures import picture
from meshes.quality import QualityLimits, check, mesh_quality
from meshes.types import Lumen
from meshes.volume import MeshOptions, build_mesh
from solvers.revision import NUMERICS_REVISION


def make_lumen(anatomy: dict[str, Any], options: LumenOptions) -> Lumen:
    """Lumen of a synthetic anatomy."""
    return ica.build(ica.IcaParameters(**anatomy), options)


def main() -> None:
    """Command line."""
    args = parser(__doc__, patient=Path, settings=dict, out=Path).parse_args()
    log_to_stderr()
    patient = json.loads(args.patient.read_text())
    folder = fresh(args.out.parent / "mesh")

    def work() -> dict[str, Any]:
        lumen = make_lumen(patient["anatomy"], LumenOptions(**args.settings["lumen"]))
        layers = LayerOptions(**args.settings["layers"])
        bundle = build_mesh(lumen, MeshOptions(layers=layers))
        quality = mesh_quality(bundle, lumen, layers, QualityLimits(**args.settings["limits"]))
        write_bundle(bundle, folder)
        write_json(folder / QUALITY, quality)
        picture(bundle, folder / "mesh.png")
        check(quality)
        return {"cells": len(bundle.cells), "nodes": len(bundle.points)}

    outcome = guard(
        work,
        "mesh",
        expected=(GeometryError,),
        upstream=[args.patient],
        revision=NUMERICS_REVISION,
    )
    conclude(outcome, args.out, patient["patient"])


if __name__ == "__main__":
    main()
