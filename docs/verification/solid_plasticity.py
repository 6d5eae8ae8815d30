# SPDX-License-Identifier: BSD-3-Clause
"""Plasticity benchmarks on several finite elements: accuracy, cost, and which one is the default.

``envs/run python3 docs/verification/solid_plasticity.py [hill|cook|bar|strut[:ELEMENT] ...]`` runs
the cases named, or all, keeps the results of the others, and writes solid_plasticity.json beside
this file and docs/figures/solid_plasticity.png.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from solvers.common.errors import SolveError
from solvers.verification.plasticity import (
    ELEMENTS,
    Result,
    bent_strut,
    cook_membrane,
    hill_displacement,
    hill_tube,
    necking_bar,
)

log = logging.getLogger("solid_plasticity")
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = Path(__file__).resolve().parents[1] / "figures" / "solid_plasticity.png"

PRESSURES = (140e6, 180e6, 190e6)
"""Inside Hill's tube [Pa]."""
COOK_PUBLISHED = {2: 3.8315, 4: 6.4359, 8: 6.7527, 16: 6.9073, 32: 6.9227}
"""Rise of the top corner [mm] of mixed linear quadrilaterals, by elements along a side."""


def _summary(result: Result) -> dict:
    return {
        "unknowns": result.unknowns,
        "seconds": round(result.seconds, 2),
        "iterations": result.iterations,
        "rows": result.rows,
    }


def hill(names: Sequence[str]) -> dict:
    """Relative errors of the outer displacement."""
    found = {}
    for name in names:
        element = ELEMENTS[name]
        for n in (1, 2, 4, 8):
            result = hill_tube(element, (n, n), PRESSURES, 0.49)
            values = {round(p): u for p, u in result.rows}
            errors = [values[round(p)] / hill_displacement(p, 0.49) - 1 for p in PRESSURES]
            found[f"{name}, {n}"] = {**_summary(result), "errors": errors}
            log.info("hill %s %d: %s %.1f s", name, n, np.round(errors, 5), result.seconds)
    return found


def cook(names: Sequence[str]) -> dict:
    """Rise of the top corner [m]."""
    found = {}
    for name in names:
        element = ELEMENTS[name]
        for n in (2, 4, 8):
            try:
                result = cook_membrane(element, n)
            except SolveError as error:
                found[f"{name}, {n}"] = {"failed": str(error)}
                log.info("cook %s %d: %s", name, n, error)
                continue
            found[f"{name}, {n}"] = {**_summary(result), "rise": result.rows[-1][1]}
            rise = 1e3 * result.rows[-1][1]
            log.info("cook %s %d: %.4f mm %.1f s", name, n, rise, result.seconds)
    return found


def bar(names: Sequence[str]) -> dict:
    """Force against displacement, and where the force peaks."""
    found = {}
    for name in [name for name in names if name == "Q2"]:
        for divisions in ((1, 4), (2, 8), (3, 12)):
            result = necking_bar(ELEMENTS[name], divisions)
            moved, force = np.array(result.rows).T
            top = int(force.argmax())
            peak = {"peak_at": moved[top], "peak": force[top], "last": force[-1]}
            found[f"{name}, {divisions[0]}x{divisions[1]}"] = {**_summary(result), **peak}
            log.info("bar %s %s: %s %.1f s", name, divisions, peak, result.seconds)
    return found


def strut(names: Sequence[str]) -> dict:
    """Force that opens half a crown [N], and the largest plastic strain."""
    found = {}
    for name in names:
        for divisions in ((12, 2, 1), (24, 2, 1), (24, 4, 2)):
            result = bent_strut(ELEMENTS[name], divisions)
            answer = {"force": result.rows[-1][1], "plastic_strain": result.plastic_strain}
            found[f"{name}, {'x'.join(map(str, divisions))}"] = {**_summary(result), **answer}
            log.info("strut %s %s: %s %.1f s", name, divisions, answer, result.seconds)
    return found


def _draw(content: dict) -> None:
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.8))
    for name in ELEMENTS:
        rows = [r for key, r in content.get("hill", {}).items() if key.split(",")[0] == name]
        left.loglog(
            [r["unknowns"] for r in rows], [abs(r["errors"][-1]) for r in rows], "o-", label=name
        )
        rows = [r for key, r in content.get("cook", {}).items() if key.split(",")[0] == name]
        rows = [r for r in rows if "rise" in r]
        middle.semilogx(
            [r["unknowns"] for r in rows], [1e3 * r["rise"] for r in rows], "o-", label=name
        )
    left.set(xlabel="unknowns", ylabel="error at 190 MPa", title="Hill's tube")
    unknowns = [6 * (n + 1) ** 2 for n in COOK_PUBLISHED]
    middle.semilogx(unknowns, list(COOK_PUBLISHED.values()), "k+", label="published, linear")
    middle.axhline(6.94, color="0.6")
    middle.set(xlabel="unknowns", ylabel="rise of the corner [mm]", title="Cook's membrane")
    for key, row in content.get("bar", {}).items():
        moved, force = np.array(row["rows"]).T
        right.plot(1e3 * moved, 1e-3 * force, label=key)
    right.set(xlabel="displacement of each end [mm]", ylabel="force [kN]", title="Necking bar")
    for axes in (left, middle, right):
        axes.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(FIGURE, dpi=150)


def main() -> None:
    """Run, write the results and draw."""
    logging.basicConfig(level=logging.INFO)
    cases = {"hill": hill, "cook": cook, "strut": strut, "bar": bar}
    content = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    for argument in sys.argv[1:] or cases:
        name, _, element = argument.partition(":")
        content.setdefault(name, {}).update(cases[name]([element] if element else list(ELEMENTS)))
        RESULT.write_text(json.dumps(content, indent=1) + "\n")
    _draw(content)


if __name__ == "__main__":
    main()
