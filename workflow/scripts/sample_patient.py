# SPDX-License-Identifier: BSD-3-Clause
"""Draw one patient of the population or one specimen of the lot, or describe one from a surface."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from meshes.anatomy.ica import IcaParameters, implausible
from trial.config.bench.lot import Lot
from trial.config.population import Population
from trial.errors import SamplingRejected
from trial.outcome import guard, write_json
from trial.sampling import specimen, surface_patient, synthetic_patient
from trial.script import announce, log_to_stderr, parser


def reject(anatomy: dict[str, Any]) -> str | None:
    """Why a drawn anatomy is geometrically impossible, or None."""
    return implausible(IcaParameters(**anatomy))


def sample(kind: str, settings: dict[str, Any], number: int) -> dict[str, Any]:
    """Content of the patient file without its outcome."""
    seed = settings["seed"]
    if kind == "bench":
        return specimen(Lot.model_validate(settings["lot"]), seed, number)
    population = Population.model_validate(settings["population"])
    if settings["surface"] is None:
        return synthetic_patient(population, seed, number, reject)
    return surface_patient(population, seed, number, settings["surface"])


def main() -> None:
    """Command line."""
    args = parser(__doc__, patient=str, kind=str, settings=dict, out=Path).parse_args()
    log_to_stderr()
    patient: dict[str, Any] = {}

    def work() -> dict[str, Any]:
        patient.update(sample(args.kind, args.settings, int(args.patient[1:])))
        return {"rejected": len(patient["rejected"])}

    outcome = guard(work, "sample", expected=(SamplingRejected,))
    # Without time and versions the same draw gives the same file, and nothing downstream re-runs.
    stable = replace(outcome, versions={}, wall_time_s=0.0)
    write_json(args.out, {"patient": args.patient, "outcome": asdict(stable), **patient})
    announce(outcome, args.patient)


if __name__ == "__main__":
    main()
