# SPDX-License-Identifier: BSD-3-Clause
"""Directions of fibres: helices about an axis."""

from __future__ import annotations

from typing import Any

import dolfinx
import numpy as np
import ufl


def cylindrical_frame(mesh: dolfinx.mesh.Mesh) -> tuple[Any, Any, Any]:
    """Unit vectors (radial, hoop, axial) about the z axis at each reference point."""
    x = ufl.SpatialCoordinate(mesh)
    r = ufl.sqrt(x[0] ** 2 + x[1] ** 2)
    c, s = x[0] / r, x[1] / r
    return ufl.as_vector([c, s, 0]), ufl.as_vector([-s, c, 0]), ufl.as_vector([0, 0, 1])


def helical_pair(mesh: dolfinx.mesh.Mesh, degrees: float) -> tuple[Any, Any]:
    """Two families at ``degrees`` on either side of the hoop direction, in the tangent plane."""
    _, hoop, axis = cylindrical_frame(mesh)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return c * hoop + s * axis, c * hoop - s * axis


def cylindrical_tensor(mesh: dolfinx.mesh.Mesh, radial: Any, hoop: Any, axial: Any) -> Any:
    """Tensor with these principal values in the cylindrical frame."""
    values = zip((radial, hoop, axial), cylindrical_frame(mesh), strict=True)
    return sum((v * ufl.outer(e, e) for v, e in values), ufl.zero((3, 3)))
