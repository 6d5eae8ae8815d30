# SPDX-License-Identifier: BSD-3-Clause
"""The generated parts of ``docs/performance.md``."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from flow import cluster, report
from flow.records import Record


def machine() -> str:
    """One line about the processor."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, {os.cpu_count()} cores"


def fill(text: str, name: str, content: str) -> str:
    """Text with what stands between the two marks of ``name`` replaced.

    Raises:
        ValueError: a mark is missing.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the marks of '{name}' are missing")
    return f"{before}{begin}\n{content}\n\n{end}{after}"


def write_docs(records: Sequence[Record], docs: Path) -> None:
    """Tables, numbers and figure of ``records`` into the ``docs`` folder."""
    from flow.figure import draw

    page = docs / "performance.md"
    text = page.read_text()
    for name, content in (
        ("machine", f"Measured on: {machine()}."),
        ("phases", report.phases(records)),
        ("comparison", report.comparison(records)),
        ("equal error", report.equal_errors(records)),
        ("scaling", report.scaling(records)),
        ("forecast", cluster.forecast(records)),
    ):
        text = fill(text, name, content)
    page.write_text(text)
    numbers = docs / "performance" / "fluid.json"
    numbers.parent.mkdir(exist_ok=True)
    numbers.write_text(json.dumps([asdict(r) for r in records], indent=1) + "\n")
    draw(records, docs / "figures" / "fluid_cost.png")
