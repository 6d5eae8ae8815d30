# SPDX-License-Identifier: BSD-3-Clause
"""Methods and limitations of a bench report, from the resolved configuration and the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trial.bench_records import SpecimenRecord
from trial.computation import computation_text
from trial.config import BenchStudy
from trial.config.bench.material import Elastoplastic, LinearElastic, Material, Superelastic
from trial.config.bench.stent import Stent
from trial.formats import number, percent, words
from trial.passages import Passage, intervals_text, missing_patients
from trial.procedure_text import procedures_text
from trial.units import split_unit

UNITS = {"_um": "µm", "_percent": "%", "_mpa": "MPa"}
EXTENTS = {
    "cell": "one strut of one ring between the mirror planes at its peak and its valley",
    "ring": "one ring",
    "segment": "some rings with their connectors",
    "device": "all rings with their connectors",
}


def methods(study: BenchStudy, specimens: Sequence[SpecimenRecord]) -> list[Passage]:
    """How the study was done."""
    return [
        Passage("Specimens", _lot(study)),
        Passage("Designs", " ".join(_design(study, name) for name in study.arms)),
        Passage("Materials", " ".join(map(_material, _materials(study).values()))),
        Passage("Procedures", procedures_text(study)),
        Passage("Model and mesh", _model(study)),
        Passage("Equilibrium and contact", _solver(study)),
        Passage("Endpoints", _endpoints(study)),
        Passage("Statistics", intervals_text(study.statistics, "specimen")),
        Passage("Computation", computation_text(specimens, "bench")),
    ]


def limitations(
    study: BenchStudy, statistics: Mapping[str, Any], specimens: Sequence[SpecimenRecord]
) -> list[Passage]:
    """What the result does not show, the gravest first."""
    sources = {m.title: f"{m.title}: {_sentence(m.source)}" for m in _materials(study).values()}
    designs = {arm.device.title: arm.device.source for arm in study.arms.values()}
    return [
        Passage(
            "A bench, not a vessel",
            "Devices are loaded by rigid tools without friction. Nothing here says how a vessel "
            "responds, and no result has been held against a measurement of a device on the "
            "market.",
        ),
        Passage(
            "A synthetic lot",
            "The scatter is that of assumed spreads of width, wall, finishing and yield stress. It "
            "is as right as they are, and holds nothing of what else differs between devices.",
        ),
        *missing_patients(
            statistics,
            "specimens",
            "A specimen that cannot be made or solved is seldom a random one.",
        ),
        Passage(
            "Discretisation error is not in the result",
            "Each specimen is solved on one mesh with one sequence of load steps. Largest values "
            "at a point, of plastic strain or fatigue, depend on the mesh most.",
        ),
        *_balloon(study),
        *_part(study),
        *_flags(study, specimens),
        Passage("Material data", " ".join(sources.values())),
        Passage(
            "Design data", " ".join(f"{title}: {_sentence(s)}" for title, s in designs.items())
        ),
    ]


def departure_text(name: str, marginal: Any) -> str:
    """A distribution in words, in configuration units."""
    unit = next((u for suffix, u in UNITS.items() if name.endswith(suffix)), "")
    values = {k: v for k, v in marginal.plain().items() if isinstance(v, int | float)}
    values |= {k: values.pop(k) for k in ("min", "max") if k in values}
    shown = ", ".join(f"{words(key)} {value:g}" for key, value in values.items())
    return f"{marginal.distribution}: {shown} {unit}".strip()


def _lot(study: BenchStudy) -> str:
    departing = [words(split_unit(name)[0]) for name in study.lot.departures.marginals]
    count = study.lot.specimens
    text = (
        f"{count} specimens were drawn from a synthetic production lot (“{study.lot.title}”) with "
        f"seed {study.study.seed}; specimen i depends on the seed and on i alone. "
    )
    if not departing:
        return f"{text}Nothing departs from the design."
    return (
        f"{text}They depart from their design in {_listed(departing)}. Every specimen is made in "
        "every design with the same draws, so that designs are compared on the same departures."
    )


def _design(study: BenchStudy, name: str) -> str:
    arm = study.arms[name]
    device: Stent = arm.device
    role = "reference" if name == study.reference_arm else "compared with the reference"
    heights = device.strut_length_mm if device.ring_height_mm is None else device.ring_height_mm
    kind = "struts of" if device.ring_height_mm is None else "rings as high as"
    listed = heights if isinstance(heights, tuple) else (heights,)
    return (
        f"{arm.label} ({role}): {device.title}, {device.rings} rings of {device.crowns} crowns cut "
        f"from a tube of {device.tube_outer_diameter_mm:g} mm, wall {device.wall_thickness_um:g} "
        f"µm, struts {device.strut_width_um:g} µm wide, {kind} "
        f"{' / '.join(f'{h:g}' for h in listed)} mm, crown radius {device.crown_radius_um:g} µm; "
        f"finishing takes {device.polish_thickness_um:g} µm off the wall and "
        f"{device.polish_width_um:g} µm off the width. {device.material.title}."
    )


def _materials(study: BenchStudy) -> dict[str, Material]:
    return {arm.device.material.title: arm.device.material for arm in study.arms.values()}


def _material(material: Material) -> str:
    law = material.law
    elastic = f"E {law.young_gpa:g} GPa, nu {law.poisson:g}"
    if isinstance(law, LinearElastic):
        return f"{material.title}: Hooke's law, {elastic}."
    if isinstance(law, Superelastic):
        return (
            f"{material.title}: superelastic law of Auricchio and Taylor in the strain of Bažant, "
            f"isochoric transformation, one modulus: {elastic}, transformation strain "
            f"{percent(law.transformation_strain)}, plateaus {law.load_start_mpa:g} to "
            f"{law.load_end_mpa:g} and {law.unload_start_mpa:g} to {law.unload_end_mpa:g} MPa, "
            f"{law.compression_start_mpa:g} MPa in compression."
        )
    return (
        f"{material.title}: von Mises plasticity at finite strain with isotropic hardening, "
        f"{elastic}, {_hardening(law)}."
    )


def _hardening(law: Elastoplastic) -> str:
    curve = law.hardening
    if curve.kind == "linear":
        return f"yield stress {curve.yield_stress_mpa:g} MPa rising by {curve.modulus_mpa:g} MPa"
    if curve.kind == "voce":
        return (
            f"yield stress {curve.yield_stress_mpa:g} MPa saturating at {curve.saturation_mpa:g} "
            f"MPa with the rate {curve.rate:g}, and rising by {curve.modulus_mpa:g} MPa"
        )
    rows = zip(curve.plastic_strain, curve.yield_stress_mpa, strict=True)
    return "yield stress " + ", ".join(f"{s:g} MPa at {a:g}" for a, s in rows)


def _model(study: BenchStudy) -> str:
    bench = study.bench
    cells = bench.cells
    ends = (
        "The whole circumference is computed."
        if bench.model.round
        else "Mirror planes bound the sector computed; forces are those of the whole circumference."
    )
    return (
        f"The model is {EXTENTS[bench.model.extent]}. {ends} Drawings are meshed flat with "
        f"hexahedra and wrapped: {cells.across} over the width, {cells.thickness} over the wall, "
        f"{cells.crown} along half a crown, {cells.strut} along the strut. Elements: "
        + {
            "Q2": "quadratic with 27 nodes, fully integrated.",
            "S2": "serendipity with 20 nodes, reduced integration.",
        }[bench.element]
    )


def _solver(study: BenchStudy) -> str:
    bench = study.bench
    return (
        "Quasi-static equilibrium in the reference configuration by Newton's method with "
        "consistent tangents; load steps adapt, and a step that fails is undone and cut. Tools are "
        f"rigid, without friction; contact by a penalty of {number(bench.penalty_pa_m, 2)} Pa/m "
        f"with up to {bench.augmentations} augmentations, until the penetration is below "
        f"{percent(bench.penetration)} of the strut thickness. Motions that nothing else holds are "
        "held by an artificial viscosity; a run in which it takes more than "
        f"{percent(bench.damping_limit)} of the internal energy is refused."
    )


def _endpoints(study: BenchStudy) -> str:
    block = study.endpoints
    sentences = [
        "Endpoints are taken from the curve of load steps and from the stored states. Forces are "
        "those of the whole circumference over the length of the model. Endpoints that need a "
        "procedure, an extent or a material that the study does not have are left out.",
        f"Radial strength is read at a permanent loss of {block.permanent_loss_percent:g} %.",
    ]
    if block.indicated_diameter_mm is not None:
        sentences.append(f"The indicated diameter is {block.indicated_diameter_mm:g} mm.")
    if "cycle" in {one.kind for one in study.procedures.values()}:
        limits = {m.title: m.fatigue for m in _materials(study).values() if m.fatigue}
        sentences += [f"Fatigue, {t}: {_sentence(f.source)}" for t, f in limits.items()]
    return " ".join([*sentences, "Definitions, standards and sources are in the table below."])


def _balloon(study: BenchStudy) -> list[Passage]:
    if "expand" not in {one.kind for one in study.procedures.values()}:
        return []
    return [
        Passage(
            "An unfolded balloon",
            "The balloon is a round rigid surface whose diameter is prescribed. Its folds are not "
            "modelled; they decide how the ends open first.",
        )
    ]


def _part(study: BenchStudy) -> list[Passage]:
    if study.bench.model.extent == "device":
        return []
    return [
        Passage(
            "A part of the device",
            f"Computed was {EXTENTS[study.bench.model.extent]}. Ends, connectors and what they do "
            "to foreshortening, dogboning and cells are only in a model that holds them.",
        )
    ]


def _flags(study: BenchStudy, specimens: Sequence[SpecimenRecord]) -> list[Passage]:
    """Specimens whose contact or damping is beyond what was asked for."""
    solved = [(s.name, arm) for s in specimens for arm in s.arms.values() if arm.summary]
    deep = [
        f"{name} {arm.label}"
        for name, arm in solved
        if arm.summary.get("penetration_share", 0.0) > study.bench.penetration
    ]
    if not deep:
        return []
    return [
        Passage(
            "Deep contact",
            f"Tools penetrate by more than {percent(study.bench.penetration)} of the strut "
            f"thickness: {', '.join(deep)}.",
        )
    ]


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
