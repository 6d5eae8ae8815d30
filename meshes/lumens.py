# SPDX-License-Identifier: BSD-3-Clause
"""From the anatomy block of a patient file to a lumen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from meshes.anatomy import ica
from meshes.edge_length import LumenOptions
from meshes.neck import Plane
from meshes.openings import OpeningLabel
from meshes.surface import SurfaceSource, import_surface
from meshes.types import Lumen


def make_lumen(anatomy: Mapping[str, Any], options: LumenOptions) -> Lumen:
    """Generate a synthetic lumen or read one from a surface.

    Args:
        anatomy: parameters of the synthetic artery, or ``{"surface": {...}}``; SI.
        options: edge lengths and flow extensions.

    Raises:
        SurfaceInvalid: see the generator and the importer.
    """
    if "surface" in anatomy:
        return import_surface(_source(anatomy["surface"]), options)
    return ica.build(ica.IcaParameters(**anatomy), options)


def _source(surface: Mapping[str, Any]) -> SurfaceSource:
    return SurfaceSource(
        file=surface["file"],
        unit=surface["unit"],
        openings=tuple(OpeningLabel(o["name"], np.array(o["near"])) for o in surface["openings"]),
        sac=_plane(surface["sac"]) if surface["sac"] else None,
        sac_seed=np.array(surface["sac_seed"]) if surface["sac_seed"] else None,
        branches=tuple(map(_plane, surface["branches"])),
        cuts=tuple(map(_plane, surface["cuts"])),
    )


def _plane(block: Mapping[str, Any]) -> Plane:
    return Plane(np.array(block["point"]), np.array(block["normal"]))
