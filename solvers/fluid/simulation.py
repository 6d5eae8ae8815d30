# SPDX-License-Identifier: BSD-3-Clause
"""Cardiac cycles until periodic, with the cycle means accumulated on the way."""

from __future__ import annotations

import logging
import time as clock
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from mpi4py import MPI

import numpy as np
from numpy.typing import NDArray

from solvers.common.checkpoint import Snapshot
from solvers.common.errors import NonPhysical
from solvers.common.forms import collect
from solvers.common.sampling import facet_evaluation
from solvers.common.tagged_mesh import TaggedMesh, facet_cells
from solvers.fields.averages import Accumulator, FlowAverage, NeckFlow, PeakVelocity
from solvers.fields.wall_shear import WallShearAverage
from solvers.fluid.cycles import CycleResult, StepRecord
from solvers.fluid.energy_watch import EnergyWatch
from solvers.fluid.fracstep import FractionalStep
from solvers.fluid.history import History
from solvers.fluid.inflow import Waveform
from solvers.fluid.monitors import FlowMonitors
from solvers.fluid.problem import StepReport
from solvers.fluid.schedule import Schedule
from solvers.fluid.snapshot import StateStore
from solvers.fluid.tracers import SacTracers
from solvers.fluid.wall_traction import WallTraction

log = logging.getLogger(__name__)
Array = NDArray[np.float64]


