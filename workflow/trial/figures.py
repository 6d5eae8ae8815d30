# SPDX-License-Identifier: BSD-3-Clause
"""Figures of the report as SVG. They draw numbers from ``statistics.json`` and compute none.

Colours are those of Okabe and Ito, told apart under the common colour-vision deficiencies; what a
colour says is also said by a hatch, a dash or a label.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import Normal, Stroke
from matplotlib.ticker import PercentFormatter

from trial.endpoints import lookup

BLUE, ORANGE, GREEN, PINK, GREY, INK = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#8a94a0", "#1f2933",
)  # fmt: skip
STYLE = {
    "font.family": "sans-serif",
    "font.size": 10.5,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "silitrial",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
SURFACE_HATCH = "////"
HALO = (Stroke(linewidth=3, foreground="white"), Normal())


def waterfall(
    reductions: Sequence[Mapping[str, Any]], missing: Mapping[str, str], threshold: float
) -> str:
    """STAV reduction per patient with the threshold; missing patients keep a place.

    Args:
        reductions: patient, kind, reduction and success, in descending order.
        missing: code by patient.
        threshold: reduction that counts as success, 0..1.
    """
    with matplotlib.rc_context(STYLE):
        count = len(reductions) + len(missing)
        figure, axes = _axes(width=max(6.4, min(11.0, 2.0 + 0.62 * count)), height=3.7)
        for place, item in enumerate(reductions):
            axes.bar(
                place,
                item["reduction"],
                width=0.72,
                color=BLUE if item["success"] else ORANGE,
                hatch=SURFACE_HATCH if item["kind"] == "surface" else None,
                edgecolor="white",
            )
            _bar_label(axes, place, item["reduction"])
        for place, code in enumerate(missing.values(), start=len(reductions)):
            axes.text(
                place, 0.02, code.replace("_", " "), rotation=90, color=INK, size=9.5,
                ha="center", va="bottom", path_effects=HALO, zorder=3,
            )  # fmt: skip
        axes.axhline(0, color=GREY, lw=0.8)
        axes.axhline(threshold, color=INK, lw=1.2, ls=(0, (5, 3)))
        names = [item["patient"] for item in reductions] + list(missing)
        axes.set_xticks(range(count), names, rotation=0 if count <= 14 else 90)
        axes.set_xlim(-0.6, count - 0.4)
        low = min([item["reduction"] for item in reductions], default=0.0)
        axes.set_ylim(min(1.2 * low, 0.0), 1.0)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
        axes.set_ylabel("STAV reduction [%]")
        _waterfall_legend(axes, reductions, threshold)
        return figure_as_svg(figure)


def success_curve(groups: Mapping[str, Mapping[str, Any]], threshold: float) -> str:
    """Share of successes against the threshold, with the Wilson band of the first group.

    Args:
        groups: ``curve`` by group of patients, the group of the primary result first.
        threshold: the threshold of the primary result, 0..1.
    """
    with matplotlib.rc_context(STYLE):
        figure, axes = _axes(width=6.4, height=3.7)
        styles = zip(groups.items(), (BLUE, GREEN), ("-", "--"), ("o", "s"), strict=False)
        for (name, group), colour, dash, marker in styles:
            points = [p for p in group["curve"] if p["rate"]["value"] is not None]
            if not points:
                continue
            x = [p["threshold"] for p in points]
            rates = [p["rate"] for p in points]
            if dash == "-":
                bounds = [[r[key] for r in rates] for key in ("low", "high")]
                axes.fill_between(x, *bounds, color=colour, alpha=0.14, lw=0)
            label = f"{name} patients (n = {points[0]['analysed']})"
            axes.plot(
                x, [r["value"] for r in rates], dash, color=colour, marker=marker, ms=4, label=label
            )
        axes.axvline(threshold, color=INK, lw=1.2, ls=(0, (5, 3)))
        axes.text(threshold, 1.03, f"{threshold:.0%}".replace("%", " %"), ha="center", size=10)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=""))
        axes.set_ylim(0, 1.0)
        axes.set_xlabel("threshold of the STAV reduction [%]")
        axes.set_ylabel("patients at or above it [%]")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False, loc="best")
        return figure_as_svg(figure)


def paired_slopes(
    pairs: Mapping[str, Sequence[Mapping[str, Any]]], arm_labels: tuple[str, str]
) -> str:
    """One panel per endpoint: reference and device value of each patient joined by a line.

    Args:
        pairs: by endpoint, patient, kind, reference and arm value in SI.
        arm_labels: of the reference and of the other arm.
    """
    columns = 4
    rows = max(-(-len(pairs) // columns), 1)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10.4, 2.9 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, (name, items) in zip(grid, pairs.items(), strict=False):
            endpoint = lookup(name)
            for item in items:
                values = [endpoint.display_factor * item[key] for key in ("reference", "arm")]
                surface = item["kind"] == "surface"
                axes.plot(
                    (0, 1), values, color=PINK if surface else BLUE, ls="--" if surface else "-",
                    marker="s" if surface else "o", ms=4, lw=1.4, alpha=0.85,
                )  # fmt: skip
            axes.set_title(f"{endpoint.short_label} [{endpoint.display_unit}]", loc="left")
            axes.set_xticks((0, 1), arm_labels)
            axes.set_xlim(-0.25, 1.25)
            axes.set_ylim(bottom=0)
        for axes in grid[len(pairs) :]:
            axes.set_visible(False)
        return figure_as_svg(figure)


def waveforms(curves: Mapping[str, Mapping[str, Any]]) -> str:
    """Inflow of each patient over one cardiac cycle.

    Args:
        curves: by patient, kind, ``time`` [s] and ``flow`` [m3/s].
    """
    with matplotlib.rc_context(STYLE):
        figure, axes = _axes(width=7.6, height=3.4)
        colours = matplotlib.colormaps["viridis"].resampled(max(len(curves), 2))
        for place, (name, curve) in enumerate(curves.items()):
            axes.plot(
                curve["time"], [1e6 * q for q in curve["flow"]], lw=1.6, label=name,
                color=colours(0.92 * place / max(len(curves) - 1, 1)),
                ls="--" if curve["kind"] == "surface" else "-",
            )  # fmt: skip
        if len(curves) <= 12:
            axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.set_xlabel("time in the cardiac cycle [s]")
        axes.set_ylabel("inflow [mL/s]")
        return figure_as_svg(figure)


def _waterfall_legend(
    axes: Axes, reductions: Sequence[Mapping[str, Any]], threshold: float
) -> None:
    limit = f"{100 * threshold:g} %"
    handles = [
        Patch(color=BLUE, label=f"at or above {limit}"),
        Patch(color=ORANGE, label=f"below {limit}"),
    ]
    if any(item["kind"] == "surface" for item in reductions):
        patch = Patch(facecolor="#cfd5db", edgecolor="white", hatch=SURFACE_HATCH)
        patch.set_label("read from a surface")
        handles.append(patch)
    axes.legend(handles=handles, frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))


def _bar_label(axes: Axes, place: float, value: float) -> None:
    axes.annotate(
        f"{100 * value:.0f}",
        (place, max(value, 0.0)),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        size=10,
        path_effects=HALO,
    )


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def figure_as_svg(figure: Figure) -> str:
    """SVG text of a figure, the same for the same figure."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()
