# SPDX-License-Identifier: BSD-3-Clause
"""The objects that travel through the geometry steps. Lengths in metres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

Array = NDArray[np.float64]
ScalarField = Callable[[Array], Array]
"""Function of points (n, 3) in m that returns n values."""


@dataclass(frozen=True)
class Centreline:
    """Vessel axis from the inlet to the main outlet.

    Attributes:
        points: (n, 3) positions [m], ordered downstream.
        radius: (n,) inscribed radius of the parent vessel [m].
    """

    points: Array
    radius: Array


@dataclass(frozen=True)
class Opening:
    """A planar end of the lumen.

    Attributes:
        name: ``inlet`` or ``outlet_1``, ``outlet_2``, ...
        role: inlet or outlet.
        centre: (3,) [m].
        normal: (3,) unit vector that points out of the lumen.
        radius: radius of the circle of equal area [m].
    """

    name: str
    role: Literal["inlet", "outlet"]
    centre: Array
    normal: Array
    radius: float


@dataclass(frozen=True)
class DeviceSurface:
    """A surface that separates the lumen from a region behind it.

    Attributes:
        name: facet marker, ``ostium`` or ``ostium_branch_1``.
        region: cell marker of what lies behind, ``sac`` or ``branch_1``.
        level_set: zero on the surface, positive behind it [m].
        seed: (3,) a point behind the surface, inside the region [m]; of the patches of
            ``level_set = 0`` inside the lumen, the one that bounds the region holding the seed
            counts.
    """

    name: str
    region: str
    level_set: ScalarField
    seed: Array


@dataclass(frozen=True)
class Lumen:
    """A vessel ready for meshing: what generators and importers produce.

    Attributes:
        surface: closed, outward-oriented, smooth triangulated wall that extends past every
            opening (the mesher cuts it at the opening planes).
        openings: exactly one inlet, at least one outlet.
        device_surfaces: where a flow diverter may lie; the mesh conforms to them in every arm.
        centreline: parent vessel axis.
        edge_length: wanted edge length of the wall triangles [m].
        info: generator parameters and provenance, JSON-serialisable.
    """

    surface: pv.PolyData
    openings: tuple[Opening, ...]
    device_surfaces: tuple[DeviceSurface, ...]
    centreline: Centreline
    edge_length: ScalarField
    info: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MeshBundle:
    """A tagged tetrahedral or hexahedral mesh; folder format in docs/architecture.md.

    Attributes:
        points: (n, 3) [m].
        cells: (m, 4) or (m, 8) vertex numbers, positive orientation.
        cell_tags: (m,) region of each cell.
        facets: (k, 3) or (k, 4) vertex numbers of the tagged triangles or quadrilaterals.
        facet_tags: (k,).
        markers: ``{"cells": {name: tag}, "facets": {name: tag}}``.
        info: see docs/architecture.md.
        quality: content of ``quality.json``.
    """

    points: Array
    cells: NDArray[np.int64]
    cell_tags: NDArray[np.int32]
    facets: NDArray[np.int64]
    facet_tags: NDArray[np.int32]
    markers: dict[str, dict[str, int]]
    info: dict[str, Any] = field(default_factory=dict)
    quality: dict[str, Any] = field(default_factory=dict)
