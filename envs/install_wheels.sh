#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# install_wheels.sh VENV: on a Debian 13 with the packages of debian.txt, make the virtual
# environment VENV from requirements.lock and check that the two fit each other.
set -eu
venv=$1
lists=$(dirname "$(readlink -f "$0")")

python3 -m venv --system-site-packages "$venv"
# The lock is complete (--no-deps) and a source archive in it is built with Debian's setuptools
# (--no-build-isolation), so nothing enters that the lock or debian.txt does not name.
"$venv/bin/python" -m pip install --no-deps --no-build-isolation --require-hashes \
  --requirement "$lists/requirements.lock"
"$venv/bin/python" -m pip check
"$venv/bin/python" -c '
import sys
import dolfinx, gmsh, h5py, matplotlib, mpi4py.MPI, numpy, petsc4py.PETSc, pyacvd, pyarrow, pydantic
import pyvista, scipy, snakemake
for module in (numpy, scipy, h5py, mpi4py, petsc4py, dolfinx, gmsh):
    if module.__file__.startswith(sys.prefix):
        raise SystemExit(f"{module.__file__} hides the one of Debian that dolfinx is built against")
'
