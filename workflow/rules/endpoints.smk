# SPDX-License-Identifier: BSD-3-Clause
# Numbers taken from the fields.


rule extract_endpoints:
    input:
        script=script("extract_endpoints"),
        anatomy=PATIENT + "/anatomy/outcome.json",
        fluid=ARM + "/fluid/outcome.json",
    output:
        endpoints=ARM + "/endpoints.json",
    log:
        ROOT + "/logs/extract_endpoints/{patient}.{arm}.log",
    benchmark:
        ROOT + "/benchmarks/extract_endpoints/{patient}.{arm}.tsv"
    params:
        settings=as_json(STUDY.endpoints.to_si()),
    shell:
        "python {input.script} --patient {wildcards.patient} --arm {wildcards.arm}"
        " --anatomy {input.anatomy} --fluid {input.fluid} --settings {params.settings:q}"
        " --out {output.endpoints} > {log} 2>&1 && tail -n 1 {log}"
