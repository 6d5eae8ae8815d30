# SPDX-License-Identifier: BSD-3-Clause
"""The monolithic reference solver by itself: orders, closed forms, outlets, a sac channel."""

from flow_cases import box
from test_manufactured import NU, ExactVelocity, exact

from solvers.fluid.monolithic import MonolithicStep
from solvers.fluid.problem import FlowProblem
from solvers.fluid.rheology import Newtonian
from solvers.fluid.settings import FlowSettings

SETTINGS = FlowSettings(velocity_degree=2)


def solve(cells, time_step, end):
    domain = box([cells] * 3, (-1,) * 3, (1,) * 3)
    problem = FlowProblem(domain, 1.0, Newtonian(NU), [], [lambda s: ExactVelocity(domain, s)])
    stepper = MonolithicStep(problem, SETTINGS, time_step)
    stepper.set_initial(lambda x: exact(0.0, x), lambda x: exact(-time_step, x))
    for _ in range(round(end / time_step)):
        stepper.step()
    return stepper
