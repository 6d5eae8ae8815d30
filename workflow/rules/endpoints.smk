# SPDX-License-Identifier: BSD-3-Clause
# Numbers taken from the fields.


rule extract_endpoints:
    input:
        script=script("extract_endpoints"),
        mesh=stage_outcome("mesh"),
        solution=stage_outcome("solve"),
    output:
        endpoints="results/{study}/patients/{patient}/arms/{arm}/endpoints.json",
    log:
        "results/{study}/logs/extract_endpoints/{patient}.{arm}.log",
    benchmark:
        "results/{study}/benchmarks/extract_endpoints/{patient}.{arm}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        kind=COHORT.kind,
        settings=endpoint_settings,
    shell:
        "python {input.script} --patient {wildcards.patient} --arm {wildcards.arm}"
        " --kind {params.kind} --mesh {input.mesh} --solution {input.solution}"
        " --settings {params.settings:q}"
        " --out {output.endpoints} > {log} 2>&1 && tail -n 1 {log}"
