# SPDX-License-Identifier: BSD-3-Clause
"""Waveform files named in a configuration, read into it so that the rest needs no file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from trial.errors import ConfigError
from trial.overlay import Overlay
from trial.provenance import PROJECT

_GROUPS = ("population", "physiology", "age_groups")


def read_waveforms(values: dict[str, Any], overlay: Overlay) -> None:
    """Read the file of every waveform that names one, in place.

    Args:
        values: the merged configuration, not validated.
        overlay: knows which file names the waveforms; paths are relative to that file.

    Raises:
        ConfigError: the file is missing, is not a table, or a table is given besides.
    """
    groups: Any = values
    for key in _GROUPS:
        groups = groups.get(key) if isinstance(groups, dict) else None
    for number, group in enumerate(groups if isinstance(groups, list) else []):
        waveform = group.get("waveform") if isinstance(group, dict) else None
        if not isinstance(waveform, dict) or not isinstance(waveform.get("file"), str):
            continue
        name = ".".join((*_GROUPS, str(number), "waveform"))
        if waveform.get("table") is not None:
            raise ConfigError(f"{name} has both a table and a file")
        source = overlay.source(_GROUPS) or ""
        try:
            waveform["table"] = read_table(_folder(source, overlay) / waveform["file"])
        except ValueError as error:
            raise ConfigError(f"{name}.file: {error} (set in {source})") from None


def read_table(path: Path) -> dict[str, list[float]]:
    """Two columns of numbers, separated by commas, semicolons or blanks; a heading is passed over.

    Args:
        path: text file; lines that start with # are comments.

    Raises:
        ValueError: one sentence on what is wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, IsADirectoryError):
        raise ValueError(f"{path} does not exist") from None
    rows: list[tuple[float, float]] = []
    for number, line in enumerate(lines, 1):
        words = re.split(r"[,;\s]+", line.strip())
        if not line.strip() or words[0].startswith("#"):
            continue
        try:
            time, value = map(float, words)
        except ValueError:
            if rows:
                raise ValueError(f"line {number} of {path} is not two numbers") from None
            continue
        rows.append((time, value))
    if not rows:
        raise ValueError(f"{path} holds no rows of two numbers")
    times, flows = zip(*rows, strict=True)
    return {"time": list(times), "value": list(flows)}


def _folder(source: str, overlay: Overlay) -> Path:
    """Folder of a file that set a key; that of the project for the command line."""
    for root in (overlay.configs.parent, PROJECT):
        if (root / source).is_file():
            return (root / source).parent
    return PROJECT
