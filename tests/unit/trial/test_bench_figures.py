# SPDX-License-Identifier: BSD-3-Clause
"""Figures of a bench study from made-up curves."""

import pytest

from trial.bench_figures import (
    _style,
    endpoint_strips,
    expansion,
    fatigue_clouds,
    force_diameter,
    permanent_set,
)


def specimen(factor, quantity="stress"):
    stress = {"endurance": 230e6, "yield_stress": 300e6, "ultimate": 600e6}
    limits = stress if quantity == "stress" else {"strain_limit": 0.004}
    return {
        "radial": [
            {"kind": "crimp", "diameter": [3e-3, None, 1e-3], "force": [0.0, 1.0, 9.0]},
            {"kind": "compress", "diameter": [3e-3, 2e-3], "force": [0.0, 2.0 * factor]},
            {"kind": "release", "diameter": [2.1e-3, 2.2e-3], "force": [1.0, 0.0]},
        ],
        "expansion": [
            {
                "kind": "expand",
                "tool_diameter": [1e-3, 3e-3],
                "inner_diameter": [1e-3, 3e-3],
                "middle_diameter": [1e-3, 3e-3],
                "end_diameter": [1.2e-3, 3e-3],
                "pressure": None,
            }
        ],
        "permanent_set": {
            "loss": [0.0, 0.2],
            "force": [0.0, 2.0],
            "permanent": [0.0, 0.1],
            "remaining": 0.11,
        },
        "fatigue": {
            "quantity": quantity,
            "mean": [0.0, 1e8],
            "amplitude": [1e8, 3e8],
            "safety": [2.3, 0.7],
            "limits": limits,
        },
    }


def without(name, empty):
    return {"A": [specimen(1.0) | {name: empty}]}


@pytest.mark.parametrize("quantity", ["stress", "strain"])
@pytest.mark.parametrize("draw", [force_diameter, expansion, permanent_set, fatigue_clouds])
def test_figures_are_svg_and_repeatable(draw, quantity):
    designs = {name: [specimen(f, quantity) for f in (1.0, 1.1)] for name in ("A", "B")}
    assert "<svg" in draw(designs)
    assert draw(designs) == draw(designs)


@pytest.mark.parametrize(
    ("draw", "name", "empty"),
    [
        (force_diameter, "radial", []),
        (expansion, "expansion", []),
        (permanent_set, "permanent_set", None),
        (fatigue_clouds, "fatigue", None),
    ],
)
def test_no_figure_without_its_procedure(draw, name, empty):
    assert draw(without(name, empty)) is None


def test_inflation_without_pressure_and_ends_says_nothing():
    designs = {"A": [specimen(1.0)]}
    assert expansion(designs, ends=False) is None
    stage = specimen(1.0)["expansion"][0] | {"pressure": [0.0, 9e5]}
    assert "<svg" in expansion({"A": [specimen(1.0) | {"expansion": [stage]}]}, ends=False)


def test_strips_of_endpoints():
    values = {"recoil": {"A": [0.03, 0.04], "B": [0.05]}, "crown_angle": {"A": [1.0], "B": []}}
    assert "<svg" in endpoint_strips(values)
    assert endpoint_strips({}) is None


def test_many_designs_are_told_apart_and_named_once_per_row():
    styles = [_style(number) for number in range(25)]
    assert len({(style["color"], style["ls"]) for style in styles}) == 25
    names = [f"design {number}" for number in range(11)]
    values = {name: {n: [0.01, 0.02] for n in names} for name in ("recoil", "foreshortening")}
    drawn = endpoint_strips(values)
    assert drawn.count("<!-- design 7 -->") == 1
    few = {name: {n: [0.01, 0.02] for n in names[:2]} for name in values}
    assert endpoint_strips(few).count("<!-- design 1 -->") == 2


def test_clouds_of_many_designs_stand_in_rows():
    designs = {f"design {number}": [specimen(1.0)] for number in range(6)}
    drawn = fatigue_clouds(designs)
    assert all(f"<!-- design {number} -->" in drawn for number in range(6))
