# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of one patient, same view and scale in every arm."""

from __future__ import annotations

from pathlib import Path

from solvers.fields.pictures import ArmFolders, render_patient
from trial.outcome import Outcome
from trial.script import log_to_stderr, parser


def main() -> None:
    """Command line."""
    options = parser(__doc__, width=int, out=Path)
    options.add_argument("--arms", nargs="+", required=True)
    args = options.parse_args()
    log_to_stderr()
    patient = args.out.parent
    folders = {arm: patient / "arms" / arm for arm in args.arms}
    solved = {
        arm: ArmFolders(fluid=folder / "fluid", deployment=folder / "deployment")
        for arm, folder in folders.items()
        if Outcome.read(folder / "fluid" / "outcome.json").ok
    }
    # Snakemake expects the folder also for a patient without a solution.
    args.out.mkdir(parents=True, exist_ok=True)
    render_patient(solved, patient / "anatomy" / "mesh", args.out, args.width)


if __name__ == "__main__":
    main()
