# SPDX-License-Identifier: BSD-3-Clause
"""The package lists of envs/ are complete, consistent and free of hosts."""

import os
import re
import stat
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ENVS = Path(__file__).parents[3] / "envs"
# Debian's builds: they must never be replaced by a wheel
FROM_DEBIAN = {"h5py", "mpi4py", "numpy", "scipy"}


def entries(name: str) -> list[str]:
    """Lines of a list without comments and blanks."""
    lines = (line.split("#")[0].strip() for line in (ENVS / name).read_text().splitlines())
    return [line for line in lines if line]


def locked() -> dict[str, tuple[Version, int]]:
    """Version and number of hashes of every package in the lock."""
    packages = {}
    text = re.sub(r"^\s*#.*\n", "", (ENVS / "requirements.lock").read_text(), flags=re.MULTILINE)
    for statement in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = statement.split("--hash=")
        name, version = re.fullmatch(r"([\w.-]+)==([\w.+!]+)", requirement.strip()).groups()
        for digest in hashes:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest.strip()), statement
        packages[canonicalize_name(name)] = (Version(version), len(hashes))
    return packages


def test_every_locked_package_is_pinned_and_hashed():
    packages = locked()
    assert len(packages) > 50
    assert [name for name, (_, hashes) in packages.items() if not hashes] == []


def test_lock_answers_every_requirement():
    packages = locked()
    for requirement in map(Requirement, entries("requirements.in")):
        name = canonicalize_name(requirement.name)
        if name in FROM_DEBIAN:
            assert name not in packages
        else:
            assert packages[name][0] in requirement.specifier, requirement


def test_lock_has_no_index_or_local_file():
    text = (ENVS / "requirements.lock").read_text()
    assert not re.search(r"index-url|find-links|trusted-host|file:| @ ", text)


def test_debian_list_has_one_package_per_line_once():
    packages = entries("debian.txt")
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", package) for package in packages)
    assert len(packages) == len(set(packages))
    assert {"python3-dolfinx-real", "python3-gmsh", "gmsh-doc", "openmpi-bin"} <= set(packages)


def test_container_is_built_from_the_same_lists():
    text = (ENVS / "apptainer.def").read_text()
    files = text.split("%files")[1].split("%post")[0]
    for source in re.findall(r"^\s+(envs/\S+)", files, flags=re.MULTILINE):
        assert (ENVS.parent / source).is_file()
    for name in ("debian.txt", "install_wheels.sh", "requirements.lock"):
        assert f"envs/{name}" in files
    assert "From: debian:trixie" in text
    assert re.search(r"mmdebstrap .* trixie ", (ENVS / "build_root.sh").read_text())


def test_conda_environment_covers_the_core_within_bounds():
    dependencies = yaml.safe_load((ENVS / "environment.yaml").read_text())["dependencies"]
    matches = (re.fullmatch(r"([\w-]+)(.*)", entry).groups() for entry in dependencies)
    specs = {name: spec for name, spec in matches}
    core = {"fenics-dolfinx", "petsc4py", "mpi4py", "gmsh", "python-gmsh", "pyvista", "pyacvd"}
    assert core <= specs.keys()
    dolfinx = Requirement(f"dolfinx{specs['fenics-dolfinx']}").specifier
    assert "0.9.0" in dolfinx and "0.11.1" in dolfinx
    assert "0.8.0" not in dolfinx and "0.12.0" not in dolfinx

    # the other ways may not drift apart: every wheel asked for is there under its conda name
    conda_names = {"snakemake": "snakemake-minimal", "matplotlib": "matplotlib-base"}
    wheels = {canonicalize_name(Requirement(line).name) for line in entries("requirements.in")}
    wheels -= FROM_DEBIAN | {"uv"}
    assert {conda_names.get(name, name) for name in wheels} <= specs.keys()
    version = locked()["snakemake"][0]
    assert version in Requirement(f"snakemake{specs['snakemake-minimal']}").specifier


def test_no_host_name_is_written_down():
    suffix = r"\b[\w-]+(\.[\w-]+)*\.(org|com|net|io|dev|edu|de)\b"
    for path in ENVS.rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert "://" not in text, path
            assert not re.search(suffix, text), (path, re.search(suffix, text).group())


@pytest.mark.parametrize(
    "name", ["run", "lock", "enter.sh", "build_root.sh", "install_wheels.sh", "bin/silitrial"]
)
def test_entry_points_are_executable_scripts(name):
    path = ENVS / name
    assert path.read_text().startswith("#!")
    assert os.stat(path).st_mode & stat.S_IXUSR
