# SPDX-License-Identifier: BSD-3-Clause
"""Input files of an OpenFOAM case and its ASCII fields."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Entries = dict[str, Any]


def dictionary(entries: Entries, indent: str = "") -> str:
    """Entries in OpenFOAM's syntax; nested dictionaries become blocks."""
    lines = []
    for key, value in entries.items():
        if isinstance(value, dict):
            inner = dictionary(value, indent + "    ")
            lines.append(f"{indent}{key}\n{indent}{{\n{inner}{indent}}}\n")
        else:
            lines.append(f"{indent}{key} {value};\n")
    return "".join(lines)


def write_file(path: Path, kind: str, entries: Entries) -> None:
    """Write a dictionary or field file of class ``kind``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = {"version": "2.0", "format": "ascii", "class": kind, "object": path.name}
    path.write_text(dictionary({"FoamFile": header}) + dictionary(entries))


def values(array: Array) -> str:
    """A list: (n,) scalars or (n, 3) vectors."""
    if array.ndim == 1:
        body = "\n".join(f"{x:.12g}" for x in array)
    else:
        body = "\n".join(f"({x:.12g} {y:.12g} {z:.12g})" for x, y, z in array)
    return f"{len(array)}\n(\n{body}\n)"


def nonuniform(array: Array) -> str:
    """The same as the value of a field."""
    kind = "scalar" if array.ndim == 1 else "vector"
    return f"nonuniform List<{kind}>\n{values(array)}"


def read_field(path: Path) -> Array:
    """(n,) or (n, 3) values of an ASCII field in the cells.

    Raises:
        ValueError: the file holds no such list.
    """
    text = path.read_text()
    pattern = r"nonuniform List<(scalar|vector)>\s*\d+\s*\((.*?)\)\s*;"
    found = re.search(pattern, text, re.DOTALL)
    if not found:
        raise ValueError(f"{path} has no list of values")
    kind, body = found.groups()
    numbers = np.array(re.sub(r"[()]", " ", body).split(), dtype=float)
    return numbers if kind == "scalar" else numbers.reshape(-1, 3)
