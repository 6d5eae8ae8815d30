# SPDX-License-Identifier: BSD-3-Clause
"""NGSolve on the benchmark, with the scheme of the plain code in NGSolve's own terms.

BDF2, convection by an extrapolated wind in Temam's form, incremental pressure correction. The
convection matrix is assembled every step; GMRES with Jacobi for the components of the velocity, a
sparse Cholesky factorisation made once for the pressure and CG with Jacobi for the update. Threads
take the place of ranks.
"""

from __future__ import annotations

import json
import sys
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import meshio
import netgen.meshing
import ngsolve as ng
import numpy as np
from ngsolve.krylovspace import CGSolver, GMResSolver

from flow.records import TIME_STEP, WARM_UP, ErrorSum, Job, Record, peak, resident, typical
from flow.womersley import SpeedTable, WomersleyTube

TUBE = WomersleyTube()
TOLERANCE = 1e-6
