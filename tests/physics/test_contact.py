# SPDX-License-Identifier: BSD-3-Clause
"""Contact against closed forms: patch and balance of forces, Hertz's line contact."""

import dolfinx
import numpy as np
import pytest
import ufl

from solvers.common.forms import compile_form
from solvers.solid.body import Body
from solvers.solid.contact.facet_field import FacetPoints
from solvers.solid.contact.penalty import PenaltyContact
from solvers.solid.contact.supports import MirrorPlane
from solvers.solid.contact.tools import RigidTool, constant, plates, widened
from solvers.solid.laws.linear_elastic import LinearElastic
from solvers.solid.laws.neo_hookean import NeoHookean
from solvers.solid.newton import NewtonSettings
from solvers.verification.block import block


def contact_of(body, surface, tool, penalty):
    points = FacetPoints(body.domain, surface, 2)
    start = dolfinx.fem.Function(body.space)
    contact = PenaltyContact(points, body.displacement, start, tool(points), penalty)
    body.terms.append(contact.residual(ufl.TestFunction(body.space)))
    return contact


def reaction(body, component):
    """Sum of the internal forces at the prescribed unknowns of a component [N]."""
    internal = dolfinx.fem.assemble_vector(compile_form(body.residual)).array
    total = internal.copy()
    for term in body.terms:
        total += dolfinx.fem.assemble_vector(compile_form(term)).array
    held = np.unique(np.concatenate([bc.dof_indices()[0] for bc in body.boundaries]))
    held = held[held % 3 == component]
    return float(total[held].sum())


def test_patch_and_balance_of_forces():
    """A plate on a block that slides freely: uniform stress, and the force of the plate comes out
    at the support."""
    domain = block((2, 2, 2), lambda x: 1e-3 * (x - [0.5, 0.0, 0.5]))
    young, poisson = 2e9, 0.3
    body = Body(domain, {"body": LinearElastic(young, poisson)}, 2, 5)
    body.prescribe("y_low", 0.0, 1)
    body.prescribe("x_low", 0.0, 0)
    body.prescribe("z_low", 0.0, 2)
    contact = contact_of(body, "y_high", plates, 1e15)
    newton = body.newton(NewtonSettings(tolerance=1e-12))
    contact.other.move(constant(1e-3 * (1 - 1e-3)), contact.positions())
    for _ in range(4):
        newton.solve()
        contact.augment()
    assert contact.penetration() < 1e-12
    force = contact.force()
    assert force == pytest.approx(young * 1e-3 * 1e-6, rel=1e-6)
    assert contact.force_vector() == pytest.approx([0.0, -force, 0.0], abs=1e-9 * force)
    assert reaction(body, 1) == pytest.approx(force, rel=1e-8)
    stress = body.evaluate("body", body.at_points("body", ufl.as_vector(
        [body.laws["body"].stress(body.F, {})[i, i] for i in range(3)])))  # fmt: skip
    scale = young * 1e-3
    assert stress[..., 1] == pytest.approx(np.full(stress.shape[:2], -scale), rel=1e-5)
    assert np.abs(stress[..., [0, 2]]).max() < 1e-5 * scale


@pytest.mark.parametrize(("load", "half_width", "pressure"), [(1.0, 0.07611, 8.3641)])
def test_hertz_line_contact(load, half_width, pressure):
    """A cylinder of radius 1 mm pressed on a plate, 1 N/mm; E 200 MPa, nu 0.3, plane strain."""

    def quarter(x):
        """Fan of the unit square onto a quarter disc whose pole is where it touches."""
        s, t = x[:, 0], x[:, 1]
        near = 0.04 * s + 0.96 * s**3
        angle = near * np.pi / 2
        depth = 0.02 * t + 0.98 * t**2.5
        pole = np.column_stack([np.sin(angle), -np.cos(angle)])
        inner = np.column_stack([0.55 * s**2 * 0.9 + 0.05 * s, np.zeros_like(s)])
        plane = (1 - depth)[:, None] * pole + depth[:, None] * inner
        return 1e-3 * np.column_stack([plane[:, 0], plane[:, 1], 0.05 * x[:, 2]])

    domain = block((14, 10, 1), quarter, degree=2)
    body = Body(domain, {"body": NeoHookean.of_young(200e6, 0.3)}, 2, 5)
    for surface in ("z_low", "z_high"):
        body.prescribe(surface, 0.0, 2)
    body.prescribe("x_low", 0.0, 0)
    drives = [body.prescribe(surface, 0.0, 1) for surface in ("y_high", "x_high")]
    contact = contact_of(body, "y_low", plates, 2e13)
    # The lower plate stays where the cylinder touches it; the upper half does not exist.
    contact.other.move(constant(1e-3), contact.positions())
    newton = body.newton(NewtonSettings(tolerance=1e-9))
    wanted = 0.5 * load * 1e3 * 0.05e-3  # half a cylinder, a slice of 0.05 mm
    depth = -0.0115e-3
    found = []
    for _ in range(4):
        for drive in drives:
            drive.value = depth
        newton.solve()
        contact.augment()
        newton.solve()
        found.append((depth, contact.force()))
        if len(found) > 1:
            (a, f), (b, g) = found[-2:]
            depth = b + (wanted - g) * (b - a) / (g - f)
        else:
            depth *= 1.2
    force = found[-1][1]
    assert force == pytest.approx(wanted, rel=1e-3)
    values = contact.points.evaluator(contact.pressure)()[..., 0]
    assert values.max() / 1e6 == pytest.approx(pressure, rel=0.03)
    # The elliptic pressure of Hertz has the second moment of its half width a: a^2/4.
    place = ufl.SpatialCoordinate(domain.mesh)[0] + body.displacement[0]
    moment = compile_form(contact.pressure * place**2 * contact.points.measure)
    width = 2 * np.sqrt(dolfinx.fem.assemble_scalar(moment) / force)
    assert width * 1e3 == pytest.approx(half_width, rel=0.03)


