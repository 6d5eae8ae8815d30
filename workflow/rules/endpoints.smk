# SPDX-License-Identifier: BSD-3-Clause
# Numbers taken from the fields.


rule extract_endpoints:
    input:
        script=script("extract_endpoints"),
        anatomy="results/{study}/patients/{patient}/anatomy/outcome.json",
        fluid="results/{study}/patients/{patient}/arms/{arm}/fluid/outcome.json",
    output:
        endpoints="results/{study}/patients/{patient}/arms/{arm}/endpoints.json",
    log:
        "results/{study}/logs/extract_endpoints/{patient}.{arm}.log",
    benchmark:
        "results/{study}/benchmarks/extract_endpoints/{patient}.{arm}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=as_json(STUDY.endpoints.to_si()),
    shell:
        "python {input.script} --patient {wildcards.patient} --arm {wildcards.arm}"
        " --anatomy {input.anatomy} --fluid {input.fluid} --settings {params.settings:q}"
        " --out {output.endpoints} > {log} 2>&1 && tail -n 1 {log}"
