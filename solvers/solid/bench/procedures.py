# SPDX-License-Identifier: BSD-3-Clause
"""Procedures of a bench test as data, in SI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, Literal

from solvers.solid.contact.balloon import BalloonShape, ComplianceChart

CycledSide = Literal["outer", "inner"]


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """What all procedures have.

    Attributes:
        name: unique within a test; part of file names.
        steps: load steps aimed at; None leaves it to the procedure.
        largest_step: largest share of the procedure in one load step; None: 1 / steps.
    """

    kind: ClassVar[str] = ""
    default_steps: ClassVar[int] = 10
    name: str
    steps: int | None = None
    largest_step: float | None = None

    def __post_init__(self) -> None:
        """Check what can be checked without the device.

        Raises:
            ValueError: one sentence with the procedure, the value and its range.
        """
        if not self.name or not all(c.isalnum() or c in "-_" for c in self.name):
            raise ValueError(f"procedure '{self.name}': use letters, digits, - and _ in names")
        if self.steps is not None and self.steps < 1:
            raise ValueError(f"procedure {self.name}: steps must be at least 1, not {self.steps}")
        if self.largest_step is not None and not 0 < self.largest_step <= 1:
            raise ValueError(f"procedure {self.name}: largest_step must be in (0, 1]")

    @property
    def step_limit(self) -> float:
        """Largest share of the procedure in one load step."""
        return self.largest_step or 1.0 / (self.steps or self.default_steps * self._turns)

    @property
    def _turns(self) -> int:
        return 1

    def _positive(self, *names: str) -> None:
        for name in names:
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"procedure {self.name}: {name} must be above 0, not {value}")


@dataclass(frozen=True, kw_only=True)
class Crimp(Procedure):
    """A cylinder closes on the outside to ``outer_diameter`` [m]."""

    kind: ClassVar[str] = "crimp"
    default_steps: ClassVar[int] = 8
    outer_diameter: float

    def __post_init__(self) -> None:
        """As for every procedure."""
        super().__post_init__()
        self._positive("outer_diameter")


@dataclass(frozen=True, kw_only=True)
class Release(Procedure):
    """Whatever holds the device is withdrawn until it touches nothing."""

    kind: ClassVar[str] = "release"
    default_steps: ClassVar[int] = 4


@dataclass(frozen=True, kw_only=True)
class Expand(Procedure):
    """A balloon opens the inside.

    Attributes:
        inner_diameter: of the device's middle at the end [m].
        pressure: final inflation pressure [Pa], instead of ``inner_diameter``; needs ``chart``.
        chart: compliance of the free balloon; with it the pressure is reported.
        balloon: outline along the axis.
        stations: stations along the axis at which the device pushes the balloon back; odd.
    """

    kind: ClassVar[str] = "expand"
    default_steps: ClassVar[int] = 24
    inner_diameter: float | None = None
    pressure: float | None = None
    chart: ComplianceChart | None = None
    balloon: BalloonShape = field(default_factory=BalloonShape)
    stations: int = 1

    def __post_init__(self) -> None:
        """As for every procedure; one target, and a chart where a pressure is given."""
        super().__post_init__()
        self._positive("inner_diameter", "pressure")
        if (self.inner_diameter is None) == (self.pressure is None):
            raise ValueError(f"procedure {self.name}: give inner_diameter or pressure, not both")
        if self.pressure is not None and self.chart is None:
            raise ValueError(f"procedure {self.name}: a pressure needs the balloon's chart")
        if self.stations < 1 or self.stations % 2 == 0:
            raise ValueError(f"procedure {self.name}: stations must be odd, not {self.stations}")


@dataclass(frozen=True, kw_only=True)
class Deflate(Procedure):
    """The balloon is withdrawn until the device touches nothing: recoil."""

    kind: ClassVar[str] = "deflate"
    default_steps: ClassVar[int] = 4


@dataclass(frozen=True, kw_only=True)
class Compress(Procedure):
    """A cylinder closes on the outside: radial strength.

    Attributes:
        diameter_loss: share of the free outer diameter that is lost at the end.
        outer_diameter: final outer diameter [m], instead of ``diameter_loss``.
    """

    kind: ClassVar[str] = "compress"
    default_steps: ClassVar[int] = 12
    diameter_loss: float | None = None
    outer_diameter: float | None = None

    def __post_init__(self) -> None:
        """As for every procedure; one target."""
        super().__post_init__()
        self._positive("outer_diameter")
        if (self.diameter_loss is None) == (self.outer_diameter is None):
            raise ValueError(
                f"procedure {self.name}: give diameter_loss or outer_diameter, not both"
            )
        if self.diameter_loss is not None and not 0 < self.diameter_loss < 1:
            raise ValueError(
                f"procedure {self.name}: diameter_loss must be in (0, 1), not {self.diameter_loss}"
            )


@dataclass(frozen=True, kw_only=True)
class Crush(Procedure):
    """Two flat plates close to a distance of ``gap`` [m]; for a whole circumference."""

    kind: ClassVar[str] = "crush"
    default_steps: ClassVar[int] = 12
    gap: float

    def __post_init__(self) -> None:
        """As for every procedure."""
        super().__post_init__()
        self._positive("gap")


@dataclass(frozen=True, kw_only=True)
class Bend(Procedure):
    """Three-point bend of a whole circumference.

    Attributes:
        deflection: travel of the middle pin [m].
        span: distance between the outer pins [m].
        pin_diameter: [m].
    """

    kind: ClassVar[str] = "bend"
    default_steps: ClassVar[int] = 12
    deflection: float
    span: float
    pin_diameter: float = 2.0e-3

    def __post_init__(self) -> None:
        """As for every procedure."""
        super().__post_init__()
        self._positive("deflection", "span", "pin_diameter")


@dataclass(frozen=True, kw_only=True)
class Cycle(Procedure):
    """The tool in contact moves in and out about where it is: pulsation.

    Attributes:
        amplitude: change of the tool's diameter from its mean to either extreme [m].
        cycles: how many; the extremes of the last are kept as states.
        side: ``outer`` for a surrounding cylinder, ``inner`` for one inside.
    """

    kind: ClassVar[str] = "cycle"
    default_steps: ClassVar[int] = 8
    amplitude: float
    cycles: int = 3
    side: CycledSide = "outer"

    def __post_init__(self) -> None:
        """As for every procedure."""
        super().__post_init__()
        self._positive("amplitude", "cycles")
        if self.side not in ("outer", "inner"):
            raise ValueError(f"procedure {self.name}: side must be outer or inner")

    @property
    def _turns(self) -> int:
        return self.cycles


@dataclass(frozen=True, kw_only=True)
class Chamber(Procedure):
    """A self-expanding frame is let go into a rigid chamber.

    Attributes:
        outer_diameter: of the chamber, where it is not widened [m].
        widening: pairs of an axial position of the mesh and of how much larger the radius of the
            chamber is there [m], linear between; procedures that go on from it keep it.
    """

    kind: ClassVar[str] = "chamber"
    default_steps: ClassVar[int] = 12
    outer_diameter: float
    widening: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """As for every procedure; positions grow, and nothing is narrower."""
        super().__post_init__()
        self._positive("outer_diameter")
        pairs = tuple((float(z), float(more)) for z, more in self.widening)
        places = [z for z, _ in pairs]
        if places != sorted(set(places)) or any(more < 0 for _, more in pairs):
            raise ValueError(
                f"procedure {self.name}: widening needs growing positions and values of 0 or more"
            )
        object.__setattr__(self, "widening", pairs)


KINDS: dict[str, type[Procedure]] = {
    kind.kind: kind
    for kind in (Crimp, Release, Expand, Deflate, Compress, Crush, Bend, Cycle, Chamber)
}


def make_procedures(data: Sequence[dict[str, Any]]) -> list[Procedure]:
    """Procedures from their SI settings, each with a ``kind``; a name defaults to the kind.

    Raises:
        ValueError: one sentence on what is wrong where.
    """
    made: list[Procedure] = []
    for entry in data:
        values = dict(entry)
        kind = values.pop("kind", None)
        if kind not in KINDS:
            raise ValueError(f"procedure kind '{kind}' is none of {', '.join(KINDS)}")
        name = values.setdefault("name", kind)
        known = {f.name for f in fields(KINDS[kind])}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"procedure {name}: {kind} has no {', '.join(unknown)}")
        if values.get("chart") is not None:
            chart = values["chart"]
            values["chart"] = ComplianceChart(tuple(chart["pressure"]), tuple(chart["diameter"]))
        if "balloon" in values:
            values["balloon"] = BalloonShape(**values["balloon"])
        if missing := sorted(
            f.name for f in fields(KINDS[kind]) if f.name not in values and _required(f)
        ):
            raise ValueError(f"procedure {name}: {kind} needs {', '.join(missing)}")
        made.append(KINDS[kind](**values))
    names = [procedure.name for procedure in made]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"procedure names must differ: {', '.join(twice)}")
    return made


def _required(entry: Field) -> bool:
    return entry.default is MISSING and entry.default_factory is MISSING
