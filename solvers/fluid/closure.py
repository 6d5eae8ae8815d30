# SPDX-License-Identifier: BSD-3-Clause
"""Outlet models of a vessel from radii, settings and mean flow."""

from __future__ import annotations

import numpy as np

from solvers.common.errors import InvalidProblem
from solvers.fluid.outlets import FixedPressure, FlowSplit, Outlet, Resistance, Windkessel
from solvers.fluid.settings import OutletChoice, OutletSettings


def make_outlets(
    radii: dict[str, float], settings: OutletSettings, mean_flow: float, density: float
) -> list[Outlet]:
    """Outlet models for the outlets among ``radii``, at the start of a solve.

    Args:
        radii: radius of the openings [m] by name.
        settings: how the outlets are closed.
        mean_flow: cycle-mean inflow [m3/s].
        density: of the blood [kg/m3], for the characteristic impedance.

    Raises:
        InvalidProblem: shares or choices do not fit the outlets, or a value is not positive.
    """
    names = sorted(name for name in radii if name.startswith("outlet"))
    share = settings.split or murray_split({n: radii[n] for n in names}, settings.split_exponent)
    if sorted(share) != names or abs(sum(share.values()) - 1.0) > 1e-6:
        raise InvalidProblem(f"outlet split {share} must name {names} and sum to 1")
    if unknown := sorted(set(settings.each) - set(names)):
        raise InvalidProblem(f"choices are made for {unknown}, but the outlets are {names}")
    choices = {n: settings.each.get(n, OutletChoice(settings.kind)) for n in names}
    free = [n for n in names if choices[n].kind != "split"]
    if not free:
        # The last share follows from the others; its outlet carries the reference pressure.
        return [FlowSplit(n, share[n]) for n in names[:-1]] + [FixedPressure(names[-1])]
    elements = {
        n: _elements(n, choices[n], settings, share[n] * mean_flow, density, radii[n]) for n in free
    }
    flows = _mean_flows(elements, mean_flow * sum(share[n] for n in free))
    return [
        FlowSplit(n, share[n])
        if n not in elements
        else _model(n, choices[n].kind, elements[n], flows[n])
        for n in names
    ]


def murray_split(radii: dict[str, float], exponent: float) -> dict[str, float]:
    """Share of each outlet, proportional to radius**exponent (2 square law, 3 Murray 1926).

    Args:
        radii: outlet radius [m] by name.
        exponent: between 2 and 3 (doi:10.1007/s10439-015-1288-5).
    """
    weight = {name: radius**exponent for name, radius in radii.items()}
    total = sum(weight.values())
    return {name: w / total for name, w in weight.items()}


def _elements(
    name: str,
    choice: OutletChoice,
    settings: OutletSettings,
    mean_flow: float,
    density: float,
    radius: float,
) -> dict[str, float]:
    """Resistances [Pa s/m3], capacitance [m3/Pa] and distal pressure [Pa] of one outlet."""
    pressure = choice.distal_pressure
    pressure = settings.distal_pressure if pressure is None else pressure
    given = (choice.proximal, choice.capacitance, choice.distal)
    if any(value is not None for value in given):
        needed = given if choice.kind == "windkessel" else (choice.distal,)
        if any(value is None for value in needed):
            raise InvalidProblem(f"{choice.kind} of '{name}': some of its values are missing")
        proximal, capacitance, distal = (value or 0.0 for value in given)
        if distal <= 0.0:
            raise InvalidProblem(f"{choice.kind} of '{name}' needs a positive distal resistance")
    else:
        total = (settings.mean_pressure - pressure) / mean_flow
        if total <= 0.0:
            raise InvalidProblem(
                f"'{name}': mean pressure {settings.mean_pressure:g} Pa must be above the distal "
                f"pressure {pressure:g} Pa, and the mean flow positive"
            )
        proximal = 0.0
        if choice.kind == "windkessel":
            proximal = settings.proximal_ratio * total
            if settings.proximal == "impedance":
                proximal = density * settings.wave_speed / (np.pi * radius**2)
            if proximal >= total:
                raise InvalidProblem(
                    f"'{name}': the proximal resistance {proximal:.3g} Pa s/m3 is not below the "
                    f"total {total:.3g} Pa s/m3"
                )
        distal = total - proximal
        capacitance = settings.time_constant / distal
    return {
        "proximal": proximal,
        "capacitance": capacitance,
        "distal": distal,
        "distal_pressure": pressure,
    }


def _mean_flows(elements: dict[str, dict[str, float]], total: float) -> dict[str, float]:
    """Mean flow [m3/s] of each outlet when all of them are fed from one pressure."""
    conductance = {n: 1.0 / (e["proximal"] + e["distal"]) for n, e in elements.items()}
    behind = sum(c * elements[n]["distal_pressure"] for n, c in conductance.items())
    pressure = (total + behind) / sum(conductance.values())
    return {n: c * (pressure - elements[n]["distal_pressure"]) for n, c in conductance.items()}


def _model(name: str, kind: str, elements: dict[str, float], mean_flow: float) -> Outlet:
    if kind == "windkessel":
        return Windkessel(name, **elements, mean_flow=mean_flow)
    resistance = elements["proximal"] + elements["distal"]
    return Resistance(name, resistance, elements["distal_pressure"])
