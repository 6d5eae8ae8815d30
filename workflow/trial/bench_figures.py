# SPDX-License-Identifier: BSD-3-Clause
"""Figures of a bench study as SVG: the curves of every specimen, one colour to a design.

They draw the numbers of ``bench_curves.json`` (``solvers.fields.bench.curves``) and of the
endpoints, and compute none. What a colour says is also said by a dash or a marker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from trial.endpoints import lookup
from trial.figures import BLUE, GREEN, GREY, INK, ORANGE, PINK, STYLE, figure_as_svg

Curves = Mapping[str, Any]
Designs = Mapping[str, Sequence[Curves]]
"""Curves of the specimens of each design, by the label of the design."""

COLOURS = (BLUE, ORANGE, GREEN, PINK, INK)
MARKERS = ("o", "s", "^", "D", "v")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)))
CROWD = 4
"""Designs beyond which legends leave the axes and strips lie down."""
OPENING = ("release", "chamber")


def force_diameter(designs: Designs) -> str | None:
    """Radial force against tool diameter over all procedures with a tool outside.

    Closing branches are full lines, opening ones thin; crimping is left out where a compression
    or a cycle follows, because its force would hide theirs, unless a chamber tells both branches.
    """
    with matplotlib.rc_context(STYLE):
        figure, axes = _axes(10.4 if len(designs) > CROWD else 7.6, 3.9)
        drawn = False
        for style, curves in _specimens(designs):
            stages = _relevant(curves["radial"])
            for stage in stages:
                x, y = _pairs(stage["diameter"], stage["force"])
                opening = stage["kind"] in OPENING
                axes.plot(
                    1e3 * x, y, color=style["color"], lw=0.9 if opening else 1.6, alpha=0.8,
                    ls=style["ls"],
                )  # fmt: skip
                drawn = drawn or len(x) > 0
        axes.axhline(0, color=GREY, lw=0.8)
        axes.set_xlabel("tool diameter [mm]")
        axes.set_ylabel("radial force [N]")
        lines = [
            Line2D([], [], color=GREY, lw=1.6, label="closing"),
            Line2D([], [], color=GREY, lw=0.9, label="opening"),
        ]
        _legend(axes, designs, lines)
        return figure_as_svg(figure) if drawn else None


def expansion(designs: Designs, *, ends: bool = True) -> str | None:
    """Diameter against pressure, where it is known, and dogboning against diameter.

    Args:
        designs: curves of the specimens by design.
        ends: whether the model has ends that could dogbone.
    """
    inflations = [s for c in _all(designs) for s in c["expansion"] if s["kind"] == "expand"]
    by_pressure = bool(inflations) and all(s["pressure"] is not None for s in inflations)
    draws = [_inflation] * by_pressure + [_dogboning] * (ends and bool(inflations))
    if not draws:
        return None
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(5.2 * len(draws) + 1.2 * (len(draws) == 1), 3.7),
                        layout="constrained")  # fmt: skip
        panels = figure.subplots(1, len(draws), squeeze=False)[0]
        for axes, draw in zip(panels, draws, strict=True):
            for style, curves in _specimens(designs):
                for stage in (s for s in curves["expansion"] if s["kind"] == "expand"):
                    draw(axes, stage, style)
        _legend(panels[0], designs)
        return figure_as_svg(figure)


def _inflation(axes: Axes, stage: Curves, style: Mapping[str, Any]) -> None:
    x, y = _pairs(stage["pressure"], stage["inner_diameter"])
    axes.plot(1e-5 / 1.01325 * x, 1e3 * y, lw=1.5, alpha=0.8, **style)
    axes.set_title("Inflation", loc="left")
    axes.set_xlabel("balloon pressure [atm]")
    axes.set_ylabel("inner diameter [mm]")


def _dogboning(axes: Axes, stage: Curves, style: Mapping[str, Any]) -> None:
    middle, end = _pairs(stage["middle_diameter"], stage["end_diameter"])
    axes.axhline(0, color=GREY, lw=0.8)
    axes.plot(1e3 * middle, 100 * (end / middle - 1), lw=1.5, alpha=0.8, **style)
    axes.set_title("Dogboning", loc="left")
    axes.set_xlabel("inner diameter, middle [mm]")
    axes.set_ylabel("ends over middle [%]")


def permanent_set(designs: Designs) -> str | None:
    """Radial force and permanent diameter loss against the loss imposed, and what remained."""
    tested = [c for c in _all(designs) if c["permanent_set"] is not None]
    if not tested:
        return None
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10.4, 3.7), layout="constrained")
        left, right = figure.subplots(1, 2)
        for style, curves in _specimens(designs):
            test = curves["permanent_set"]
            if test is None:
                continue
            loss = 100 * np.array(test["loss"])
            left.plot(loss, test["force"], lw=1.5, alpha=0.8, **style)
            if test["permanent"] is not None:
                right.plot(loss, 100 * np.array(test["permanent"]), lw=1.5, alpha=0.8, **style)
            if test["remaining"] is not None:
                right.plot(
                    loss[-1], 100 * test["remaining"], color=style["color"], marker="x", ms=6
                )
        for axes in (left, right):
            axes.set_xlabel("diameter loss imposed [%]")
            axes.set_xlim(left=0)
            axes.set_ylim(bottom=0)
        left.set_title("Compression", loc="left")
        left.set_ylabel("radial force [N]")
        right.set_title("Permanent set by the unloading line, × after release", loc="left")
        right.set_ylabel("diameter loss left [%]")
        _legend(left, designs)
        return figure_as_svg(figure)


def fatigue_clouds(designs: Designs) -> str | None:
    """Mean and amplitude of all material points, one panel per design, with the limit lines."""
    clouds = {
        label: [c["fatigue"] for c in curves if c["fatigue"] is not None]
        for label, curves in designs.items()
    }
    clouds = {label: each for label, each in clouds.items() if each}
    if not clouds:
        return None
    with matplotlib.rc_context(STYLE):
        columns = min(len(clouds), CROWD)
        rows = -(-len(clouds) // columns)
        size = (min(5.2 * columns, 11.0), 4.0 if rows == 1 else 2.9 * rows)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for number, (axes, (label, each)) in enumerate(zip(grid, clouds.items(), strict=False)):
            colour = _style(number)["color"]
            strain = each[0]["quantity"] == "strain"
            factor = 100.0 if strain else 1e-6
            for cloud in each:
                mean, amplitude = (factor * np.array(cloud[k]) for k in ("mean", "amplitude"))
                worst = np.array(cloud["safety"]) < 1.0
                axes.scatter(
                    mean[~worst], amplitude[~worst], s=5, color=colour, lw=0, alpha=0.55,
                    rasterized=True,
                )  # fmt: skip
                axes.scatter(
                    mean[worst], amplitude[worst], s=12, marker="x", color=INK, lw=0.8,
                    rasterized=True,
                )  # fmt: skip
            _limit_lines(axes, each[0]["limits"], strain)
            axes.set_title(label, loc="left")
            unit = "%" if strain else "MPa"
            axes.set_xlabel(f"mean {each[0]['quantity']} [{unit}]")
            axes.margins(y=0.18)  # room for the legend
            axes.set_ylim(bottom=0)
        for axes in grid[::columns]:
            axes.set_ylabel(f"amplitude [{unit}]")
        for axes in grid[len(clouds) :]:
            axes.set_visible(False)
        grid[len(clouds) - 1].legend(frameon=False, loc="upper right")
        return figure_as_svg(figure)


def endpoint_strips(values: Mapping[str, Mapping[str, Sequence[float]]]) -> str | None:
    """One panel per endpoint: every specimen as a point, the mean of its design as a line.

    Args:
        values: by endpoint name, the values of the specimens by design label, SI.
    """
    if not values:
        return None
    columns = 4
    rows = -(-len(values) // columns)
    count = max(map(len, values.values()))
    height = 0.3 * count + 0.9 if count > CROWD else 2.5
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10.4, height * rows), layout="constrained")
        figure.get_layout_engine().set(h_pad=0.12)
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for number, (axes, (name, designs)) in enumerate(zip(grid, values.items(), strict=False)):
            endpoint = lookup(name)
            shown = {k: endpoint.display_factor * np.array(v, float) for k, v in designs.items()}
            if count > CROWD:
                _lying(axes, shown, labels=number % columns == 0)
            else:
                _standing(axes, shown)
            axes.set_title(_wrapped(f"{endpoint.short_label} [{endpoint.display_unit}]"),
                           loc="left", size=9.5)  # fmt: skip
        for axes in grid[len(values) :]:
            axes.set_visible(False)
        return figure_as_svg(figure)


def _standing(axes: Axes, designs: Mapping[str, np.ndarray]) -> None:
    """Designs side by side."""
    for place, values in enumerate(designs.values()):
        axes.plot(place + _spread(values), values, **_points(place))
        if len(values):
            axes.plot([place - 0.3, place + 0.3], 2 * [values.mean()], color=INK, lw=1.2)
    crowded = len(designs) > 3 or max(map(len, designs), default=0) > 12
    axes.set_xticks(range(len(designs)), list(designs), rotation=20 if crowded else 0, size=8.5)
    axes.set_xlim(-0.6, len(designs) - 0.4)
    axes.margins(y=0.15)


def _lying(axes: Axes, designs: Mapping[str, np.ndarray], *, labels: bool) -> None:
    """Designs one below the other, so that there is room for their names."""
    for place, values in enumerate(designs.values()):
        axes.plot(values, place + _spread(values), **_points(place))
        if len(values):
            axes.plot(2 * [values.mean()], [place - 0.3, place + 0.3], color=INK, lw=1.2)
    axes.set_yticks(range(len(designs)), list(designs) if labels else [""] * len(designs), size=8.5)
    axes.set_ylim(len(designs) - 0.4, -0.6)
    axes.grid(axis="x", color=GREY, alpha=0.25, lw=0.6)
    axes.margins(x=0.12)


def _spread(values: np.ndarray) -> np.ndarray:
    spread = 0.26 * (np.arange(len(values)) - 0.5 * (len(values) - 1))
    return spread / max(len(values) - 1, 1)


def _points(number: int) -> dict[str, Any]:
    return {
        "color": _style(number)["color"],
        "marker": MARKERS[number % len(MARKERS)],
        "ls": "",
        "ms": 4.5,
        "alpha": 0.8,
        "mew": 0,
    }


def _limit_lines(axes: Axes, limits: Mapping[str, float], strain: bool) -> None:
    if strain:
        limit = 100 * limits["strain_limit"]
        axes.axhline(limit, color=INK, lw=1.2, ls=(0, (5, 3)), label=f"limit {limit:g} %")
        return
    endurance = 1e-6 * limits["endurance"]
    ends = {"Goodman": limits["ultimate"], "Soderberg": limits["yield_stress"]}
    for (name, end), dash in zip(ends.items(), ((0, (5, 3)), (0, (1.5, 1.5))), strict=True):
        axes.plot([0, 1e-6 * end], [endurance, 0], color=INK, lw=1.2, ls=dash, label=name)
    mean = np.linspace(0.0, 1e-6 * limits["ultimate"], 60)
    parabola = endurance * (1 - (mean / mean[-1]) ** 2)
    axes.plot(mean, parabola, color=GREY, lw=1.2, label="Gerber")


def _relevant(stages: Sequence[Curves]) -> list[Curves]:
    """From the first compression or cycle on; everything with a chamber, or with neither."""
    kinds = [stage["kind"] for stage in stages]
    tested = [k for k, kind in enumerate(kinds) if kind in ("compress", "cycle")]
    first = tested[0] if tested and "chamber" not in kinds else 0
    return [*_joined(stages[first:])]


def _joined(stages: Sequence[Curves]) -> Iterator[Curves]:
    """Each stage begun where the one before it ended, so that branches meet."""
    end: tuple[list, list] = ([], [])
    for stage in stages:
        yield {
            **stage,
            "diameter": end[0] + stage["diameter"],
            "force": end[1] + stage["force"],
        }
        end = (stage["diameter"][-1:], stage["force"][-1:])


def _pairs(x: Sequence[float | None], y: Sequence[float | None]) -> tuple[np.ndarray, np.ndarray]:
    both = [(a, b) for a, b in zip(x, y, strict=True) if a is not None and b is not None]
    array = np.array(both, dtype=float).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def _specimens(designs: Designs) -> Iterator[tuple[dict[str, Any], Curves]]:
    for number, curves in enumerate(designs.values()):
        for each in curves:
            yield _style(number), each


def _all(designs: Designs) -> Iterator[Curves]:
    for curves in designs.values():
        yield from curves


def _style(number: int) -> dict[str, Any]:
    """Colour and dash of a design; pairs come again after 25."""
    count = len(COLOURS)
    return {"color": COLOURS[number % count], "ls": DASHES[(number + number // count) % count]}


def _legend(axes: Axes, designs: Designs, more: Sequence[Line2D] = ()) -> None:
    handles = [Line2D([], [], lw=1.6, label=name, **_style(k)) for k, name in enumerate(designs)]
    if len(designs) > CROWD:
        axes.figure.legend(handles=[*handles, *more], frameon=False, loc="outside right center")
    else:
        axes.legend(handles=[*handles, *more], frameon=False, loc="best")


def _wrapped(title: str, width: int = 26) -> str:
    if len(title) <= width:
        return title
    cut = title.rfind(" ", 0, width)
    return f"{title[:cut]}\n{title[cut + 1 :]}" if cut > 0 else title


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()
