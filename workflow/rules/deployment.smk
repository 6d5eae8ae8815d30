# SPDX-License-Identifier: BSD-3-Clause
# The device of an arm in the vessel of a patient.


rule deploy_device:
    input:
        script=script("deploy_device"),
        anatomy="results/{study}/patients/{patient}/anatomy/outcome.json",
    output:
        outcome="results/{study}/patients/{patient}/arms/{arm}/deployment/outcome.json",
    log:
        "results/{study}/logs/deploy_device/{patient}.{arm}.log",
    benchmark:
        "results/{study}/benchmarks/deploy_device/{patient}.{arm}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        device=device_settings,
        revision=NUMERICS_REVISION,
    shell:
        "python {input.script} --anatomy {input.anatomy} --device {params.device:q}"
        " --out {output.outcome} > {log} 2>&1 && tail -n 1 {log}"
