# SPDX-License-Identifier: BSD-3-Clause
# The study, its ids, the paths and the functions that the rules share.
import json
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

PROJECT = Path(workflow.basedir)
sys.path[:0] = [str(PROJECT / "workflow"), str(PROJECT)]
MODULES = os.pathsep.join(sys.path[:2])
# The scripts run in processes of their own and import the same packages. Parallelism comes from
# MPI ranks and from jobs side by side, never from threads inside the linear algebra.
shell.prefix(
    "set -euo pipefail; export PYTHONPATH={MODULES}${{PYTHONPATH:+:$PYTHONPATH}}"
    " OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1; "
)

from solvers.revision import NUMERICS_REVISION
from trial.cohort import Cohort
from trial.config import load_study
from trial.errors import ConfigError
from trial.progress import progress_text

QUARANTINE = PROJECT / "configs" / "quarantine.tsv"

try:
    STUDY = load_study(workflow.configfiles, workflow.config_settings.config).study
    COHORT = Cohort.of(STUDY, QUARANTINE)
except ConfigError as error:
    raise WorkflowError(str(error))


wildcard_constraints:
    study=COHORT.study,
    patient=r"[ps]\d\d\d+",
    arm="|".join(COHORT.arms),


def script(name):
    """Script of a rule, relative to the working directory: moving both moves no input."""
    return os.path.relpath(PROJECT / "workflow" / "scripts" / f"{name}.py")


def as_json(value):
    return json.dumps(value, sort_keys=True)


def progress():
    return progress_text(Path(f"results/{COHORT.study}"), COHORT)


def surface_of(patient):
    """Surface block of a patient read from a surface; None for a synthetic one."""
    return STUDY.surfaces[int(patient[1:]) - 1] if patient.startswith("s") else None


def surface_path(surface):
    """File of a surface as the scripts take it: ``package:name`` stays as it is."""
    return surface.file if surface.packaged else str(PROJECT / surface.file)


def surface_file(wildcards):
    """Surface file as an input, where it is a file of the user."""
    surface = surface_of(wildcards.patient)
    return [surface_path(surface)] if surface and not surface.packaged else []


def sampling_settings(wildcards):
    """What a patient depends on; size and name of the cohort are not part of it."""
    if COHORT.kind == "bench":
        lot = STUDY.lot.plain() | {"specimens": 1, "title": "lot", "from": None}
        return as_json({"seed": STUDY.study.seed, "lot": lot})
    surface = surface_of(wildcards.patient)
    if surface is not None:
        surface = surface.to_si() | {"file": surface_path(surface)}
    population = STUDY.population.plain() | {"synthetic": 0, "title": "", "from": None}
    return as_json(
        {"seed": STUDY.study.seed, "population": population, "surface": surface}
    )


def device_settings(wildcards):
    """Catalogue, placement and screen of the device of an arm, and the blood it stands in."""
    device = STUDY.arms[wildcards.arm].device
    if device is None:
        return as_json(None)
    flow = STUDY.arm_flow(wildcards.arm).to_si()
    blood = {name: flow[name] for name in ("viscosity", "density")}
    return as_json(
        {
            "catalogue": device.catalogue(),
            "placement": device.placement.to_si(),
            "screen": device.screen.to_si() | blood,
        }
    )


def flow_settings(wildcards):
    return as_json(STUDY.arm_flow(wildcards.arm).to_si())


def physiology_factors(wildcards):
    return as_json(STUDY.arms[wildcards.arm].physiology.plain())


def build_settings(wildcards):
    return as_json(STUDY.build_settings(wildcards.arm))


def solve_settings(wildcards):
    """Law, procedures and solver of a design on the bench."""
    return as_json(
        {
            "law": STUDY.arms[wildcards.arm].device.material.law.to_si(),
            "procedures": STUDY.arm_course(wildcards.arm).to_list(),
            "solver": STUDY.bench.solver(),
        }
    )


def form_settings(wildcards):
    """One design of every kind of law: what the forms of the bench depend on, and no more."""
    cases = {}
    for arm in STUDY.arms:
        device = STUDY.arms[arm].device
        build = STUDY.build_settings(arm)
        case = {key: build[key] for key in ("kind", "drawing", "part")} | {
            "law": device.material.law.to_si(),
            "solver": STUDY.bench.solver() | {"time_budget": 0.0, "damping_limit": 1.0},
            "tools": sorted({"crush", "bend"} & set(STUDY.arm_course(arm).kinds)),
        }
        cases.setdefault(device.material.law.shape, case)
    return as_json(list(cases.values()))


def endpoint_settings(wildcards):
    """Thresholds of the endpoints; on the bench also the fatigue limits of the material."""
    settings = STUDY.endpoints.to_si()
    if COHORT.kind == "bench":
        fatigue = STUDY.arms[wildcards.arm].device.material.fatigue
        settings["fatigue"] = None if fatigue is None else fatigue.limits()
    return as_json(settings)


def stage_outcome(name):
    """Outcome of a step, as rules write it."""
    return f"results/{{study}}/{COHORT.stage(name).outcome}"


def arms_of(wildcards):
    """Arms of a patient that are computed, the reference arm first."""
    arms = [arm for patient, arm in COHORT.pairs() if patient == wildcards.patient]
    return sorted(arms, key=lambda arm: arm != STUDY.reference_arm)


def arm_endpoints(wildcards):
    return expand(
        "results/{study}/patients/{patient}/arms/{arm}/endpoints.json",
        arm=arms_of(wildcards),
        allow_missing=True,
    )


def all_endpoints(wildcards):
    return [
        f"results/{wildcards.study}/patients/{patient}/arms/{arm}/endpoints.json"
        for patient, arm in COHORT.pairs()
    ]


def all_pictures(wildcards):
    if not STUDY.report.pictures:
        return []
    if COHORT.kind == "bench":
        return [f"results/{wildcards.study}/designs"]
    patients = COHORT.computed()
    return [
        f"results/{wildcards.study}/patients/{patient}/pictures" for patient in patients
    ]


def mpi_ranks(wildcards, threads):
    """Ranks follow the threads granted: both shrink on a small machine."""
    return threads


def mpi_command(wildcards, threads):
    """Launcher of a job with several ranks; profiles replace it (srun). None: no MPI."""
    return "mpirun --bind-to none" if threads > 1 else None


def launch(wildcards, threads, resources):
    """Start of the command line of an MPI job."""
    command = resources.get("mpi")
    return f"{command} -n {threads}" if command else ""
