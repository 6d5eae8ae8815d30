# SPDX-License-Identifier: BSD-3-Clause
# What people read.


rule render_patient:
    input:
        script=script("render_patient"),
        endpoints=arm_endpoints,
    output:
        pictures=directory(PATIENT + "/pictures"),
    log:
        ROOT + "/logs/render_patient/{patient}.log",
    benchmark:
        ROOT + "/benchmarks/render_patient/{patient}.tsv"
    params:
        arms=arms_of,
        width=STUDY.report.picture_width_px,
    shell:
        "python {input.script} --arms {params.arms} --width {params.width}"
        " --out {output.pictures} > {log} 2>&1"


rule write_report:
    input:
        script=script("write_report"),
        config=ROOT + "/config.yaml",
        statistics=ROOT + "/statistics.json",
        endpoints=ROOT + "/endpoints.parquet",
        missing=ROOT + "/missing.tsv",
        pictures=all_pictures,
    output:
        report=ROOT + "/report/index.html",
    log:
        ROOT + "/logs/write_report.log",
    benchmark:
        ROOT + "/benchmarks/write_report.tsv"
    shell:
        "python {input.script} --config {input.config} --out {output.report} > {log} 2>&1"
        " && echo 'report: {output.report}'"
