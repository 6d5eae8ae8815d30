# SPDX-License-Identifier: BSD-3-Clause
"""Passive scalar on P1 tetrahedra within its bounds, by flux-corrected transport.

dc/dt + div(u c) = div(D grad c) + s, edge by edge on the balanced flow of ``EdgeFlow``. The
low-order step is upwind with lumped mass. The antidiffusion towards the Galerkin scheme with
consistent mass is limited so that no value leaves the range of its neighbours (Zalesak 1979,
doi:10.1016/0021-9991(79)90051-2; Kuzmin 2009, doi:10.1016/j.jcp.2008.12.011), a range that is wider
at smooth extrema (idea of Guermond et al. 2018, doi:10.1137/17M1149961) but never leaves that of
the data. The mass matrix is inverted by a few Jacobi iterations (Guermond & Pasquetti 2013,
doi:10.1016/j.cma.2012.08.011). In time: the four-stage, third-order Runge-Kutta method whose stages
are Euler steps of half a substep (Spiteri & Ruuth 2002, doi:10.1137/S0036142901389025), in as many
substeps as the bounds ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from mpi4py import MPI

import dolfinx
import numpy as np
from numpy.typing import NDArray

from solvers.common.errors import InvalidProblem
from solvers.fluid import scalar_kernels as kernels
from solvers.fluid.edge_flow import EdgeFlow

Array = NDArray[np.float64]

SHARES = (1 / 6, 1 / 6, 1 / 6, 1 / 2)
"""Weights of the four stages in a substep."""
COURANT = 0.95
"""Share of a dual cell that one stage may replace; up to 1 the bounds hold."""
MASS_ITERATIONS = 3
"""Jacobi iterations towards the rate of the full mass matrix; one is not yet second order."""


@dataclass
class Balance:
    """What happened to the scalar since the start, in [unit of the scalar times m3].

    The content changes by ``created + entered - left + defect``; ``defect`` is the residual of the
    flow balance. Diffusion from held values is not part of it.
    """

    created: float = 0.0
    entered: float = 0.0
    left: float = 0.0
    defect: float = 0.0


class PassiveScalar:
    """A scalar transported by the flow.

    Inlets bring ``inlet_value`` through the flux: the scalar there is not prescribed and no
    diffusion crosses them. Outlets are left by convection; fluid that returns through one brings
    the value found there (zero gradient), which can neither dilute nor exceed. Walls are
    impermeable. The scalar is continuous across device surfaces.

    Attributes:
        nodal: (graph.size,) values at the owned vertices, then at ghosts.
        balance: contents created, brought in and carried out so far.
        substeps: of the last step.
    """

    def __init__(
        self,
        flow: EdgeFlow,
        diffusivity: float = 0.0,
        source: Array | None = None,
        inlet_value: float = 0.0,
        held: Mapping[str, float] | None = None,
    ) -> None:
        """Start from zero.

        Args:
            flow: balanced flow; the caller updates it before a step.
            diffusivity: D [m2/s].
            source: (owned,) integral of the source times each P1 function [unit m3/s].
            inlet_value: value of the fluid that enters through inlets.
            held: surfaces on which the scalar is prescribed, with the value there.

        Raises:
            InvalidProblem: the diffusivity is negative.
        """
        if diffusivity < 0.0:
            raise InvalidProblem(f"diffusivity {diffusivity:g} m2/s is negative")
        self.flow, self.graph = flow, flow.graph
        graph = self.graph
        self._conductance = diffusivity * flow.stiffness
        self._source = np.zeros(graph.owned) if source is None else source
        self._inlet_value = inlet_value
        self._mass = flow.mass[: graph.owned].copy()
        self.nodal = np.zeros(graph.size)
        for name, value in (held or {}).items():
            self._hold(name, value)
        self.balance, self.substeps = Balance(), 0
        self._low, self._bend, self._peak, self._up, self._down = np.zeros((5, graph.size))
        self._antidiffusion = np.zeros(len(graph.columns))
        growth = self._source / flow.mass[: graph.owned]
        self._drift = self._extremes(np.append(growth, 0.0))
        self.set_values(self.nodal[: graph.owned])

    def _hold(self, name: str, value: float) -> None:
        facets = self.flow.domain.facets(name, owned=False)
        dofs = dolfinx.fem.locate_dofs_topological(self.graph.space, 2, facets)
        dofs = dofs[dofs < self.graph.owned]
        self._mass[dofs] = 0.0  # the kernels leave such rows alone
        self.nodal[dofs] = value

    def _extremes(self, owned: Array) -> Array:
        """(2,) least and greatest value over all ranks."""
        comm = self.graph.comm
        least = comm.allreduce(float(owned.min(initial=np.inf)), op=MPI.MIN)
        return np.array([least, comm.allreduce(float(owned.max(initial=-np.inf)), op=MPI.MAX)])

    def set_values(self, owned: Array) -> None:
        """Set the (owned,) values where none is held; bounds and balance start anew."""
        free = self._mass > 0.0
        self.nodal[: self.graph.owned][free] = owned[free]
        self.graph.update_ghosts(self.nodal)
        self._bounds = self._extremes(np.append(self.nodal[: self.graph.owned], self._inlet_value))
        self.balance = Balance()

    # -- results --------------------------------------------------------------------------------

    @property
    def values(self) -> Array:
        """Values at the local dofs of ``graph.space``, ghosts included; collective."""
        return self.graph.spread(self.nodal[: self.graph.owned])

    @property
    def content(self) -> float:
        """Integral over the domain [unit m3], all ranks."""
        return self.graph.total(self.flow.mass[: self.graph.owned] * self.nodal[: self.graph.owned])

    def mean(self, weights: Array) -> float:
        """Mean with (owned,) ``weights``, such as those of ``region_weights`` [m3]."""
        content = self.graph.total(weights * self.nodal[: self.graph.owned])
        return content / self.graph.total(weights)

    def outlet_flux(self) -> float:
        """What leaves through the open surfaces now, net of what returns [unit m3/s]."""
        leaving = self.flow.leaving + self.flow.entering
        return self.graph.total(leaving * self.nodal[: self.graph.owned])

    def state(self) -> dict[str, Array]:
        """Everything a continued run needs."""
        return {
            "values": self.nodal[: self.graph.owned].copy(),
            "bounds": self._bounds.copy(),
            "balance": np.array(astuple(self.balance)),
        }

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on from a ``state`` of the same mesh on the same ranks."""
        self.set_values(state["values"])
        self._bounds = state["bounds"].copy()
        self.balance = Balance(*map(float, state["balance"]))

    # -- one step -------------------------------------------------------------------------------

    def step(self, dt: float) -> None:
        """Advance by ``dt`` [s] with the present flow."""
        entering = self.flow.entering
        boundary = np.stack([entering, self._source + entering * self._inlet_value])
        self.substeps = self._count(dt)
        length = dt / self.substeps
        for _ in range(self.substeps):
            start, first_bounds = self.nodal.copy(), self._bounds.copy()
            for stage, share in enumerate(SHARES):
                self._record(share * length)
                self._bounds += 0.5 * length * self._drift
                self._euler(boundary, 0.5 * length)
                if stage == 2:
                    self.nodal += 2.0 * start
                    self.nodal /= 3.0
                    self._bounds = (self._bounds + 2.0 * first_bounds) / 3.0

    def _count(self, dt: float) -> int:
        """Substeps in whose halves no dual cell receives more than its volume."""
        graph, flow = self.graph, self.flow
        sums = np.empty(graph.owned)
        kernels.inflow_sums(graph.starts, flow.flux, self._conductance, flow.entering, sums)
        free = self._mass > 0.0
        fastest = self._extremes(sums[free] / self._mass[free])[1]
        return max(1, int(np.ceil(0.5 * dt * fastest / COURANT)))

    def _record(self, time: float) -> None:
        """Add what an Euler step of weight ``time`` [s] moves to the balance."""
        flow, graph = self.flow, self.graph
        values = self.nodal[: graph.owned]
        amounts = [
            self._source.sum(),
            self._inlet_value * flow.entering.sum(),
            (flow.leaving + flow.entering) @ values,
            flow.defect @ values,
        ]
        totals = graph.comm.allreduce(np.array(amounts, dtype=float))
        self.balance = Balance(*(np.array(astuple(self.balance)) + time * totals))

    def _euler(self, boundary: Array, h: float) -> None:
        """One forward Euler step of ``h`` [s] with flux correction."""
        graph, flow = self.graph, self.flow
        rows, mass = (graph.starts, graph.columns), self._mass
        edges = (flow.flux, self._conductance, flow.coupling)
        low, bend, peak, up, down = self._low, self._bend, self._peak, self._up, self._down
        lumped, better = np.empty((2, graph.size))
        kernels.rates_of_change(
            *rows, *edges, boundary, mass, self.nodal, h, low, lumped, bend, peak
        )
        for values in (low, lumped, bend, peak):
            graph.update_ghosts(values)
        slope = lumped.copy()
        for _ in range(MASS_ITERATIONS):
            kernels.undo_lumping(*rows, flow.coupling, mass, lumped, slope, better)
            graph.update_ghosts(better)
            slope, better = better, slope
        nodal = (mass, self.nodal, h, low, slope, bend, peak)
        kernels.limits(*rows, *edges, self._bounds, *nodal, self._antidiffusion, up, down)
        for values in (up, down):
            graph.update_ghosts(values)
        kernels.correct(*rows, mass, h, low, self._antidiffusion, up, down, self.nodal)
        graph.update_ghosts(self.nodal)


def region_weights(flow: EdgeFlow, region: str) -> Array:
    """(owned,) integrals of the P1 functions over a region [m3]; zero without such a region."""
    graph, domain = flow.graph, flow.domain
    chosen = np.zeros(len(graph.dofs), bool)
    if region in domain.markers["cells"]:
        chosen[domain.cells(region)] = True
    parts = np.where(chosen, flow.cell_volume, 0.0)[:, None] / 4
    return graph.to_owners(graph.vertex_sums(np.repeat(parts, 4, axis=1)))
