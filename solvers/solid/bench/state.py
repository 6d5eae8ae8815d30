# SPDX-License-Identifier: BSD-3-Clause
"""State of a bench model as arrays that fit any partition of its mesh, for checkpoints."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.common.numbering import Numbering, facet_keys
from solvers.solid.bench.model import BenchModel
from solvers.solid.state import BodyState

Array = NDArray[np.float64]


class ModelState:
    """Gathers body, contacts and damping on rank 0 and hands them back."""

    def __init__(self, model: BenchModel) -> None:
        """Number cells and contact facets."""
        self._model, self._body = model, BodyState(model.body)
        mesh, comm = model.domain.mesh, model.domain.comm
        self._facets = {}
        for name in model.surfaces:
            facets = model.domain.facets(name, owned=False)
            self._facets[name] = Numbering(comm, facet_keys(mesh, facets))

    def gather(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Arrays on rank 0, empty elsewhere, and plain numbers; collective."""
        model = self._model
        arrays = self._body.gather()
        works: dict[str, list[float]] = {}
        for tools, contacts in model.contact_sets.items():
            for number, contact in enumerate(contacts):
                state = contact.snapshot()
                works.setdefault(tools, []).append(state.pop("work"))
                numbering = self._facets[contact.points.surface]
                for name, values in state.items():
                    if (gathered := numbering.gather(values)) is not None:
                        arrays[f"{tools}_{number}_{name}"] = gathered
        numbers = {
            "tools": model.tools,
            "radii": (model.crimper_radius, model.balloon_radius),
            "work": model.body.work.total,
            "damping": model.damping.snapshot(),
            "contact_works": works,
        }
        return arrays, numbers

    def scatter(self, arrays: dict[str, Array], numbers: dict[str, Any]) -> None:
        """Set the state from what ``gather`` gave, on any number of ranks; collective."""
        model = self._model
        self._body.scatter(arrays)
        model.body.work.total = numbers["work"]
        model.damping.restore(numbers["damping"])
        for tools, works in numbers["contact_works"].items():
            model.tools = tools
            for number, (contact, work) in enumerate(zip(model.contacts, works, strict=True)):
                numbering = self._facets[contact.points.surface]
                values = {
                    name: numbering.scatter(arrays.get(f"{tools}_{number}_{name}"))
                    for name in ("multiplier", "before")
                }
                contact.restore({**values, "work": work})
        model.tools = numbers["tools"]
        model.crimper_radius, model.balloon_radius = numbers["radii"]
        model.device.arrive()
