# SPDX-License-Identifier: BSD-3-Clause
# Devices on the bench: a specimen of a design is meshed and put through the procedures.


rule build_device:
    input:
        script=script("build_device"),
        patient="results/{study}/cohort/{patient}.json",
    output:
        outcome=stage_outcome("mesh"),
    log:
        "results/{study}/logs/build_device/{patient}.{arm}.log",
    benchmark:
        "results/{study}/benchmarks/build_device/{patient}.{arm}.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=STUDY.resources.mesh_memory_mb,
    params:
        settings=build_settings,
        revision=NUMERICS_REVISION,
    shell:
        "python {input.script} --patient {input.patient} --settings {params.settings:q}"
        " --out {output.outcome} > {log} 2>&1 && tail -n 1 {log}"


rule compile_forms:
    input:
        script=script("compile_bench_forms"),
    output:
        forms="results/{study}/forms.json",
    log:
        "results/{study}/logs/compile_forms.log",
    benchmark:
        "results/{study}/benchmarks/compile_forms.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=form_settings,
        revision=NUMERICS_REVISION,
    shell:
        "python {input.script} --settings {params.settings:q} --out {output.forms} > {log} 2>&1"


rule solve_bench:
    input:
        script=script("solve_bench"),
        # The cache of compiled forms only saves time: a new one makes no solution obsolete.
        forms=ancient("results/{study}/forms.json"),
        patient="results/{study}/cohort/{patient}.json",
        device=stage_outcome("mesh"),
    output:
        outcome=stage_outcome("solve"),
    log:
        "results/{study}/logs/solve_bench/{patient}.{arm}.log",
    benchmark:
        "results/{study}/benchmarks/solve_bench/{patient}.{arm}.tsv"
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
        settings=solve_settings,
        revision=NUMERICS_REVISION,
    shell:
        "{params.launch} python {input.script} --patient {input.patient}"
        " --device {input.device} --settings {params.settings:q} --ranks {threads}"
        " --out {output.outcome} > {log} 2>&1 && tail -n 1 {log}"


rule render_designs:
    input:
        script=script("render_designs"),
        endpoints=all_endpoints,
    output:
        pictures=directory("results/{study}/designs"),
    log:
        "results/{study}/logs/render_designs.log",
    benchmark:
        "results/{study}/benchmarks/render_designs.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        arms=COHORT.arms,
        patients=COHORT.computed(),
        width=STUDY.report.picture_width_px,
    shell:
        "python {input.script} --arms {params.arms} --patients {params.patients}"
        " --width {params.width} --out {output.pictures} > {log} 2>&1"
