# SPDX-License-Identifier: BSD-3-Clause
"""Flow waveform and inlet velocity profile on an inlet of any shape.

The profile is a sum of modes solved on the inlet triangles themselves: -lap w = 1 for the
mean and i omega w - nu lap w = 1 for each harmonic, w = 0 on the rim, which is Womersley's
solution on a circle (Womersley 1955, doi:10.1113/jphysiol.1955.sp005276). Each mode is scaled
to unit discrete flux, so the inflow equals the waveform to round-off on every mesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import basix
import dolfinx
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from solvers.common._compat import cell_nodes
from solvers.common.errors import InvalidProblem
from solvers.common.tagged_mesh import TaggedMesh, facet_cells

Array = NDArray[np.float64]
Profile = Literal["womersley", "poiseuille", "parabolic", "plug"]


@dataclass(frozen=True)
class Waveform:
    """Periodic volume flow Q(t) = mean (1 + sum_k a_k cos(k w t) + b_k sin(k w t)).

    Attributes:
        mean: cycle-mean flow [m3/s].
        period: cycle length [s].
        cosine: a_k, k = 1, 2, ..., relative to the mean.
        sine: b_k.
    """

    mean: float
    period: float
    cosine: tuple[float, ...] = ()
    sine: tuple[float, ...] = ()

    @classmethod
    def from_table(cls, time: Array, flow: Array, harmonics: int) -> Waveform:
        """Series of the periodic cubic spline through a table of one period.

        The third derivative of the spline jumps at the times t_j and is constant between them, so
        four integrations by parts leave c_k = sum_j jump_j exp(-i k w t_j) / (T (k w)**4).

        Args:
            time: (n,) increasing, first to last value one period [s].
            flow: (n,) first and last equal [m3/s].
            harmonics: of the series, at most (n - 1) // 2.

        Raises:
            InvalidProblem: the table cannot be used.
        """
        time, flow = np.asarray(time, float), np.asarray(flow, float)
        if np.any(np.diff(time) <= 0.0):
            raise InvalidProblem("the times of the waveform do not increase")
        if abs(flow[-1] - flow[0]) > 1e-2 * np.ptp(flow):
            raise InvalidProblem("the last flow of the waveform is not the first: not periodic")
        if not 1 <= harmonics <= (len(time) - 1) // 2:
            raise InvalidProblem(f"{len(time)} rows do not resolve {harmonics} harmonics")
        spline = CubicSpline(time, np.r_[flow[:-1], flow[0]], bc_type="periodic")
        period = float(time[-1] - time[0])
        mean = float(spline.integrate(time[0], time[-1])) / period
        if mean <= 0.0:
            raise InvalidProblem(f"the mean flow of the waveform is {mean:g}, not positive")
        omega = 2 * np.pi / period * np.arange(1, harmonics + 1)
        jump = 6.0 * (spline.c[0] - np.roll(spline.c[0], 1))
        phase = np.exp(-1j * np.multiply.outer(omega, time[:-1] - time[0]))
        relative = 2.0 * (phase @ jump) / (period * omega**4) / mean
        return cls(mean, period, tuple(relative.real.tolist()), tuple((-relative.imag).tolist()))

    @property
    def harmonics(self) -> NDArray[np.complex128]:
        """Complex amplitudes Q_k [m3/s] with Q(t) = Re sum_k Q_k exp(i k w t), k = 0, 1, ..."""
        relative = np.array(self.cosine) - 1j * np.array(self.sine)
        return self.mean * np.concatenate([[1.0], relative])

    def flow(self, time: float | Array) -> float | Array:
        """Q [m3/s] at ``time`` [s]."""
        k = np.arange(len(self.cosine) + 1)
        phase = np.exp(2j * np.pi * np.multiply.outer(np.asarray(time) / self.period, k))
        return (phase @ self.harmonics).real

    @property
    def peak_time(self) -> float:
        """Time of the largest flow within a cycle [s]."""
        times = np.linspace(0.0, self.period, 2001)
        return float(times[np.argmax(self.flow(times))])


class InletVelocity:
    """Dirichlet velocity on one inlet.

    Attributes:
        dofs: local velocity dofs on the inlet (owned and ghosts).
        area: of the inlet [m2].
        normal: mean outward normal (3,).
    """

    def __init__(
        self,
        domain: TaggedMesh,
        space: dolfinx.fem.FunctionSpace,
        name: str,
        waveform: Waveform,
        profile: Profile,
        kinematic_viscosity: float,
        ramp: float = 0.0,
    ) -> None:
        """Solve the modes; every rank solves the whole (small) inlet problem.

        Args:
            domain: the tagged mesh.
            space: scalar velocity space.
            name: inlet surface.
            waveform: volume flow.
            profile: womersley, poiseuille (also called parabolic) or plug.
            kinematic_viscosity: nu [m2/s], for the Womersley modes.
            ramp: time [s] over which the flow rises smoothly from rest; 0 starts at once.
        """
        self.waveform, self.ramp = waveform, ramp
        nodes, triangles, outward = _inlet_nodes(domain, space, name)
        problem = _InletProblem(nodes, triangles, outward, space.ufl_element().degree)
        self.area, self.normal = problem.area, problem.normal
        amplitudes = waveform.harmonics
        if profile != "womersley":
            mode = problem.plug() if profile == "plug" else problem.poiseuille()
            modes = np.repeat(mode[:, None], len(amplitudes), axis=1).astype(complex)
        else:
            omega = 2 * np.pi / waveform.period * np.arange(len(amplitudes))
            modes = np.column_stack([problem.womersley(w, kinematic_viscosity) for w in omega])
        self.dofs = dolfinx.fem.locate_dofs_topological(space, 2, domain.facets(name, owned=False))
        distance, match = cKDTree(nodes).query(space.tabulate_dof_coordinates()[self.dofs])
        if len(self.dofs) and distance.max() > 1e-6 * np.sqrt(self.area):
            raise InvalidProblem(f"the facets of '{name}' do not carry the velocity nodes")
        self._modes = modes[match] * amplitudes

    def speed(self, time: float) -> Array:
        """Velocity against the outward normal at ``dofs`` [m/s]."""
        k = np.arange(self._modes.shape[1])
        full = (self._modes @ np.exp(2j * np.pi * k * time / self.waveform.period)).real
        return full * np.sin(0.5 * np.pi * time / self.ramp) ** 2 if time < self.ramp else full

    def values(self, time: float) -> Array:
        """(3, dofs) velocity components [m/s]."""
        return -self.normal[:, None] * self.speed(time)


class _InletProblem:
    """Scalar P1 or P2 finite elements on a planar patch of triangles."""

    def __init__(
        self, nodes: Array, triangles: NDArray[np.int64], outward: Array, degree: int
    ) -> None:
        corners = nodes[triangles[:, :3]]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        doubled = np.linalg.norm(normals, axis=1)
        normals *= np.sign(normals @ outward)[:, None]
        self.area = float(doubled.sum() / 2)
        self.normal = normals.sum(axis=0) / np.linalg.norm(normals.sum(axis=0))
        self._assemble(corners, doubled, triangles, len(nodes), degree)
        self.interior = np.setdiff1d(np.arange(len(nodes)), _rim(triangles))

    def _assemble(
        self, corners: Array, doubled: Array, triangles: NDArray[np.int64], count: int, degree: int
    ) -> None:
        element = basix.create_element(basix.ElementFamily.P, basix.CellType.triangle, degree)
        points, weights = basix.make_quadrature(basix.CellType.triangle, 2 * degree)
        value, *derivatives = element.tabulate(1, points)[..., 0]
        tangent = np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)
        metric = np.linalg.inv(np.swapaxes(tangent, 1, 2) @ tangent)
        slope = np.stack(derivatives, axis=-1)
        mass = np.einsum("t,q,qi,qj->tij", doubled, weights, value, value)
        stiffness = np.einsum("t,q,qia,tab,qjb->tij", doubled, weights, slope, metric, slope)
        load = np.einsum("t,q,qi->ti", doubled, weights, value)
        width = triangles.shape[1]
        rows = np.repeat(triangles, width, axis=1).ravel()
        columns = np.tile(triangles, (1, width)).ravel()
        shape = (count, count)
        self.mass = sp.csc_matrix((mass.ravel(), (rows, columns)), shape)
        self.stiffness = sp.csc_matrix((stiffness.ravel(), (rows, columns)), shape)
        self.load = np.bincount(triangles.ravel(), load.ravel(), count)

    def _unit_flux(self, mode: NDArray) -> NDArray:
        return mode / (self.load @ mode)

    def womersley(self, omega: float, viscosity: float) -> NDArray[np.complex128]:
        """Mode of angular frequency ``omega`` [rad/s], unit flux: (nodes,) [1/m2]."""
        inner = self.interior
        system = 1j * omega * self.mass + viscosity * self.stiffness
        mode = np.zeros(len(self.load), dtype=complex)
        mode[inner] = spla.spsolve(system[inner][:, inner].tocsc(), self.load[inner])
        return self._unit_flux(mode)

    def poiseuille(self) -> Array:
        """Fully developed steady mode, unit flux [1/m2]."""
        return self.womersley(0.0, 1.0).real

    def plug(self) -> Array:
        """Poiseuille mode capped at a quarter of its peak: flat core, zero on the rim [1/m2]."""
        mode = self.poiseuille()
        return self._unit_flux(np.minimum(mode, 0.25 * mode.max()))


def _rim(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Nodes on edges that belong to one triangle only (mid-edge node i is opposite vertex i)."""
    edges = np.concatenate([triangles[:, [1, 2]], triangles[:, [0, 2]], triangles[:, [0, 1]]])
    middle = triangles[:, 3:].T.ravel()
    _, first, count = np.unique(
        np.sort(edges, axis=1), axis=0, return_index=True, return_counts=True
    )
    alone = first[count == 1]
    return np.unique(
        np.concatenate([edges[alone].ravel(), middle[alone] if len(middle) else []])
    ).astype(int)


