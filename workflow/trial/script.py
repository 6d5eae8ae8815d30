# SPDX-License-Identifier: BSD-3-Clause
"""What the command lines of the rules share."""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
from collections.abc import Collection
from pathlib import Path

from trial.outcome import Outcome


def parser(description: str | None, **arguments: type) -> argparse.ArgumentParser:
    """Parser with one required option per keyword.

    Args:
        description: help text.
        arguments: option name and the function that reads its value; ``dict`` reads JSON.
    """
    result = argparse.ArgumentParser(description=description)
    for name, kind in arguments.items():
        result.add_argument(
            f"--{name.replace('_', '-')}",
            type=json.loads if kind is dict else kind,
            required=True,
            metavar="JSON" if kind is dict else kind.__name__.upper(),
        )
    return result


def log_to_stderr(rank: int = 0) -> None:
    """Send log records to the log of the job; ranks other than 0 only report warnings."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if rank == 0 else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


def fresh(folder: Path, keep: Collection[str] = ()) -> Path:
    """Make a folder, or empty it of what an earlier run left; what ``keep`` names stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name in keep:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return folder


def conclude(outcome: Outcome, path: Path, subject: str) -> None:
    """Write an outcome, and one line about it that ends the log."""
    outcome.write(path)
    announce(outcome, subject)


def announce(outcome: Outcome, subject: str) -> None:
    """Print one line about an outcome; the rules repeat it on the terminal."""
    sys.stderr.flush()
    sys.stdout.write(f"{subject} {outcome.line()}\n")
    sys.stdout.flush()
