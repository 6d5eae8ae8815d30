# SPDX-License-Identifier: BSD-3-Clause
"""What the records say: tables, ratios, cost at equal error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from flow.records import Record

QUANTITIES = ("velocity", "pressure_drop", "wall_force")
WEAK = (("tube_54k", "tube_107k"), ("tube_107k", "tube_200k"))
"""Meshes for one and for two ranks, the second about twice the first."""
PHASES = ("assembly", "velocity", "pressure", "update", "accumulation")


def cost(record: Record) -> float:
    """Wall seconds per physical second of flow."""
    return record.seconds / record.time_step


def cost_at_error(points: Sequence[tuple[float, float]], error: float) -> float | None:
    """Cost at ``error`` on the straight line in logarithms through (error, cost) points.

    None outside the errors of the points: nothing is extrapolated.
    """
    if len(points) < 2:
        return None
    ordered = np.log(sorted(points))
    x, y = ordered[:, 0], ordered[:, 1]
    if not x[0] <= np.log(error) <= x[-1]:
        return None
    return float(np.exp(np.interp(np.log(error), x, y)))


def equal_error(records: Iterable[Record], quantity: str) -> list[tuple[Record, float]]:
    """Each single-rank record of another code with its cost over ours at the same error.

    Ours is the cheaper of its element pairs that reach the error.
    """
    measured = [r for r in records if r.ranks == 1 and quantity in r.errors]
    curves = [
        [(r.errors[quantity], cost(r)) for r in measured if (r.code, r.element) == ("ours", pair)]
        for pair in ("P1-P1", "P2-P1")
    ]
    result = []
    for record in measured:
        found = [cost_at_error(curve, record.errors[quantity]) for curve in curves]
        reached = [value for value in found if value is not None]
        if record.code != "ours" and reached:
            result.append((record, cost(record) / min(reached)))
    return result


def same(records: Iterable[Record], record: Record, code: str, ranks: int) -> Record | None:
    """The record of ``code`` with the mesh and the elements of ``record``."""
    wanted = (code, record.case, record.element, ranks)
    return next((r for r in records if (r.code, r.case, r.element, r.ranks) == wanted), None)


def speed_up(records: Iterable[Record], element: str) -> float:
    """Time of the plain dolfinx code over ours for a pair of elements, on the largest mesh.

    Raises:
        ValueError: the two were not measured on a common mesh.
    """
    records = list(records)
    ours = [r for r in records if (r.code, r.element, r.ranks) == ("ours", element, 1)]
    for record in sorted(ours, key=lambda r: -r.cells):
        plain = same(records, record, "plain", 1)
        if plain is not None:
            return plain.seconds / record.seconds
    raise ValueError(f"ours and plain were not measured on a common mesh with {element}")


def percent(value: float | None) -> str:
    """A relative error."""
    return "" if value is None else f"{100 * value:.2g} %"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def comparison(records: Sequence[Record]) -> str:
    """Every measurement, and how many times ours it takes on the same mesh and ranks.

    Finite volumes are held against P1-P1.
    """
    rank = {"ours": 0, "plain": 1}
    rows = []
    for r in sorted(records, key=lambda r: (r.ranks, r.cells, rank.get(r.code, 2), r.code)):
        pair = "P1-P1" if r.element == "FV" else r.element
        ours = same(records, replace(r, element=pair), "ours", r.ranks)
        rows.append(
            [
                r.case,
                f"{r.cells:,}",
                r.code,
                r.element,
                str(r.ranks),
                f"{r.seconds:.4f}",
                f"{r.seconds / ours.seconds:.1f}" if ours else "",
                f"{r.memory / 1e3:.1f}" if r.memory else "",
                *(percent(r.errors.get(quantity)) for quantity in QUANTITIES),
            ]
        )
    header = ["case", "cells", "code", "elements", "ranks", "s/step", "over ours", "kB/cell"]
    return table([*header, "velocity", "pressure drop", "wall force"], rows)


def phases(records: Sequence[Record]) -> str:
    """Our time by phase [ms per step] and iterations."""
    ours = sorted(
        (r for r in records if r.code == "ours"), key=lambda r: (r.element, r.cells, r.ranks)
    )
    rows = [
        [r.case, f"{r.cells:,}", r.element, str(r.ranks)]
        + [f"{1e3 * r.phases[phase]:.2f}" for phase in PHASES]
        + [f"{r.iterations[name]:.1f}" for name in ("velocity", "pressure")]
        + [f"{1e9 * r.seconds * r.ranks / r.cells:.0f}"]
        for r in ours
    ]
    header = ["case", "cells", "elements", "ranks", *PHASES]
    return table([*header, "velocity it.", "pressure it.", "core ns per cell"], rows)


def equal_errors(records: Sequence[Record]) -> str:
    """Cost over ours at the same error, by quantity, on one rank."""
    ratios = {q: {id(r): ratio for r, ratio in equal_error(records, q)} for q in QUANTITIES}
    others = [r for r in records if r.code != "ours" and r.ranks == 1 and r.errors]
    rows = [
        [r.code, r.element, f"{r.cells:,}", f"{cost(r):.0f}"]
        + [
            f"{ratios[q][id(r)]:.1f} ({percent(r.errors[q])})"
            if id(r) in ratios[q]
            else f"- ({percent(r.errors[q])})"
            for q in QUANTITIES
        ]
        for r in sorted(others, key=lambda r: (r.code, r.element, r.cells))
    ]
    header = ["code", "elements", "cells", "s per s", "at equal velocity error"]
    return table([*header, "at equal pressure-drop error", "at equal wall-force error"], rows)


def scaling(records: Sequence[Record]) -> str:
    """Our two ranks against one: strong on a mesh, weak from a mesh to one of twice the cells."""
    ours = [r for r in records if r.code == "ours"]
    rows = []
    for two in (r for r in ours if r.ranks == 2):
        one = same(ours, two, "ours", 1)
        if one:
            gain = f"{one.seconds / two.seconds:.2f}x"
            times = [f"{one.seconds:.4f}", f"{two.seconds:.4f}", gain]
            rows.append(["strong", two.case, two.element, *times])
    for small, large in WEAK:
        for two in (r for r in ours if (r.case, r.ranks) == (large, 2)):
            one = same(ours, replace(two, case=small), "ours", 1)
            if one:
                share = (one.seconds / one.cells) / (2 * two.seconds / two.cells)
                times = [f"{one.seconds:.4f}", f"{two.seconds:.4f}", f"{share:.0%}"]
                rows.append(["weak", f"{one.case}, {two.case}", two.element, *times])
    return table(["kind", "case", "elements", "1 rank [s]", "2 ranks [s]", "gain"], rows)
