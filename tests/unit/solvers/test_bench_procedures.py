# SPDX-License-Identifier: BSD-3-Clause
"""Procedures as data: defaults, targets, refusals."""

from types import SimpleNamespace

import numpy as np
import pytest

from solvers.solid.bench.motions import make_motion
from solvers.solid.bench.procedures import Cycle, Expand, make_procedures


def test_a_course_is_read():
    chart = {"pressure": [4e5, 16e5], "diameter": [2.8e-3, 3.2e-3]}
    course = make_procedures(
        [
            {"kind": "crimp", "outer_diameter": 1.1e-3},
            {"kind": "release"},
            {"kind": "expand", "name": "inflate", "pressure": 9e5, "chart": chart, "steps": 10,
             "balloon": {"kind": "profile", "end_excess": 0.1}},
            {"kind": "cycle", "amplitude": 5e-5, "cycles": 2, "side": "inner"},
        ]
    )  # fmt: skip
    assert [p.name for p in course] == ["crimp", "release", "inflate", "cycle"]
    assert isinstance(course[2], Expand) and course[2].step_limit == pytest.approx(0.1)
    assert course[2].balloon.kind == "profile"
    assert isinstance(course[3], Cycle) and course[3].step_limit == pytest.approx(1 / 16)


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"kind": "squeeze"}, "none of crimp"),
        ({"kind": "crimp"}, "needs outer_diameter"),
        ({"kind": "crimp", "outer_diameter": -1.0}, "above 0"),
        ({"kind": "crimp", "outer_diameter": 1e-3, "gap": 1.0}, "has no gap"),
        ({"kind": "release", "name": "let go"}, "letters"),
        ({"kind": "release", "steps": 0}, "at least 1"),
        ({"kind": "expand"}, "inner_diameter or pressure"),
        ({"kind": "expand", "pressure": 9e5}, "chart"),
        ({"kind": "compress", "diameter_loss": 1.2}, r"\(0, 1\)"),
        ({"kind": "cycle", "amplitude": 1e-5, "side": "top"}, "outer or inner"),
        (
            {"kind": "chamber", "outer_diameter": 0.02, "widening": [(1e-3, 0.0), (0.0, 1e-3)]},
            "growing positions",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(block, sentence):
    with pytest.raises(ValueError, match=sentence):
        make_procedures([block])


def test_names_are_unique():
    with pytest.raises(ValueError, match="must differ: release"):
        make_procedures([{"kind": "release"}, {"kind": "release"}])


def test_a_widened_chamber_is_reached_from_a_straight_cylinder():
    """Up to its narrowest radius the cylinder is straight, then only the wider part goes on."""
    places = []
    held = SimpleNamespace(force=lambda: 1.0)
    model = SimpleNamespace(
        radii=lambda surface: (4e-3, 5e-3),
        crimper=held,
        crimper_radius=5e-3,
        widening=(),
        close_to=lambda *where: places.append(where),
    )
    widening = ((0.01, 0.0), (0.02, 7e-3))
    chamber, pulse = make_procedures(
        [
            {"kind": "chamber", "outer_diameter": 25e-3, "widening": widening},
            {"kind": "cycle", "amplitude": 1e-3},
        ]
    )
    motion = make_motion(chamber, model)
    for load in (0.0, 0.5, 1.0):
        motion.place(motion.position(load), load)
    assert [place[0] for place in places] == pytest.approx([5e-3, 12.25e-3, 12.5e-3])
    assert [place[2] for place in places] == pytest.approx([0.0, 0.0, 7e-3])
    assert motion.columns(1.0) == {"tool_diameter": pytest.approx(25e-3)}
    motion.place(21e-3, 1.0)  # let go: all of it moves on
    assert places[-1] == (pytest.approx(14e-3), widening)
    # What goes on from it keeps its shape.
    model.crimper_radius, model.widening = 12.5e-3, widening
    cycle = make_motion(pulse, model)
    cycle.place(cycle.position(1 / 12), 1 / 12)
    assert places[-1] == (pytest.approx(12.0e-3), widening)
    assert np.isclose(cycle.position(0.0), 12.5e-3)
