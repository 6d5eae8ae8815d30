# SPDX-License-Identifier: BSD-3-Clause
"""Methods and limitations of a report, written from the resolved configuration and the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trial.computation import computation_text
from trial.config import VascularStudy
from trial.config.device import Device
from trial.config.vascular import Arm
from trial.flow_text import LAWS, flow_text, outlet_response, tabled_waveforms
from trial.formats import number, percent, words
from trial.passages import Passage, intervals_text, missing_patients
from trial.patients import ArmRecord, PatientRecord
from trial.units import split_unit


def methods(study: VascularStudy, patients: Sequence[PatientRecord]) -> list[Passage]:
    """How the study was done."""
    return [
        Passage("Patients", _patients(study)),
        Passage("Geometry and meshes", _meshes(study)),
        Passage("Arms", " ".join(_arm(study, name, arm) for name, arm in study.arms.items())),
        Passage("Flow", flow_text(study.flow)),
        Passage("Endpoints", _endpoints(study)),
        Passage("Statistics", _statistics(study)),
        Passage("Computation", computation_text(patients)),
    ]


def limitations(
    study: VascularStudy, statistics: Mapping[str, Any], patients: Sequence[PatientRecord]
) -> list[Passage]:
    """What the result does not show, the gravest first."""
    found = [
        Passage(
            "A surrogate, not a clinical outcome",
            "Success here is a flow-reduction surrogate: less motion of blood in the sac. Whether "
            "an aneurysm closes, and whether a patient comes to harm, is not simulated.",
        ),
    ]
    if statistics["comparisons"]:
        found.append(Passage("Few patients", _few(statistics)))
    if study.surfaces:
        found.append(Passage("A mixed cohort", _mixed(study)))
    found += missing_patients(
        statistics,
        "patients",
        "Anatomies that fail to mesh or solve are seldom a random sample, so the best and worst "
        "cases matter more than the rate.",
    )
    found += [
        Passage(
            "Intervals hold only patient-to-patient variation",
            "They leave out the uncertainty of meshes and time steps, of the boundary conditions "
            "and of the models. More patients would narrow them without removing those errors.",
        ),
        Passage(
            "Discretisation error is not in the result",
            "Each patient is solved on one mesh with one time step. How far that is from the mesh-"
            "independent solution must be read from a convergence study, not from this report.",
        ),
        *_steady(study),
        *_numerical_flags(study, patients),
        *_device_data(study),
        Passage(
            "Modelling choices",
            f"Rigid walls and {LAWS[study.flow.rheology.kind]} blood; the braid acts on the flow "
            "as a resistive screen whose wires are not resolved; the inflow is imposed and does "
            f"not respond to the device, {outlet_response(study)}.",
        ),
    ]
    return found


def _patients(study: VascularStudy) -> str:
    population, count = study.population, study.population.synthetic
    sentences = []
    if count:
        sentences.append(
            f"{count} synthetic patients were drawn from the population “{population.title}” with "
            f"seed {study.study.seed}; patient i depends on the seed and on i alone. "
            "Draws that are geometrically impossible or not enrolled were rejected and drawn "
            f"again, at most {population.attempts} times."
        )
        if population.correlation.variables:
            variables = ", ".join(map(_variable, population.correlation.variables))
            sentences.append(
                f"A Gaussian copula holds the rank correlations of {variables} "
                f"({population.correlation.source})."
            )
    sentences += [f"{surface.title}: {surface.provenance}" for surface in study.surfaces]
    sentences.append("Mean inflow, heart rate and waveform were drawn for every patient.")
    sentences += tabled_waveforms(study)
    return " ".join(sentences)


def _meshes(study: VascularStudy) -> str:
    lumen = study.mesh.lumen
    return (
        "The lumen was meshed with tetrahedra that conform to the surface of the device over the "
        "ostium; all arms of a patient share one mesh and one sac mask. Edge lengths: "
        f"{lumen.vessel_edge_mm:g} mm in the vessel, {lumen.neck_edge_mm:g} mm at the ostium, "
        f"{lumen.sac_edge_mm:g} mm in the sac. Flow extensions are "
        f"{lumen.extension_diameters:g} vessel diameters long."
    )


def _arm(study: VascularStudy, name: str, arm: Arm) -> str:
    role = "reference arm" if name == study.reference_arm else "compared with the reference arm"
    if arm.device is None:
        text = f"{arm.label} ({role}): no device."
    else:
        text = f"{arm.label} ({role}): {_device(arm.device)}"
    factors = arm.physiology
    changed = {
        "mean inflow": factors.flow_factor,
        "pulsatility": factors.pulsatility_factor,
        "heart rate": factors.heart_rate_factor,
    }
    changes = ", ".join(f"{what} times {value:g}" for what, value in changed.items() if value != 1)
    return f"{text} Changed physiology: {changes}." if changes else text


def _device(device: Device) -> str:
    placement, screen = device.placement, device.screen
    return (
        f"{device.title} ({device.source}). A braid of {device.wires} wires of "
        f"{device.wire_diameter_um:g} µm with {device.metal_coverage_percent:g} % metal coverage "
        f"at its {device.coverage_stated_at} diameter is laid along the vessel axis with the "
        "length of every wire kept. Its size is the smallest that reaches the largest diameter of "
        f"the landing zones {placement.oversizing_mm:+g} mm, covering "
        f"{placement.landing_diameters:g} vessel diameters on either side. Over the "
        "ostium it acts as a screen, dp = a U + b U|U| with U the superficial normal velocity "
        "and the pressure discontinuous across it: a is "
        f"{screen.crossing:g} times the creeping resistance of the two wire families (Tamada and "
        f"Fujikawa), b an inertial loss with the factor {screen.inertia:g}, and the tangential "
        f"resistance {screen.tangential_ratio:g} a, all from the local wire spacing."
    )


def _scalar(study: VascularStudy) -> str:
    """The transported scalars, nothing where there are none."""
    scalar = study.flow.scalar
    if scalar.kind == "none":
        return ""
    names = {
        "residence_time": "Residence time is",
        "washout": "Washout is followed with",
        "both": "Residence time and washout are each followed with",
    }
    region = {"sac": "in the sac only", "everywhere": "everywhere"}[scalar.source]
    sentences = [
        f" {names[scalar.kind]} a passive scalar (P1, flux-corrected transport, diffusivity "
        f"{number(scalar.diffusivity_m2_s, 1)} m²/s) in the computed flow."
    ]
    if scalar.kind != "washout":
        sentences.append(f"Blood ages {region}, from the start of the simulation.")
    if scalar.kind != "residence_time":
        sentences.append(f"The tracer fills the sac at the start of cycle {scalar.washout_cycle}.")
    if scalar.extra_cycles:
        sentences.append(
            f"The last cycle of the flow is repeated {scalar.extra_cycles} times for this."
        )
    return " ".join(sentences)


def _endpoints(study: VascularStudy) -> str:
    block = study.endpoints
    return (
        "Cycle means are accumulated during the solution and integrated over the region masks of "
        "the mesh. Residual flow counts sac volume with a cycle-mean speed of at least "
        f"{block.residual_speed_cm_s:g} cm/s; low shear is a cycle-mean wall shear stress below "
        f"{block.low_shear_pa:g} Pa.{_scalar(study)} Definitions and sources are in the table of "
        "endpoints."
    )


def _statistics(study: VascularStudy) -> str:
    block = study.statistics
    return (
        f"A patient succeeds when the STAV reduction reaches {block.success_threshold_percent:g} % "
        "(flow-reduction surrogate). Success rates carry Wilson intervals, and best and worst "
        "cases in which all missing patients succeed or fail. " + intervals_text(block, "patient")
    )


def _variable(key: str) -> str:
    """Name of a configuration key without its unit."""
    return words(split_unit(key)[0].removesuffix("_years"))


def _few(statistics: Mapping[str, Any]) -> str:
    group = statistics["plan"]["primary_group"]
    analysed = [
        comparison["groups"][group]["success"]["analysed"]
        for comparison in statistics["comparisons"].values()
    ]
    count = min(analysed)
    return (
        f"The primary result rests on {count} analysed patients. At this size the interval is the "
        "result, not the point estimate, and nothing follows for a device on the market."
    )


def _mixed(study: VascularStudy) -> str:
    origin = " ".join(f"{surface.title}: {surface.provenance}" for surface in study.surfaces)
    if not study.population.synthetic:
        return f"No synthetic patient; surfaces read from files. {origin}"
    return (
        "The cohort mixes synthetic patients with surfaces read from files, which do not come from "
        "the same population; the primary result is for the synthetic patients alone, the result "
        f"for all is shown beside it. {origin}"
    )


def _device_data(study: VascularStudy) -> list[Passage]:
    devices = {arm.device.title: arm.device.source for arm in study.arms.values() if arm.device}
    text = " ".join(f"{title}: {source}." for title, source in devices.items())
    return [Passage("Device data", text)] if devices else []


def _steady(study: VascularStudy) -> list[Passage]:
    if study.flow.mode != "steady":
        return []
    return [
        Passage(
            "Steady inflow",
            "The flow was solved at the constant mean inflow, for screening. Every mean is one of "
            "steady flow, not of a cardiac cycle; nothing can be said about systole, and the "
            "oscillatory index holds only what the flow does by itself.",
        )
    ]


def _numerical_flags(study: VascularStudy, patients: Sequence[PatientRecord]) -> list[Passage]:
    solved = [(p.name, arm) for p in patients for arm in p.arms.values() if arm.summary]
    tolerance = study.flow.periodicity_tolerance
    changes = [(p, arm, arm.summary["cycle_change"]) for p, arm in solved]
    drifting = [_named(p, arm) for p, arm, c in changes if c is None or c > tolerance]
    courant = [(arm.summary["max_cfl"], p, arm) for p, arm in solved]
    passages = []
    if drifting:
        passages.append(
            Passage(
                "Not shown to be periodic",
                "The watched endpoints of the last two cycles (of steady flow: quarters of the "
                f"period) do not repeat within {percent(tolerance)}, or only one was computed: "
                f"{', '.join(drifting)}.",
            )
        )
    if courant and max(courant, key=lambda item: item[0])[0] > 2.0:
        worst, patient, arm = max(courant, key=lambda item: item[0])
        passages.append(
            Passage(
                "Large time steps",
                f"The Courant number reaches {number(worst, 2)} ({_named(patient, arm)}); the "
                "scheme is stable there, its accuracy in time is not shown.",
            )
        )
    uneven = [
        _named(p, arm)
        for p, arm in solved
        if arm.summary.get("checkerboard", 0.0) > arm.summary.get("checkerboard_limit", 1.0)
    ]
    if uneven:
        passages.append(
            Passage(
                "Alternating pressure",
                "The pressure alternates between neighbouring vertices more than it should: "
                f"{', '.join(uneven)}. Pressure drops and energy losses there are not reliable.",
            )
        )
    return passages


def _named(patient: str, arm: ArmRecord) -> str:
    return f"{patient} {arm.label.lower()}"
