# SPDX-License-Identifier: BSD-3-Clause
"""Cardiac cycles until periodic, with the cycle means accumulated on the way."""

from __future__ import annotations

import json
import logging
import time as clock
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import NonPhysical, TimeBudgetExceeded
from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh, facet_cells
from solvers.fields.averages import FlowAverage, NeckFlow
from solvers.fields.wall_shear import WallShearAverage
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.inflow import Waveform
from solvers.fluid.monitors import FlowMonitors
from solvers.fluid.problem import StepReport
from solvers.fluid.tracers import SacTracers
from solvers.fluid.wall_traction import WallTraction

log = logging.getLogger(__name__)
Array = NDArray[np.float64]


@dataclass
class CycleResult:
    """Scalars of one cycle, equal on every rank.

    ``change`` is the larger relative change of sac speed and neck inflow from the cycle before,
    None in the first. ``monitors``: see FlowMonitors. Units: m/s, m3/s, Pa.
    """

    number: int
    sac_speed: float
    neck_inflow: float
    neck_net_flow: float
    inlet_pressure: float
    outlet_pressure: dict[str, float]
    outlet_flow: dict[str, float]
    mean_inflow: float
    max_cfl: float
    change: float | None = None
    iterations: dict[str, float] = field(default_factory=dict)
    scalar: dict[str, float] = field(default_factory=dict)
    monitors: dict[str, Any] = field(default_factory=dict)


