# SPDX-License-Identifier: BSD-3-Clause
"""Keep the resolved configuration beside the results, for people and for the report."""

from __future__ import annotations

from pathlib import Path

import yaml

from trial.script import parser


def main() -> None:
    """Command line."""
    args = parser(__doc__, study=dict, out=Path).parse_args()
    text = yaml.safe_dump(args.study, sort_keys=False, allow_unicode=True, width=100)
    args.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
