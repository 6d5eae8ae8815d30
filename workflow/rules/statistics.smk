# SPDX-License-Identifier: BSD-3-Clause
# From patients to the trial. The endpoint files are inputs of the DAG; scripts read the study folder.


rule summarise_cohort:
    input:
        script=script("summarise_cohort"),
        config="results/{study}/config.yaml",
        quarantine=QUARANTINE,
        endpoints=all_endpoints,
    output:
        csv="results/{study}/endpoints.csv",
        parquet="results/{study}/endpoints.parquet",
        missing="results/{study}/missing.tsv",
    log:
        "results/{study}/logs/summarise_cohort.log",
    benchmark:
        "results/{study}/benchmarks/summarise_cohort.tsv"
    conda:
        "../../envs/environment.yaml"
    shell:
        "python {input.script} --config {input.config} --quarantine {input.quarantine} > {log} 2>&1"


rule compare_arms:
    input:
        script=script("compare_arms"),
        config="results/{study}/config.yaml",
        quarantine=QUARANTINE,
        endpoints="results/{study}/endpoints.parquet",
    output:
        statistics="results/{study}/statistics.json",
    log:
        "results/{study}/logs/compare_arms.log",
    benchmark:
        "results/{study}/benchmarks/compare_arms.tsv"
    conda:
        "../../envs/environment.yaml"
    shell:
        "python {input.script} --config {input.config} --quarantine {input.quarantine} > {log} 2>&1"
