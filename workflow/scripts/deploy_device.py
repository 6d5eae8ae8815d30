# SPDX-License-Identifier: BSD-3-Clause
"""Device of one arm in the vessel of one patient; an arm without device gets an empty screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from meshes.devices.closure import ScreenClosure
from meshes.devices.deployment import DeployOptions, deploy
from meshes.devices.flow_diverter import FlowDiverter
from meshes.devices.output import write_deployment, write_no_device
from meshes.errors import GeometryError
from meshes.io import read_bundle
from solvers.revision import NUMERICS_REVISION
from trial.outcome import guard
from trial.script import conclude, fresh, log_to_stderr, parser


def main() -> None:
    """Command line."""
    args = parser(__doc__, anatomy=Path, device=dict, out=Path).parse_args()
    log_to_stderr()
    folder = fresh(args.out.parent)

    def work() -> dict[str, Any]:
        if args.device is None:
            write_no_device(folder)
            return {}
        device = FlowDiverter(**args.device["catalogue"])
        closure = ScreenClosure(**args.device["screen"])
        options = DeployOptions(**args.device["placement"], closure=closure)
        deployment = deploy(read_bundle(args.anatomy.parent / "mesh"), device, options)
        write_deployment(deployment, folder)
        summary = deployment.summary
        return {name: summary[name] for name in ("nominal_diameter", "nominal_length")}

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
