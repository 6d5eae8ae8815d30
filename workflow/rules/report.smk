# SPDX-License-Identifier: BSD-3-Clause
# What people read.


rule render_patient:
    input:
        script=script("render_patient"),
        endpoints=arm_endpoints,
    output:
        pictures=directory("results/{study}/patients/{patient}/pictures"),
    log:
        "results/{study}/logs/render_patient/{patient}.log",
    benchmark:
        "results/{study}/benchmarks/render_patient/{patient}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        kind=COHORT.kind,
        arms=arms_of,
        width=STUDY.report.picture_width_px,
    shell:
        "python {input.script} --kind {params.kind} --arms {params.arms} --width {params.width}"
        " --out {output.pictures} > {log} 2>&1"


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
