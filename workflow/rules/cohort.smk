# SPDX-License-Identifier: BSD-3-Clause
# Who is in the study.


rule record_study:
    input:
        script=script("record_study"),
    output:
        config="results/{study}/config.yaml",
    log:
        "results/{study}/logs/record_study.log",
    benchmark:
        "results/{study}/benchmarks/record_study.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        # not sorted: procedures are done in the order written
        study=json.dumps(STUDY.plain()),
    shell:
        "python {input.script} --study {params.study:q} --out {output.config} > {log} 2>&1"


rule sample_patient:
    input:
        script=script("sample_patient"),
    output:
        patient="results/{study}/cohort/{patient}.json",
    log:
        "results/{study}/logs/sample_patient/{patient}.log",
    benchmark:
        "results/{study}/benchmarks/sample_patient/{patient}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        kind=COHORT.kind,
        settings=sampling_settings,
    shell:
        "python {input.script} --patient {wildcards.patient} --kind {params.kind}"
        " --settings {params.settings:q}"
        " --out {output.patient} > {log} 2>&1 && tail -n 1 {log}"
