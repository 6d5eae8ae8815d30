# SPDX-License-Identifier: BSD-3-Clause
# snakemake --cores 2 [--configfile configs/studies/<study>.yaml]
from snakemake.utils import min_version

min_version("9.0")


include: "workflow/rules/common.smk"
include: "workflow/rules/cohort.smk"


# How the devices of a study get to their solutions.
if COHORT.kind == "bench":

    include: "workflow/rules/bench.smk"

else:

    include: "workflow/rules/geometry.smk"
    include: "workflow/rules/deployment.smk"
    include: "workflow/rules/solve.smk"


include: "workflow/rules/endpoints.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/report.smk"


localrules:
    all,


rule all:
    default_target: True
    input:
        f"results/{COHORT.study}/report/index.html",


onstart:
    print(progress(), flush=True)


onsuccess:
    print(progress(), flush=True)


onerror:
    print(progress(), flush=True)
