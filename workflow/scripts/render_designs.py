# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of one specimen of every design, same view and scale."""

from __future__ import annotations

from pathlib import Path

from solvers.fields.bench.pictures import BenchFolders, render_bench
from trial.outcome import Outcome, write_json
from trial.script import fresh, log_to_stderr, parser


def chosen(root: Path, patients: list[str], arms: list[str]) -> dict[str, str]:
    """Specimen to show of each design: the first analysed in all, else the first of its own."""
    analysed = {
        arm: [
            patient
            for patient in patients
            if (path := root / "patients" / patient / "arms" / arm / "endpoints.json").is_file()
            and Outcome.read(path).ok
        ]
        for arm in arms
    }
    common = [p for p in patients if all(p in found for found in analysed.values())]
    return {arm: (common or found)[0] for arm, found in analysed.items() if found}


def main() -> None:
    """Command line."""
    options = parser(__doc__, width=int, out=Path)
    options.add_argument("--arms", nargs="+", required=True)
    options.add_argument("--patients", nargs="+", required=True)
    args = options.parse_args()
    log_to_stderr()
    folder = fresh(args.out)
    root = folder.parent
    shown = chosen(root, args.patients, args.arms)
    places = {arm: root / "patients" / patient / "arms" / arm for arm, patient in shown.items()}
    folders = {
        arm: BenchFolders(solve=place / "bench", bundle=place / "device" / "mesh")
        for arm, place in places.items()
    }
    render_bench(folders, folder, args.width)
    write_json(folder / "specimens.json", shown)


if __name__ == "__main__":
    main()
