# SPDX-License-Identifier: BSD-3-Clause
"""Flow on the reference meshes against values kept in ``expected.json``.

The digest of the mesh is checked first, so that a changed input and a changed result are told
apart. After an intended change: ``pytest tests/regression --update``, and say why in the commit.
"""

import hashlib
import json
from pathlib import Path

import meshio
import numpy as np
import pytest
import pyvista as pv
import yaml

from solvers.fluid.run import simulate
from solvers.fluid.settings import flow_settings

HERE = Path(__file__).parent
REFERENCE = HERE.parents[1] / "meshes" / "reference"
CASES = sorted(path.parent.name for path in HERE.glob("*/case.yaml"))
# Linear solves stop at 1e-8 and the Krylov path depends on the library and the instruction set;
# accumulated over some hundred steps that stays below 1e-5. Means of magnitudes are as smooth as
# the fields, the oscillatory index is a difference of nearly equal numbers.
TOLERANCE = {"osi_mean": 1e-3}
DEFAULT_TOLERANCE = 1e-4


def write_screen(folder, coefficients, file):
    mesh, markers = (
        meshio.read(folder / "mesh.msh"),
        json.loads((folder / "markers.json").read_text()),
    )
    tags = mesh.get_cell_data("gmsh:physical", "triangle")
    facets = mesh.get_cells_type("triangle")[tags == markers["facets"]["ostium"]]
    full = np.ones(len(facets))
    np.savez(file, facets=facets, **{name: value * full for name, value in coefficients.items()})


def found_values(case, folder):
    mesh = REFERENCE / case["mesh"]
    screen = None
    if case["screen"]:
        screen = folder / "screen.npz"
        write_screen(mesh, case["screen"], screen)
    summary = simulate(mesh, screen, case["physiology"], flow_settings(case["settings"]), folder)
    wall = pv.read(folder / "wall.vtp")
    area = wall.cell_data["area"]
    values = {
        name: summary[name] for name in ("stav", "neck_inflow", "pressure_drop", "mean_inflow")
    }
    values |= {
        "tawss_mean": float(area @ wall.cell_data["tawss"] / area.sum()),
        "tawss_99": float(np.percentile(wall.cell_data["tawss"], 99)),
        "osi_mean": float(area @ wall.cell_data["osi"] / area.sum()),
    }
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize("name", CASES)
def test_reference(name, tmp_path, request):
    case = yaml.safe_load((HERE / name / "case.yaml").read_text())
    digest = hashlib.sha256((REFERENCE / case["mesh"] / "mesh.msh").read_bytes()).hexdigest()
    found = {"mesh_sha256": digest, "values": found_values(case, tmp_path)}
    file = HERE / name / "expected.json"
    if request.config.getoption("--update"):
        file.write_text(json.dumps(found, indent=1) + "\n")
    expected = json.loads(file.read_text())
    assert digest == expected["mesh_sha256"], "the reference mesh changed, not the solver"
    assert found["values"].keys() == expected["values"].keys()
    for quantity, value in expected["values"].items():
        tolerance = TOLERANCE.get(quantity, DEFAULT_TOLERANCE)
        assert found["values"][quantity] == pytest.approx(value, rel=tolerance, abs=1e-9), quantity
