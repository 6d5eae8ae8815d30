# SPDX-License-Identifier: BSD-3-Clause
"""Inflation of layered arteries: a wedge between two planes of symmetry.

The wedge is one element high and is stretched along the axis. Where the wall is cut open at rest,
the reference state is the closed, unloaded one and each layer carries the initial deformation
that closes its sector: R to r with r^2 = a^2 + (R^2 - A^2)/(k lz), hoop stretch k r/R, axial
stretch lz.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mpi4py import MPI

import dolfinx
import numpy as np
import ufl

from solvers.common.tagged_mesh import TaggedMesh
from solvers.solid.fibres import cylindrical_tensor, helical_pair
from solvers.solid.laws.hyperelastic import Hyperelastic
from solvers.solid.laws.prestrained import Prestrained
from solvers.solid.mixed import MixedBody
from solvers.solid.newton import NewtonSettings
from solvers.solid.stepping import LoadStepper, StepSettings
from solvers.verification.block import block

ANGLE = np.radians(4.0)
"""Of the wedge."""


@dataclass(frozen=True)
class Layer:
    """One layer of a wall.

    Attributes:
        name: of its region.
        thickness: at rest [m].
        angle: of its fibres from the hoop direction [degrees].
        law: the law with the fibres given.
    """

    name: str
    thickness: float
    angle: float
    law: Callable[[tuple], Hyperelastic]


@dataclass(frozen=True)
class Wall:
    """A wall at rest.

    Attributes:
        layers: from the inside.
        radius: inner radius at rest [m], of the open sector where there is one.
        stretch: along the axis.
        opening: angle of the sector that is missing when it is cut open [rad].
        own_sectors: each layer has a sector of its own that starts at ``radius``.
        closed: inner radius [m] of the reference state when cut open: a guess at that of the
            unloaded wall; any other gives the same answers.
    """

    layers: tuple[Layer, ...]
    radius: float
    stretch: float = 1.0
    opening: float = 0.0
    own_sectors: bool = False
    closed: float | None = None

    @property
    def share(self) -> float:
        """Full circle over the angle of the open sector: k."""
        return 2 * np.pi / (2 * np.pi - self.opening)

    def sectors(self) -> list[tuple[float, float, float]]:
        """(inner and outer radius at rest, inner radius in the reference state) of each layer."""
        found, rest, inner = [], self.radius, self.closed or self.radius
        for layer in self.layers:
            outer = rest + layer.thickness
            found.append((rest, outer, inner))
            inner = self.moved(outer, rest, inner)
            rest = self.radius if self.own_sectors else outer
        return found

    def moved(self, R: float, rest: float, inner: float) -> float:
        """Radius in the reference state of what is at R at rest."""
        if self.closed is None:
            return R
        return float(np.sqrt(inner**2 + (R**2 - rest**2) / (self.share * self.stretch)))


def wedge(wall: Wall, elements: Sequence[int], comm: MPI.Comm = MPI.COMM_SELF) -> TaggedMesh:
    """Wedge of a wall with as many elements through each layer."""
    sectors = wall.sectors()
    radii = [
        np.linspace(inner, wall.moved(outer, rest, inner), n + 1)
        for (rest, outer, inner), n in zip(sectors, elements, strict=True)
    ]
    lattice = np.concatenate([[radii[0][0]], *(r[1:] for r in radii)])
    height = ANGLE * lattice[0]
    ends = np.cumsum(elements) / sum(elements)

    def position(x: np.ndarray) -> np.ndarray:
        r = np.interp(x[:, 0], np.linspace(0, 1, len(lattice)), lattice)
        angle = ANGLE * x[:, 1]
        return np.column_stack([r * np.cos(angle), r * np.sin(angle), height * x[:, 2]])

    names = tuple(layer.name for layer in wall.layers)
    return block(
        (len(lattice) - 1, 1, 1),
        position,
        cells="tetrahedron",
        degree=2,
        region=lambda x: np.searchsorted(ends, x[:, 0]).astype(np.int32),
        names=names,
        comm=comm,
    )


class Artery:
    """An inflated wedge.

    Attributes:
        body: its body.
        pressure: in the lumen [Pa].
    """

    def __init__(self, wall: Wall, elements: Sequence[int]) -> None:
        """Hold the planes of symmetry; the ends are stretched by ``stretch``."""
        self.wall = wall
        domain = wedge(wall, elements)
        mesh = domain.mesh
        laws: dict = {}
        for layer, sector in zip(wall.layers, wall.sectors(), strict=True):
            law = layer.law(helical_pair(mesh, layer.angle))
            laws[layer.name] = Prestrained(law, self._closing(mesh, sector)) if wall.closed else law
        self.body = MixedBody(domain, laws)
        self._height = ANGLE * (wall.closed or wall.radius)
        self._top = self.body.prescribe("z_high", 0.0, 2)
        self.body.prescribe("z_low", 0.0, 2)
        self.body.prescribe("y_low", 0.0, 1)
        normal = np.array([-np.sin(ANGLE), np.cos(ANGLE), 0.0])
        stiffness = max(float(laws[n].bulk_modulus) for n in laws) / self._height
        self.body.hold_plane("y_high", normal, stiffness)
        self.pressure = self.body.follow_pressure("x_low")
        settings = NewtonSettings(tolerance=1e-7, iterations=15)
        self._solve = self.body.newton(settings).solve

    def _closing(self, mesh: dolfinx.mesh.Mesh, sector: tuple[float, float, float]):
        """F0 of a layer in the cylindrical frame."""
        rest, _, inner = sector
        k, stretch = self.wall.share, self.wall.stretch
        x = ufl.SpatialCoordinate(mesh)
        r = ufl.sqrt(x[0] ** 2 + x[1] ** 2)
        R = ufl.sqrt(rest**2 + k * stretch * (r**2 - inner**2))
        return cylindrical_tensor(mesh, R / (r * k * stretch), k * r / R, stretch)

    def stretch(self, steps: int = 4) -> None:
        """Reach the unloaded state: stretch along the axis, or relax the closed sector."""
        top = 0.0 if self.wall.closed else (self.wall.stretch - 1) * self._height

        def apply(load: float) -> None:
            self._top.value = load * top

        self._walk(apply, steps)

    def inflate(self, pressure: float, steps: int = 4) -> float:
        """Raise the pressure [Pa]; returns the inner radius [m]."""
        start = float(self.pressure.value)

        def apply(load: float) -> None:
            self.pressure.value = start + load * (pressure - start)

        self._walk(apply, steps)
        return self.inner_radius()

    def _walk(self, apply: Callable[[float], None], steps: int) -> None:
        settings = StepSettings(first=1 / steps, largest=1 / steps, smallest=1e-3 / steps)
        LoadStepper(self._solve, [self.body], settings).run(apply)

    def inner_radius(self) -> float:
        """Mean radius of the lumen [m] over the inner surface."""
        mesh, u = self.body.mesh, self.body.displacement
        ds = ufl.Measure("ds", mesh, subdomain_data=self.body.domain.facet_tags)
        ds = ds(self.body.domain.tag("x_low"))
        x = ufl.SpatialCoordinate(mesh) + u
        parts = (ufl.sqrt(x[0] ** 2 + x[1] ** 2) * ds, dolfinx.fem.Constant(mesh, 1.0) * ds)
        total, area = (dolfinx.fem.assemble_scalar(dolfinx.fem.form(form)) for form in parts)
        return total / area
