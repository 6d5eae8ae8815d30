# SPDX-License-Identifier: BSD-3-Clause
"""Compiled loops over cells and edges of the scalar transport.

Rows are those of ``EdgeGraph``. ``flux`` is the volume flow from the vertex of the row to the
vertex of the column [m3/s], antisymmetric; ``conductance`` is -D (grad phi_i, grad phi_j) [m3/s],
whose negative entries (obtuse tetrahedra) count as antidiffusion.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.integer]


@numba.njit(cache=True)
def edge_flux(
    cell_edges: Index,
    dofs: Index,
    gradients: Array,
    moments: Array,
    velocity_dofs: Index,
    velocity: Array,
    flux: Array,
) -> None:
    """Volume flow along the edges: (w . grad phi_b, phi_a) - (w . grad phi_a, phi_b), a < b.

    ``gradients`` (cells, 4, 3) of the P1 functions times the volume [m2], ``moments`` (basis, 4)
    mean of velocity function times P1 function, ``velocity`` (3, dofs) [m/s]; adds to ``flux``
    (edges,).
    """
    mean = np.empty((4, 3))
    for cell in range(len(dofs)):
        mean[:] = 0.0
        for k in range(velocity_dofs.shape[1]):
            dof = velocity_dofs[cell, k]
            for d in range(3):
                for a in range(4):
                    mean[a, d] += moments[k, a] * velocity[d, dof]
        edge = 0
        for a in range(4):
            for b in range(a + 1, 4):
                value = 0.0
                for d in range(3):
                    value += gradients[cell, b, d] * mean[a, d] - gradients[cell, a, d] * mean[b, d]
                if dofs[cell, a] > dofs[cell, b]:
                    value = -value
                flux[cell_edges[cell, edge]] += value
                edge += 1


@numba.njit(cache=True)
def add_potential_flow(
    starts: Index, columns: Index, weights: Array, potential: Array, flux: Array
) -> None:
    """Add weight_ij (potential_i - potential_j) to the flux [m3/s]."""
    for i in range(len(starts) - 1):
        for k in range(starts[i], starts[i + 1]):
            flux[k] += weights[k] * (potential[i] - potential[columns[k]])


@numba.njit(cache=True)
def inflow_sums(
    starts: Index, flux: Array, conductance: Array, entering: Array, sums: Array
) -> None:
    """What each dual cell receives per second from neighbours and boundary [m3/s].

    Diffusion counts threefold: the full mass matrix, as far as it is inverted, makes its fastest
    mode that much faster, and the limiter alone would keep an unstable mode only bounded.
    """
    for i in range(len(starts) - 1):
        sums[i] = entering[i]
        for k in range(starts[i], starts[i + 1]):
            sums[i] += max(-flux[k], 0.0) + 3.0 * abs(conductance[k])


@numba.njit(cache=True)
def rates_of_change(
    starts: Index,
    columns: Index,
    flux: Array,
    conductance: Array,
    coupling: Array,
    boundary: Array,
    mass: Array,
    values: Array,
    step: float,
    low: Array,
    slope: Array,
    bend: Array,
    peak: Array,
) -> None:
    """Upwind Euler step ``low``, Galerkin rate ``slope`` [1/s] and second difference ``bend``.

    ``peak`` is 1 at a local maximum, -1 at a local minimum.

    ``boundary`` (2, n) is the flow that enters with a value of its own [m3/s] and what it brings,
    sources included [unit m3/s]; ``mass`` is the lumped mass [m3], zero where the value is held.
    A value of ``low`` is a convex combination of its neighbours' and of boundary values, so it
    stays within their bounds.
    """
    for i in range(len(starts) - 1):
        if mass[i] == 0.0:
            low[i], slope[i], bend[i], peak[i] = values[i], 0.0, 0.0, 0.0
            continue
        upwind = central = boundary[1, i] - boundary[0, i] * values[i]
        second = highest = lowest = 0.0
        for k in range(starts[i], starts[i + 1]):
            difference = values[columns[k]] - values[i]
            upwind += (max(-flux[k], 0.0) + max(conductance[k], 0.0)) * difference
            central += (conductance[k] - 0.5 * flux[k]) * difference
            second += coupling[k] * difference
            highest, lowest = max(highest, difference), min(lowest, difference)
        low[i] = values[i] + step * upwind / mass[i]
        slope[i] = central / mass[i]
        bend[i] = second / mass[i]
        peak[i] = (1.0 if highest <= 0.0 else 0.0) - (1.0 if lowest >= 0.0 else 0.0)


@numba.njit(cache=True)
def undo_lumping(
    starts: Index,
    columns: Index,
    coupling: Array,
    mass: Array,
    lumped: Array,
    slope: Array,
    better: Array,
) -> None:
    """One Jacobi iteration from the rate of the lumped mass towards that of the full mass."""
    for i in range(len(starts) - 1):
        better[i] = 0.0
        if mass[i] == 0.0:
            continue
        total, here = 0.0, slope[i]
        for k in range(starts[i], starts[i + 1]):
            total += coupling[k] * (here - slope[columns[k]])
        better[i] = lumped[i] + total / mass[i]


@numba.njit(cache=True)
def limits(
    starts: Index,
    columns: Index,
    flux: Array,
    conductance: Array,
    coupling: Array,
    bounds: Array,
    mass: Array,
    values: Array,
    step: float,
    low: Array,
    slope: Array,
    bend: Array,
    peak: Array,
    antidiffusion: Array,
    up: Array,
    down: Array,
) -> None:
    """Antidiffusive fluxes into the rows [m3/s] and the shares of them that each row can take.

    The range of a row is that of its neighbourhood before and after the upwind step. At a smooth
    extremum, where the neighbourhood holds a peak and its second differences have one sign, it is
    wider by the smallest of them, so that peaks between vertices are not cut; never wider than
    ``bounds`` (2,).
    """
    for i in range(len(starts) - 1):
        highest, lowest = max(low[i], values[i]), min(low[i], values[i])
        most = least = bend[i]
        top = bottom = peak[i]
        gain = loss = 0.0
        for k in range(starts[i], starts[i + 1]):
            j = columns[k]
            highest = max(highest, low[j], values[j])
            lowest = min(lowest, low[j], values[j])
            most, least = max(most, bend[j]), min(least, bend[j])
            top, bottom = max(top, peak[j]), min(bottom, peak[j])
            amount = (0.5 * abs(flux[k]) - min(conductance[k], 0.0)) * (values[i] - values[j])
            amount += coupling[k] * (slope[i] - slope[j])
            antidiffusion[k] = amount
            gain += max(amount, 0.0)
            loss += min(amount, 0.0)
        if top > 0.0:
            highest -= min(most, 0.0)
        if bottom < 0.0:
            lowest -= max(least, 0.0)
        highest, lowest = min(highest, bounds[1]), max(lowest, bounds[0])
        up[i] = down[i] = 1.0
        room = mass[i] / step * max(highest - low[i], 0.0)
        if mass[i] > 0.0 and gain > room:
            up[i] = room / gain
        room = mass[i] / step * min(lowest - low[i], 0.0)
        if mass[i] > 0.0 and loss < room:
            down[i] = room / loss


@numba.njit(cache=True)
def correct(
    starts: Index,
    columns: Index,
    mass: Array,
    step: float,
    low: Array,
    antidiffusion: Array,
    up: Array,
    down: Array,
    values: Array,
) -> None:
    """Write the low-order step plus the limited antidiffusion into ``values``."""
    for i in range(len(starts) - 1):
        if mass[i] == 0.0:
            continue
        total = 0.0
        for k in range(starts[i], starts[i + 1]):
            j = columns[k]
            if antidiffusion[k] > 0.0:
                total += min(up[i], down[j]) * antidiffusion[k]
            else:
                total += min(down[i], up[j]) * antidiffusion[k]
        values[i] = low[i] + step / mass[i] * total
