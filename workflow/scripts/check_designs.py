# SPDX-License-Identifier: BSD-3-Clause
"""Say in one sentence each which designs of a bench study cannot be drawn or crimped as asked."""

from __future__ import annotations

from meshes.devices.catalogue import device
from meshes.devices.stent.feasibility import check_crimped
from meshes.devices.stent.pattern import Part, sector
from meshes.errors import DesignInfeasible
from trial.script import parser


def main() -> None:
    """Command line: prints nothing where all designs can be made."""
    args = parser(__doc__, designs=dict).parse_args()
    for arm, settings in args.designs.items():
        try:
            design = device(settings["kind"], settings["drawing"])
            sector(design, Part(**settings["part"]))
            for diameter in settings["crimped"]:
                check_crimped(design, diameter)
        except DesignInfeasible as error:
            print(f"arms.{arm}.device: {error}")


if __name__ == "__main__":
    main()
