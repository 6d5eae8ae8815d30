# SPDX-License-Identifier: BSD-3-Clause
"""Devices of the catalogue: from the numbers of a device file in SI to the model of the device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from meshes.devices.braid import Braid
from meshes.devices.flow_diverter import FlowDiverter
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.feasibility import check_design
from meshes.devices.stent.heat_set import as_modelled
from meshes.errors import DesignInfeasible

KINDS: dict[str, type] = {
    "balloon_expandable_stent": StentDesign,
    "self_expanding_stent": StentDesign,
    "braid": Braid,
    "flow_diverter": FlowDiverter,
}
"""Model of each ``kind`` of device file (docs/devices.md)."""


def device(kind: str, values: Mapping[str, Any]) -> StentDesign | Braid | FlowDiverter:
    """The model of a device.

    Args:
        kind: key of ``KINDS``.
        values: attributes of the model in SI; lists stand for tuples.

    Returns:
        The model; a stent is feasible as cut and as heat-set.

    Raises:
        DesignInfeasible: an unknown kind, unknown or missing values, or a drawing that cannot be
            made.
    """
    if kind not in KINDS:
        raise DesignInfeasible(f"kind is {kind!r}, known are {', '.join(KINDS)}", "device")
    known = fields(KINDS[kind])
    needed = [f.name for f in known if f.default is MISSING and f.default_factory is MISSING]
    unknown = sorted(set(values) - {f.name for f in known})
    missing = sorted(set(needed) - set(values))
    if unknown or missing:
        parts = [
            f"{', '.join(names)} {word}"
            for names, word in ((unknown, "unknown"), (missing, "missing"))
            if names
        ]
        raise DesignInfeasible(f"{kind}: {' and '.join(parts)}", "device")
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    try:
        model = KINDS[kind](**given)
    except ValueError as error:
        raise DesignInfeasible(f"{kind}: {error}", "device") from error
    if isinstance(model, StentDesign):
        check_design(model)
        if model.heat_set_diameter is not None:
            check_design(as_modelled(model))
    return model
