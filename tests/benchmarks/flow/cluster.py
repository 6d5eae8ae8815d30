# SPDX-License-Identifier: BSD-3-Clause
"""Expected cost on a cluster, from what was measured on two cores: a model, not a measurement.

    step = work * cells / (cores * share) + messages * latency * (1 + log2(cores))

``work`` is the time per cell on one rank and ``share`` the part of it that is left when both cores
of a memory channel compute; both are measured. ``messages`` counts the reductions and exchanges
of a step that wait for the network, from the iterations measured. The latency is an assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

from flow.records import Record
from flow.report import same, table

LATENCY = 3e-6
"""Of a small message between two nodes, with what MPI adds [s]: assumed."""
CELLS_PER_NODE = 5.5
"""Tetrahedra per vertex of an isotropic mesh."""
LEVELS = 6
"""Of the pressure multigrid on a mesh for a cluster."""


def messages(record: Record) -> float:
    """Rounds of messages of a step."""
    velocity = 5 * record.iterations["velocity"]
    pressure = (2 + 4 * LEVELS) * (record.iterations["pressure"] + 1)
    return 12 + velocity + pressure


def step_time(record: Record, share: float, cells: float, cores: int) -> float:
    """Wall time of a step [s] on ``cores`` at the work per cell of ``record``."""
    work = record.seconds / record.cells
    waiting = messages(record) * LATENCY * (1 + log2(cores)) if cores > 1 else 0.0
    return work * cells / (cores * share) + waiting


def forecast(records: Sequence[Record]) -> str:
    """A cycle of 1000 steps, 5 million cells, by nodes per core."""
    rows = []
    cells = 5.0e6
    for element in ("P1-P1", "P2-P1"):
        pairs = [
            (one, two)
            for two in records
            if (two.code, two.element, two.ranks) == ("ours", element, 2)
            and (one := same(records, two, "ours", 1)) is not None
        ]
        if not pairs:
            continue
        one, two = max(pairs, key=lambda pair: pair[0].cells)
        share = one.seconds / (2 * two.seconds)
        for nodes in (50_000, 20_000, 10_000):
            cores = max(1, round(cells / CELLS_PER_NODE / nodes))
            step = step_time(one, share, cells, cores)
            ideal = one.seconds / one.cells * cells / cores
            rows.append(
                [element, f"{nodes:,}", str(cores), f"{step:.3f}", f"{1000 * step / 60:.1f}"]
                + [f"{ideal / step:.0%}"]
            )
    header = ["elements", "vertices per core", "cores", "s per step", "minutes per cycle"]
    return table([*header, "efficiency"], rows)
