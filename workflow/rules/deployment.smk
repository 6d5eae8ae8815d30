# SPDX-License-Identifier: BSD-3-Clause
# The device of an arm in the vessel of a patient.


rule deploy_device:
    input:
        script=script("deploy_device"),
        anatomy=PATIENT + "/anatomy/outcome.json",
    output:
        outcome=ARM + "/deployment/outcome.json",
    log:
        ROOT + "/logs/deploy_device/{patient}.{arm}.log",
    benchmark:
        ROOT + "/benchmarks/deploy_device/{patient}.{arm}.tsv"
    params:
        device=device_settings,
        revision=NUMERICS_REVISION,
    shell:
        "python {input.script} --anatomy {input.anatomy} --device {params.device:q}"
        " --out {output.outcome} > {log} 2>&1 && tail -n 1 {log}"
