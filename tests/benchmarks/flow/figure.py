# SPDX-License-Identifier: BSD-3-Clause
"""Figure of cost against error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from flow.records import Record
from flow.report import QUANTITIES, cost

LABELS = {"velocity": "velocity", "pressure_drop": "pressure drop", "wall_force": "wall shear"}
COLOURS = {
    "ours": "tab:blue",
    "plain": "tab:cyan",
    "oasisx": "tab:orange",
    "ngsolve": "tab:green",
    "openfoam": "tab:red",
}
NAMES = {"ours": "Silitrial", "plain": "plain dolfinx"}
STYLES = {"P1-P1": ("o", "-"), "P2-P1": ("s", "--"), "FV": ("^", ":"), "hexahedra": ("v", "-.")}


def draw(records: Sequence[Record], path: Path) -> None:
    """Wall seconds per physical second on one core against the relative error."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.8), sharey=True, layout="constrained")
    measured = [r for r in records if r.ranks == 1 and r.errors]
    kinds = sorted(
        {(r.code, r.element) for r in measured}, key=lambda k: (list(COLOURS).index(k[0]), k[1])
    )
    for axis, quantity in zip(axes, QUANTITIES, strict=True):
        for code, element in kinds:
            points = sorted(
                (r.cells, 100 * r.errors[quantity], cost(r))
                for r in measured
                if (r.code, r.element) == (code, element)
            )
            marker, line = STYLES[element]
            _, error, seconds = zip(*points, strict=True)
            label = f"{NAMES.get(code, code)} {element}".replace(" FV", "")
            axis.loglog(
                error, seconds, line, marker=marker, color=COLOURS[code], label=label, markersize=4
            )
        axis.set_xlabel(f"error of the {LABELS[quantity]} [%]")
        axis.grid(alpha=0.3, which="both")
    axes[0].set_ylabel("wall time per time of flow [s/s]")
    axes[0].legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    plt.close(figure)
