# SPDX-License-Identifier: BSD-3-Clause
import json
from dataclasses import dataclass, field

import pytest

from trial.outcome import Outcome, guard, skipped, write_json


class Diverged(Exception):
    code = "solver_diverged"

    def __init__(self, message, where):
        super().__init__(message)
        self.where = where


@dataclass
class Ranks:
    rank: int = 0
    size: int = 2
    aborted: list = field(default_factory=list)

    def Abort(self, errorcode=1):
        self.aborted.append(errorcode)


def fails():
    raise Diverged("the pressure is not finite", "t = 0.2 s")


def test_success_keeps_metrics_and_versions():
    outcome = guard(lambda: {"cells": 7}, "mesh", revision=3)
    assert outcome.ok
    assert (outcome.metrics, outcome.numerics_revision) == ({"cells": 7}, 3)
    assert "numpy" in outcome.versions


def test_expected_failure_is_an_outcome():
    outcome = guard(fails, "solve", expected=(Diverged,))
    assert (outcome.status, outcome.code, outcome.where) == (
        "failed",
        "solver_diverged",
        "t = 0.2 s",
    )
    assert outcome.message == "the pressure is not finite"


def test_bug_stays_loud():
    with pytest.raises(ZeroDivisionError):
        guard(lambda: {"x": 1 / 0}, "solve", expected=(Diverged,))


def test_failure_without_a_known_code_is_a_bug():
    with pytest.raises(TypeError, match="ValueError has code None"):
        guard(lambda: {"x": int("x")}, "solve", expected=(ValueError,))


def test_bug_on_one_rank_ends_all():
    comm = Ranks()
    with pytest.raises(ZeroDivisionError):
        guard(lambda: {"x": 1 / 0}, "solve", expected=(Diverged,), comm=comm)
    assert comm.aborted == [1]


def test_expected_failure_aborts_nobody():
    comm = Ranks()
    assert guard(fails, "solve", expected=(Diverged,), comm=comm).status == "failed"
    assert comm.aborted == []


def test_steps_after_a_failure_are_skipped_with_the_first_cause(tmp_path):
    mesh = guard(fails, "mesh", expected=(Diverged,))
    mesh.write(tmp_path / "mesh.json")
    ran = []
    deployed = guard(lambda: ran.append(1), "deploy", upstream=[tmp_path / "mesh.json"])
    deployed.write(tmp_path / "deploy.json")
    solved = guard(lambda: ran.append(1), "solve", upstream=[tmp_path / "deploy.json"])
    assert not ran
    assert (solved.status, solved.stage, solved.cause, solved.code) == (
        "skipped",
        "solve",
        "mesh",
        "solver_diverged",
    )


def test_written_outcome_reads_back(tmp_path):
    outcome = guard(lambda: {"cells": 7}, "mesh")
    outcome.write(tmp_path / "a" / "outcome.json")
    assert Outcome.read(tmp_path / "a" / "outcome.json") == outcome


def test_outcome_inside_another_file(tmp_path):
    content = {"patient": "p001", "outcome": {"status": "ok", "stage": "sample"}}
    write_json(tmp_path / "p001.json", content)
    assert Outcome.read(tmp_path / "p001.json") == Outcome("ok", "sample")


def test_killed_writer_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    write_json(path, {"a": 1})
    with pytest.raises(ValueError):
        write_json(path, {"a": float("nan")})
    assert json.loads(path.read_text()) == {"a": 1}


def test_line_names_code_and_cause():
    failed = Outcome("failed", "mesh", code="mesh_quality", message="a cell is flat")
    assert failed.line() == "mesh: failed (mesh_quality): a cell is flat"
    assert skipped("solve", failed, 1).line() == "solve: skipped (mesh_quality at mesh)"
