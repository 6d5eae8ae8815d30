# SPDX-License-Identifier: BSD-3-Clause
"""The endpoints of a trial: what each number is called, its unit, its meaning and its source.

The registry decides; ``solvers.fields.endpoints`` computes. :func:`read_endpoints` refuses a file
whose names or units differ from the registry.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from trial.bench_endpoints import BENCH
from trial.endpoint import Endpoint
from trial.secondary_endpoints import ECAP_SOURCE, RRT_SOURCE, SECONDARY


class EndpointError(ValueError):
    """An endpoint file that does not agree with the registry."""


_VAMPY = "VaMPy documentation, https://kvslab.github.io/VaMPy"

_ENDPOINTS = (
    Endpoint(
        name="stav",
        label="Space-time-averaged sac velocity (STAV)",
        short_label="STAV",
        unit="m/s",
        display_unit="cm/s",
        definition="Mean over the sac volume and one cardiac cycle of the velocity magnitude.",
        direction="lower",
        source="10.3174/ajnr.A4933",
    ),
    Endpoint(
        name="neck_inflow",
        label="Neck inflow",
        short_label="Neck inflow",
        unit="m3/s",
        display_unit="mL/s",
        definition="Cycle mean of the volume flow that enters the sac through the ostium.",
        direction="lower",
        source="10.1177/0391398818775521",
    ),
    Endpoint(
        name="neck_inflow_share",
        label="Neck inflow / parent inflow",
        short_label="Neck inflow share",
        unit="1",
        display_unit="%",
        definition="Neck inflow divided by the cycle-mean inflow of the parent vessel.",
        direction="lower",
        source="10.1177/0391398818775521",
    ),
    Endpoint(
        name="turnover_time",
        label="Turnover time",
        short_label="Turnover time",
        unit="s",
        display_unit="s",
        definition="Sac volume divided by the neck inflow.",
        direction="higher",
        source="ratio of two endpoints of this table",
    ),
    Endpoint(
        name="nrfv",
        label="Normalised residual flow volume (NRFV)",
        short_label="NRFV",
        unit="1",
        display_unit="%",
        definition=(
            "Share of the sac volume whose cycle-mean speed reaches the residual-flow speed "
            "(8 cm/s unless configured)."
        ),
        direction="lower",
        source="Beppu et al. 2020, AJNR 41:2107",
    ),
    Endpoint(
        name="tawss_sac",
        label="TAWSS, sac mean",
        short_label="TAWSS sac",
        unit="Pa",
        display_unit="Pa",
        definition="Area mean over the sac wall of the cycle-mean wall shear stress magnitude.",
        direction="lower",
        source=_VAMPY,
    ),
    Endpoint(
        name="tawss_sac_p99",
        label="TAWSS, sac 99th percentile",
        short_label="TAWSS sac p99",
        unit="Pa",
        display_unit="Pa",
        definition="Value exceeded on 1 % of the sac wall area.",
        direction="lower",
        source=_VAMPY,
    ),
    Endpoint(
        name="tawss_parent",
        label="TAWSS, parent vessel mean",
        short_label="TAWSS parent",
        unit="Pa",
        display_unit="Pa",
        definition="Area mean over the wall of the parent lumen.",
        direction="none",
        source=_VAMPY,
    ),
    Endpoint(
        name="tawss_parent_p99",
        label="TAWSS, parent vessel 99th percentile",
        short_label="TAWSS parent p99",
        unit="Pa",
        display_unit="Pa",
        definition="Value exceeded on 1 % of the wall area of the parent lumen.",
        direction="none",
        source=_VAMPY,
    ),
    Endpoint(
        name="osi_sac",
        label="OSI, sac mean",
        short_label="OSI sac",
        unit="1",
        display_unit="1",
        definition=(
            "Area mean over the sac wall of the oscillatory shear index "
            "0.5 (1 - |mean shear vector| / mean shear magnitude)."
        ),
        direction="none",
        source=_VAMPY,
    ),
    Endpoint(
        name="osi_sac_p99",
        label="OSI, sac 99th percentile",
        short_label="OSI sac p99",
        unit="1",
        display_unit="1",
        definition="Value exceeded on 1 % of the sac wall area.",
        direction="none",
        source=_VAMPY,
    ),
    Endpoint(
        name="osi_parent",
        label="OSI, parent vessel mean",
        short_label="OSI parent",
        unit="1",
        display_unit="1",
        definition="Area mean over the wall of the parent lumen.",
        direction="none",
        source=_VAMPY,
    ),
    Endpoint(
        name="low_shear_area",
        label="Low-shear area (LSA)",
        short_label="LSA",
        unit="1",
        display_unit="%",
        definition=(
            "Share of the sac wall area with TAWSS below the low-shear threshold "
            "(0.4 Pa unless configured)."
        ),
        direction="none",
        source="threshold is a study parameter; published definitions differ",
    ),
    Endpoint(
        name="rrt_sac",
        label="Relative residence time, sac median",
        short_label="RRT sac",
        unit="1/Pa",
        display_unit="1/Pa",
        definition="Area-weighted median over the sac wall of 1 / ((1 - 2 OSI) TAWSS).",
        direction="none",
        source=RRT_SOURCE,
        required=False,
    ),
    Endpoint(
        name="ecap_sac",
        label="ECAP, sac median",
        short_label="ECAP sac",
        unit="1/Pa",
        display_unit="1/Pa",
        definition="Area-weighted median over the sac wall of OSI / TAWSS.",
        direction="none",
        source=ECAP_SOURCE,
        required=False,
    ),
    Endpoint(
        name="pressure_drop",
        label="Pressure drop, inlet to outlets",
        short_label="Pressure drop",
        unit="Pa",
        display_unit="Pa",
        definition="Cycle mean of the inlet pressure minus the flow-weighted outlet pressure.",
        direction="none",
        source="10.3389/fneur.2019.00658",
    ),
    Endpoint(
        name="sac_volume",
        label="Sac volume",
        short_label="Sac volume",
        unit="m3",
        display_unit="mm3",
        definition="Volume behind the ostium; one mask for all arms of a patient.",
        direction="none",
        source="10.1007/s13239-021-00535-w",
    ),
    Endpoint(
        name="residence_time",
        label="Residence time, sac mean",
        short_label="Residence time",
        unit="s",
        display_unit="s",
        definition=(
            "Mean over the sac volume and the last cycle of the time that blood has spent in the "
            "sac (or, where configured, in the domain), from a transported scalar; at most the "
            "time simulated."
        ),
        direction="higher",
        source="10.1063/1.4819142",
        required=False,
    ),
    Endpoint(
        name="residence_time_growth",
        label="Growth of the residence time",
        short_label="Residence growth",
        unit="1",
        display_unit="1",
        definition=(
            "Rise of the sac-mean residence time over the last cycle per unit of time: 0 when it "
            "is periodic, 1 when no blood left the sac, so that a longer run would raise it."
        ),
        direction="none",
        source="10.1063/1.4819142",
        required=False,
    ),
    Endpoint(
        name="aged_share",
        label="Aged share of the sac",
        short_label="Aged share",
        unit="1",
        display_unit="%",
        definition=(
            "Share of the sac volume whose cycle-mean residence time exceeds the threshold "
            "(1 s unless configured)."
        ),
        direction="higher",
        source="threshold is a study parameter",
        required=False,
    ),
    Endpoint(
        name="washout_share",
        label="Tracer left after one cycle",
        short_label="Tracer left",
        unit="1",
        display_unit="%",
        definition=(
            "Share of a tracer filling the sac at the start of a cycle that is in the sac one "
            "cycle later."
        ),
        direction="higher",
        source="definition of this table",
        required=False,
    ),
    Endpoint(
        name="washout_time_constant",
        label="Washout time constant",
        short_label="Washout time",
        unit="s",
        display_unit="s",
        definition=(
            "Cycle length divided by the negative logarithm of the tracer left after one cycle."
        ),
        direction="higher",
        source="definition of this table",
        required=False,
    ),
    Endpoint(
        name="washout_half_time",
        label="Washout half time",
        short_label="Half time",
        unit="s",
        display_unit="s",
        definition="Time until half of the tracer has left the sac.",
        direction="higher",
        source="definition of this table",
        required=False,
    ),
    Endpoint(
        name="flow_share",
        label="Flow share",
        short_label="Flow share",
        unit="1",
        display_unit="%",
        definition="Cycle-mean outflow of one outlet divided by that of all outlets.",
        direction="none",
        source="10.3389/fneur.2019.00658",
        required=False,
        per="outlet",
    ),
)

REGISTRY: dict[str, Endpoint] = {endpoint.name: endpoint for endpoint in _ENDPOINTS + SECONDARY}

REGISTRIES: dict[str, Mapping[str, Endpoint]] = {"vascular": REGISTRY, "bench": BENCH}
"""Endpoints by kind of study; a name means the same in all of them."""

REDUCTION = Endpoint(
    name="stav_reduction",
    label="STAV reduction",
    short_label="STAV reduction",
    unit="1",
    display_unit="%",
    definition="1 - STAV / STAV in the reference arm of the same patient, same sac mask.",
    direction="higher",
    source="10.3174/ajnr.A4933",
)
"""The primary paired quantity; the success rule (a flow-reduction surrogate) is applied to it."""


def lookup(name: str) -> Endpoint:
    """Entry of a stored name, of the flow or of the bench; family members get their own label.

    Raises:
        EndpointError: the name is not registered.
    """
    if name == REDUCTION.name:
        return REDUCTION
    known = {k: e for registry in REGISTRIES.values() for k, e in registry.items()}
    if name in known and not known[name].per:
        return known[name]
    for family in known.values():
        member = name.removeprefix(f"{family.name}_")
        if family.per and member != name:
            words = member.replace("_", " ")
            return replace(
                family,
                name=name,
                label=f"{family.label}, {words}",
                short_label=f"{family.short_label} {words}",
            )
    raise EndpointError(f"endpoint {name!r} is not registered; known: {', '.join(known)}")


def check_values(
    values: Mapping[str, Mapping[str, Any]],
    where: str,
    catalogue: Mapping[str, Endpoint] = REGISTRY,
) -> dict[str, float]:
    """Values as plain SI numbers, after checking names, units and finiteness.

    Args:
        values: ``{name: {"value": float, "unit": str}}``.
        where: file name for messages.
        catalogue: the endpoints of this kind of study, of which the required ones must be there.

    Raises:
        EndpointError: unknown name, wrong unit, not finite, or a required endpoint is absent.
    """
    numbers = {}
    for name, item in values.items():
        endpoint = lookup(name)
        if item["unit"] != endpoint.unit:
            raise EndpointError(
                f"{where}: {name} is in {item['unit']!r}, the registry says {endpoint.unit!r}"
            )
        value = float(item["value"])
        if not math.isfinite(value):
            raise EndpointError(f"{where}: {name} is {value}, expected a finite number")
        numbers[name] = value
    absent = [e.name for e in catalogue.values() if e.required and e.name not in numbers]
    if absent:
        raise EndpointError(f"{where}: required endpoints are absent: {', '.join(absent)}")
    return numbers


def read_endpoints(path: Path, catalogue: Mapping[str, Endpoint] = REGISTRY) -> dict[str, float]:
    """Endpoint values of one patient and arm in SI; empty when an earlier step failed.

    Raises:
        EndpointError: see :func:`check_values`.
    """
    endpoints = json.loads(path.read_text())["endpoints"]
    return check_values(endpoints, str(path), catalogue) if endpoints else {}
