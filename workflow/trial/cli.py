# SPDX-License-Identifier: BSD-3-Clause
"""silitrial: look at a study before, during and after it runs."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from trial.cohort import Cohort
from trial.config import BenchStudy, Resolved, load_study
from trial.config.documents import documents
from trial.config.load import CONFIGS, shown
from trial.errors import ConfigError
from trial.progress import Failure, failures, progress_text
from trial.provenance import PROJECT
from trial.study_comparison import comparison_text

QUARANTINE = CONFIGS / "quarantine.tsv"
NEEDED = {
    "dolfinx": "solvers",
    "petsc4py": "linear solvers",
    "gmsh": "meshes",
    "pyvista": "surfaces and pictures",
    "snakemake": "workflow",
}
WORK = {"vascular": "flow solutions", "bench": "bench runs"}
LOG_LINES = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    args = _parser().parse_args(arguments)
    try:
        return args.run(args)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1


def check(args: argparse.Namespace) -> int:
    """Say what is wrong with a study and its environment before any job starts."""
    resolved = _load(args.study)
    cohort = Cohort.of(resolved.study, QUARANTINE)
    missing = [
        f"{module} ({purpose}) is not installed"
        for module, purpose in NEEDED.items()
        if importlib.util.find_spec(module) is None
    ]
    ranks = resolved.study.resources.solve_ranks
    if ranks > 1 and shutil.which("mpirun") is None and shutil.which("srun") is None:
        missing.append(f"resources.solve_ranks is {ranks}, but neither mpirun nor srun is found")
    if missing:
        raise ConfigError("\n".join(missing))
    if isinstance(resolved.study, BenchStudy):
        _check_designs(resolved.study)
    print(
        f"{cohort.study} is ready: {len(cohort.patients)} {cohort.noun}s, {len(cohort.arms)} arms, "
        f"{len(cohort.pairs())} {WORK[cohort.kind]} on {ranks} rank(s) each, "
        f"{len(cohort.quarantine)} quarantined"
    )
    return 0


def explain(args: argparse.Namespace) -> int:
    """Print every value of a study and the file that set it."""
    rows = [
        (".".join(path), json.dumps(setting.value, ensure_ascii=False), setting.source)
        for path, setting in _load(args.study).overlay.settings()
        if ".".join(path).startswith(args.key)
    ]
    if not rows:
        raise ConfigError(f"no key starts with {args.key!r}")
    width = max(len(key) for key, _, _ in rows)
    for key, value, source in rows:
        print(f"{key:<{width}} = {value}  [{source}]")
    return 0


def status(args: argparse.Namespace) -> int:
    """Print how many patients are at which stage."""
    cohort, root = _results(args)
    print(progress_text(root, cohort))
    return 0


def list_failures(args: argparse.Namespace) -> int:
    """Print every failed step with code, message and log."""
    cohort, root = _results(args)
    found = failures(root, cohort)
    for failure in found:
        print(_headline(failure))
        print(f"    {failure.outcome.message}")
        print(f"    log: {failure.log}")
    print(f"{len(found)} failed steps in {cohort.study}")
    return 0


def show_failure(args: argparse.Namespace) -> int:
    """Print the outcome of a patient's failed steps and the end of their logs."""
    cohort, root = _results(args)
    found = [f for f in failures(root, cohort) if f.patient == args.patient]
    if not found:
        raise ConfigError(f"{args.patient} has no failed step in {cohort.study}")
    for failure in found:
        print(_headline(failure))
        for name, value in vars(failure.outcome).items():
            if value not in ("", {}, 0):
                print(f"    {name}: {value}")
        print(f"    end of {failure.log}:")
        lines = failure.log.read_text().splitlines() if failure.log.is_file() else ["(no log)"]
        print("\n".join(f"    | {line}" for line in lines[-LOG_LINES:]))
    return 0


def resume(args: argparse.Namespace) -> int:
    """Let the solutions that ran out of time go on from their checkpoints in the next run."""
    cohort, root = _results(args)
    found = [f for f in failures(root, cohort) if f.outcome.code == "time_budget"]
    for failure in found:
        cohort.stage("solve").path(root, failure.patient, failure.arm).unlink()
        print(f"{failure.patient} {failure.arm}: {failure.outcome.where}")
    print(f"{len(found)} solutions of {cohort.study} go on when snakemake runs next")
    return 0


def compare(args: argparse.Namespace) -> int:
    """Tabulate the results of two studies of the same patients or specimens."""
    roots = [_results(argparse.Namespace(study=s, results=args.results))[1] for s in args.studies]
    print(comparison_text(*roots))
    return 0


def config(args: argparse.Namespace) -> int:
    """Write the generated configuration files, or say which are out of date."""
    stale = [
        (path, text)
        for path, text in documents().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if args.write:
            path.write_text(text, encoding="utf-8")
        print(f"{shown(path)} {'written' if args.write else 'is out of date'}")
    return 0 if args.write or not stale else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="silitrial", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in {
        "check": check,
        "explain": explain,
        "status": status,
        "failures": list_failures,
        "show-failure": show_failure,
        "resume": resume,
    }.items():
        command = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        command.add_argument(
            "study",
            nargs="?" if name != "show-failure" else None,
            default="demo",
            help="name in configs/studies, or a file (default: demo)",
        )
        command.set_defaults(run=run)
        if name == "explain":
            command.add_argument("--key", default="", help="only keys that start so, e.g. flow")
        if name == "show-failure":
            command.add_argument("patient", help="patient id, e.g. p003")
        if name in ("status", "failures", "show-failure", "resume"):
            command.add_argument("--results", type=Path, default=Path("results"))
    command = commands.add_parser("compare", help=compare.__doc__, description=compare.__doc__)
    command.add_argument("studies", nargs=2, help="reference and other, e.g. demo demo--steady")
    command.add_argument("--results", type=Path, default=Path("results"))
    command.set_defaults(run=compare)
    command = commands.add_parser("config", help=config.__doc__, description=config.__doc__)
    command.add_argument("--write", action="store_true", help="write them")
    command.set_defaults(run=config)
    return parser


def _load(study: str) -> Resolved:
    path = Path(study)
    if path.suffix not in (".yaml", ".yml"):
        path = CONFIGS / "studies" / f"{study}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in (CONFIGS / "studies").glob("*.yaml")))
        raise ConfigError(f"study {study!r} is not a file; configs/studies has: {known}")
    return load_study([path])


def _check_designs(study: BenchStudy) -> None:
    """Refuse designs that cannot be drawn; geometry is known to a script, not to this package."""
    designs = {arm: study.build_settings(arm) for arm in study.arms}
    script = PROJECT / "workflow" / "scripts" / "check_designs.py"
    modules = os.pathsep.join(map(str, (PROJECT / "workflow", PROJECT)))
    done = subprocess.run(
        [sys.executable, str(script), "--designs", json.dumps(designs)],
        env=os.environ | {"PYTHONPATH": modules},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    if done.stdout:
        raise ConfigError(done.stdout.strip())


def _results(args: argparse.Namespace) -> tuple[Cohort, Path]:
    """Cohort of a study and the folder of its results."""
    cohort = Cohort.of(_load(args.study).study, QUARANTINE)
    root = args.results / cohort.study
    if not root.is_dir():
        raise ConfigError(f"{cohort.study} has no results in {args.results}")
    return cohort, root


def _headline(failure: Failure) -> str:
    subject = f"{failure.patient} {failure.arm}".strip()
    return f"{subject}: {failure.outcome.code} at {failure.outcome.stage}"


if __name__ == "__main__":
    raise SystemExit(main())
