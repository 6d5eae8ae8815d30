# SPDX-License-Identifier: BSD-3-Clause
"""Search of the plane on which a cycle between two states does most damage.

Planes are sampled over the half sphere of their normals. Smith-Watson-Topper: highest normal stress
times normal strain amplitude. Fatemi-Socie: shear strain amplitude times 1 + k times the highest
tensile normal stress over the yield stress (10.1016/j.ijmecsci.2022.107974). Such criteria fit
nitinol stents where von Mises does not (10.1016/j.jmbbm.2020.104142).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

AZIMUTHS, POLAR_ANGLES = 36, 18
CHUNK = 4096
"""Material points handled at a time."""


@dataclass(frozen=True)
class PlaneValues:
    """Largest value over the planes (n,) and the normal of that plane (n, 3)."""

    values: Array
    normals: Array


def plane_normals(azimuths: int = AZIMUTHS, polar_angles: int = POLAR_ANGLES) -> Array:
    """Unit normals (azimuths * polar_angles, 3) over a half sphere, at midpoints of polar angle."""
    phi = 2.0 * np.pi * np.arange(azimuths) / azimuths
    theta = 0.5 * np.pi * (np.arange(polar_angles) + 0.5) / polar_angles
    phi, theta = (grid.ravel() for grid in np.meshgrid(phi, theta, indexing="ij"))
    return np.stack(
        [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=1
    )


def smith_watson_topper(
    stresses: tuple[Array, Array], strains: tuple[Array, Array], normals: Array | None = None
) -> PlaneValues:
    """Largest normal stress [Pa] times normal strain amplitude, zero where no plane is pulled.

    Args:
        stresses: Cauchy stress (n, 3, 3) in the two states [Pa].
        strains: logarithmic strain (n, 3, 3) in the two states.
        normals: planes to search; :func:`plane_normals` when None.
    """

    def damage(stress: list[Array], strain: list[Array], planes: Array) -> Array:
        amplitude = 0.5 * np.abs(_across(strain[0] - strain[1], planes))
        return _tension(stress, planes) * amplitude

    return _search(stresses, strains, normals, damage)


def fatemi_socie(
    stresses: tuple[Array, Array],
    strains: tuple[Array, Array],
    yield_stress: float,
    sensitivity: float = 1.0,
    normals: Array | None = None,
) -> PlaneValues:
    """Largest shear strain amplitude times 1 + sensitivity s_max/yield_stress.

    Args:
        stresses: Cauchy stress (n, 3, 3) in the two states [Pa].
        strains: logarithmic strain (n, 3, 3) in the two states.
        yield_stress: [Pa].
        sensitivity: k, how far tension across a plane hurts.
        normals: planes to search; :func:`plane_normals` when None.
    """

    def damage(stress: list[Array], strain: list[Array], planes: Array) -> Array:
        half = 0.5 * (strain[0] - strain[1])
        traction = np.einsum("nij,pj->npi", half, planes)
        across = np.einsum("npi,pi->np", traction, planes)
        # Engineering shear strain: twice the tensor component in the plane.
        shear = 2.0 * np.sqrt(np.maximum((traction**2).sum(axis=2) - across**2, 0.0))
        return shear * (1.0 + sensitivity * _tension(stress, planes) / yield_stress)

    return _search(stresses, strains, normals, damage)


Damage = Callable[[list[Array], list[Array], Array], Array]


def _across(tensors: Array, planes: Array) -> Array:
    """n.T.n of each point on each plane, (points, planes)."""
    return np.einsum("pi,nij,pj->np", planes, tensors, planes, optimize=True)


def _tension(stress: list[Array], planes: Array) -> Array:
    """Highest normal stress of the two states where it pulls, else 0."""
    return np.maximum(np.maximum(*(_across(s, planes) for s in stress)), 0.0)


def _search(
    stresses: tuple[Array, Array],
    strains: tuple[Array, Array],
    normals: Array | None,
    damage: Damage,
) -> PlaneValues:
    planes = plane_normals() if normals is None else normals
    count = len(stresses[0])
    values, chosen = np.empty(count), np.empty((count, 3))
    for start in range(0, count, CHUNK):
        part = slice(start, start + CHUNK)
        found = damage([s[part] for s in stresses], [e[part] for e in strains], planes)
        worst = found.argmax(axis=1)
        values[part] = np.take_along_axis(found, worst[:, None], axis=1)[:, 0]
        chosen[part] = planes[worst]
    return PlaneValues(values, chosen)
