# SPDX-License-Identifier: BSD-3-Clause
"""DFG flow around a cylinder, by level: numbers in dfg.json, pictures in docs/figures.

    envs/run python docs/verification/dfg.py --case 2d3 --level 1 --degree 2
    envs/run python docs/verification/dfg.py --case 3d1z
    envs/run python docs/verification/dfg.py --pictures

Without a level all levels of the case run, from seconds to minutes each on one core. The three-
dimensional cases are computed in one half of the channel: the flow is symmetric about its middle.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpi4py import MPI

import matplotlib.pyplot as plt
import numpy as np

from meshes.reference.cylinder import dfg_half_channel, dfg_slab
from solvers.common.tagged_mesh import TaggedMesh, distribute
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.settings import FlowSettings
from solvers.verification.cylinder import (
    CASES,
    CylinderCase,
    CylinderProbe,
    CylinderRecord,
    make_flow,
)

RESULTS = Path(__file__).with_suffix(".json")
FIGURES = Path(__file__).parents[1] / "figures"
SEGMENTS = {1: 24, 2: 32, 3: 48, 4: 64, 5: 96}
"""Straight edges around the cylinder by level; all other lengths shrink alike."""
LEVELS = {
    ("2d3", 1): (1, 2, 3, 4, 5),
    ("2d3", 2): (1, 2, 3, 4),
    ("3d1z", 1): (1, 2, 3, 4, 5),
    ("3d1z", 2): (1, 2, 3, 4),
    ("3d3z", 1): (1, 2, 3, 4),
    ("3d3z", 2): (1, 2, 3),
}
STEPS = {"2d3": 0.0025, "3d1z": 0.02, "3d3z": 0.01}
"""Time step [s]; that of the steady case holds for 32 edges and shrinks with them."""
TOLERANCE = {"2d3": 1e-9, "3d1z": 1e-6, "3d3z": 1e-9}
"""Of the linear solves: an unstable wake amplifies what each step leaves over."""
SAMPLES = 400
STEADY = 1e-5
"""Change of drag and lift coefficient per convective time D/U at which a steady run ends."""


@dataclass(frozen=True)
class Run:
    """What one run varies.

    Attributes:
        case: key of ``CASES``.
        degree: of the velocity.
        level: key of ``SEGMENTS``.
        equal_area: whether the polygon has the area of the circle, or its vertices on it.
        refine: time steps over those of the level.
    """

    case: str
    degree: int
    level: int
    equal_area: bool = True
    refine: int = 1

    @property
    def key(self) -> str:
        """Name in the results."""
        parts = [self.case, f"P{self.degree}", f"L{self.level}"]
        parts += [] if self.equal_area else ["inscribed"]
        parts += [] if self.refine == 1 else [f"dt/{self.refine}"]
        return " ".join(parts)

    @property
    def time_step(self) -> float:
        """[s]."""
        step = STEPS[self.case] / self.refine
        return step if CASES[self.case].pulsed else step * 32 / SEGMENTS[self.level]


def make_domain(run: Run) -> TaggedMesh:
    """Slab of one layer, or half of the channel."""
    build = dfg_half_channel if CASES[run.case].spanwise else dfg_slab
    mesh = build(SEGMENTS[run.level], equal_area=run.equal_area)
    arrays = (mesh.points, mesh.cells, mesh.cell_tags, mesh.facets, mesh.facet_tags)
    held = slice(None) if MPI.COMM_WORLD.rank == 0 else slice(0)
    return distribute(MPI.COMM_WORLD, *(a[held] for a in arrays), mesh.markers)


def compute(run: Run) -> dict[str, Any]:
    """Solve one run and sum it up."""
    case, domain = CASES[run.case], make_domain(run)
    settings = FlowSettings(
        velocity_degree=run.degree,
        wind_extrapolation=1.0 if case.pulsed else 0.0,
        corrections=1 if case.pulsed else 0,
        tolerance=TOLERANCE[run.case],
        backflow_beta=0.2,
    )
    start = time.perf_counter()
    flow = make_flow(case, domain, settings, run.time_step)
    probe = CylinderProbe(case, flow)
    march = _march_pulse if case.pulsed else _march_steady
    march(case, flow, probe)
    summary = {
        "segments": SEGMENTS[run.level],
        "cells": int(domain.mesh.topology.index_map(3).size_global),
        "velocity_nodes": int(flow.space.dofmap.index_map.size_global),
        "time_step": run.time_step,
        "steps": flow.steps,
        "ranks": domain.comm.size,
        "seconds": round(time.perf_counter() - start, 1),
        "values": measure(case, probe.record),
    }
    if not case.spanwise:
        summary["span_variation"] = span_variation(flow)
        summary["pressure_end_by_face"] = probe.pressure_differences()
    if case.pulsed:
        summary["series"] = _thinned(probe.record)
    return summary


def _march_pulse(case: CylinderCase, flow: FractionalStep, probe: CylinderProbe) -> None:
    """Eight seconds."""
    for _ in range(round(8.0 / flow.time_step)):
        flow.step()
        probe.update()


def _march_steady(case: CylinderCase, flow: FractionalStep, probe: CylinderProbe) -> None:
    """Until drag and lift stand still: large steps first, then those of the run."""
    final, series = flow.time_step, (probe.record.drag, probe.record.lift)
    for step, span in ((10 * final, 6.0), (final, 20.0)):
        flow.set_time_step(step)
        window = max(round(0.5 / step), 1)
        for k in range(round(span / step)):
            flow.step()
            probe.update()
            if k > window and all(abs(c[-1] - c[-1 - window]) < STEADY for c in series):
                break


def measure(case: CylinderCase, record: CylinderRecord) -> dict[str, float]:
    """The published quantities of a case, and some more."""
    if not case.pulsed:
        return {
            "drag": record.drag[-1],
            "lift": record.lift[-1],
            "pressure": record.pressure[-1],
        }
    drag, drag_time = record.peak("drag")
    top, top_time = record.peak("lift")
    low, low_time = record.peak("lift", -1)
    return {
        "drag_max": drag,
        "drag_max_time": drag_time,
        "lift_max": top,
        "lift_max_time": top_time,
        "lift_min": low,
        "lift_min_time": low_time,
        "pressure_end": record.pressure[-1],
    }


def span_variation(flow: FractionalStep) -> float:
    """Largest change of the velocity across the slab over the largest velocity."""
    x = flow.space.tabulate_dof_coordinates()[:, :2]
    _, column = np.unique(np.round(x * 1e8).astype(np.int64), axis=0, return_inverse=True)
    size = largest = 0.0
    for u in (f.x.array for f in flow.velocity[:2]):
        top, low = np.full(column.max() + 1, -np.inf), np.full(column.max() + 1, np.inf)
        np.maximum.at(top, column.ravel(), u)
        np.minimum.at(low, column.ravel(), u)
        largest, size = max(largest, (top - low).max()), max(size, np.abs(u).max())
    return float(largest / size)


def _thinned(record: CylinderRecord) -> dict[str, Any]:
    """Every n-th step, about ``SAMPLES`` in all, with four digits; the first after one interval."""
    stride = max(len(record.time) // SAMPLES, 1)
    series = {
        name: [float(f"{value:.4g}") for value in getattr(record, name)[stride - 1 :: stride]]
        for name in ("drag", "lift")
    }
    return {"interval": record.time[stride - 1], **series}


def read() -> dict[str, Any]:
    """Results so far by run."""
    return json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}


def store(key: str, summary: dict[str, Any]) -> None:
    """Add or replace one run."""
    runs = read() | {key: summary}
    lines = [f"{json.dumps(name)}: {json.dumps(runs[name])}" for name in sorted(runs)]
    RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def table(runs: dict[str, Any]) -> str:
    """Markdown rows of the stored runs, with the error of each published quantity."""
    rows = []
    for key, run in sorted(runs.items(), key=lambda item: (item[0][:7], item[1]["segments"])):
        cells = [key, f"{run['segments']}", f"{run['velocity_nodes']:,}", f"{run['steps']}"]
        for name, exact in CASES[key.split()[0]].reference.items():
            value = run["values"][name]
            error = f"{value - exact:+.3f} s" if "time" in name else f"{value / exact - 1:+.2%}"
            cells.append(f"{name} {value:.4g} ({error})")
        rows.append(" | ".join([*cells, f"{run['seconds']:.0f} s"]))
    return "\n".join(f"| {row} |" for row in rows)


def draw(runs: dict[str, Any]) -> None:
    """Drag and lift of the pulsed cases on the finest levels, and errors by level."""
    FIGURES.mkdir(exist_ok=True)
    for name in ("2d3", "3d3z"):
        _draw_series(name, runs)
    _draw_trend(runs)


def _draw_series(name: str, runs: dict[str, Any]) -> None:
    case = CASES[name]
    figure, axes = plt.subplots(2, 1, figsize=(7, 5), sharex=True, layout="constrained")
    for degree, colour in ((1, "tab:orange"), (2, "tab:blue")):
        levels = [k for k in SEGMENTS if f"{name} P{degree} L{k}" in runs]
        if not levels:
            continue
        series = runs[f"{name} P{degree} L{levels[-1]}"]["series"]
        label = f"P{degree}-P1, {SEGMENTS[levels[-1]]} edges"
        for axis, quantity in zip(axes, ("drag", "lift"), strict=True):
            time_ = series["interval"] * (1.0 + np.arange(len(series[quantity])))
            axis.plot(time_, series[quantity], colour, lw=1.2, label=label)
    for axis, quantity in zip(axes, ("drag", "lift"), strict=True):
        axis.set_ylabel(f"{quantity} coefficient")
        axis.grid(alpha=0.3)
        for key, value in case.reference.items():
            if key.startswith(quantity) and not key.endswith("_time"):
                at = case.reference.get(f"{key}_time")
                if at is None:
                    axis.axhline(value, color="k", ls=":", lw=1, label=f"published {value:g}")
                else:
                    axis.plot(at, value, "k+", ms=12, label=f"published {value:g}")
        axis.legend(fontsize=8)
    axes[0].set_title(f"DFG {case.name}")
    axes[1].set_xlabel("time [s]")
    figure.savefig(FIGURES / f"dfg_{name}.png", dpi=80)
    plt.close(figure)


def _draw_trend(runs: dict[str, Any]) -> None:
    wanted = {
        "2d3": ("drag_max", "lift_max", "pressure_end"),
        "3d1z": ("drag", "lift"),
        "3d3z": ("drag_max", "lift_min"),
    }
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), sharey=True, layout="constrained")
    for axis, (name, quantities) in zip(axes, wanted.items(), strict=True):
        for quantity, marker in zip(quantities, "osd", strict=False):
            for degree, colour in ((1, "tab:orange"), (2, "tab:blue")):
                levels = [k for k in SEGMENTS if f"{name} P{degree} L{k}" in runs]
                exact = CASES[name].reference[quantity]
                error = [
                    abs(runs[f"{name} P{degree} L{k}"]["values"][quantity] / exact - 1)
                    for k in levels
                ]
                label = f"P{degree}-P1 {quantity.replace('_', ' ')}"
                edges = [SEGMENTS[k] for k in levels]
                axis.loglog(edges, error, marker=marker, color=colour, label=label)
        axis.set_title(f"DFG {CASES[name].name}")
        axis.set_xlabel("edges around the cylinder")
        axis.set_xticks(list(SEGMENTS.values()), [str(n) for n in SEGMENTS.values()], minor=False)
        axis.minorticks_off()
        axis.grid(alpha=0.3, which="both")
        axis.legend(fontsize=7)
    axes[0].set_ylabel("relative error")
    figure.savefig(FIGURES / "dfg_trend.png", dpi=90)
    plt.close(figure)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=list(CASES))
    parser.add_argument("--degree", type=int, choices=(1, 2))
    parser.add_argument("--level", type=int, choices=list(SEGMENTS))
    parser.add_argument("--inscribed", action="store_true", help="vertices on the circle")
    parser.add_argument("--refine", type=int, default=1, help="divide the time step")
    parser.add_argument("--pictures", action="store_true", help="only draw and list what is stored")
    given = parser.parse_args()
    root = MPI.COMM_WORLD.rank == 0
    for (case, degree), levels in LEVELS.items():
        if given.pictures or given.case not in (None, case) or given.degree not in (None, degree):
            continue
        for level in [given.level] if given.level else levels:
            run = Run(case, degree, level, not given.inscribed, given.refine)
            summary = compute(run)
            if root:
                store(run.key, summary)
                shown = {k: v for k, v in summary.items() if k != "series"}
                print(run.key, json.dumps(shown), flush=True)
    if root:
        draw(read())
        print(table(read()))


if __name__ == "__main__":
    main()
