# SPDX-License-Identifier: BSD-3-Clause
"""A stent, or a part of one, on the bench: body, supports, tools, equilibrium."""

from __future__ import annotations

from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np
import ufl
from numpy.typing import NDArray

from solvers.common.errors import SolverDiverged
from solvers.common.tagged_mesh import TaggedMesh
from solvers.solid.bench.settings import BenchSettings
from solvers.solid.body import Body
from solvers.solid.contact.facet_field import FacetPoints
from solvers.solid.contact.penalty import PenaltyContact
from solvers.solid.contact.supports import MirrorPlane, hold_axially
from solvers.solid.contact.tools import Profile, RigidTool, Widening, pin, plates, widened
from solvers.solid.damping import Damping
from solvers.solid.laws.base import Law
from solvers.solid.newton import Newton, NewtonSettings
from solvers.solid.stepping import Participant

Array = NDArray[np.float64]


class BenchModel:
    """The device and the tools that may touch it.

    Attributes:
        info: ``info.json`` of the mesh bundle.
        body: the device.
        damping: what holds motions that nothing else holds.
        plane: the mirror plane at the end of the sector, None for a whole circumference.
        crimper, balloon: cylinders outside and inside.
        device: the body as it takes part in load steps.
        tools: set of tools in use, ``radial``, ``plates`` or ``pins``.
        crimper_radius: of the cylinder outside [m], infinite when it is out of reach.
        widening: pairs of an axial position and of how much larger its radius is there [m].
        balloon_radius: of the middle of the balloon [m], 0 when it is out of reach.
        pieces: everything that takes part in load steps, in the order of commitment.
    """

    def __init__(
        self,
        domain: TaggedMesh,
        law: Law,
        info: dict[str, Any],
        settings: BenchSettings,
        sloped: bool = False,
    ) -> None:
        """Build the model at rest, with all tools out of reach.

        Args:
            domain: mesh of the bundle.
            law: of the metal.
            info: ``info.json`` of the bundle.
            settings: numerical settings.
            sloped: whether the cylinder outside also pushes along the axis where it is widened.
        """
        self.domain, self.info, self.settings = domain, info, settings
        self.body = _body(domain, law, settings)
        shear = law.young / (2 * (1 + law.poisson))
        self.thickness: float = info["strut_thickness"]
        self.height = 2.0 * info["outer_radius"]
        self.device = Device(self.body)
        coefficient = settings.damping * shear / self.height**2
        self.damping = Damping(self.body, coefficient, settings.damping_limit)
        self.plane = self._support(settings.plane_penalty * shear / self.thickness)
        self.surfaces = {name: FacetPoints(domain, name, 2) for name in ("outer", "inner")}
        self.crimper = self._contact("outer", RigidTool(self.surfaces["outer"], -1, sloped=sloped))
        self.balloon = self._contact("inner", RigidTool(self.surfaces["inner"], 1))
        self._others: dict[str, list[PenaltyContact]] = {}
        self._newtons: dict[str, Newton] = {}
        self._basic = list(self.body.terms)
        self.tools = "radial"
        self.crimper_radius, self.balloon_radius = np.inf, 0.0
        self.widening: Widening = ()

    # -- set-up ---------------------------------------------------------------------------------

    def _support(self, stiffness: float) -> MirrorPlane | None:
        names = self.domain.markers["facets"]
        if "mirror_z" in names:
            self.body.prescribe("mirror_z", 0.0, 2)
        else:
            held = tuple(n for n in ("mirror_start", "mirror_end") if n in names)
            hold_axially(self.body, held or ("inner",))
        if "mirror_start" not in names:
            return None
        MirrorPlane(self.body, "mirror_start", 0.0, stiffness)
        return MirrorPlane(self.body, "mirror_end", self.info["sector_angle"], stiffness)

    def _contact(self, surface: str, tool: RigidTool) -> PenaltyContact:
        points, body = self.surfaces[surface], self.body
        start = self.device.start
        return PenaltyContact(points, body.displacement, start, tool, self.settings.penalty)

    @property
    def contacts(self) -> list[PenaltyContact]:
        """Contacts of the present set of tools."""
        if self.tools == "radial":
            return [self.crimper, self.balloon]
        if self.tools not in self._others:
            points = self.surfaces["outer"]
            made = [plates(points)] if self.tools == "plates" else [pin(points) for _ in range(3)]
            self._others[self.tools] = [self._contact("outer", tool) for tool in made]
        return self._others[self.tools]

    @property
    def contact_sets(self) -> dict[str, list[PenaltyContact]]:
        """Contacts of all sets of tools used so far."""
        return {"radial": [self.crimper, self.balloon], **self._others}

    @property
    def pieces(self) -> list[Participant]:
        """Contact and damping look at the start of the step, and so come before the device."""
        return [*self.contacts, self.damping, self.device]

    def _newton(self) -> Newton:
        if self.tools not in self._newtons:
            test = ufl.TestFunction(self.body.space)
            self.body.terms = [*self._basic, *(c.residual(test) for c in self.contacts)]
            settings = NewtonSettings(
                tolerance=self.settings.tolerance,
                iterations=self.settings.iterations,
                line_search=self.settings.line_search,
            )
            self._newtons[self.tools] = self.body.newton(settings)
        return self._newtons[self.tools]

    # -- tools ----------------------------------------------------------------------------------

    def close_to(self, radius: float, widening: Widening = (), reach: float = np.inf) -> None:
        """Put the cylinder outside at a radius [m], larger by the widening, up to ``reach`` [m]."""
        self.crimper_radius, self.widening = radius, widening
        self.crimper.other.move(widened(radius, widening, reach), self.crimper.positions())

    def open_to(self, profile: Profile, middle: float) -> None:
        """Put the balloon at a profile [m], whose radius in the middle is given too."""
        self.balloon_radius = middle
        self.balloon.other.move(profile, self.balloon.positions())

    def withdraw(self) -> None:
        """Put the present tools out of reach."""
        self.crimper_radius, self.balloon_radius, self.widening = np.inf, 0.0, ()
        for contact in self.contacts:
            contact.other.withdraw()
            contact.clear()

    # -- equilibrium ----------------------------------------------------------------------------

    def solve(self) -> int:
        """Equilibrium under the tools as they are, augmented until they penetrate little.

        Returns:
            Newton iterations.

        Raises:
            SolverDiverged: no equilibrium was found, or it penetrates too deeply.
        """
        newton = self._newton()
        count = self._first(newton)
        for _ in range(self.settings.augmentations):
            if self.penetration() <= self.settings.penetration * self.thickness:
                return count
            for contact in self.contacts:
                contact.augment()
            count += newton.solve()
        depth = self.penetration()
        if depth > self.settings.penetration * self.thickness:
            raise SolverDiverged(f"a tool still penetrates by {depth:.2e} m after augmentation")
        return count

    def _first(self, newton: Newton) -> int:
        """From the extrapolated start; from the last state where that leads nowhere."""
        if not self.device.predicted:
            return self._follow(newton) + newton.solve()
        try:
            return newton.solve()
        except SolverDiverged:
            self.device.undo()
            return self.settings.iterations + self._follow(newton) + newton.solve()

    def _follow(self, newton: Newton) -> int:
        """Move on with the tools as if no point could come off, for a start near contact."""
        if not any(contact.bore() for contact in self.contacts):
            return 0
        for contact in self.contacts:
            contact.grip()
        try:
            return newton.solve()
        except SolverDiverged:
            self.device.undo()
            return self.settings.iterations
        finally:
            for contact in self.contacts:
                contact.loosen()

    def penetration(self) -> float:
        """Deepest penetration of the present tools [m]; collective."""
        return max(contact.penetration() for contact in self.contacts)

    def energies(self) -> dict[str, float]:
        """Work of the tools, what damping took, and what went into the device [J]."""
        used = [contact for made in self.contact_sets.values() for contact in made]
        return {
            "contact_work": sum(contact.work for contact in used),
            "damping_energy": self.damping.energy,
            "internal_energy": self.body.internal_energy(),
        }

    # -- sizes ----------------------------------------------------------------------------------

    def radii(self, surface: str) -> tuple[float, float]:
        """Least and largest radius of a surface at its contact points [m]; collective."""
        positions = self.positions(surface)
        r = np.hypot(positions[..., 0], positions[..., 1])
        comm = self.domain.comm
        low = comm.allreduce(float(r.min(initial=np.inf)), MPI.MIN)
        return low, comm.allreduce(float(r.max(initial=0.0)), MPI.MAX)

    def positions(self, surface: str) -> Array:
        """(facets, points, 3) present positions of the contact points of a surface [m]."""
        contact = self.crimper if surface == "outer" else self.balloon
        return contact.positions()


