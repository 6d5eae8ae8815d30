# SPDX-License-Identifier: BSD-3-Clause
"""Sentences on blood, flow solution and boundary conditions, from the configuration."""

from __future__ import annotations

from trial.config import VascularStudy
from trial.config.flow import Flow, Outlets
from trial.endpoints import lookup
from trial.formats import number, percent, words

LAWS = {"newtonian": "Newtonian", "carreau_yasuda": "Carreau-Yasuda", "casson": "Casson"}
PROFILES = {
    "womersley": "Womersley",
    "poiseuille": "Poiseuille",
    "parabolic": "Poiseuille",
    "plug": "plug",
}


def tabled_waveforms(study: VascularStudy) -> list[str]:
    """One sentence for each waveform that comes from a table."""
    waveforms = [g.waveform for g in study.population.physiology.age_groups]
    return [
        f"A waveform is {w.harmonics} harmonics of the periodic cubic spline through a table of "
        f"{len(w.table.time)} rows ({w.source}); they depart from it by at most "
        f"{percent(w.tabled()[1])} of its range."
        for w in waveforms
        if w.table is not None
    ]


def flow_text(flow: Flow) -> str:
    """Equations, blood, scheme and boundary conditions."""
    wind = (
        f"the last velocity extrapolated by {flow.wind_extrapolation:g} of its last change"
        if flow.wind_extrapolation
        else "the last velocity"
    )
    if flow.corrections:
        wind += f", then {flow.corrections} more time(s) by the velocity found"
    return (
        f"Incompressible Navier-Stokes equations, rigid walls, {_blood(flow)} "
        f"Fractional-step scheme (BDF2, convection by {wind}) with finite elements "
        f"P{flow.velocity_degree}-P1. {_march(flow)} Outlets: {_closure(flow.outlets)}; backflow "
        f"stabilisation {flow.backflow_beta:g}. Linear systems are solved to a relative tolerance "
        f"of {number(flow.tolerance, 1)}."
    )


def _march(flow: Flow) -> str:
    """Inflow, time steps and the end of a solution, as sentences."""
    steps = f"{flow.steps_per_cycle} steps per cardiac cycle"
    if flow.time_step.kind == "adaptive":
        steps = f"Time steps that aim at a Courant number of {flow.time_step.target_cfl:g}"
    watched = ", ".join(lookup(name).short_label for name in flow.periodicity_endpoints)
    tolerance = percent(flow.periodicity_tolerance)
    profile = PROFILES[flow.inlet_profile]
    if flow.mode == "steady":
        return (
            f"Inlet: {profile} profile with the constant mean inflow of the patient (steady "
            f"screening, no pulsation). {steps}; the solution ends when the means of {watched} "
            f"over two successive quarters of the cardiac period differ by less than {tolerance}, "
            f"at the latest after {flow.cycles} periods, and its last quarter is evaluated."
        )
    return (
        f"Inlet: {profile} profile with the waveform of the patient. {steps}, "
        f"{flow.minimum_cycles} to {flow.cycles} cycles, stopped when {watched} of two cycles "
        f"differ by less than {tolerance}; the last cycle is evaluated at "
        f"{flow.samples_per_cycle} instants."
    )


def _blood(flow: Flow) -> str:
    """Density, viscosity law and what the haematocrit does to it."""
    law = flow.rheology
    casson, carreau = law.casson, law.carreau_yasuda
    values = {
        "newtonian": f"viscosity {1000 * flow.viscosity_pa_s:g} mPa s",
        "casson": (
            f"yield stress {1000 * casson.yield_stress_pa:g} mPa and Casson viscosity "
            f"{1000 * casson.casson_viscosity_pa_s:g} mPa s, constant below a shear rate of "
            f"{casson.lowest_shear_rate_per_s:g} 1/s"
        ),
        "carreau_yasuda": (
            f"viscosity {1000 * carreau.zero_shear_viscosity_pa_s:g} mPa s at rest and "
            f"{1000 * carreau.infinite_shear_viscosity_pa_s:g} mPa s at high shear rates (time "
            f"{carreau.relaxation_time_s:g} s, exponents {carreau.transition:g} and "
            f"{carreau.power_index:g})"
        ),
    }[law.kind]
    text = f"{LAWS[law.kind]} blood of density {flow.density_kg_m3:g} kg/m³ and {values}."
    if law.haematocrit == "none":
        return text
    whose = (
        "the haematocrit of each patient"
        if law.haematocrit == "patient"
        else f"a haematocrit of {law.haematocrit:g}"
    )
    stress = ", yield stress with its cube" if law.kind == "casson" else ""
    return (
        f"{text} These hold at a haematocrit of {law.reference_haematocrit:g} and are scaled to "
        f"{whose} (viscosity as (1 - haematocrit) to the power -2.5{stress})."
    )


def _closure(outlets: Outlets) -> str:
    if outlets.split:
        shares = ", ".join(f"{words(k)} {percent(v)}" for k, v in outlets.split.items())
    else:
        shares = f"diameter to the power {outlets.split_exponent:g}"
    aim = (
        f"set so that the mean pressure is {outlets.mean_pressure_pa:g} Pa at the shares expected "
        f"without device ({shares})"
    )
    proximal = {
        "ratio": f"{percent(outlets.proximal_ratio)} of it before the capacitance",
        "impedance": (
            "the characteristic impedance at a wave speed of "
            f"{outlets.wave_speed_m_s:g} m/s before the capacitance"
        ),
    }[outlets.proximal]
    text = {
        "split": f"fixed shares of the outflow ({shares})",
        "resistance": f"a resistance each, {aim}",
        "windkessel": (
            f"a three-element Windkessel each, its total resistance {aim}, {proximal}, with a time "
            f"constant of {outlets.time_constant_s:g} s"
        ),
    }[outlets.kind]
    own = ", ".join(f"{words(name)} {choice.kind}" for name, choice in outlets.each.items())
    return f"{text}; closed in their own way: {own}" if own else text


def outlet_response(study: VascularStudy) -> str:
    """Whether the outlets can respond to a device."""
    kinds = {study.flow.outlets.kind, *(c.kind for c in study.flow.outlets.each.values())}
    if kinds == {"split"}:
        return "nor do the outlet shares"
    return "and the vessels beyond the outlets do not regulate themselves"
