# SPDX-License-Identifier: BSD-3-Clause
"""Screen of the fractional step against the monolithic solver, which meets another code in 2-D.

``envs/run python3 docs/verification/screen_reference.py`` (some two minutes) writes
screen_reference.json beside this file and docs/figures/screen_reference.png: the plane channel
with a sac, steady flow in a box and in the reference sidewall vessel, and pulsatile flow at
several time steps. Names of parts as arguments compute these only and keep the others.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "physics"))

from flow_cases import screen, steady, vessel  # noqa: E402
from sac_cases import measures  # noqa: E402
from test_monolithic import PLANE_SAC, plane_sac  # noqa: E402
from test_screen_reference import history, reference, settled  # noqa: E402

from solvers.fluid.fracstep import FractionalStep  # noqa: E402
from solvers.fluid.monolithic import MonolithicStep  # noqa: E402
from solvers.fluid.settings import FlowSettings  # noqa: E402

log = logging.getLogger("screen_reference")
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = ROOT / "docs" / "figures" / "screen_reference.png"
STEADY = ((200.0, 0.0, 600.0), (200.0, 0.0, 200.0), (200.0, 0.0, 100.0), (100.0, 1e4, 100.0))
SIDEWALL = ((0.0, 0.0, 0.0), (200.0, 0.0, 200.0), (400.0, 500.0, 300.0))
PULSATILE = (
    (0.0, 0.0, 0.0),
    (200.0, 0.0, 200.0),
    (400.0, 0.0, 100.0),
    (100.0, 2e3, 300.0),
    (0.0, 1e4, 0.0),
)
STEPS = (80, 160, 320)
PERIOD_MS = 800.0
NAMES = ("sac speed", "neck inflow", "pressure jump")


def plane() -> list[dict]:
    """Neck inflow of the plane sac over that of the independent solver, 16 cells, less one."""
    rows = []
    for resistances, (medium, fine) in PLANE_SAC.items():
        found = {n: plane_sac(n, *resistances)[0] for n in (8, 16)}
        row = {"resistances": resistances, "independent": {"16": medium, "32": fine}}
        row["monolithic"] = {str(n): round(float(q), 8) for n, q in found.items()}
        row["deviation_percent"] = round(100 * float(found[16] / medium - 1), 2)
        log.info("%s", row)
        rows.append(row)
    return rows


def deviation(found: np.ndarray, expected: np.ndarray) -> list[float]:
    """Relative deviation [%] of each measure."""
    return [round(float(d), 3) for d in 100 * (found / expected - 1)]


def box() -> list[dict]:
    """Steady flow in the box channel."""
    rows = []
    for resistances in STEADY:
        expected = measures(reference(resistances))
        row = {"resistances": resistances, "monolithic": expected.tolist()}
        row["deviation_percent"] = deviation(measures(settled(resistances)), expected)
        log.info("%s", row)
        rows.append(row)
    return rows


def sidewall() -> list[dict]:
    """Steady flow in the reference vessel; the fractional step goes on for 0.15 s."""
    settings = FlowSettings(velocity_degree=2, tolerance=1e-9, ramp_share=1e-9)
    rows = []
    for resistances in SIDEWALL:
        stepper = vessel(
            "sidewall",
            steady(3e-6),
            settings,
            2.5e-3,
            lambda domain, r=resistances: screen(domain, *r),
            profile="poiseuille",
        )
        exact = MonolithicStep(stepper.problem, settings)
        exact.time = 1.0
        exact.solve_steady()
        velocity = np.array([u.x.array for u in exact.velocity])
        stepper.set_initial(lambda x, u=velocity: u, lambda x, u=velocity: u)
        stepper.pressure.array[:] = exact.pressure.array
        for _ in range(60):
            stepper.step()
        expected = measures(exact)
        row = {"resistances": resistances, "monolithic": expected.tolist()}
        row["deviation_percent"] = deviation(measures(stepper), expected)
        log.info("%s", row)
        rows.append(row)
    return rows


def pulsatile() -> list[dict]:
    """Half a pulse: root mean square of the difference over the mean [%], per step [ms]."""
    rows = []
    for resistances in PULSATILE:
        exact = history(MonolithicStep, resistances, 160)
        row = {"resistances": resistances, "difference_percent": {}}
        for steps in STEPS:
            error = history(FractionalStep, resistances, steps) - exact
            share = 100 * np.sqrt((error**2).mean(axis=0)) / exact.mean(axis=0)
            key = str(PERIOD_MS / steps)
            row["difference_percent"][key] = [round(float(s), 3) for s in share]
        log.info("%s", row)
        rows.append(row)
    return rows


def draw(rows: list[dict]) -> None:
    """Difference in pulsatile flow over the time step."""
    figure, axes = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained", sharey=True)
    for row in rows:
        steps = np.array([float(k) for k in row["difference_percent"]])
        values = np.array(list(row["difference_percent"].values()))
        normal, quadratic, tangential = row["resistances"]
        label = f"{normal:.0f} + {quadratic:.0f} |u·n|, {tangential:.0f}"
        for axis, column in zip(axes, values.T, strict=True):
            axis.loglog(steps, column, "o-", label=label)
    for axis, name in zip(axes, NAMES, strict=True):
        axis.loglog([2.5, 10], [0.3, 1.2], "k--", lw=0.8, label="first order")
        axis.set(title=name, xlabel="time step [ms]")
        axis.tick_params(axis="x", which="minor", labelbottom=False)
        axis.set_xticks([2.5, 5.0, 10.0], ["2.5", "5", "10"])
        axis.grid(alpha=0.3, which="both")
    axes[0].set_ylabel("difference over mean [%]")
    axes[0].legend(fontsize=7, title="R_n, R_t [Pa s/m]", title_fontsize=7)
    figure.savefig(FIGURE, dpi=90)
    plt.close(figure)


PARTS = {"plane": plane, "box": box, "sidewall": sidewall, "pulsatile": pulsatile}


def main() -> None:
    """Compute, write, draw."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    result = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    result["units"] = (
        "R_n Pa s/m, quadratic Pa s2/m2, R_t Pa s/m (plane: rho = U = 1); m/s, m3/s, Pa; steps ms"
    )
    result["measures"] = NAMES
    for part in sys.argv[1:] or PARTS:
        result[part] = PARTS[part]()
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    if "pulsatile" in result:
        draw(result["pulsatile"])


if __name__ == "__main__":
    main()
