# SPDX-License-Identifier: BSD-3-Clause
"""Tagged volume mesh of one patient, with its quality and a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meshes.edge_length import LumenOptions
from meshes.errors import GeometryError
from meshes.io import write_bundle
from meshes.layers import LayerOptions
from meshes.lumens import make_lumen
from meshes.pictures import picture
from meshes.quality import QualityLimits
from meshes.volume import MeshOptions, build_mesh
from solvers.revision import NUMERICS_REVISION
from trial.outcome import guard
from trial.script import conclude, fresh, log_to_stderr, parser


def main() -> None:
    """Command line."""
    args = parser(__doc__, patient=Path, settings=dict, out=Path).parse_args()
    log_to_stderr()
    patient = json.loads(args.patient.read_text())
    folder = fresh(args.out.parent / "mesh")

    def work() -> dict[str, Any]:
        lumen = make_lumen(patient["anatomy"], LumenOptions(**args.settings["lumen"]))
        layers = LayerOptions(**args.settings["layers"])
        limits = QualityLimits(**args.settings["limits"])
        bundle = build_mesh(lumen, MeshOptions(layers=layers, limits=limits))
        write_bundle(bundle, folder)
        picture(bundle, folder / "mesh.png")
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
