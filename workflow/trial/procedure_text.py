# SPDX-License-Identifier: BSD-3-Clause
"""Procedures of a bench study as sentences."""

from __future__ import annotations

from typing import Any

from trial.config import BenchStudy


def procedures_text(study: BenchStudy) -> str:
    """All procedures in order, and what differs between the designs."""
    steps = [f"({k}) {_step(one)}" for k, one in enumerate(study.procedures.values(), 1)]
    sentences = [f"In this order: {'; '.join(steps)}."]
    for name, arm in study.arms.items():
        if arm.procedures:
            course = study.arm_course(name)
            changed = [_step(course.procedures[key]) for key in arm.procedures]
            sentences.append(f"{arm.label}: {'; '.join(changed)}.")
    return " ".join(sentences)


def _step(one: Any) -> str:
    return {
        "crimp": _crimp,
        "release": _release,
        "expand": _expand,
        "deflate": _deflate,
        "compress": _compress,
        "crush": _crush,
        "bend": _bend,
        "cycle": _cycle,
        "chamber": _chamber,
    }[one.kind](one)


def _crimp(one: Any) -> str:
    return f"crimped by a closing cylinder to an outer diameter of {one.outer_diameter_mm:g} mm"


def _release(_: Any) -> str:
    return "released by withdrawing the cylinder until nothing is touched"


def _expand(one: Any) -> str:
    target = (
        f"an inner diameter of {one.inner_diameter_mm:g} mm"
        if one.pressure_atm is None
        else f"a pressure of {one.pressure_atm:g} atm by the compliance chart of the balloon"
    )
    balloon = one.balloon
    shape = (
        "a cylinder without end"
        if balloon.kind == "cylinder"
        else f"with ends {balloon.overhang_mm:g} mm beyond the device"
    )
    return f"expanded by a balloon ({shape}) to {target}"


def _deflate(_: Any) -> str:
    return "the balloon deflated until it touches nothing"


def _compress(one: Any) -> str:
    if one.outer_diameter_mm is not None:
        return f"compressed by a closing cylinder to {one.outer_diameter_mm:g} mm"
    return (
        f"compressed by a closing cylinder until {one.diameter_loss_percent:g} % of the outer "
        "diameter is lost"
    )


def _crush(one: Any) -> str:
    return f"crushed between two plates to a gap of {one.gap_mm:g} mm"


def _bend(one: Any) -> str:
    return f"bent over a span of {one.span_mm:g} mm by {one.deflection_mm:g} mm"


def _cycle(one: Any) -> str:
    return f"{one.cycles} pulsations of the {one.side} tool by ±{one.amplitude_mm:g} mm in diameter"


def _chamber(one: Any) -> str:
    return f"let go into a rigid cylinder of {one.outer_diameter_mm:g} mm"
