# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints of one patient in one arm."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from solvers.fields.bench.curves import write_bench_curves
from solvers.fields.bench.endpoints import bench_record
from solvers.fields.bench.settings import bench_settings
from solvers.fields.endpoints import EndpointSettings, endpoint_record
from trial.outcome import guard, write_json
from trial.script import announce, log_to_stderr, parser

RECORDS = {
    "vascular": (endpoint_record, lambda values: EndpointSettings(**values)),
    "bench": (bench_record, bench_settings),
}
"""By kind of study: what computes the endpoints, and what reads its settings."""


def main() -> None:
    """Command line."""
    options = {"patient": str, "arm": str, "kind": str, "mesh": Path, "solution": Path}
    args = parser(__doc__, **options, settings=dict, out=Path).parse_args()
    log_to_stderr()
    record: dict[str, Any] = {"endpoints": {}, "sources": {}}

    def work() -> dict[str, Any]:
        compute, read_settings = RECORDS[args.kind]
        folder, bundle = args.solution.parent, args.mesh.parent / "mesh"
        settings = read_settings(args.settings)
        record.update(compute(args.patient, args.arm, folder, bundle, settings))
        if args.kind == "bench":
            write_bench_curves(folder, bundle, args.out.with_name("bench_curves.json"), settings)
        return {}

    outcome = guard(work, "endpoints", upstream=[args.solution])
    header = {"patient": args.patient, "arm": args.arm, "outcome": asdict(outcome)}
    write_json(args.out, header | record)
    announce(outcome, f"{args.patient} {args.arm}")


if __name__ == "__main__":
    main()
