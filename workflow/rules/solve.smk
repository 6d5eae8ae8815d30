# SPDX-License-Identifier: BSD-3-Clause
# Pulsatile flow.


rule compile_forms:
    input:
        script=script("compile_forms"),
    output:
        forms=ROOT + "/forms.json",
    log:
        ROOT + "/logs/compile_forms.log",
    benchmark:
        ROOT + "/benchmarks/compile_forms.tsv"
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
        forms=ancient(ROOT + "/forms.json"),
        patient=ROOT + "/cohort/{patient}.json",
        anatomy=PATIENT + "/anatomy/outcome.json",
        deployment=ARM + "/deployment/outcome.json",
    output:
        outcome=ARM + "/fluid/outcome.json",
    log:
        ROOT + "/logs/solve_flow/{patient}.{arm}.log",
    benchmark:
        ROOT + "/benchmarks/solve_flow/{patient}.{arm}.tsv"
    # Solutions are the longest jobs: start them before further meshes.
    priority: 10
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
        "OMP_NUM_THREADS=1 {params.launch} python {input.script} --patient {input.patient}"
        " --anatomy {input.anatomy} --deployment {input.deployment}"
        " --settings {params.settings:q} --physiology {params.physiology:q}"
        " --out {output.outcome} > {log} 2>&1 && tail -n 1 {log}"
