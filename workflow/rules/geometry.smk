# SPDX-License-Identifier: BSD-3-Clause
# From a patient to a tagged mesh, shared by all arms.


rule build_mesh:
    input:
        script=script("build_mesh"),
        patient="results/{study}/cohort/{patient}.json",
        surface=surface_file,
    output:
        outcome="results/{study}/patients/{patient}/anatomy/outcome.json",
    log:
        "results/{study}/logs/build_mesh/{patient}.log",
    benchmark:
        "results/{study}/benchmarks/build_mesh/{patient}.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=STUDY.resources.mesh_memory_mb,
    params:
        settings=as_json(STUDY.mesh.to_si()),
        revision=NUMERICS_REVISION,
    shell:
        "python {input.script} --patient {input.patient} --settings {params.settings:q}"
        " --out {output.outcome} > {log} 2>&1 && tail -n 1 {log}"
