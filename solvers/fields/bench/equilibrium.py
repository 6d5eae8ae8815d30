# SPDX-License-Identifier: BSD-3-Clause
"""Radial force of a state from its stresses, to hold against the force that contact reports.

Virtual work of the radial unit field, whose gradient is e_theta e_theta / r: where only radial
tractions act (planes of symmetry push across it) the outward force of the tool on the device is
minus the integral of s_theta_theta / r over the deformed volume. The field is interpolated at the
nodes, so that equilibrium on a coarse mesh balances it as well as on a fine one.
"""

from __future__ import annotations

import numpy as np

from solvers.fields.bench.record import BenchRun, InconsistentBench, Material

CONSISTENCY = 0.02
"""Largest difference of the two forces, over the largest force of the run."""

RADIAL = ("crimp", "release", "expand", "deflate", "compress", "chamber", "cycle")
"""Procedures whose tools push radially only."""


def radial_force(state: Material, copies: float) -> float:
    """Radial force [N] that the device bears, positive under a tool outside.

    Args:
        state: material points of the model.
        copies: how often the model repeats.
    """
    power = np.einsum("nij,nij->n", state.stress, state.radial_gradient)
    return -copies * float((state.volume * state.jacobian * power).sum())


def check_radial_force(run: BenchRun) -> dict[str, float]:
    """Difference of contact force and stress integral over the run's largest force, by state.

    Raises:
        InconsistentBench: a difference is above :data:`CONSISTENCY`.
    """
    stages = [s for s in run.of_kind(*RADIAL) if run.has_state(s.label)]
    scale = max((float(np.abs(s["radial_force"]).max()) for s in stages), default=0.0)
    found = {}
    for stage in stages if scale > 0.0 else []:
        force = radial_force(run.material(stage.label), run.copies)
        found[stage.label] = abs(force - stage.last("radial_force")) / scale
        if found[stage.label] > CONSISTENCY:
            raise InconsistentBench(
                f"{run.folder}: radial force of {stage.label} is {force:.6g} N by its stresses, "
                f"the curve says {stage.last('radial_force'):.6g} N; allowed difference "
                f"{CONSISTENCY:.0%} of {scale:.4g} N"
            )
    return found


CLOSING = ("crimp", "compress")
"""Procedures in which a cylinder closes: its work is the force over its radius."""

WORK_CONSISTENCY = 0.05
"""Largest difference of the two works over the larger; both are trapezoids over the load steps,
0.2 % were seen in eight steps on a coarse mesh."""


def check_tool_work(run: BenchRun) -> dict[str, float]:
    """Difference of the contact's work and the area under the force-radius curve, by stage.

    Raises:
        InconsistentBench: a difference is above :data:`WORK_CONSISTENCY`.
    """
    found = {}
    for stage in run.of_kind(*CLOSING):
        if "contact_work" not in stage.columns or len(stage["load"]) < 3:
            continue
        radius, force = 0.5 * stage["tool_diameter"], stage["radial_force"]
        area = -float(np.trapezoid(force, radius))
        work = run.copies * float(stage["contact_work"][-1] - stage["contact_work"][0])
        scale = max(abs(area), abs(work))
        if scale == 0.0:
            continue
        found[stage.label] = abs(area - work) / scale
        if found[stage.label] > WORK_CONSISTENCY:
            raise InconsistentBench(
                f"{run.folder}: the contact of {stage.label} did {work:.6g} J by the curve's work, "
                f"{area:.6g} J by its force and radius; allowed difference {WORK_CONSISTENCY:.0%}"
            )
    return found