def _inlet_nodes(
    domain: TaggedMesh, space: dolfinx.fem.FunctionSpace, name: str
) -> tuple[Array, NDArray[np.int64], Array]:
    """Nodes [m], triangles (basix node order) and outward direction of the inlet, on every rank."""
    mesh = domain.mesh
    facets = domain.facets(name)
    cells, local = facet_cells(mesh, facets)
    faces = np.array(basix.topology(basix.CellType.tetrahedron)[2])
    corners = mesh.geometry.x[
        np.take_along_axis(cell_nodes(mesh)[cells], faces[local].reshape(-1, 3), axis=1)
    ]
    inside = mesh.geometry.x[cell_nodes(mesh)[cells]].mean(axis=1)
    outward = domain.comm.allreduce((corners.mean(axis=1) - inside).sum(axis=0))
    corners = np.concatenate(domain.comm.allgather(corners))
    if len(corners) == 0:
        raise InvalidProblem(f"surface '{name}' has no facets")
    if space.ufl_element().degree == 2:
        # Mid-edge nodes in basix order: edge i is opposite vertex i.
        middle = np.stack([corners[:, [1, 2]], corners[:, [0, 2]], corners[:, [0, 1]]], 1).mean(2)
        corners = np.concatenate([corners, middle], axis=1)
    flat = corners.reshape(-1, 3)
    scale = 1e-7 * np.ptp(flat, axis=0).max()
    _, first, inverse = np.unique(
        np.round(flat / scale).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    return flat[first], inverse.reshape(corners.shape[:2]), outward
