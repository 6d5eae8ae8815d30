# SPDX-License-Identifier: BSD-3-Clause
"""Success, intervals and paired differences between the arms."""

from __future__ import annotations

from pathlib import Path

from trial.cohort import Cohort
from trial.config.load import read_recorded
from trial.script import log_to_stderr, parser
from trial.statistics import AnalysisPlan, compare


def main() -> None:
    """Command line."""
    args = parser(__doc__, config=Path, quarantine=Path).parse_args()
    log_to_stderr()
    study = read_recorded(args.config)
    cohort = Cohort.of(study, args.quarantine)
    compare(args.config.parent, AnalysisPlan.of(study, cohort))


if __name__ == "__main__":
    main()
