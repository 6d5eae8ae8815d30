# SPDX-License-Identifier: BSD-3-Clause
"""How the tools of a procedure move over its load 0 to 1.

A motion is made from a procedure and the model as it stands, or from the plain numbers that a
checkpoint kept of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.common.errors import InvalidProblem
from solvers.solid.bench import procedures as kinds
from solvers.solid.bench.model import BenchModel
from solvers.solid.contact.balloon import PressedBalloon
from solvers.solid.contact.tools import constant

Numbers = dict[str, Any]

SETTLED = 1e-3
"""Relative change of a station's radius below which the balloon is in balance."""


@dataclass(frozen=True)
class Motion:
    """A motion prescribed over the load.

    Attributes:
        numbers: what it is made of [SI], for the checkpoint.
        tools: set of tools of the model, ``radial``, ``plates`` or ``pins``.
        position: of the tool at a load [m]: a radius, half a gap, a deflection.
        place: puts the tool at a position for a load.
        columns_at: columns of the curve that the tool knows at a position.
        opening: sign of the position's change when the tool is withdrawn.
        size: of the tool, to scale small steps with [m].
        force: of one tool on the device [N], for plates and pins; collective.
        settle: of a balloon that gives: moves it towards balance, true when it was there.
        stops: loads that a step must end at.
        kept: name of the state to be stored at a load.
    """

    numbers: Numbers
    position: Callable[[float], float]
    place: Callable[[float, float], None]
    columns_at: Callable[[float], dict[str, float]]
    opening: int
    size: float
    tools: str = "radial"
    force: Callable[[], float] = lambda: 0.0
    settle: Callable[[], bool] | None = None
    stops: tuple[float, ...] = ()
    kept: tuple[tuple[float, str], ...] = ()

    def columns(self, load: float) -> dict[str, float]:
        """Columns of the curve that the tool knows at a load."""
        return self.columns_at(self.position(load))


def make_motion(
    procedure: kinds.Procedure, model: BenchModel, numbers: Numbers | None = None
) -> Motion:
    """The motion of a procedure that is prescribed over its load.

    Args:
        procedure: what to do.
        model: the device at the start of the procedure.
        numbers: of the motion that a checkpoint interrupted; None for a new one.

    Raises:
        InvalidProblem: the device cannot be treated that way.
    """
    if isinstance(procedure, kinds.Crush):
        return _plates(model, numbers or _crush_numbers(procedure, model))
    if isinstance(procedure, kinds.Bend):
        return _pins(model, numbers or _bend_numbers(procedure, model))
    if isinstance(procedure, kinds.Cycle):
        return _cycle(procedure, model, numbers or _cycle_numbers(procedure, model))
    if isinstance(procedure, kinds.Expand):
        return _inflation(procedure, model, numbers or _inflation_numbers(procedure, model))
    return _closing(model, numbers or _closing_numbers(procedure, model))


def device_ends(model: BenchModel) -> tuple[float, float]:
    """Axial positions of the two ends of the modelled device now [m]; collective."""
    z = model.positions("outer")[..., 2]
    comm = model.domain.comm
    low, high = z.min(initial=np.inf), z.max(initial=-np.inf)
    return min(comm.allgather(float(low))), max(comm.allgather(float(high)))


# -- a cylinder outside -------------------------------------------------------------------------


def _closing_numbers(procedure: kinds.Procedure, model: BenchModel) -> Numbers:
    enclosing = model.radii("outer")[1]
    held = model.crimper.force() > 0.0
    start = model.crimper_radius if held else enclosing
    if isinstance(procedure, kinds.Compress) and procedure.diameter_loss is not None:
        end = enclosing * (1.0 - procedure.diameter_loss)
    else:
        end = 0.5 * procedure.outer_diameter
    if isinstance(procedure, kinds.Chamber):
        if not held:
            raise InvalidProblem(f"{procedure.name}: nothing holds the frame; crimp it first")
        if end < start:
            raise InvalidProblem(
                f"{procedure.name}: the chamber of {2e3 * end:.3f} mm is narrower than the"
                f" crimped frame, {2e3 * start:.3f} mm"
            )
    elif end >= start:
        raise InvalidProblem(
            f"{procedure.name}: a cylinder of {2e3 * end:.3f} mm does not close on the device,"
            f" whose outer diameter is {2e3 * start:.3f} mm"
        )
    own = isinstance(procedure, kinds.Chamber)
    widening = procedure.widening if own else model.widening if held else ()
    return {"start": start, "end": end, "widening": widening, "opens": own}


