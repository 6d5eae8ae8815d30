# SPDX-License-Identifier: BSD-3-Clause
"""Procedures as data: defaults, targets, refusals."""

import pytest

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
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(block, sentence):
    with pytest.raises(ValueError, match=sentence):
        make_procedures([block])


def test_names_are_unique():
    with pytest.raises(ValueError, match="must differ: release"):
        make_procedures([{"kind": "release"}, {"kind": "release"}])
