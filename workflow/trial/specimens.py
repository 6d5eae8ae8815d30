# SPDX-License-Identifier: BSD-3-Clause
"""How a specimen of a production lot differs from its design.

Departures are ``{quantity: {"relative": share}}`` or ``{quantity: {"absolute": SI}}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trial.units import split_unit

Departures = Mapping[str, Mapping[str, float]]

PLATEAUS = ("load_start", "load_end", "unload_start", "unload_end", "compression_start")


def departures(draws: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Departures in SI from draws in configuration units."""
    found = {}
    for key, value in draws.items():
        name, factor = split_unit(key)
        found[name] = {"relative" if key.endswith("_percent") else "absolute": factor * value}
    return found


def as_made(drawing: Mapping[str, Any], lot: Departures) -> dict[str, Any]:
    """Drawing of a specimen.

    Args:
        drawing: of the design, SI.
        lot: departures of the specimen.

    Returns:
        The drawing with widths, wall and finishing changed; widths not given stay so.
    """
    made = dict(drawing)
    for name in ("strut_width", "connector_width"):
        if drawing[name] is not None:
            made[name] = _changed(drawing[name], lot.get("strut_width", {}))
    made["wall_thickness"] = _changed(drawing["wall_thickness"], lot.get("wall_thickness", {}))
    for name in ("polish_thickness", "polish_width"):
        # Finishing works on both faces; a specimen is never finished by less than nothing.
        made[name] = max(_changed(drawing[name], lot.get("finish", {}), faces=2), 0.0)
    return made


def as_alloyed(law: Mapping[str, Any], lot: Departures) -> dict[str, Any]:
    """Law of a specimen: its whole hardening curve, or all plateaus, moved with the yield stress.

    Args:
        law: of the design, SI.
        lot: departures of the specimen.
    """
    change = lot.get("yield_stress", {})
    if law["kind"] == "superelastic":
        moved = {name: _changed(law[name], change) for name in PLATEAUS}
        return {**law, **moved}
    if law["kind"] == "elastoplastic":
        hardening = dict(law["hardening"])
        start = hardening_start(hardening)
        for name in ("yield_stress", "saturation"):
            if name in hardening:
                hardening[name] = _shifted(hardening[name], start, change)
        return {**law, "hardening": hardening}
    return dict(law)


def hardening_start(hardening: Mapping[str, Any]) -> float:
    """First yield stress of a hardening law [Pa]."""
    start = hardening["yield_stress"]
    return start[0] if isinstance(start, list | tuple) else start


def _shifted(stress: Any, start: float, change: Mapping[str, float]) -> Any:
    """A stress, or a list of them, moved by what the first yield stress moves by."""
    shift = _changed(start, change) - start
    return [s + shift for s in stress] if isinstance(stress, list | tuple) else stress + shift


def _changed(value: float, change: Mapping[str, float], faces: int = 1) -> float:
    return value * (1.0 + change.get("relative", 0.0)) + faces * change.get("absolute", 0.0)