def _closing(model: BenchModel, numbers: Numbers) -> Motion:
    widening = tuple(map(tuple, numbers.get("widening", ())))
    end, opens = numbers["end"], numbers.get("opens", False)
    most = max((more for _, more in widening), default=0.0) if opens else 0.0

    def place(radius: float, load: float) -> None:
        """A chamber is reached from a straight cylinder; beyond it the whole of it moves on."""
        if not opens or radius > end + most:
            model.close_to(radius - most, widening)
        else:
            model.close_to(min(radius, end), widening, max(radius - end, 0.0))

    def columns(radius: float) -> dict[str, float]:
        return _diameter(radius - most if radius > end + most else min(radius, end))

    return Motion(
        numbers,
        _line(numbers | {"end": end + most}),
        place,
        columns if opens else _diameter,
        opening=1,
        size=numbers["start"],
    )


def _line(numbers: Numbers) -> Callable[[float], float]:
    """Straight from start to end."""
    return lambda load: numbers["start"] + load * (numbers["end"] - numbers["start"])


def _diameter(radius: float) -> dict[str, float]:
    return {"tool_diameter": 2.0 * radius}


def _cycle_numbers(procedure: kinds.Cycle, model: BenchModel) -> Numbers:
    contact = model.crimper if procedure.side == "outer" else model.balloon
    if contact.force() <= 0.0:
        raise InvalidProblem(f"{procedure.name}: no {procedure.side} tool touches the device")
    outer = procedure.side == "outer"
    if not outer:
        return {"middle": model.balloon_radius}
    return {"middle": model.crimper_radius, "widening": model.widening}


def _cycle(procedure: kinds.Cycle, model: BenchModel, numbers: Numbers) -> Motion:
    """In, out and back to the middle in straight lines, as often as there are cycles."""
    quarters = np.arange(4 * procedure.cycles + 1) / (4 * procedure.cycles)
    swing = 0.5 * procedure.amplitude * np.tile([0.0, -1.0, 0.0, 1.0], procedure.cycles + 1)
    outer = procedure.side == "outer"
    widening = tuple(map(tuple, numbers.get("widening", ())))

    def place(radius: float, load: float) -> None:
        if outer:
            model.close_to(radius, widening)
        else:
            model.open_to(constant(radius), radius)

    return Motion(
        numbers,
        lambda load: numbers["middle"] + float(np.interp(load, quarters, swing[: len(quarters)])),
        place,
        _diameter,
        opening=1 if outer else -1,
        size=numbers["middle"],
        stops=tuple(float(q) for q in quarters[1::2]),
        kept=((float(quarters[-4]), "narrow"), (float(quarters[-2]), "wide")),
    )


# -- a balloon inside ---------------------------------------------------------------------------


def _inflation_numbers(procedure: kinds.Expand, model: BenchModel) -> Numbers:
    start = model.radii("inner")[0]
    if procedure.inner_diameter is not None:
        end = 0.5 * procedure.inner_diameter
    else:
        # The device only holds the balloon back: it never passes the free diameter.
        end = float(procedure.chart.free_radius(procedure.pressure))
    if end <= start:
        raise InvalidProblem(
            f"{procedure.name}: a balloon of {2e3 * end:.3f} mm does not open the device,"
            f" whose inner diameter is {2e3 * start:.3f} mm"
        )
    return {"start": start, "end": end, "ends": device_ends(model)}


def _inflation(procedure: kinds.Expand, model: BenchModel, numbers: Numbers) -> Motion:
    shape, ends = procedure.balloon, numbers["ends"]

    def rigid(radius: float, load: float) -> None:
        model.open_to(lambda z: radius * shape.relative_radius(z, ends, load), radius)

    if procedure.chart is None:
        columns, place, settle = _diameter, rigid, None
    else:
        given = GivingBalloon(procedure, model, numbers)
        columns, place, settle = given.columns, given.place, given.settle
    return Motion(
        numbers,
        _line(numbers),
        place,
        columns,
        opening=-1,
        size=numbers["end"],
        settle=settle,
    )


