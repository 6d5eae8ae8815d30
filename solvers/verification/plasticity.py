# SPDX-License-Identifier: BSD-3-Clause
"""Plasticity benchmarks with published or analytic answers, for any solid element.

- Hill's tube: thick tube under internal pressure, plane strain, perfect plasticity (R. Hill, The
  Mathematical Theory of Plasticity, 1950). Solved with a hundred times the modulus, so that strains
  are small as in the theory; displacements are scaled back.
- Cook's membrane in finite plasticity (J. C. Simo, F. Armero, doi:10.1002/nme.1620330705).
- Necking of a round bar (J. C. Simo, doi:10.1016/0045-7825(88)90076-X).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray
from scipy.optimize import brentq

from solvers.solid.body import Body
from solvers.solid.laws.base import Law
from solvers.solid.laws.hardening import LinearHardening, TableHardening, VoceHardening
from solvers.solid.laws.j2 import J2
from solvers.solid.newton import Newton, NewtonSettings
from solvers.solid.stepping import LoadStepper, Step, StepSettings
from solvers.verification.block import block

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Element:
    """A finite element and its quadrature.

    Attributes:
        cells: ``hexahedron`` or ``tetrahedron``.
        degree: of the displacement.
        family: ``Lagrange`` or ``S``.
        quadrature: degree, None for the default.
        volumetric: quadrature degree of the volumetric stress, None for the default.
    """

    cells: str = "hexahedron"
    degree: int = 2
    family: str = "Lagrange"
    quadrature: int | None = None
    volumetric: int | None = None

    def body(
        self, divisions: tuple[int, int, int], position: Callable[[Array], Array], law: Law
    ) -> Body:
        """Body of one law on a mapped block with curved cells."""
        domain = block(divisions, position, cells=self.cells, degree=2)
        laws = {"body": law}
        return Body(
            domain,
            laws,
            self.degree,
            self.quadrature,
            family=self.family,
            volumetric_degree=self.volumetric,
        )


ELEMENTS = {
    "Q2": Element(),
    "Q2 full": Element(volumetric=4),
    "S2": Element(family="S"),
    "S2 full": Element(family="S", volumetric=4),
    "S2 reduced": Element(family="S", quadrature=2),
    "P2": Element("tetrahedron"),
}
"""By name: the default of each element, pressure not reduced, everything reduced."""


@dataclass
class Result:
    """What a benchmark gives.

    Attributes:
        unknowns: of the displacement.
        seconds: of the load steps, without compilation.
        iterations: Newton iterations.
        rows: (load or displacement, answer) at the end of each step.
        plastic_strain: largest at the end, where asked for.
    """

    unknowns: int
    seconds: float = 0.0
    iterations: int = 0
    rows: list[tuple[float, float]] = field(default_factory=list)
    plastic_strain: float | None = None


def ring(inner: float, outer: float, length: float) -> Callable[[Array], Array]:
    """A quarter of a tube [m]: first coordinate radial, second around, third along z."""

    def position(x: Array) -> Array:
        radius = inner + (outer - inner) * x[:, 0]
        angle = np.pi / 2 * x[:, 1]
        return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), length * x[:, 2]])

    return position


class Probe:
    """Displacement of the node at a point."""

    def __init__(self, body: Body, point: tuple[float, float, float]) -> None:
        """Find the node within 1e-6 of the size of the mesh."""
        x = body.space.tabulate_dof_coordinates()
        distance = np.linalg.norm(x - np.array(point), axis=1)
        self._node, self._values = int(distance.argmin()), body.displacement.x
        if distance.min() > 1e-6 * np.ptp(x):
            raise ValueError(f"no node at {point}")

    def __call__(self) -> Array:
        """(3,) displacement [m]."""
        return self._values.array.reshape(-1, 3)[self._node]


def hill_displacement(pressure: float, poisson: float) -> float:
    """Hill's outer displacement [m] of the tube of ``hill_tube`` at a pressure [Pa] that yields.

    The theory puts the axial stress midway between the others in the plastic zone, which holds as
    Poisson's ratio tends to 1/2. At 0.3 the true displacement is more by 0.05, 0.5 and 2.3 % at
    140, 180 and 190 MPa (radial finite elements at small strain).
    """
    inner, outer, strength = 0.1, 0.2, 2 * 240e6 / 3**0.5

    def excess(front: float) -> float:
        return strength * (np.log(front / inner) + (1 - (front / outer) ** 2) / 2) - pressure

    front = brentq(excess, inner, outer)
    return (1 - poisson**2) * strength * front**2 / (210e9 * outer)


def hill_tube(
    element: Element,
    divisions: tuple[int, int],
    pressures: tuple[float, ...],
    poisson: float = 0.3,
) -> Result:
    """Radial displacement of the outer surface [m] at internal pressures [Pa].

    Tube of radii 0.1 and 0.2 m, E 210 GPa, yield stress 240 MPa; ``divisions`` are radial and
    around a quarter.
    """
    stiffer = 100.0
    law = J2(stiffer * 210e9, poisson, LinearHardening(240e6, 0.0))
    body = element.body((*divisions, 1), ring(0.1, 0.2, 0.02), law)
    for surface, component in (("y_low", 1), ("y_high", 0), ("z_low", 2), ("z_high", 2)):
        body.prescribe(surface, component=component)
    pressure = dolfinx.fem.Constant(body.mesh, 0.0)
    ds = ufl.Measure("ds", domain=body.mesh, subdomain_data=body.domain.facet_tags)
    push = -pressure * ufl.FacetNormal(body.mesh)
    inner = ds(body.domain.tag("x_low"))
    body.terms.append(-ufl.inner(push, ufl.TestFunction(body.space)) * inner)
    probe = Probe(body, (0.2, 0.0, 0.0))

    def apply(load: float) -> None:
        pressure.value = load * pressures[-1]

    return _walk(
        body,
        apply,
        lambda load: (load * pressures[-1], stiffer * probe()[0]),
        StepSettings(first=0.25, largest=0.25, smallest=1e-4),
        stops=tuple(p / pressures[-1] for p in pressures),
    )


def cook_membrane(element: Element, n: int, layers: int = 1) -> Result:
    """Rise of the top corner [m] of the tapered panel under a dead shear force, in ten steps."""

    def position(x: Array) -> Array:
        across = x[:, 0]
        bottom, top = 44 * across, 44 + 16 * across
        height = bottom + (top - bottom) * x[:, 1]
        return 1e-3 * np.column_stack([48 * across, height, x[:, 2]])

    law = J2(206.9e9, 0.29, VoceHardening(450e6, 715e6, 16.93, 129.24e6))
    body = element.body((n, n, layers), position, law)
    body.prescribe("x_low", component=0)
    body.prescribe("x_low", component=1)
    for surface in ("z_low", "z_high"):
        body.prescribe(surface, component=2)
    traction = dolfinx.fem.Constant(body.mesh, np.zeros(3))
    ds = ufl.Measure("ds", domain=body.mesh, subdomain_data=body.domain.facet_tags)
    side = ds(body.domain.tag("x_high"))
    body.terms.append(-ufl.inner(traction, ufl.TestFunction(body.space)) * side)
    probe = Probe(body, (0.048, 0.06, 0.0))

    def apply(load: float) -> None:
        traction.value[1] = load * 5e9 / 16

    return _walk(
        body,
        apply,
        lambda load: (load, probe()[1]),
        StepSettings(first=0.1, largest=0.1, smallest=1e-3),
    )


NECKING_TABLE = TableHardening(
    (0.0, 0.006, 0.019, 0.038, 0.066, 0.147, 0.5, 1.0),
    (451e6, 476e6, 525e6, 583e6, 642e6, 710e6, 777e6, 831e6),
)


def necking_bar(
    element: Element, divisions: tuple[int, int], reach: float = 7e-3, taper: float = 1e-3
) -> Result:
    """Axial force on the whole bar [N] against the displacement of each end [m].

    An eighth of a bar of radius 6.413 mm and length 53.334 mm, whose ends are held sideways; that
    puts the neck in the middle, and ``taper`` makes the middle thinner by its share. ``divisions``
    are radial and along; cells are shorter towards the middle. The axis is a wire of a thousandth
    of the radius that keeps its width.
    """
    radius, half = 6.413e-3, 26.667e-3

    def position(x: Array) -> Array:
        along = half * (0.35 * x[:, 2] + 0.65 * x[:, 2] ** 2)
        thinner = 1 - taper * (1 - along / half)
        share = 1e-3 + (1 - 1e-3) * x[:, 0]
        angle = np.pi / 2 * x[:, 1]
        r = radius * thinner * share
        return np.column_stack([r * np.cos(angle), r * np.sin(angle), along])

    body = element.body((divisions[0], 2, divisions[1]), position, J2(200e9, 0.3, NECKING_TABLE))
    supports = [("y_low", 1), ("y_high", 0), ("z_low", 2), ("x_low", 0), ("x_low", 1)]
    for surface, component in (*supports, ("z_high", 0), ("z_high", 1)):
        body.prescribe(surface, component=component)
    end = body.prescribe("z_high", component=2)
    body.limits = {"plastic_strain": 0.05}
    held = dolfinx.fem.locate_dofs_topological(
        body.space.sub(2), 2, body.domain.facets("z_high", owned=False)
    )

    def apply(load: float) -> None:
        end.value = load * reach

    return _walk(
        body,
        apply,
        lambda load: (load * reach, 4 * float(body.work.force[held].sum())),
        StepSettings(first=2e-3, largest=0.05, smallest=1e-5),
    )


def bent_strut(
    element: Element, divisions: tuple[int, int, int], reach: float = 2.5e-4, step: float = 0.02
) -> Result:
    """Force that opens half a crown [N] against the displacement of its end [m].

    Quarter circle of radius 0.15 mm with a straight leg of 0.5 mm, width 90 um, half of the
    thickness of 80 um, cobalt-chromium; ``divisions`` are along, across and through the thickness.
    The end moves sideways without turning; the load steps bring 2 % plastic strain, or ``step``.
    """
    radius, leg, width, half = 1.5e-4, 5e-4, 9e-5, 4e-5

    def position(x: Array) -> Array:
        length = np.pi / 2 * radius
        along = x[:, 0] * (length + leg)
        angle = np.minimum(along / radius, np.pi / 2)
        r = radius + width * (x[:, 1] - 0.5)
        down = np.maximum(along - length, 0.0)
        return np.column_stack([r * np.sin(angle), r * np.cos(angle) - down, -half * x[:, 2]])

    law = J2(243e9, 0.3, LinearHardening(476e6, 2e9))
    body = element.body(divisions, position, law)
    for surface, component in (("x_low", 0), ("x_high", 1), ("z_low", 2)):
        body.prescribe(surface, component=component)
    end = body.prescribe("x_high", component=0)
    body.limits = {"plastic_strain": step}
    held = dolfinx.fem.locate_dofs_topological(
        body.space.sub(0), 2, body.domain.facets("x_high", owned=False)
    )

    def apply(load: float) -> None:
        end.value = load * reach

    result = _walk(
        body,
        apply,
        lambda load: (load * reach, 2 * float(body.work.force[held].sum())),
        StepSettings(first=0.02, largest=0.1, smallest=1e-4),
    )
    result.plastic_strain = float(body.histories["body"].values[..., -1].max())
    return result


def _walk(
    body: Body,
    apply: Callable[[float], None],
    answer: Callable[[float], tuple[float, float]],
    settings: StepSettings,
    stops: tuple[float, ...] = (),
) -> Result:
    """Take the load steps and note the answer after each."""
    newton: Newton = body.newton(NewtonSettings())
    result = Result(3 * body.space.dofmap.index_map.size_global)
    start = time.perf_counter()

    def note(step: Step) -> None:
        result.iterations += step.iterations
        result.rows.append(answer(step.load))

    LoadStepper(newton.solve, [body], settings).run(apply, note, stops=stops)
    result.seconds = time.perf_counter() - start
    newton.destroy()
    return result
