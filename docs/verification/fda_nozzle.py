# SPDX-License-Identifier: BSD-3-Clause
"""FDA nozzle at a throat Reynolds number of 500 against measurements: numbers and figure.

``envs/run python3 docs/verification/fda_nozzle.py [--data FOLDER]`` writes fda_nozzle.json beside
this file and docs/figures/fda_nozzle.png. With ``--figure`` the figure is drawn again from the JSON
file, without data and without solving.

The JSON file holds, besides our results, means and standard deviations over the laboratories. They
are derived from data of the U.S. Food and Drug Administration (RST24CV11.01,
doi:10.17917/C78G69, public domain) and are a modified version of it.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mpi4py import MPI

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from meshes.reference.nozzle import (
    NozzleSize,
    Orientation,
    nozzle_meridian,
    nozzle_quarter,
    wall_radius,
)
from solvers.common.errors import InvalidProblem
from solvers.common.tagged_mesh import TaggedMesh, distribute
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.settings import FlowSettings
from solvers.verification import nozzle
from solvers.verification.axisymmetric import AxisymmetricFlow
from solvers.verification.nozzle_measurements import Measurement, NozzleMeasurements
from solvers.verification.probe import PointProbe

log = logging.getLogger("fda_nozzle")
Array = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "fda_nozzle"
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = ROOT / "docs" / "figures" / "fda_nozzle.png"


@dataclass(frozen=True)
class Level:
    """One run: elements, rings of cells across the throat radius, time step [s]."""

    degree: int
    rings: int
    time_step: float = 4.0e-3


@dataclass(frozen=True)
class Case:
    """One orientation.

    Attributes:
        orientation: SE or CD.
        reach: ends of the two pipes as NozzleSize counts them [m].
        clustering: see NozzleSize.
        axis: places along the axis [m] for the curves.
        wall: places along the wall [m].
        sections: where the flow is checked [m].
        levels: runs by name.
    """

    orientation: Orientation
    reach: tuple[float, float]
    clustering: float
    axis: Array
    wall: Array
    sections: tuple[float, ...]
    levels: dict[str, Level]

    def size(self, rings: int) -> NozzleSize:
        """Cells in proportion to the rings."""
        return NozzleSize(
            rings,
            rings,
            1.5e-3 / rings,
            15e-3 / rings,
            *self.reach,
            clustering=self.clustering,
            orientation=self.orientation,
        )

    def radius(self, z: Array) -> Array:
        """Wall radius [m]."""
        return wall_radius(z, self.orientation)

    def wall_points(self, z: Array) -> Array:
        """(n, 3) points on the wall [m], in the plane y = 0."""
        return np.column_stack([self.radius(z), 0 * z, z])


CASES = {
    "SE": Case(
        "SE",
        (-0.1, 0.14),
        1.4,
        np.linspace(-0.095, 0.1, 131),
        np.concatenate([np.linspace(-0.095, -0.0005, 90), np.linspace(0.0005, 0.04, 40)]),
        (-0.088, -0.048, -0.02, 0.0, 0.008, 0.032, 0.08),
        {
            "P2-P1, 4 rings": Level(2, 4),
            "P2-P1, 6 rings": Level(2, 6),
            "P2-P1, 8 rings": Level(2, 8),
            "P1-P1, 8 rings": Level(1, 8),
            "P1-P1, 12 rings": Level(1, 12),
        },
    ),
    "CD": Case(
        "CD",
        (-0.18, 0.07),
        1.25,
        np.linspace(-0.06, 0.13, 128),
        np.concatenate([np.linspace(-0.04, -0.0005, 40), np.linspace(0.0005, 0.095, 90)]),
        (-0.048, -0.004, 0.02, 0.048, 0.072, 0.12),
        {
            "P2-P1, 6 rings": Level(2, 6),
            "P2-P1, 8 rings": Level(2, 8),
            "P1-P1, 12 rings": Level(1, 12),
        },
    ),
}


def load_mesh(size: NozzleSize) -> TaggedMesh:
    """Mesh of a quarter of the nozzle, on one rank."""
    mesh = nozzle_quarter(size)
    arrays = (mesh.points, mesh.cells, mesh.cell_tags, mesh.facets, mesh.facet_tags)
    return distribute(MPI.COMM_SELF, *arrays, mesh.markers)


def axis_points(z: Array) -> Array:
    """(n, 3) points on the axis [m]."""
    return np.column_stack([0 * z, 0 * z, z])


def solve(case: Case, level: Level, longest: int = 1500) -> tuple[FractionalStep, bool]:
    """Steady flow of one level, and whether it became steady."""
    # Steady flow is wanted: no second pass for accuracy in time. Long steps on stretched cells are
    # beyond Jacobi's reach.
    settings = FlowSettings(
        velocity_degree=level.degree, tolerance=1e-7, corrections=0, velocity_preconditioner="ilu"
    )
    mesh = load_mesh(case.size(level.rings))
    flow = nozzle.make_flow(mesh, settings, level.time_step, case.radius)
    probe = PointProbe(flow, axis_points(case.axis))
    change = 1e-4 * nozzle.THROAT_VELOCITY
    steady = nozzle.run_until_steady(
        flow, lambda: probe.velocity()[:, 2], change=change, every=50, longest=longest
    )
    return flow, steady


class Comparison:
    """Measured points of one orientation, and what a solution has there."""

    def __init__(self, case: Case, data: NozzleMeasurements) -> None:
        self.case, self.last_tap = case, data.last_tap
        self.velocity = {
            "centreline": data.centreline(),
            "centreline, all sets": data.centreline(screened=False),
            "centreline, flow-scaled": data.scaled_centreline(),
            "profiles": data.profiles(),
        }
        self.pressure = {
            "wall pressure": data.wall_pressure(),
            "wall pressure, all sets": data.wall_pressure(screened=False),
        }

    def measured(self) -> dict[str, Any]:
        """Stations, means and standard deviations that the figure needs."""
        return {
            name: {
                "z": m.z.tolist(),
                "mean": np.round(m.mean, 5).tolist(),
                "deviation": np.round(m.deviation, 5).tolist(),
            }
            for name, m in {**self.velocity, **self.pressure}.items()
            if name != "profiles"
        }

    def assess(self, speed: Callable[[Array], Array], pressure: Callable[[Array], Array]) -> dict:
        """Shares, errors and curves of a solution.

        Args:
            speed: axial velocity [m/s] at points (n, 3) [m].
            pressure: [Pa] at points (n, 3) [m].
        """

        def at_wall(z: Array) -> Array:
            """Pressure less that of the last tap [Pa]."""
            values = pressure(self.case.wall_points(np.append(z, self.last_tap)))
            return values[:-1] - values[-1]

        found = {}
        for name, m in self.velocity.items():
            found[name] = _agreement(m, speed(np.column_stack([np.abs(m.r), 0 * m.z, m.z])))
        for name, m in self.pressure.items():
            found[name] = _agreement(m, at_wall(m.z))
        found["axis_velocity"] = np.round(speed(axis_points(self.case.axis)), 4).tolist()
        found["wall_pressure_curve"] = np.round(at_wall(self.case.wall), 2).tolist()
        return found


def _agreement(measured: Measurement, values: Array) -> dict[str, Any]:
    entry = {"points": len(values), "within_2_sd": round(measured.share_within(values), 4)}
    if len(values) < 50:
        entry["distance_in_sd"] = np.round(measured.distance(values), 2).tolist()
        entry["values"] = np.round(values, 4).tolist()
    return entry


def reference(data: Comparison) -> dict[str, Any]:
    """The axisymmetric solution at the measured points and along axis and wall."""
    size = replace(data.case.size(1), rings=16, corner=0.12e-3, spacing=1.5e-3)
    points, triangles = nozzle_meridian(size)
    radius = points[:, 1].max()
    peak = 2 * nozzle.FLOW / (np.pi * radius**2)

    def inflow(r: Array) -> Array:
        return peak * (1 - (r / radius) ** 2)

    flow = AxisymmetricFlow(points, triangles, inflow, nozzle.DENSITY, nozzle.VISCOSITY)

    def meridian(x: Array) -> Array:
        return np.column_stack([x[:, 2], (1 - 1e-9) * np.hypot(x[:, 0], x[:, 1])])

    found = data.assess(lambda x: flow.at(meridian(x))[0], lambda x: flow.at(meridian(x))[1])
    return {"triangles": len(triangles), **found}


def run_level(data: Comparison, name: str, exact: dict[str, Any]) -> dict[str, Any]:
    """Solve one level; all its numbers."""
    case, level = data.case, data.case.levels[name]
    start = time.monotonic()
    flow, steady = solve(case, level)
    entry: dict[str, Any] = {**asdict(level), "steady": steady, "steps": flow.steps}
    entry["seconds"] = round(time.monotonic() - start, 1)
    entry["tetrahedra"] = flow.space.mesh.topology.index_map(3).size_global
    entry["velocity_nodes"] = flow.space.dofmap.index_map.size_global
    flows = np.array([4 * nozzle.section_flow(flow, z) for z in case.sections])
    entry["largest_flow_error"] = float(np.abs(flows / nozzle.FLOW - 1).max())
    found = data.assess(
        lambda x: PointProbe(flow, x).velocity()[:, 2], lambda x: PointProbe(flow, x).pressure()
    )
    for curve in ("axis_velocity", "wall_pressure_curve"):
        value, wanted = np.array(found[curve]), np.array(exact[curve])
        entry[f"{curve}_error"] = float(np.abs(value - wanted).max() / np.ptp(wanted))
    shares = {k: v["within_2_sd"] for k, v in found.items() if isinstance(v, dict)}
    log.info("%s %s: %d steps, %s", case.orientation, name, flow.steps, shares)
    return {**entry, **found}


def draw(result: dict[str, Any]) -> None:
    """Centreline velocity and wall pressure with the band of two standard deviations."""
    figure, panels = plt.subplots(2, 2, figsize=(11, 7), layout="constrained", sharey="row")
    titles = {"SE": "sudden expansion", "CD": "sudden contraction and diffuser"}
    for (upper, lower), (orientation, part) in zip(panels.T, result["cases"].items(), strict=True):
        axis, wall = 1e3 * np.array(part["axis_z"]), 1e3 * np.array(part["wall_z"])
        for name, entry in {"axisymmetric reference": part["reference"], **part["levels"]}.items():
            style = {"color": "k", "lw": 3, "alpha": 0.3} if name.startswith("axi") else {"lw": 1}
            upper.plot(axis, entry["axis_velocity"], label=name, **style)
            lower.plot(wall, entry["wall_pressure_curve"], label=name, **style)
        for panel, name, colour, label in (
            (upper, "centreline", "k", "mean and 2 SD, screened sets"),
            (upper, "centreline, flow-scaled", "tab:red", "each set scaled to its own flow"),
            (lower, "wall pressure", "k", "mean and 2 SD, screened sets"),
            (lower, "wall pressure, all sets", "tab:red", "mean and 2 SD, all sets"),
        ):
            m = part["measured"][name]
            z = 1e3 * np.array(m["z"]) + (0.8 if colour == "tab:red" else 0.0)
            band, style = 2 * np.array(m["deviation"]), {"fmt": "o", "ms": 3, "capsize": 2}
            panel.errorbar(z, m["mean"], band, color=colour, label=label, **style)
        upper.set(title=titles[orientation], xlim=(axis[0], axis[-1]), xlabel="z [mm]")
        lower.set(xlim=(wall[0], wall[-1]), xlabel="z [mm]")
        for panel in (upper, lower):
            panel.grid(alpha=0.3)
            panel.legend(fontsize=7)
    panels[0, 0].set_ylabel("axial velocity on the axis [m/s]")
    panels[1, 0].set_ylabel("wall pressure less last tap [Pa]")
    figure.savefig(FIGURE, dpi=72)
    plt.close(figure)


def main() -> None:
    """Solve both orientations, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the measurements")
    parser.add_argument("--figure", action="store_true", help="only draw again")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if arguments.figure:
        draw(json.loads(RESULT.read_text()))
        return
    try:
        measured = {name: NozzleMeasurements(arguments.data, name) for name in CASES}
    except InvalidProblem as error:
        sys.exit(f"{error}.")
    result: dict[str, Any] = {
        "source": "U.S. FDA, RST24CV11.01, doi:10.17917/C78G69, reduced; public domain",
        "units": "m, m/s, Pa, s",
        "cases": {},
    }
    for name, case in CASES.items():
        data = Comparison(case, measured[name])
        exact = reference(data)
        result["cases"][name] = {
            "measured": data.measured(),
            "axis_z": np.round(case.axis, 6).tolist(),
            "wall_z": np.round(case.wall, 6).tolist(),
            "reference": exact,
            "levels": {level: run_level(data, level, exact) for level in case.levels},
        }
    RESULT.write_text(json.dumps(result) + "\n")
    draw(result)


if __name__ == "__main__":
    main()
