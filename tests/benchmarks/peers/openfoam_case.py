# SPDX-License-Identifier: BSD-3-Clause
"""Case folder of OpenFOAM's pimpleFoam: PISO, second order in time and space.

The inlet velocity is given at the face centres for every step and the initial fields at the
cell centres, all from the exact solution.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from flow.records import TIME_STEP, Job
from flow.womersley import WomersleyTube

from peers import foam_files as foam

TUBE = WomersleyTube()
TOLERANCE = 1e-6


def write_system(folder: Path, job: Job, ranks: int, hexahedra: bool) -> None:
    """Time control, schemes and solvers."""
    control: dict[str, Any] = {
        "application": "pimpleFoam",
        "startFrom": "startTime",
        "startTime": 0,
        "stopAt": "endTime",
        "endTime": f"{job.steps * TIME_STEP:g}",
        "deltaT": TIME_STEP,
        "writeControl": "timeStep",
        "writeInterval": writing_interval(job),
        "writeFormat": "ascii",
        "writePrecision": 10,
        "timePrecision": 8,
        "runTimeModifiable": "no",
    }
    foam.write_file(folder / "system" / "controlDict", "dictionary", control)
    foam.write_file(folder / "system" / "fvSchemes", "dictionary", _schemes(hexahedra))
    foam.write_file(folder / "system" / "fvSolution", "dictionary", _solution())
    # Slabs across the tube: the best cut of a tube there is.
    cut = {"method": "simple", "numberOfSubdomains": ranks}
    cut["simpleCoeffs"] = {"n": f"(1 1 {ranks})", "delta": 0.001}
    foam.write_file(folder / "system" / "decomposeParDict", "dictionary", cut)


def writing_interval(job: Job) -> int:
    """Steps between two writings of the fields, such that every sample is written."""
    return int(np.gcd.reduce(job.samples))


def _schemes(hexahedra: bool) -> dict[str, Any]:
    # On tetrahedra the dearer gradient has by far the smaller error.
    gradient = "Gauss linear" if hexahedra else "pointCellsLeastSquares"
    return {
        "ddtSchemes": {"default": "backward"},
        "gradSchemes": {"default": gradient},
        "divSchemes": {
            "default": "none",
            "div(phi,U)": "Gauss linearUpwind grad(U)",
            "div((nuEff*dev2(T(grad(U)))))": "Gauss linear",
        },
        "laplacianSchemes": {"default": "Gauss linear corrected"},
        "interpolationSchemes": {"default": "linear"},
        "snGradSchemes": {"default": "corrected"},
    }


def _solution() -> dict[str, Any]:
    pressure = {"solver": "GAMG", "smoother": "GaussSeidel", "tolerance": TOLERANCE}
    velocity = {"solver": "PBiCGStab", "preconditioner": "DILU", "tolerance": TOLERANCE}
    return {
        "solvers": {
            "p": {**pressure, "relTol": 0.05},
            "pFinal": {**pressure, "relTol": 0},
            '"U.*"': {**velocity, "relTol": 0},
        },
        "PIMPLE": {
            "momentumPredictor": "yes",
            "nOuterCorrectors": 1,
            "nCorrectors": 2,
            "nNonOrthogonalCorrectors": 1,
        },
    }


def write_constants(folder: Path) -> None:
    """Fluid properties; the pressure is divided by the density."""
    nu = TUBE.viscosity / TUBE.density
    transport = {"transportModel": "Newtonian", "nu": f"[0 2 -1 0 0 0 0] {nu:.12g}"}
    foam.write_file(folder / "constant" / "transportProperties", "dictionary", transport)
    model = {"simulationType": "laminar"}
    foam.write_file(folder / "constant" / "turbulenceProperties", "dictionary", model)


def make_wall(folder: Path) -> None:
    """Give the patch ``wall`` the type wall."""
    path = folder / "constant" / "polyMesh" / "boundary"
    head, rest = path.read_text().split("wall\n", 1)
    start, end = rest.split("patch;", 1)
    path.write_text(f"{head}wall\n{start}wall;{end}")


def write_fields(folder: Path, centres: foam.Array, faces: foam.Array, steps: int) -> None:
    """Initial fields at the cell ``centres`` and inlet velocity at the ``faces`` [m]."""
    held = {"type": "fixedValue", "value": "uniform (0 0 0)"}
    inlet = {"type": "timeVaryingMappedFixedValue", "mapMethod": "nearest", "offset": "(0 0 0)"}
    inlet["setAverage"] = "off"
    velocity = {
        "dimensions": "[0 1 -1 0 0 0 0]",
        "internalField": foam.nonuniform(TUBE.velocity(centres.T, 0.0).T),
        "boundaryField": {"wall": held, "inlet": inlet, "outlet_1": {"type": "zeroGradient"}},
    }
    foam.write_file(folder / "0" / "U", "volVectorField", velocity)
    flat = {"type": "zeroGradient"}
    pressure = {
        "dimensions": "[0 2 -2 0 0 0 0]",
        "internalField": foam.nonuniform(TUBE.pressure(centres[:, 2], 0.0) / TUBE.density),
        "boundaryField": {
            "wall": flat,
            "inlet": flat,
            "outlet_1": {"type": "fixedValue", "value": "uniform 0"},
        },
    }
    foam.write_file(folder / "0" / "p", "volScalarField", pressure)
    data = folder / "constant" / "boundaryData" / "inlet"
    data.mkdir(parents=True)
    (data / "points").write_text(foam.values(faces) + "\n")
    for step in range(steps + 1):
        time = step * TIME_STEP
        (data / f"{time:g}").mkdir()
        (data / f"{time:g}" / "U").write_text(foam.values(TUBE.velocity(faces.T, time).T) + "\n")