def test_a_widened_tool_pushes_across_its_slope():
    """A block held 0.1 mm deep under a wedge: the force is normal to the wedge, and its part across
    the axis is the penalty times the volume that is cut."""
    domain = block((2, 2, 2), lambda x: 1e-3 * (x - [0.5, 0.0, 0.0]))
    body = Body(domain, {"body": LinearElastic(2e9, 0.3)}, 2, 5)

    def wedge(points):
        return RigidTool(points, -1, across=(0.0, 1.0, 0.0), sloped=True)

    contact = contact_of(body, "y_high", wedge, 1e15)
    profile = widened(0.9e-3, ((0.0, 0.0), (1e-3, 0.1e-3)))
    contact.other.move(profile, contact.positions())
    force = 1e15 * 0.5 * 0.1e-3 * 1e-6
    assert contact.force() == pytest.approx(force, rel=1e-9)
    assert contact.force_vector() == pytest.approx([0.0, -force, 0.1 * force], abs=1e-9 * force)
    assert profile(np.array([-1e-3, 0.5e-3, 2e-3])) == pytest.approx([0.9e-3, 0.95e-3, 1e-3])
    limited = widened(0.9e-3, ((0.0, 0.0), (1e-3, 0.1e-3)), 0.02e-3)
    assert limited(np.array([1e-4, 1e-3])) == pytest.approx([0.91e-3, 0.92e-3])


def test_oblique_mirror_plane_gives_little():
    """A sector of a tube under a collar: the spring of the plane against the exact plane."""
    poisson = 0.3

    def sector(x):
        angle = np.pi / 6 * x[:, 1]
        r = 1e-3 * (1 + 0.2 * x[:, 0])
        return np.column_stack([r * np.cos(angle), r * np.sin(angle), 1e-3 * x[:, 2]])

    domain = block((1, 3, 1), sector, degree=2)
    body = Body(domain, {"body": LinearElastic(2e11, poisson)}, 2, 5)
    for surface in ("z_low", "z_high"):
        body.prescribe(surface, 0.0, 2)
    MirrorPlane(body, "y_low", 0.0, 0.0)
    plane = MirrorPlane(body, "y_high", np.pi / 6, 1e4 * 2e11 / 2.6 / 2e-4)
    normal = ufl.FacetNormal(domain.mesh)
    ds = ufl.Measure("ds", domain.mesh, subdomain_data=domain.facet_tags)
    pressure = dolfinx.fem.Constant(domain.mesh, 1e6)
    test = ufl.TestFunction(body.space)
    body.terms.append(pressure * ufl.dot(normal, test) * ds(domain.tag("x_high")))
    body.newton(NewtonSettings(tolerance=1e-12)).solve()
    moved = body.displacement.x.array.reshape(-1, 3)
    place = body.space.tabulate_dof_coordinates()
    radial = (moved * place).sum(axis=1) / np.hypot(place[:, 0], place[:, 1])
    inside = np.isclose(np.hypot(place[:, 0], place[:, 1]), 1e-3, rtol=1e-6)
    # Lame's tube in plane strain under outer pressure.
    a, b, p, young = 1e-3, 1.2e-3, 1e6, 2e11
    exact = -(1 + poisson) / young * p * b**2 / (b**2 - a**2) * 2 * (1 - poisson) * a
    assert radial[inside] == pytest.approx(np.full(inside.sum(), exact), rel=1e-3)
    assert plane.slip() < 1e-3 * abs(exact)
