# SPDX-License-Identifier: BSD-3-Clause
"""Carries out procedures on a model: load steps, rows of the curve, states."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from solvers.common.errors import InvalidProblem, SolverDiverged
from solvers.solid.bench import procedures as kinds
from solvers.solid.bench.measures import Measures
from solvers.solid.bench.model import BenchModel
from solvers.solid.bench.motions import Motion, make_motion
from solvers.solid.bench.release import Withdrawal
from solvers.solid.stepping import LoadStepper, Step, StepSettings

log = logging.getLogger(__name__)

FREELY = (kinds.Release, kinds.Deflate)
MOST_STEPS = 200
"""Of a withdrawal, or of a balloon finding its shape; far more than any needs."""

PRESSURE_TOLERANCE = 0.002
"""How close below its target an inflation may stop."""

Row = dict[str, Any]


class Watcher(Protocol):
    """Who is told of the course of a run."""

    def after_step(self, driver: Driver) -> None:
        """A load step has converged and its row is in ``driver.rows``."""

    def keep_state(self, name: str) -> None:
        """The present state is to be stored."""


class Driver:
    """Procedures one after the other.

    Attributes:
        model: the device and its tools.
        rows: of the curve so far.
        index: number of the procedure under way.
        progress: where in it the run is, in plain numbers, for a checkpoint.
    """

    def __init__(
        self,
        model: BenchModel,
        procedures: list[kinds.Procedure],
        watcher: Watcher,
        rows: list[Row] | None = None,
    ) -> None:
        """Start at the first procedure.

        Args:
            model: at rest.
            procedures: what to do.
            watcher: told of steps and states.
            rows: of the curve of a run that is gone on with.
        """
        self.model, self.procedures = model, procedures
        self.measures = Measures(model)
        self.rows: list[Row] = rows or []
        self.index = 0
        self.progress: dict[str, Any] = {}
        self._watcher = watcher
        self._held: tuple[int, dict[str, Any]] | None = None
        self._place: tuple[float, float] | None = None

    @property
    def procedure(self) -> kinds.Procedure:
        """The procedure under way."""
        return self.procedures[self.index]

    def run(self) -> None:
        """All procedures from the present one on.

        Raises:
            SolveError: a load step failed; ``where`` names procedure, step and load.
        """
        while self.index < len(self.procedures):
            try:
                if self.progress.get("done"):
                    pass  # stopped after the last step
                elif isinstance(self.procedure, FREELY):
                    self._let_go()
                else:
                    self._go()
            except SolverDiverged as error:
                error.where = f"procedure {self.procedure.name}, {error.where}"
                raise
            self._watcher.keep_state(f"{self.index:02d}-{self.procedure.name}")
            self.index, self.progress = self.index + 1, {}

    # -- prescribed motion ----------------------------------------------------------------------

    def _go(self) -> None:
        procedure, model = self.procedure, self.model
        numbers = self.progress.get("numbers")
        if numbers is None:
            self._check_hands()
            model.tools = tools_of(procedure)
        motion = make_motion(procedure, model, numbers)
        self._held = (self.index, motion.numbers)
        if isinstance(procedure, kinds.Expand) and procedure.pressure is not None:
            self._inflate(procedure, motion)
            return
        turns = set(motion.stops)
        kept = dict(motion.kept)

        def on_step(step: Step) -> None:
            self.progress = {"numbers": motion.numbers, "load": step.load}
            self._row(step.load, motion.columns(step.load), step.iterations, motion)
            for load in [load for load in kept if abs(load - step.load) < 1e-9]:
                name = f"{self.index:02d}-{procedure.name}-{kept.pop(load)}"
                self._watcher.keep_state(name)
            if any(abs(load - step.load) < 1e-9 for load in turns):
                model.device.forget()

        if numbers is None:
            model.device.forget()
        stepper = self._stepper(procedure.step_limit, motion)
        start = self.progress.get("load", 0.0)
        stepper.run(self._along(motion), on_step, stops=motion.stops, start=start)

    def _put(self, motion: Motion, position: float, load: float) -> None:
        """Put the tool in its place, and remember it."""
        self._place = (position, load)
        motion.place(position, load)

    def _along(self, motion: Motion) -> Callable[[float], None]:
        return lambda load: self._put(motion, motion.position(load), load)

    def _check_hands(self) -> None:
        """Nothing may hold the device but the tool that goes on."""
        if self._held is None or self._force() <= 0.0:
            return
        before = self.procedures[self._held[0]]
        outside = (kinds.Crimp, kinds.Compress, kinds.Chamber)
        goes_on = isinstance(self.procedure, kinds.Cycle)
        goes_on |= isinstance(self.procedure, outside) and isinstance(before, outside)
        if not goes_on:
            raise InvalidProblem(
                f"{self.procedure.name}: the tool of {before.name} still holds the device;"
                " put a release or deflate in between"
            )

    def _inflate(self, procedure: kinds.Expand, motion: Motion) -> None:
        """Up to a pressure.

        The balloon is driven by its radius, whose goal follows from the chart and from what the
        device pushes back now; it pushes a little more at the goal, so the pressure is reached.
        """
        chart, target = procedure.chart, procedure.pressure
        start, end = motion.position(0.0), motion.position(1.0)
        load = self.progress.get("load", 0.0)
        pushed, pressure = 0.0, 0.0
        while pressure < (1.0 - PRESSURE_TOLERANCE) * target:
            goal = (float(chart.free_radius(target - pushed)) - start) / (end - start)
            step = min(procedure.step_limit, 1.0 - load, goal - load)
            if step <= 0.0:
                raise SolverDiverged("the balloon does not reach its pressure", f"load {load:.4g}")
            iterations = self._one_step(self._along(motion), load, step, motion)
            load += step
            columns = motion.columns(load)
            pressure = columns["pressure"]
            pushed = pressure - float(chart.wall_pressure(motion.position(load)))
            there = pressure >= (1.0 - PRESSURE_TOLERANCE) * target
            self.progress = {"numbers": motion.numbers, "load": load, "done": there}
            share = 1.0 if there else min(pressure / target, 0.999)
            self._row(share, columns, iterations, motion)

    # -- withdrawal -----------------------------------------------------------------------------

    def _let_go(self) -> None:
        """Withdraw the tool that holds the device, and let the device come to rest."""
        if self._held is None:
            raise InvalidProblem(f"{self.procedure.name}: nothing holds the device")
        index, numbers = self._held
        motion = make_motion(self.procedures[index], self.model, numbers)
        place, _ = self._place
        force = self._force()
        first = self.progress.get("first", force)
        way = Withdrawal(first, force, *self.progress.get("way", (0.0, 0.0, 0)))
        if not way.done:
            self.model.device.forget()
        steps, iterations = self.procedure.steps or self.procedure.default_steps, 0
        while way.force > 0.0:
            if way.done > MOST_STEPS:
                raise SolverDiverged("the tool does not come off", f"step {way.done}")
            step = way.next(motion.size, steps)
            way_out = motion.opening * step
            iterations = self._one_step(
                lambda position: self._put(motion, position, 1.0), place, way_out, motion
            )
            place += way_out
            way.take(step, self._force())
            if way.force > 0.0:
                way_numbers = (way.step, way.slope, way.done)
                self.progress = {"first": first, "way": way_numbers}
                self._row(way.load, motion.columns_at(place), iterations, motion)
        self.model.withdraw()
        self.model.device.forget()
        iterations += self._one_step(lambda load: None, 0.0, 1.0, motion)
        self._held, self._place, self.progress = None, None, {"done": True}
        self.model.device.forget()
        self._row(1.0, {}, iterations, motion)

    def _force(self) -> float:
        return sum(contact.force() for contact in self.model.contacts)

    # -- steps ----------------------------------------------------------------------------------

    def _stepper(self, largest: float, motion: Motion) -> LoadStepper:
        settings = StepSettings(
            first=largest,
            largest=largest,
            smallest=min(self.model.settings.smallest_step, largest),
            hard=self.model.settings.iterations + 8,
        )
        return LoadStepper(lambda: self._solve(motion), self.model.pieces, settings)

    def _solve(self, motion: Motion) -> int:
        """Equilibrium, also of a balloon whose shape follows from the device's push."""
        count = self.model.solve()
        for _ in range(MOST_STEPS if motion.settle else 0):
            if motion.settle():
                break
            count += self.model.solve()
        return count

    def _one_step(
        self, apply: Callable[[float], None], start: float, step: float, motion: Motion
    ) -> int:
        """A step of a search, cut where it must be; iterations in all."""
        stepper = self._stepper(1.0, motion)
        self.model.device.pace = step
        done = stepper.run(lambda share: apply(start + share * step))
        self.model.device.pace = 1.0
        return sum(one.iterations for one in done)

    def _row(self, load: float, columns: dict[str, float], iterations: int, motion: Motion) -> None:
        model = self.model
        number = 1 + sum(row["procedure"] == self.index for row in self.rows)
        copies = model.info["copies_around"] * model.info["copies_along"]
        row: Row = {
            "procedure": self.index,
            "name": self.procedure.name,
            "kind": self.procedure.kind,
            "step": number,
            "load": load,
            **columns,
            **self.measures(),
            **model.energies(),
            "penetration": model.penetration(),
            "newton_iterations": iterations,
        }
        if motion.tools == "radial":
            row["radial_force"] = copies * (model.crimper.force() - model.balloon.force())
        else:
            row["tool_force"] = motion.force() * model.info["copies_along"]
        self.rows.append(row)
        if model.domain.comm.rank == 0:
            log.info(
                "%s step %d load %.4f: %s, inner diameter %.4f mm, %d iterations, damping %.1e",
                row["name"],
                number,
                load,
                f"force {row.get('radial_force', row.get('tool_force')):.4g} N",
                1e3 * row["inner_diameter"],
                iterations,
                model.damping.share,
            )
        self._watcher.after_step(self)

    # -- checkpoint -----------------------------------------------------------------------------

    def where(self) -> dict[str, Any]:
        """Plain numbers that ``resume`` needs beside the state of the model."""
        return {
            "index": self.index,
            "progress": self.progress,
            "held": self._held,
            "place": self._place,
            "rows": self.rows,
        }

    def resume(self, where: dict[str, Any]) -> None:
        """Take up the numbers of ``where``; the model's state is restored by the caller."""
        self.index, self.progress = where["index"], where["progress"]
        self._held, self._place = where["held"], where["place"]
        self.rows = where["rows"]
        if self._place is not None:
            index, numbers = self._held
            make_motion(self.procedures[index], self.model, numbers).place(*self._place)


def tools_of(procedure: kinds.Procedure) -> str:
    """Set of tools of a procedure."""
    return {"crush": "plates", "bend": "pins"}.get(procedure.kind, "radial")