class PulsatileFlow:
    """Runs a stepper through cardiac cycles.

    Attributes:
        wall: traction on the wall at the present time.
        average, shear: cycle means of the last completed cycle.
        monitors: energy, pressure and peaks of that cycle.
        tracers: residence time and washout, or None.
        systole: (3, local dofs) velocity at peak inflow of that cycle [m/s].
        results: scalars of the completed cycles.
    """

    def __init__(
        self,
        stepper: FractionalStep,
        waveform: Waveform,
        inlet: str,
        device_surfaces: list[str],
        schedule: Schedule,
        history: Path | None = None,
        series: Path | None = None,
    ) -> None:
        """Prepare the accumulators.

        Args:
            stepper: the solver.
            waveform: inflow.
            inlet: name of the inlet.
            device_surfaces: names of the device surfaces.
            schedule: steps of a cycle.
            history: file that receives one JSON line per step.
            series: file of the instants that ``FlowSettings.output`` asks for.
        """
        self.stepper, self.waveform, self._schedule = stepper, waveform, schedule
        self.settings = stepper.settings
        self.domain = stepper.problem.domain
        space = stepper.space
        self.average = FlowAverage(space, stepper.pressure)
        self.wall = WallTraction(stepper)
        self.shear = WallShearAverage(self.wall.facets)
        self.necks = {n: self._neck(n) for n in device_surfaces}
        self.monitors = FlowMonitors(stepper, inlet, series)
        scalar = self.settings.scalar
        self.tracers = SacTracers(self.domain, space, scalar) if scalar.kind != "none" else None
        self._peak = PeakVelocity(space, waveform.peak_time or waveform.period)
        self._inlet = facet_evaluation(space, self.domain.facets(inlet), 1)
        _, opposite = facet_cells(self.domain.mesh, self.domain.facets(inlet))
        # Local facet i is opposite to vertex i, so its vertices are the other three.
        others = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
        self._inlet_vertices = others[opposite]
        self._sac = self._region_mask("sac")
        self._sac_wall = self._sac[self.wall.cells]
        self._size = 2.0 * (3.0 * self.average.volume / (4.0 * np.pi)) ** (1 / 3)
        total = self._sum(self.average.volume.sum())
        self._energy = EnergyWatch(stepper, waveform, inlet, total)
        self._record = StepRecord(len(stepper.problem.outlets))
        self._history = History(history, self.domain.comm)
        self._store = StateStore(stepper, self._accumulators)
        self._started = clock.monotonic()
        self.results: list[CycleResult] = []
        self._interval, self._rate = 0, 0.0
        self._start_cycle()

    @property
    def _accumulators(self) -> dict[str, Accumulator]:
        parts = {f"neck_{name}": neck for name, neck in self.necks.items()}
        if self.tracers:
            parts["tracers"] = self.tracers
        return {
            "average": self.average,
            "shear": self.shear,
            "monitors": self.monitors,
            "peak": self._peak,
            **parts,
        }

    @property
    def systole(self) -> Array:
        """(3, local dofs) velocity at the peak inflow captured last [m/s]."""
        return self._peak.velocity

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

    # -- checkpoints ----------------------------------------------------------------------------

    @property
    def time(self) -> float:
        """Simulated time [s]."""
        return self.stepper.time

    @property
    def resumable(self) -> bool:
        """Whether the state can be kept now.

        The velocity of a cycle that is to be repeated for the tracers is too much to keep.
        """
        return not (self._interval and self.tracers and self.settings.scalar.extra_cycles)

    def snapshot(self) -> Snapshot:
        """State at the sampled instant just passed; collective."""
        header = {
            "results": [result.to_json() for result in self.results],
            "interval": self._interval,
            "record": self._record.state(),
            "inlet_pressure": self._inlet_pressure_sum,
            "max_cfl": self._max_cfl,
            "rate": self._rate,
            "level": self._schedule.level,
            "energy": self._energy.state(),
            "stepper": self._store.scalars(),
            "lines": self._history.lines,
            "time": self.time,
        }
        self._history.flush()
        return Snapshot(header, self._store.gather())

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot of the same problem, on any number of ranks; collective."""
        header = snapshot.header
        self._store.scatter(snapshot.arrays, header["stepper"])
        self.results = [CycleResult.of_json(result) for result in header["results"]]
        self._interval = header["interval"]
        self._record.restore(header["record"])
        self._inlet_pressure_sum, self._max_cfl = header["inlet_pressure"], header["max_cfl"]
        self._rate, self._schedule.level = header["rate"], header["level"]
        self._energy.restore(header["energy"])
        self._history.rewind(header["lines"])
        self.refresh()

    def refresh(self) -> None:
        """Rebuild what carries history beyond the state, as after ``restore``."""
        self.stepper.refresh()

    # -- the time loop --------------------------------------------------------------------------

    def run(
        self, at_sample: Callable[[PulsatileFlow], None] = lambda flow: None
    ) -> list[CycleResult]:
        """Compute cycles until two agree or the largest number is reached.

        Args:
            at_sample: called at every sampled instant whose state is sound; what it raises ends
                the run.

        Raises:
            SolverDiverged, NonPhysical: with the time and step.
        """
        with self._history, closing(self.monitors):
            while not self._done():
                self._advance()
                if self._interval == self._schedule.intervals:
                    self._finish_cycle()
                if not self._done():
                    at_sample(self)
        if self.tracers:
            self.tracers.replay()
        return self.results

    def _done(self) -> bool:
        """Whether the last completed cycle is the last one."""
        number = len(self.results)
        if self._interval or number < self.settings.minimum_cycles:
            return False
        change = self.results[-1].change
        repeats = change is not None and change < self.settings.periodicity_tolerance
        return repeats or number >= self.settings.cycles

    def _start_cycle(self) -> None:
        for name, accumulator in self._accumulators.items():
            if name != "tracers":
                accumulator.reset()
        if self.tracers:
            self.tracers.start_cycle(len(self.results) + 1)
        self._record.reset()
        self._inlet_pressure_sum = self._max_cfl = 0.0

    def _advance(self) -> None:
        """Steps up to the next sampled instant, and the sample."""
        if self._interval == 0:
            self._start_cycle()
        count, time_step = self._schedule.steps(self._interval, self._rate)
        if time_step != self.stepper.time_step:
            self.stepper.set_time_step(time_step)
        for k in range(1, count + 1):
            report = self.stepper.step()
            pressure = self._inlet_pressure()
            self._energy.check(report, pressure, self._where(report))
            self._follow(report, time_step)
            if k < count:
                self._history.write(report)
        self._interval += 1
        sampled = self._sample(count * time_step, pressure)
        self._history.write(report, sampled)
        self._guard(report)
        self._energy.mark()

    def _follow(self, report: StepReport, time_step: float) -> None:
        """What looks at every step."""
        self._record.add(report, time_step)
        if self.tracers:
            self.tracers.advance(self.stepper.velocity, time_step)
        self.monitors.step()
        velocity = [u.x.array for u in self.stepper.velocity]
        self._peak.offer(velocity, self._record.elapsed, time_step)

    def _finish_cycle(self) -> None:
        result = self._summary()
        if self.tracers:
            result.scalar = self.tracers.finish_cycle()
        if self.results:
            result.compare(self.results[-1], self.settings.periodicity_endpoints)
        self.results.append(result)
        self._interval = 0
        self._log(result)

    def _sample(self, weight: float, inlet_pressure: float) -> dict[str, float]:
        """Add one instant to the means, for the ``weight`` [s] since the one before.

        Returns:
            Values of this instant for the history file.
        """
        velocity = [u.x.array for u in self.stepper.velocity]
        self.average.add(velocity, self.stepper.pressure, weight)
        self.shear.add(self.wall.shear(), weight)
        for neck in self.necks.values():
            neck.add(velocity, weight)
        self._inlet_pressure_sum += weight * inlet_pressure
        self._rate = self._largest(self.average.last_speed / self._size)
        self._max_cfl = max(self._max_cfl, self._rate * self.stepper.time_step)
        collect(self.domain.comm)
        return self.monitors.sample(self.average.last_speed, weight)

    def _largest(self, values: Array) -> float:
        return self.domain.comm.allreduce(float(values.max(initial=0.0)), op=MPI.MAX)

    def _guard(self, report: StepReport) -> None:
        """Raise NonPhysical when the flow is out of bounds."""
        fastest = self._largest(self.average.last_speed)
        area = self._sum(self._inlet.weights.sum())
        peak = float(self.waveform.flow(self.waveform.peak_time)) / area
        if not fastest <= self.settings.speed_limit * peak:
            raise NonPhysical(
                f"speed {fastest:.3g} m/s is more than {self.settings.speed_limit:g} times"
                f" the peak inlet mean velocity {peak:.3g} m/s",
                self._where(report),
            )

    def _where(self, report: StepReport) -> str:
        return f"t = {report.time:.4g} s, step {self.stepper.steps}"

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

    def _summary(self) -> CycleResult:
        names = [o.name for o in self.stepper.problem.outlets]
        means = (dict(zip(names, m.tolist(), strict=True)) for m in self._record.outlet_means())
        flow, pressure = means
        sac = self._mean(self.average.speed, self.average.volume, self._sac)
        area = self.wall.area
        inflow, net = self._neck_flow(flow)
        steps = self._record.time_steps
        return CycleResult(
            number=len(self.results) + 1,
            sac_speed=sac,
            sac_shear=self._mean(self.shear.tawss, area, self._sac_wall),
            neck_inflow=inflow,
            neck_net_flow=net,
            inlet_pressure=self._inlet_pressure_sum / self._record.elapsed,
            outlet_pressure=pressure,
            outlet_flow=flow,
            mean_inflow=sum(flow.values()),
            max_cfl=self._max_cfl,
            steps=len(steps),
            time_step_range=(float(steps.min()), float(steps.max())),
            iterations=self._record.iterations(),
            monitors=self.monitors.results(),
        )

    def _mean(self, values: Array, weights: Array, mask: NDArray[np.bool_]) -> float:
        """Weighted mean over the masked entries of all ranks; 0 when there are none."""
        total = self._sum(weights[mask].sum())
        return self._sum((weights * values)[mask].sum()) / total if total else 0.0

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
