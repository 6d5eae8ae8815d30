# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of hexahedra and of curved cells: volumes, areas, names."""

import json

import dolfinx
import meshio
import numpy as np
import pytest
import ufl

from solvers.common.tagged_mesh import facet_cells, read_tagged_mesh
from solvers.verification.block import SURFACES, _lattice, block


def quarter_tube(x):
    radius, angle = 1 + x[:, 0], np.pi / 2 * x[:, 1]
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), 3 * x[:, 2]])


def measure(domain):
    one = dolfinx.fem.Constant(domain.mesh, 1.0)
    volume = dolfinx.fem.assemble_scalar(dolfinx.fem.form(one * ufl.dx))
    ds = ufl.Measure("ds", domain=domain.mesh, subdomain_data=domain.facet_tags)
    areas = [
        dolfinx.fem.assemble_scalar(dolfinx.fem.form(one * ds(domain.tag(name))))
        for name in SURFACES
    ]
    return volume, np.array(areas)


@pytest.mark.parametrize("cells", ["hexahedron", "tetrahedron"])
@pytest.mark.parametrize("degree", [1, 2])
def test_volume_and_sides_of_a_quarter_tube(cells, degree):
    domain = block((1, 4, 2), quarter_tube, cells=cells, degree=degree)
    volume, areas = measure(domain)
    exact = np.array([1.5 * np.pi, 3 * np.pi, 3, 3, 0.75 * np.pi, 0.75 * np.pi])
    # Chords of an eighth of a right angle are 0.6 % short of area; parabolas 2e-4.
    tolerance = 0.03 if degree == 1 else 3e-4
    assert volume == pytest.approx(2.25 * np.pi, rel=tolerance)
    assert areas == pytest.approx(exact, rel=tolerance)


@pytest.mark.parametrize("kind", ["hexahedron27", "tetra10", "hexahedron"])
def test_a_bundle_of_gmsh_is_read(tmp_path, kind):
    cells, facet = ("tetrahedron", "triangle6") if kind == "tetra10" else ("hexahedron", "quad")
    degree = 1 if kind == "hexahedron" else 2
    if kind == "hexahedron27":
        facet = "quad9"
    points, volumes, sides, tags = _lattice((1, 4, 2), cells, degree)
    numbers = [np.ones(len(volumes), int), tags.astype(int)]
    mesh = meshio.Mesh(
        quarter_tube(points),
        [(kind, volumes), (facet, sides)],
        cell_data={"gmsh:physical": numbers, "gmsh:geometrical": numbers},
    )
    meshio.write(tmp_path / "mesh.msh", mesh, file_format="gmsh22", binary=False)
    facets = {name: i + 1 for i, name in enumerate(SURFACES)}
    (tmp_path / "markers.json").write_text(json.dumps({"cells": {"body": 1}, "facets": facets}))
    volume, areas = measure(read_tagged_mesh(tmp_path))
    expected = measure(block((1, 4, 2), quarter_tube, cells=cells, degree=degree))
    assert volume == pytest.approx(expected[0], rel=1e-12)
    assert areas == pytest.approx(expected[1], rel=1e-12)


def test_facets_of_hexahedra_find_their_cells():
    domain = block((2, 3, 2), lambda x: x)
    facets = domain.facets("y_high")
    cells, local = facet_cells(domain.mesh, facets)
    assert len(facets) == 4
    to_facet = domain.mesh.topology.connectivity(3, 2)
    assert all(to_facet.links(c)[i] == f for c, i, f in zip(cells, local, facets, strict=True))
