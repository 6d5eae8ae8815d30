# SPDX-License-Identifier: BSD-3-Clause
"""What a flow solver is given: domain, fluid, boundaries, outlets and device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.tagged_mesh import TaggedMesh
from solvers.fluid.outlets import Outlet
from solvers.fluid.rheology import Rheology
from solvers.fluid.screen import ScreenProperties

Array = NDArray[np.float64]


class VelocityBoundary(Protocol):
    """Dirichlet velocity on some degrees of freedom.

    Attributes:
        dofs: local velocity dofs, ghosts included.
        components: optional; the components that are set, all where there is no such attribute.
    """

    dofs: NDArray[np.int32]

    def values(self, time: float) -> Array:
        """(3, dofs) velocity [m/s] at ``time`` [s]."""


class Wall:
    """Constant velocity on a surface; zero is the rigid no-slip wall."""

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        name: str,
        velocity: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        """Locate the dofs of surface ``name``; ``velocity`` in m/s."""
        facets = domain.facets(name, owned=False)
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, facets)
        self._values = np.repeat(np.array(velocity)[:, None], len(self.dofs), axis=1)

    def values(self, time: float) -> Array:
        """See VelocityBoundary."""
        return self._values


class SymmetryPlane(Wall):
    """No flow through a plane surface with its normal along a coordinate axis; free slip."""

    def __init__(
        self, domain: TaggedMesh, space: dolfinx.fem.FunctionSpace, name: str, axis: int
    ) -> None:
        """Locate the dofs of surface ``name``; ``axis`` 0, 1 or 2 is that of the normal."""
        super().__init__(domain, space, name)
        self.components = (axis,)


@dataclass(frozen=True)
class FlowProblem:
    """What is solved; boundaries and screen are built on the solver's velocity space.

    Attributes:
        domain: the tagged mesh.
        density: rho [kg/m3].
        rheology: viscosity law.
        outlets: one model per outlet surface.
        boundaries: make the Dirichlet conditions; later ones win on shared dofs.
        screen: device coefficients, or None.
        force: body force [N/m3] at a time [s] and points (3, n), giving (3, n); or None.
    """

    domain: TaggedMesh
    density: float
    rheology: Rheology
    outlets: Sequence[Outlet]
    boundaries: Sequence[Callable[[dolfinx.fem.FunctionSpace], VelocityBoundary]]
    screen: ScreenProperties | None = None
    force: Callable[[float, Array], Array] | None = None


@dataclass
class StepReport:
    """Iterations and balances of one step, for the history file."""

    time: float
    velocity_iterations: int = 0
    pressure_iterations: int = 0
    pressure_residual: float = 0.0
    inflow: float = 0.0
    outflow: list[float] = field(default_factory=list)
    outlet_pressure: list[float] = field(default_factory=list)
