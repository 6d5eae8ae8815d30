# SPDX-License-Identifier: BSD-3-Clause
"""Load steps of a real body: restored after failures, restarted, the same on two ranks, damped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from strut_case import Strut

from solvers.common.errors import SolverDiverged
from solvers.solid.damping import Damping, ExcessiveDamping
from solvers.solid.stepping import LoadStepper

CASE = Path(__file__).with_name("solid_parallel_case.py")


def run_case(ranks, *arguments):
    command = [sys.executable, str(CASE), *map(str, arguments)]
    if ranks > 1:
        command = ["mpirun", "-n", str(ranks), *command]
    path = os.pathsep.join([str(CASE.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_newton_converges_quadratically():
    strut, norms = Strut(first=0.05, largest=0.05), []
    strut.pull(on_step=lambda step: norms.append(list(strut.newton.norms)))
    fast = [n for n in norms if len(n) >= 4]
    assert fast
    for n in fast:
        # Last decrease that is not round-off: at least the power 1.5 of the residual before it.
        last = [x for x in n if x > 1e-12]
        assert last[-1] < 30 * last[-2] ** 1.5


def test_a_failing_step_really_restores():
    strut, solves, kept, restored = Strut(), [], [], []

    def solve():
        solves.append(strut.newton.solve())
        if len(solves) == 3:
            strut.body.displacement.x.array[:] += 1e-5
            raise SolverDiverged("made up")
        return solves[-1]

    def begin(increment, begin=strut.body.begin):
        restored.append(strut.body.snapshot())
        begin(increment)

    strut.body.begin = begin
    stepper = LoadStepper(solve, strut.participants, strut.settings)
    steps = stepper.run(strut.apply, lambda step: kept.append(strut.body.snapshot()))
    assert [step.cuts for step in steps[:4]] == [0, 0, 1, 0]
    # The state in which the third step starts again is the one that the second step left.
    again, left = restored[3], kept[1]
    assert again["work"] == left["work"] > 0
    for name, values in left["fields"].items():
        assert np.array_equal(again["fields"][name], values)
    assert np.array_equal(again["history"]["body"], left["history"]["body"])
    assert steps[-1].load == 1.0 and strut.plastic_strain() > 0.02


def test_a_hopeless_load_is_coded_and_leaves_the_last_converged_state():
    # Pulled by four times its length, cells of the first step invert.
    strut = Strut(reach=-8e-3, first=0.5, largest=0.5, smallest=0.5)
    before = strut.body.snapshot()
    with pytest.raises(SolverDiverged, match=r"load step 1 .*DIVERGED") as failure:
        strut.pull()
    assert failure.value.code == "solver_diverged"
    assert failure.value.where == "load step 1, load 0.5"
    after = strut.body.snapshot()
    assert np.array_equal(after["fields"]["displacement"], before["fields"]["displacement"])
    assert np.array_equal(after["history"]["body"], before["history"]["body"])
    assert strut.end.value == 0.0


def test_damping_is_counted_and_refused():
    plain = Strut()
    plain.pull()
    shares = []
    for coefficient in (1e12, 1e14):
        strut = Strut()
        damping = Damping(strut.body, coefficient)
        strut.newton.destroy()
        strut.newton = strut.body.newton()
        strut.participants = [damping, strut.body]
        if coefficient == 1e14:
            with pytest.raises(ExcessiveDamping, match="smaller coefficient") as failure:
                strut.pull()
            assert failure.value.code == "non_physical"
        else:
            strut.pull()
            energy = strut.body.internal_energy()
            assert energy == pytest.approx(plain.body.internal_energy(), rel=0.01)
        shares.append(damping.share)
    assert 0 < shares[0] < 0.01 < shares[1]


@pytest.mark.parametrize("cells", ["hexahedron", "tetrahedron"])
def test_two_ranks_and_restarts_agree(tmp_path, cells):
    whole = run_case(1, cells, tmp_path, "whole")
    assert whole["plastic_strain"] > 0.02
    found = [run_case(2, cells, tmp_path, "whole"), run_case(1, cells, tmp_path, "first")]
    found += [run_case(1, cells, tmp_path, "rest"), run_case(2, cells, tmp_path, "rest")]
    for other in found:
        assert other == pytest.approx(whole, rel=1e-7)
