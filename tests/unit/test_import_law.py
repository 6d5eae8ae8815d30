# SPDX-License-Identifier: BSD-3-Clause
"""Who may import whom: the table of docs/architecture.md."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PHYSICS = {"dolfinx", "ufl", "basix", "ffcx", "petsc4py", "mpi4py"}
GEOMETRY = {"gmsh", "pyvista", "vtk", "vtkmodules", "meshio"}

FORBIDDEN = {
    "workflow/trial": {"meshes", "solvers"} | PHYSICS | GEOMETRY,
    "meshes": {"trial", "solvers"} | PHYSICS,
    "solvers": {"trial", "meshes", "gmsh"},
}


def imported(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("package", FORBIDDEN)
def test_packages_import_only_what_they_may(package):
    modules = sorted((PROJECT / package).rglob("*.py"))
    assert modules
    found = {
        str(path.relative_to(PROJECT)): wrong
        for path in modules
        if (wrong := imported(path.read_text()) & FORBIDDEN[package])
    }
    assert not found


def test_rules_import_trial_and_the_revision_only():
    rules = [PROJECT / "Snakefile", *sorted((PROJECT / "workflow/rules").glob("*.smk"))]
    pattern = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)
    modules = {name for path in rules for name in pattern.findall(path.read_text())}
    ours = {name for name in modules if name.partition(".")[0] in {"trial", "meshes", "solvers"}}
    assert {name for name in ours if not name.startswith("trial.")} == {"solvers.revision"}


def test_the_reader_of_imports_sees_every_form():
    source = "import a.b\nfrom c.d import e\ndef f():\n    import g as h\nfrom . import i\n"
    assert imported(source) == {"a", "c", "g"}
