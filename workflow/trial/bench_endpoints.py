# SPDX-License-Identifier: BSD-3-Clause
"""The endpoints of a stent bench study; ``solvers.fields.bench`` computes them."""

from __future__ import annotations

from collections.abc import Sequence

from trial.bench_endpoint import BenchEndpoint, Material
from trial.fatigue_endpoints import FATIGUE
from trial.force_endpoints import FORCE
from trial.shape_endpoints import OPENING, SHAPE

BENCH: dict[str, BenchEndpoint] = {
    endpoint.name: endpoint for endpoint in (*FORCE, *SHAPE, *OPENING, *FATIGUE)
}
"""All endpoints of the bench by name, in the order of the report."""


def bench_endpoints(
    kinds: Sequence[str], extent: str, material: Material
) -> tuple[BenchEndpoint, ...]:
    """Endpoints that a study with these procedures can give; the others are left out.

    Args:
        kinds: procedure kinds of the study, in any order.
        extent: of the model: cell, ring, segment or device.
        material: "alloy" or "superelastic".
    """
    return tuple(e for e in BENCH.values() if e.obtainable(kinds, extent, material))
