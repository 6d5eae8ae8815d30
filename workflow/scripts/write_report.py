# SPDX-License-Identifier: BSD-3-Clause
"""One self-contained page about a study."""

from __future__ import annotations

from pathlib import Path

from trial.config.load import read_recorded
from trial.report import write_report
from trial.script import log_to_stderr, parser


def main() -> None:
    """Command line."""
    args = parser(__doc__, config=Path).parse_args()
    log_to_stderr()
    write_report(args.config.parent, read_recorded(args.config))


if __name__ == "__main__":
    main()
