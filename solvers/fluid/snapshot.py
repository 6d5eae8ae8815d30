# SPDX-License-Identifier: BSD-3-Clause
"""State of a stepper and of accumulators, independent of how the mesh is distributed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
from numpy.typing import NDArray

from solvers.common.numbering import Numbering, cell_keys, dof_keys, facet_keys, owned_vertices
from solvers.fields.averages import Accumulator
from solvers.fluid.fracstep import FractionalStep

Array = NDArray[np.float64]

FIELDS = {
    "velocity": "dof",
    "previous": "dof",
    "pressure": "unknown",
    "impulse_1": "unknown",
    "impulse_2": "unknown",
}
"""Kind of each field in the state of a stepper; the other entries are plain numbers."""


class StateStore:
    """Gathers states in the numbering of the input mesh, and spreads them again.

    The kinds of entries are those of ``solvers.fields.averages.State``.
    """

    def __init__(self, stepper: FractionalStep, accumulators: Mapping[str, Accumulator]) -> None:
        """Number the unknowns of ``stepper`` and the facets of ``accumulators``."""
        self._stepper, self._accumulators = stepper, accumulators
        comm = self._comm = stepper.problem.domain.comm
        mesh = stepper.problem.domain.mesh
        self._numbering = {
            "dof": Numbering(comm, dof_keys(stepper.space)),
            "unknown": Numbering(comm, stepper.pressure_space.keys),
            "cell": Numbering(comm, cell_keys(mesh)),
            "vertex": Numbering(comm, owned_vertices(stepper.pressure_space.vertices)),
        }
        self._facets = {
            name: Numbering(comm, facet_keys(mesh, accumulator.facets))
            for name, accumulator in accumulators.items()
            if hasattr(accumulator, "facets")
        }

    def gather(self) -> dict[str, Array]:
        """Arrays by ``owner.kind.entry`` on rank 0, empty elsewhere; collective."""
        state = self._stepper.state()
        fields = {f"{kind}.{name}": state[name] for name, kind in FIELDS.items()}
        result = self._gather("stepper", fields)
        for name, accumulator in self._accumulators.items():
            result |= self._gather(name, accumulator.state())
        return result

    def scalars(self) -> dict[str, Any]:
        """The plain numbers in the state of the stepper, the same on every rank."""
        state = self._stepper.state()
        result = {name: value for name, value in state.items() if name not in FIELDS}
        outlets = {name: np.asarray(v).tolist() for name, v in state["outlets"].items()}
        return result | {"outlets": outlets}

    def scatter(self, arrays: Mapping[str, Array], scalars: Mapping[str, Any]) -> None:
        """Give stepper and accumulators what ``gather`` and ``scalars`` returned; collective."""
        names = self._comm.bcast(sorted(arrays) if self._comm.rank == 0 else None)
        states: dict[str, dict[str, Any]] = {}
        for name in names:
            owner, _, entry = name.partition(".")
            states.setdefault(owner, {})[entry] = self._local(owner, entry, arrays.get(name))
        state = {entry.partition(".")[2]: v for entry, v in states["stepper"].items()}
        state |= scalars
        # A retry may ask for a factorisation that the run it goes on from did not use.
        asked = self._stepper.settings.velocity_preconditioner
        state["preconditioned"] = scalars["preconditioned"] if asked == "auto" else asked == "ilu"
        self._stepper.restore(state)
        for name, accumulator in self._accumulators.items():
            accumulator.restore(states[name])

    def _numbering_of(self, owner: str, kind: str) -> Numbering:
        return self._facets[owner] if kind == "facet" else self._numbering[kind]

    def _gather(self, owner: str, state: Mapping[str, Any]) -> dict[str, Array]:
        result = {}
        for entry, value in state.items():
            kind = entry.partition(".")[0]
            local = np.asarray(value.array if isinstance(value, PETSc.Vec) else value, float)
            if kind == "scalar":
                found = local
            elif kind == "share":
                found = self._comm.reduce(local, op=MPI.SUM)
            else:
                first = np.moveaxis(local, -1, 0) if kind == "dof" else local
                found = self._numbering_of(owner, kind).gather(np.ascontiguousarray(first))
                if kind == "dof" and found is not None:
                    found = np.moveaxis(found, 0, -1)
            if self._comm.rank == 0:
                # A copy: the state of the running solve changes in place.
                result[f"{owner}.{entry}"] = np.array(found)
        return result

    def _local(self, owner: str, entry: str, values: Array | None) -> Array:
        kind = entry.partition(".")[0]
        if kind == "scalar":
            return self._comm.bcast(values)
        if kind == "share":
            # The sum goes to one rank; how the ranks share it has no meaning.
            total = self._comm.bcast(values)
            return total if self._comm.rank == 0 else np.zeros_like(total)
        if kind == "dof":
            first = None if values is None else np.moveaxis(values, -1, 0)
            return np.ascontiguousarray(np.moveaxis(self._numbering["dof"].scatter(first), 0, -1))
        return self._numbering_of(owner, kind).scatter(values)
