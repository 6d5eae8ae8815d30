# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints of one patient in one arm."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from solvers.fields.endpoints import EndpointSettings, endpoint_record
from trial.outcome import guard, write_json
from trial.script import announce, log_to_stderr, parser


def main() -> None:
    """Command line."""
    options = {"patient": str, "arm": str, "anatomy": Path, "fluid": Path, "settings": dict}
    args = parser(__doc__, **options, out=Path).parse_args()
    log_to_stderr()
    record: dict[str, Any] = {"values": {}, "sources": {}}

    def work() -> dict[str, Any]:
        settings = EndpointSettings(**args.settings)
        bundle = args.anatomy.parent / "mesh"
        record.update(endpoint_record(args.patient, args.arm, args.fluid.parent, bundle, settings))
        return {}

    outcome = guard(work, "endpoints", upstream=[args.fluid])
    header = {"patient": args.patient, "arm": args.arm, "outcome": asdict(outcome)}
    write_json(args.out, header | record)
    announce(outcome, f"{args.patient} {args.arm}")


if __name__ == "__main__":
    main()
