# SPDX-License-Identifier: BSD-3-Clause
# From patients to the trial. The endpoint files are inputs of the DAG; scripts read the study folder.


rule summarise_cohort:
    input:
        script=script("summarise_cohort"),
        config=ROOT + "/config.yaml",
        quarantine=QUARANTINE,
        endpoints=all_endpoints,
    output:
        csv=ROOT + "/endpoints.csv",
        parquet=ROOT + "/endpoints.parquet",
        missing=ROOT + "/missing.tsv",
    log:
        ROOT + "/logs/summarise_cohort.log",
    benchmark:
        ROOT + "/benchmarks/summarise_cohort.tsv"
    shell:
        "python {input.script} --config {input.config} --quarantine {input.quarantine} > {log} 2>&1"


rule compare_arms:
    input:
        script=script("compare_arms"),
        config=ROOT + "/config.yaml",
        quarantine=QUARANTINE,
        endpoints=ROOT + "/endpoints.parquet",
    output:
        statistics=ROOT + "/statistics.json",
    log:
        ROOT + "/logs/compare_arms.log",
    benchmark:
        ROOT + "/benchmarks/compare_arms.tsv"
    shell:
        "python {input.script} --config {input.config} --quarantine {input.quarantine} > {log} 2>&1"