class PulsatileFlow:
    """Runs a stepper through cardiac cycles.

    Attributes:
        wall: traction on the wall at the present time.
        average, shear: cycle means of the last completed cycle.
        monitors: energy, pressure and peaks of that cycle.
        systole: (3, local dofs) velocity at peak inflow of that cycle [m/s].
        tracers: residence time and washout, or None.
    """

    def __init__(
        self,
        stepper: FractionalStep,
        waveform: Waveform,
        inlet: str,
        device_surfaces: list[str],
        history: Path | None = None,
        series: Path | None = None,
    ) -> None:
        """Prepare the accumulators.

        Args:
            stepper: the solver.
            waveform: inflow.
            inlet: name of the inlet.
            device_surfaces: names of the device surfaces.
            history: file that receives one JSON line per step.
            series: file of the instants that ``FlowSettings.output`` asks for.
        """
        self.stepper, self.waveform = stepper, waveform
        self.settings = stepper.settings
        self.domain = stepper.problem.domain
        space = stepper.space
        self.average = FlowAverage(space, stepper.pressure)
        self.wall = WallTraction(stepper)
        self.shear = WallShearAverage(len(self.wall.facets))
        self.necks = {n: self._neck(n) for n in device_surfaces}
        self.monitors = FlowMonitors(stepper, inlet, series)
        self._inlet = facet_evaluation(space, self.domain.facets(inlet), 1)
        _, opposite = facet_cells(self.domain.mesh, self.domain.facets(inlet))
        # Local facet i is opposite to vertex i, so its vertices are the other three.
        others = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
        self._inlet_vertices = others[opposite]
        self._sac = self._region_mask("sac")
        self._size = 2.0 * (3.0 * self.average.volume / (4.0 * np.pi)) ** (1 / 3)
        scalar = self.settings.scalar
        self.tracers = SacTracers(self.domain, space, scalar) if scalar.kind != "none" else None
        self._history = history
        self._started = clock.monotonic()

    def _neck(self, name: str) -> NeckFlow:
        facets = self.domain.facets(name)
        return NeckFlow(self.stepper.space, facets, lumen_side(self.domain, facets))

    def _region_mask(self, region: str) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.average.cells), bool)
        if region in self.domain.markers["cells"]:
            mask[self.domain.cells(region)] = True
        return mask

    def region_volume(self, region: str) -> float:
        """Volume of a region [m3]."""
        return self._sum(self.average.volume[self._region_mask(region)].sum())

    def _sum(self, value: float) -> float:
        return self.domain.comm.allreduce(float(value), op=MPI.SUM)

    def run(self) -> list[CycleResult]:
        """Compute cycles until two agree or the largest number is reached.

        Raises:
            SolverDiverged, NonPhysical, TimeBudgetExceeded: with the time and step.
        """
        results: list[CycleResult] = []
        writer = None
        if self._history and self.domain.comm.rank == 0:
            writer = self._history.open("w")
        try:
            for number in range(1, self.settings.cycles + 1):
                results.append(self._cycle(number, results[-1] if results else None, writer))
                self._log(results[-1])
                enough = number >= self.settings.minimum_cycles
                change = results[-1].change
                if enough and change is not None and change < self.settings.periodicity_tolerance:
                    break
        finally:
            self.monitors.close()
            if writer:
                writer.close()
        if self.tracers:
            self.tracers.replay()
        return results

    def _cycle(self, number: int, last: CycleResult | None, writer) -> CycleResult:
        for accumulator in (self.average, self.shear, self.monitors, *self.necks.values()):
            accumulator.reset()
        steps = self.settings.steps_per_cycle
        every = max(1, steps // self.settings.samples_per_cycle)
        peak = round(self.waveform.peak_time / self.waveform.period * steps) % steps or steps
        reports: list[StepReport] = []
        inlet_pressure, max_cfl, samples = 0.0, 0.0, 0
        if self.tracers:
            self.tracers.start_cycle(number)
        for step in range(1, steps + 1):
            report, sampled = self.stepper.step(), {}
            reports.append(report)
            if self.tracers:
                self.tracers.advance(self.stepper.velocity, self.stepper.time_step)
            self.monitors.step()
            due = step % every == 0
            if due:
                max_cfl = max(max_cfl, self._sample())
                weight = every * self.stepper.time_step
                sampled = self.monitors.sample(self.average.last_speed, weight)
                inlet_pressure += self._inlet_pressure()
                samples += 1
            if writer:
                writer.write(json.dumps(vars(report) | sampled) + "\n")
            if due:
                self._guard(report)
            if step == peak:
                self.systole = np.array([u.x.array for u in self.stepper.velocity])
        result = self._summary(number, reports, inlet_pressure / samples, max_cfl)
        if self.tracers:
            result.scalar = self.tracers.finish_cycle()
        if last:
            result.change = max(
                _relative_change(last.sac_speed, result.sac_speed),
                _relative_change(last.neck_inflow, result.neck_inflow),
            )
        return result

    def _sample(self) -> float:
        """Add one instant to the means; returns the largest cell CFL number."""
        velocity = [u.x.array for u in self.stepper.velocity]
        self.average.add(velocity, self.stepper.pressure, 1.0)
        self.shear.add(self.wall.shear(), 1.0)
        for neck in self.necks.values():
            neck.add(velocity, 1.0)
        cfl = self.average.last_speed / self._size * self.stepper.time_step
        return self.domain.comm.allreduce(float(cfl.max(initial=0.0)), op=MPI.MAX)

    def _guard(self, report: StepReport) -> None:
        where = f"t = {report.time:.4g} s, step {self.stepper.steps}"
        fastest = self.domain.comm.allreduce(
            float(self.average.last_speed.max(initial=0.0)), op=MPI.MAX
        )
        peak = float(self.waveform.flow(self.waveform.peak_time)) / self._sum(
            self._inlet.weights.sum()
        )
        if fastest > self.settings.speed_limit * peak:
            raise NonPhysical(
                f"speed {fastest:.3g} m/s is more than {self.settings.speed_limit:g} times"
                f" the peak inlet mean velocity {peak:.3g} m/s",
                where,
            )
        budget = self.settings.time_budget
        spent = self.domain.comm.bcast(clock.monotonic() - self._started)
        if budget and spent > budget:
            raise TimeBudgetExceeded(f"{spent:.0f} s of {budget:.0f} s used up", where)

    def _inlet_pressure(self) -> float:
        """Area mean over the inlet [Pa]."""
        pressure = self.stepper.pressure_space.cell_values(self.stepper.pressure)
        on_facet = np.take_along_axis(pressure[self._inlet.cells], self._inlet_vertices, axis=1)
        area = self._inlet.weights.sum(axis=1)
        return self._sum(on_facet.mean(axis=1) @ area) / self._sum(area.sum())

    def _neck_flow(self, outlet_flow: dict[str, float]) -> tuple[float, float]:
        """Cycle-mean flow into the sac and net flow through the ostium [m3/s].

        What enters the sac leaves it, through the ostium or through outlets of the sac. The
        discrete flow meets that up to the projection error; the excess is shared evenly between
        what enters and what leaves.
        """
        neck = self.necks.get("ostium")
        if neck is None:
            return 0.0, 0.0
        leaving = sum(q for name, q in outlet_flow.items() if self._outlet_region(name) == "sac")
        net = self._sum(neck.net)
        return self._sum(neck.inflow) - 0.5 * (net - leaving), net

    def _outlet_region(self, name: str) -> str:
        """Region that an outlet belongs to."""
        domain = self.domain
        cells, _ = facet_cells(domain.mesh, domain.facets(name))
        tags = domain.cell_tags
        found = tags.values[np.isin(tags.indices, cells)]
        tag = domain.comm.allreduce(int(found.max(initial=0)), op=MPI.MAX)
        return next(region for region, value in domain.markers["cells"].items() if value == tag)

    def _summary(
        self, number: int, reports: list[StepReport], inlet_pressure: float, max_cfl: float
    ) -> CycleResult:
        names = [o.name for o in self.stepper.problem.outlets]
        flow = np.mean([r.outflow for r in reports], axis=0)
        pressure = np.mean([r.outlet_pressure for r in reports], axis=0)
        flux = self._sum((self.average.volume * self.average.speed)[self._sac].sum())
        volume = self._sum(self.average.volume[self._sac].sum())
        sac = flux / volume if volume else 0.0
        inflow, net = self._neck_flow(dict(zip(names, flow.tolist(), strict=True)))
        return CycleResult(
            number=number,
            sac_speed=sac,
            neck_inflow=inflow,
            neck_net_flow=net,
            inlet_pressure=inlet_pressure,
            outlet_pressure=dict(zip(names, pressure.tolist(), strict=True)),
            outlet_flow=dict(zip(names, flow.tolist(), strict=True)),
            mean_inflow=float(flow.sum()),
            max_cfl=max_cfl,
            iterations={
                "velocity": float(np.mean([r.velocity_iterations for r in reports])),
                "pressure": float(np.mean([r.pressure_iterations for r in reports])),
            },
            monitors=self.monitors.results(),
        )

    def _log(self, result: CycleResult) -> None:
        if self.domain.comm.rank == 0:
            log.info(
                "cycle %d: sac speed %.4g m/s, neck inflow %.4g mL/s, change %s, max CFL %.2g,"
                " iterations u %.1f p %.1f, %.0f s",
                result.number,
                result.sac_speed,
                1e6 * result.neck_inflow,
                "-" if result.change is None else f"{result.change:.2g}",
                result.max_cfl,
                result.iterations["velocity"],
                result.iterations["pressure"],
                clock.monotonic() - self._started,
            )


def lumen_side(domain: TaggedMesh, facets: NDArray[np.int32]) -> NDArray[np.int32]:
    """The lumen cell of each device-surface facet."""
    mesh = domain.mesh
    count = mesh.topology.index_map(3)
    lumen = np.zeros(count.size_local + count.num_ghosts, bool)
    lumen[domain.cell_tags.find(domain.markers["cells"]["lumen"])] = True
    to_cell = mesh.topology.connectivity(2, 3)
    sides = [to_cell.links(f) for f in facets]
    return np.array([c[lumen[c]][0] for c in sides], dtype=np.int32)


def _relative_change(before: float, after: float) -> float:
    return abs(after - before) / abs(after) if after else abs(before)