class GivingBalloon:
    """A balloon with a compliance chart: the device dents it, and its pressure is known."""

    def __init__(self, procedure: kinds.Expand, model: BenchModel, numbers: Numbers) -> None:
        """Divide the device into stations along the axis; ``radii`` among the numbers go on."""
        self._numbers = numbers
        self._shape, self._ends = procedure.balloon, numbers["ends"]
        self._model = model
        edges = np.linspace(*numbers["ends"], procedure.stations + 1)
        self._balloon = PressedBalloon(procedure.chart, edges, numbers["start"])
        if "radii" in numbers:
            self._balloon.radii = np.array(numbers["radii"])
        self._place = (numbers["start"], 0.0)

    def place(self, radius: float, load: float) -> None:
        """Bring the middle to a radius [m]."""
        self._balloon.drive(radius)
        self._place = (radius, load)
        self._move()

    def _move(self) -> None:
        balloon, (middle, load) = self._balloon, self._place
        self._numbers["radii"] = balloon.radii.tolist()

        def profile(z: np.ndarray) -> np.ndarray:
            radius = np.interp(z, balloon.centres, balloon.radii)
            return radius * self._shape.relative_radius(z, self._ends, load)

        self._model.open_to(profile, middle)

    def _forces(self) -> np.ndarray:
        """Contact force on each station of the whole circumference [N]."""
        copies = self._model.info["copies_around"]
        return copies * self._model.balloon.spread(self._balloon.edges)

    def settle(self) -> bool:
        """Bring the stations towards one pressure; true when they had it."""
        if len(self._balloon.radii) == 1:
            return True
        done = self._balloon.relax(self._forces()) < SETTLED
        if not done:
            self._move()
        return done

    def columns(self, radius: float) -> dict[str, float]:
        """Diameter and pressure."""
        pressures = self._balloon.pressures(self._forces())
        return _diameter(radius) | {"pressure": float(pressures[self._balloon.middle])}


# -- plates and pins ----------------------------------------------------------------------------


def _whole(name: str, model: BenchModel) -> None:
    if model.info["copies_around"] != 1:
        raise InvalidProblem(f"{name}: needs a model of the whole circumference")


def _crush_numbers(procedure: kinds.Crush, model: BenchModel) -> Numbers:
    _whole(procedure.name, model)
    start = max(model.domain.comm.allgather(_reach(model)))
    if 0.5 * procedure.gap >= start:
        raise InvalidProblem(
            f"{procedure.name}: plates {1e3 * procedure.gap:.3f} mm apart do not touch the"
            f" device, which is {2e3 * start:.3f} mm high"
        )
    return {"start": start, "end": 0.5 * procedure.gap}


def _reach(model: BenchModel) -> float:
    return float(np.abs(model.positions("outer")[..., 1]).max(initial=0.0))


def _plates(model: BenchModel, numbers: Numbers) -> Motion:
    def place(half: float, load: float) -> None:
        (contact,) = model.contacts
        contact.other.move(constant(half), contact.positions())

    return Motion(
        numbers,
        _line(numbers),
        place,
        lambda half: {"tool_gap": 2.0 * half},
        opening=1,
        size=numbers["start"],
        tools="plates",
        # The contact covers both plates.
        force=lambda: 0.5 * model.contacts[0].force(),
    )


def _bend_numbers(procedure: kinds.Bend, model: BenchModel) -> Numbers:
    _whole(procedure.name, model)
    low, high = device_ends(model)
    if procedure.span >= high - low:
        raise InvalidProblem(
            f"{procedure.name}: a span of {1e3 * procedure.span:.2f} mm does not fit under the"
            f" device, which is {1e3 * (high - low):.2f} mm long"
        )
    radius, middle = 0.5 * procedure.pin_diameter, 0.5 * (low + high)
    places = ((-1, middle - 0.5 * procedure.span), (-1, middle + 0.5 * procedure.span), (1, middle))
    heights = [_touching(model, radius, z, side) for side, z in places]
    if not np.isfinite(heights).all():
        raise InvalidProblem(
            f"{procedure.name}: a pin of {1e3 * procedure.pin_diameter:.2f} mm meets no metal;"
            " a thicker one or another span would"
        )
    return {
        "radius": radius,
        "pins": [(height, z) for height, (_, z) in zip(heights, places, strict=True)],
        "span": procedure.span,
        "deflection": procedure.deflection,
    }


def _touching(model: BenchModel, radius: float, z: float, side: int) -> float:
    """Height at which a pin just touches the device, from above (side 1) or from below (-1) [m]."""
    positions = model.positions("outer")
    rise = radius**2 - (positions[..., 2] - z) ** 2
    height = side * positions[..., 1] + np.sqrt(np.maximum(rise, 0.0))
    highest = float(height[rise > 0.0].max(initial=-np.inf))
    return side * max(model.domain.comm.allgather(highest))


def _pins(model: BenchModel, numbers: Numbers) -> Motion:
    """Two pins below, and one above that comes down."""
    *supports, (high, middle) = numbers["pins"]

    def place(down: float, load: float) -> None:
        places = (*supports, (high - down, middle))
        for contact, (y, z) in zip(model.contacts, places, strict=True):
            contact.other.centre[:] = 0.0, y, z
            contact.other.move(constant(numbers["radius"]), contact.positions())

    return Motion(
        numbers,
        lambda load: load * numbers["deflection"],
        place,
        lambda down: {"tool_deflection": down, "tool_span": numbers["span"]},
        opening=-1,
        size=numbers["deflection"],
        tools="pins",
        force=lambda: model.contacts[2].force(),
    )
