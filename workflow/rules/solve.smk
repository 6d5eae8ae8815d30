# SPDX-License-Identifier: BSD-3-Clause
# Pulsatile flow.


rule compile_forms:
    input:
        script=script("compile_forms"),
    output:
        forms="results/{study}/forms.json",
    log:
        "results/{study}/logs/compile_forms.log",
    benchmark:
        "results/{study}/benchmarks/compile_forms.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=as_json(
            sorted({STUDY.arm_flow(arm).velocity_degree for arm in STUDY.arms})
        ),
        revision=NUMERICS_REVISION,
    shell:
        "python {input.script} --degrees {params.settings:q} --out {output.forms} > {log} 2>&1"


rule solve_flow:
    input:
        script=script("solve_flow"),
        # The cache of compiled forms only saves time: a new one makes no solution obsolete.
        forms=ancient("results/{study}/forms.json"),
        patient="results/{study}/cohort/{patient}.json",
        anatomy="results/{study}/patients/{patient}/anatomy/outcome.json",
        deployment="results/{study}/patients/{patient}/arms/{arm}/deployment/outcome.json",
    output:
        outcome="results/{study}/patients/{patient}/arms/{arm}/fluid/outcome.json",
    log:
        "results/{study}/logs/solve_flow/{patient}.{arm}.log",
    benchmark:
        "results/{study}/benchmarks/solve_flow/{patient}.{arm}.tsv"
    # Solutions are the longest jobs: start them before further meshes.
    priority: 10
    conda:
        "../../envs/environment.yaml"
    threads: STUDY.resources.solve_ranks
    resources:
        tasks=mpi_ranks,
        mpi=mpi_command,
        cpus_per_task=1,
        mem_mb=STUDY.resources.solve_memory_mb,
        runtime=STUDY.resources.solve_minutes,
    params:
        launch=launch,
        settings=flow_settings,
        physiology=physiology_factors,
        revision=NUMERICS_REVISION,
    shell:
        "{params.launch} python {input.script} --patient {input.patient}"
        " --anatomy {input.anatomy} --deployment {input.deployment}"
        " --settings {params.settings:q} --physiology {params.physiology:q} --ranks {threads}"
        " --out {output.outcome} > {log} 2>&1 && tail -n 1 {log}"


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
        arms=arms_of,
        width=STUDY.report.picture_width_px,
    shell:
        "python {input.script} --arms {params.arms} --width {params.width}"
        " --out {output.pictures} > {log} 2>&1"