class Device(Participant):
    """The body in load steps: starts each where the last one points to, over all walks.

    A body predicts within one walk; here a search makes many walks of one step, and a start that
    leads nowhere is given up for the last state before the step is cut.

    Attributes:
        start: displacement at the last converged step [m].
        predicted: whether the present step started from an extrapolation.
        pace: way of the tool per load of the present walk, in any unit that its walks share.
    """

    def __init__(self, body: Body) -> None:
        """Follow a body."""
        self._body = body
        self.start = dolfinx.fem.Function(body.space)
        self._change: tuple[Array, float] | None = None
        self._step, self.pace = 0.0, 1.0
        self.predicted = False

    def begin(self, increment: float) -> None:
        """Move the displacement on, in proportion to the increments."""
        self._body.enter()
        self._body.begin(increment)
        self._step = increment * self.pace
        self.predicted = self._change is not None
        if self._change is not None:
            change, before = self._change
            self._body.displacement.x.array[:] += self._step / before * change

    def undo(self) -> None:
        """Back to the last converged state."""
        self._body.displacement.x.array[:] = self.start.x.array
        self.predicted = False

    def forget(self) -> None:
        """The load turns: the last step says nothing about the next."""
        self._change = None

    def demand(self) -> float:
        """That of the body."""
        return self._body.demand()

    def commit(self) -> None:
        """Learn from the step and store the history."""
        present = self._body.displacement.x.array
        self._change = (present - self.start.x.array, self._step)
        self.start.x.array[:] = present
        self._body.commit()

    def snapshot(self) -> Any:
        """That of the body."""
        return self._body.snapshot()

    def restore(self, state: Any) -> None:
        """Go back to a snapshot of the body, which is a converged step."""
        self._body.restore(state)
        self.arrive()

    def arrive(self) -> None:
        """The body is at a converged step."""
        self.start.x.array[:] = self._body.displacement.x.array


def _body(domain: TaggedMesh, law: Law, settings: BenchSettings) -> Body:
    laws = dict.fromkeys(domain.markers["cells"], law)
    hexahedra = domain.mesh.topology.cell_name() == "hexahedron"
    if hexahedra and settings.element == "S2":
        body = Body(domain, laws, 2, 3, family="S")
    else:
        body = Body(domain, laws, 2, 5 if hexahedra else None)
    if any(variable.name == "plastic_strain" for variable in law.history):
        body.limits["plastic_strain"] = settings.plastic_step
    return body
