# SPDX-License-Identifier: BSD-3-Clause
# What people read.


rule write_report:
    input:
        script=script("write_report"),
        config="results/{study}/config.yaml",
        statistics="results/{study}/statistics.json",
        endpoints="results/{study}/endpoints.parquet",
        missing="results/{study}/missing.tsv",
        pictures=all_pictures,
    output:
        report="results/{study}/report/index.html",
    log:
        "results/{study}/logs/write_report.log",
    benchmark:
        "results/{study}/benchmarks/write_report.tsv"
    conda:
        "../../envs/environment.yaml"
    shell:
        "python {input.script} --config {input.config} > {log} 2>&1"
        " && echo 'report: {output.report}'"
