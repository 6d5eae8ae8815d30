# SPDX-License-Identifier: BSD-3-Clause
"""Row of parallel wires, strut by strut, against the resistance that screens are given.

``envs/run python3 docs/verification/strut_cell.py`` writes strut_cell.json beside this file and
docs/figures/strut_cell.png: refinement at low Reynolds number against exact creeping flow, and the
resistance that inertia adds, against the quadratic term of the screen closure.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

from mpi4py import MPI

import matplotlib.pyplot as plt
import numpy as np

from meshes.devices.closure import ScreenClosure, one_family_resistance
from meshes.reference.strut_cell import StrutCell, strut_cell
from solvers.common.tagged_mesh import distribute
from solvers.fluid.settings import FlowSettings
from solvers.verification.stokes_row import row_resistance
from solvers.verification.strut import Stream, make_flow, pressure_drop

log = logging.getLogger("strut_cell")
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = Path(__file__).resolve().parents[1] / "figures" / "strut_cell.png"
DIAMETER = 30.0e-6
SOLIDITIES = (1 / 3, 0.163)
VELOCITIES = (0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5)


def resistance(cell: StrutCell, velocity: float, degree: int) -> tuple[float, int]:
    """Steady pressure drop over velocity [Pa s/m], and the number of tetrahedra."""
    mesh = strut_cell(cell)
    arrays = (mesh.points, mesh.cells, mesh.cell_tags, mesh.facets, mesh.facet_tags)
    # Wire cells are smaller than the viscous length of a step, where the rotational update pays.
    settings = FlowSettings(
        velocity_degree=degree,
        tolerance=1e-8,
        corrections=0,
        rotational=True,
        velocity_preconditioner="ilu",
    )
    domain = distribute(MPI.COMM_SELF, *arrays, mesh.markers)
    flow = make_flow(domain, Stream(velocity), settings, min(1e-5, 3e-6 / velocity))
    before = 0.0
    for step in range(1, 2001):
        flow.step()
        if step % 20 == 0:
            now = pressure_drop(flow)
            if abs(now - before) < 1e-6 * abs(now):
                return now / velocity, len(mesh.cells)
            before = now
    raise RuntimeError(f"no steady flow at {velocity} m/s")


def refinement() -> list[dict[str, float]]:
    """Error against exact creeping flow at 1 cm/s, for both elements."""
    cell = StrutCell(DIAMETER, 3 * DIAMETER)
    exact = row_resistance(1 / 3) * Stream().viscosity / cell.spacing
    rows = []
    for degree in (2, 1):
        for sides in (8, 16, 32):
            found, count = resistance(replace(cell, sides=sides), 0.01, degree)
            rows.append({"degree": degree, "sides": sides, "tetrahedra": count})
            rows[-1]["error"] = round(found / exact - 1, 5)
            log.info("%s", rows[-1])
    return rows


def inertia(solidity: float) -> dict[str, object]:
    """Resistance over that of creeping flow, and what the closure adds to its linear term."""
    spacing = DIAMETER / solidity
    cell = StrutCell(DIAMETER, spacing, sides=24, reach=3.0)
    creeping = float(one_family_resistance(np.array(spacing), DIAMETER, Stream().viscosity))
    closure = ScreenClosure()
    linear = float(closure.linear(np.array(spacing), DIAMETER))
    quadratic = float(closure.quadratic(np.array((1 - solidity) ** 2)))
    found = [resistance(cell, velocity, 2)[0] for velocity in VELOCITIES]
    entry = {
        "solidity": round(solidity, 4),
        "creeping": round(creeping, 2),
        "over_creeping": [round(r / creeping, 4) for r in found],
        "closure_over_linear": [round(1 + quadratic * u / linear, 4) for u in VELOCITIES],
    }
    log.info("%s", entry)
    return entry


def draw(result: dict) -> None:
    """Resistance over that of creeping flow, resolved and by the closure."""
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for entry, colour in zip(result["inertia"], ("tab:blue", "tab:orange"), strict=True):
        name = f"d/h = {entry['solidity']:.2f}"
        u = 100 * np.array(result["velocities"])
        axes.plot(u, entry["over_creeping"], "o-", color=colour, label=f"{name}, one row resolved")
        style = {"ls": "--", "color": colour, "label": f"{name}, closure of the crossed screen"}
        axes.plot(u, entry["closure_over_linear"], **style)
    axes.set(xscale="log", xlabel="velocity [cm/s]", ylabel="resistance over creeping flow")
    axes.set_ylim(0.95, 2.0)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    figure.savefig(FIGURE, dpi=90)
    plt.close(figure)


def main() -> None:
    """Compute, write, draw."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    result = {
        "units": "m, m/s, Pa s/m",
        "wire_diameter": DIAMETER,
        "velocities": VELOCITIES,
        "refinement": refinement(),
        "inertia": [inertia(solidity) for solidity in SOLIDITIES],
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    draw(result)


if __name__ == "__main__":
    main()
