# SPDX-License-Identifier: BSD-3-Clause
from dataclasses import asdict
from pathlib import Path

import gmsh
import numpy as np
import pytest

import meshes.reference
from meshes.io import MESH, read_bundle, sha256
from meshes.quality import check
from meshes.reference.cases import CASES
from meshes.volume import build_mesh

FOLDER = Path(meshes.reference.__file__).parent


@pytest.mark.parametrize("case", sorted(CASES))
def test_stored_mesh_is_the_one_described(case):
    bundle = read_bundle(FOLDER / case)
    assert sha256(FOLDER / case / MESH) == bundle.info["sha256"][MESH]
    assert bundle.info["parameters"] == asdict(CASES[case])
    check(bundle.quality)
    assert (FOLDER / case / MESH).stat().st_size < 1_000_000


@pytest.mark.parametrize("case", sorted(CASES))
def test_stored_mesh_comes_out_again(case):
    stored = read_bundle(FOLDER / case)
    if stored.info["gmsh"] != gmsh.__version__:
        pytest.skip(f"stored mesh was made with gmsh {stored.info['gmsh']}")
    fresh = build_mesh(meshes.reference.cases.build(CASES[case]))
    np.testing.assert_array_equal(fresh.cells, stored.cells)
    np.testing.assert_allclose(fresh.points, stored.points, atol=1e-12)
