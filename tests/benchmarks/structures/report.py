# SPDX-License-Identifier: BSD-3-Clause
"""What the records of solids say: table, figure, and the generated part of the docs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from flow.docs import fill, machine
from flow.report import table

from structures.records import SolidRecord


def same(records: Iterable[SolidRecord], record: SolidRecord, code: str) -> SolidRecord | None:
    """The record of ``code`` on the mesh and ranks of ``record``."""
    wanted = (code, record.case, record.ranks)
    return next((r for r in records if (r.code, r.case, r.ranks) == wanted), None)


def speed_up(records: Sequence[SolidRecord]) -> float:
    """Time of plain dolfinx over ours on the largest mesh that both have on one rank.

    Raises:
        ValueError: there is none.
    """
    for record in sorted(records, key=lambda r: -r.unknowns):
        plain = same(records, record, "plain")
        if record.code == "ours" and record.ranks == 1 and plain is not None:
            return plain.seconds / record.seconds
    raise ValueError("ours and plain were not measured on a common mesh")


def comparison(records: Sequence[SolidRecord]) -> str:
    """Every measurement, and how many times our processor time it takes on one mesh and ranks."""
    order = {"ours": 0, "plain": 1}
    rows = []
    for r in sorted(
        records,
        key=lambda r: (-len(r.body), r.ranks, r.unknowns, order.get(r.code, 2), r.code),
    ):
        ours = same(records, r, "ours")
        known = ours is not None and r.processor and ours.processor
        ratio = f"{r.processor / ours.processor:.1f}" if known else ""
        rows.append(
            [
                r.case,
                f"{r.cells:,}",
                f"{r.unknowns:,}",
                r.code,
                str(r.ranks),
                f"{r.seconds:.1f}",
                f"{r.processor:.1f}" if r.processor else "",
                ratio,
                str(r.newton),
                f"{r.linear / r.newton:.0f}" if r.linear else "direct",
                f"{r.memory / 1e6:,.0f}" if r.memory else "",
                "" if r.difference is None else f"{r.difference:.1e}",
            ]
        )
    header = ["case", "cells", "unknowns", "code", "ranks", "s", "processor s"]
    return table([*header, "over ours", "Newton it.", "linear it. each", "MB", "difference"], rows)


def draw(records: Sequence[SolidRecord], path: Path) -> None:
    """Wall time against unknowns, one line for each code and number of ranks."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from flow.figure import COLOURS, NAMES
    from matplotlib.ticker import NullFormatter

    colours = {**COLOURS, "calculix": "tab:purple"}
    names = {**NAMES, "calculix": "CalculiX", "ngsolve": "NGSolve"}
    titles = {"tube": "inflated tube", "crown": "crown opened and let go"}
    bodies = [body for body in titles if any(r.body == body for r in records)]
    figure, found = plt.subplots(
        1, len(bodies), figsize=(4.6 * len(bodies), 4), layout="constrained", squeeze=False
    )
    for body, axes in zip(bodies, found[0], strict=True):
        shown = [r for r in records if r.body == body]
        for code, ranks in sorted({(r.code, r.ranks) for r in shown}):
            points = sorted(
                (r.unknowns, r.seconds) for r in shown if (r.code, r.ranks) == (code, ranks)
            )
            style = {1: "o-", 2: "s--"}.get(ranks, "^:")
            label = f"{names[code]}, {ranks} rank{'s' * (ranks > 1)}"
            axes.loglog(*zip(*points, strict=True), style, color=colours[code], label=label)
        axes.set(xlabel="unknowns", ylabel="wall time [s]", title=titles[body])
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.grid(alpha=0.3, which="both")
        axes.legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def write_docs(records: Sequence[SolidRecord], docs: Path) -> None:
    """Table, numbers and figure of ``records`` into the ``docs`` folder."""
    page = docs / "performance.md"
    content = f"Measured on: {machine()}."
    compiled = [r.compilation for r in records if r.compilation is not None]
    if compiled:
        content += f" Our forms compile in {compiled[0]:.0f} s with an empty cache, once for a"
        content += " type of processor; that is not in the times."
    content += f"\n\n{comparison(records)}"
    page.write_text(fill(page.read_text(), "solids", content))
    numbers = docs / "performance" / "solid.json"
    numbers.write_text(json.dumps([asdict(r) for r in records], indent=1) + "\n")
    draw(records, docs / "figures" / "solid_cost.png")
