# SPDX-License-Identifier: BSD-3-Clause
"""Artificial viscous damping of bodies that are loose for a while, and the energy it takes."""

from __future__ import annotations

from typing import Any

import dolfinx
import ufl

from solvers.common.errors import NonPhysical
from solvers.common.forms import compile_form
from solvers.solid.body import Body
from solvers.solid.stepping import Participant

LARGEST_SHARE = 0.01
"""Energy taken by the damping over the internal energy; more is refused."""


class ExcessiveDamping(NonPhysical):
    """The damping has taken more energy than a quasi-static result may lose."""


class Damping(Participant):
    """Force ``c du/dt`` per reference volume against motion, t being the load.

    Attributes:
        energy: taken since the start [J].
        peak: largest internal energy so far [J].
    """

    def __init__(self, body: Body, coefficient: float, limit: float = LARGEST_SHARE) -> None:
        """Add the term to the body; give the participant to the stepper before the body.

        Args:
            body: that is damped.
            coefficient: c [N/m4], force per volume for a displacement of 1 m over the whole load.
            limit: largest share of the internal energy.
        """
        mesh = body.mesh
        self._body, self._limit = body, limit
        self.energy, self.peak = 0.0, 0.0
        self._coefficient = dolfinx.fem.Constant(mesh, float(coefficient))
        self._increment = dolfinx.fem.Constant(mesh, 1.0)
        self._start = dolfinx.fem.Function(body.space)
        moved = body.displacement - self._start
        scale = self._coefficient / self._increment
        body.terms.append(scale * ufl.inner(moved, ufl.TestFunction(body.space)) * body.dx)
        self._taken = compile_form(scale * ufl.inner(moved, moved) * body.dx)

    @property
    def share(self) -> float:
        """Energy taken over the largest internal energy so far."""
        return self.energy / self.peak if self.peak > 0 else 0.0

    def begin(self, increment: float) -> None:
        """Take the converged displacement as the start of the motion."""
        self._increment.value = increment
        self._start.x.array[:] = self._body.displacement.x.array

    def commit(self) -> None:
        """Add the energy taken in the step."""
        comm = self._body.mesh.comm
        self.energy += comm.allreduce(dolfinx.fem.assemble_scalar(self._taken))
        self.peak = max(self.peak, self._body.internal_energy())

    def leave(self) -> None:
        """Refuse a walk that the damping has shaped.

        Raises:
            ExcessiveDamping: its energy is above the limit.
        """
        self.peak = max(self.peak, self._body.internal_energy())
        if self.share > self._limit:
            raise ExcessiveDamping(
                f"the artificial damping took {100 * self.share:.2g} % of the internal energy,"
                f" more than {100 * self._limit:.2g} %: use a smaller coefficient"
            )

    def snapshot(self) -> Any:
        """Energies so far."""
        return self.energy, self.peak

    def restore(self, state: Any) -> None:
        """Go back to a snapshot."""
        self.energy, self.peak = state
