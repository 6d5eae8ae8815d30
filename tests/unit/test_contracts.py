# SPDX-License-Identifier: BSD-3-Clause
"""Configuration blocks in SI are the arguments of the packages that the scripts hand them to."""

import json
from dataclasses import asdict, fields
from typing import get_args

import numpy as np
import pytest

from meshes.anatomy.ica import IcaParameters
from meshes.devices.catalogue import device
from meshes.devices.closure import ScreenClosure
from meshes.devices.deployment import DeployOptions
from meshes.devices.flow_diverter import FlowDiverter
from meshes.devices.stent.design import StentDesign
from meshes.devices.stent.feasibility import check_crimped
from meshes.devices.stent.pattern import Part
from meshes.devices.stent.strut import StentResolution
from meshes.edge_length import LumenOptions
from meshes.layers import LayerOptions
from meshes.quality import QualityLimits
from meshes.surface import SurfaceSource
from solvers.fields.bench import endpoints as bench_fields
from solvers.fields.bench.fatigue import AlloyFatigue, SuperelasticFatigue
from solvers.fields.bench.settings import bench_settings
from solvers.fields.endpoints import EndpointSettings
from solvers.fluid.cycles import WATCHED
from solvers.fluid.inflow import Waveform
from solvers.fluid.rheology import CarreauYasuda, Casson, RheologySettings
from solvers.fluid.settings import (
    FlowSettings,
    OutletChoice,
    OutletSettings,
    OutputSettings,
    ScalarSettings,
    TimeStepSettings,
    flow_settings,
)
from solvers.solid.bench.material import make_law
from solvers.solid.bench.procedures import KINDS, make_procedures
from solvers.solid.bench.settings import BenchSettings as SolverSettings
from solvers.solid.contact.balloon import BalloonShape
from trial.config import flow as blocks
from trial.config import load_study
from trial.config.anatomy import LABELS, IcaVariables
from trial.config.bench.numerics import Bench, BenchEndpoints, Cells, Model
from trial.config.bench.procedures import Balloon, Procedure
from trial.config.device import Placement, Screen
from trial.config.endpoints import Endpoints
from trial.config.flow import Flow, Outlets, Output, Scalar, TimeStep
from trial.config.load import CONFIGS
from trial.config.mesh import Layers, Limits, Lumen
from trial.config.surfaces import Surface
from trial.specimens import as_alloyed
from trial.units import split_unit, to_si
from trial.waveform import from_table

BEYOND_STUDIES = {"heat_set_contour", "ring_pitches", "widening"}
"""What only scripts set: a frame on a contour, and the chamber that is widened for it."""


def names(settings) -> set[str]:
    return {f.name for f in fields(settings)}


def test_every_parameter_of_the_anatomy_is_drawn():
    drawn = {name: "none" if name in LABELS else 1.0 for name in IcaVariables.model_fields}
    assert set(IcaVariables.parameters(drawn)) == names(IcaParameters)


@pytest.mark.parametrize(
    ("block", "settings"),
    [
        (Flow, FlowSettings),
        (Outlets, OutletSettings),
        (blocks.Rheology, RheologySettings),
        (blocks.CarreauYasuda, CarreauYasuda),
        (blocks.Casson, Casson),
        (Scalar, ScalarSettings),
        (Output, OutputSettings),
        (TimeStep, TimeStepSettings),
        (Lumen, LumenOptions),
        (Endpoints, EndpointSettings),
        (Model, Part),
        (Cells, StentResolution),
        (Balloon, BalloonShape),
    ],
)
def test_block_has_every_setting(block, settings):
    assert set(block().to_si()) == names(settings)


def test_every_watched_endpoint_can_be_asked_for():
    assert Flow().periodicity_endpoints == tuple(WATCHED)
    assert FlowSettings().periodicity_endpoints == tuple(WATCHED)


@pytest.mark.parametrize(("block", "settings"), [(Layers, LayerOptions), (Limits, QualityLimits)])
def test_block_has_known_settings(block, settings):
    assert set(block().to_si()) <= names(settings)


@pytest.mark.parametrize(
    ("block", "settings", "different"),
    [
        (Flow, FlowSettings, {"time_budget"}),
        (Lumen, LumenOptions, set()),
        (Layers, LayerOptions, set()),
        (Limits, QualityLimits, set()),
        (Endpoints, EndpointSettings, set()),
        (Placement, DeployOptions, set()),
        (Screen, ScreenClosure, set()),
        (Balloon, BalloonShape, set()),
        (Model, Part, set()),
        (Cells, StentResolution, set()),
    ],
)
def test_defaults_are_those_of_the_package(block, settings, different):
    package = json.loads(json.dumps(asdict(settings())))
    for name, value in block().to_si().items():
        if name not in different:
            assert package[name] == (pytest.approx(value) if isinstance(value, float) else value)


def test_flow_block_becomes_the_settings_of_the_solver():
    own = {"proximal_pa_s_m3": 1e9, "capacitance_m3_pa": 1e-10, "distal_pa_s_m3": 1e10}
    choice = blocks.OutletChoice(kind="windkessel", **own)
    block = Flow(outlets=Outlets(each={"outlet_1": choice}), time_budget_s=0.0)
    expected = OutletSettings(each={"outlet_1": OutletChoice("windkessel", 1e9, 1e-10, 1e10)})
    assert flow_settings(block.to_si()) == FlowSettings(outlets=expected)


def test_solver_and_configuration_read_a_table_alike():
    phase = np.linspace(0.0, 1.0, 60)
    flow = 2e-6 * (1.5 + np.cos(2 * np.pi * phase) + np.sin(6 * np.pi * phase) ** 3)
    series, _ = from_table(phase, flow, 15)
    wave = Waveform.from_table(0.9 * phase, flow, 15)
    assert wave.cosine == pytest.approx(series.cosine, abs=1e-12)
    assert wave.sine == pytest.approx(series.sine, abs=1e-12)


def test_surface_block_holds_what_the_importer_reads():
    block = Surface(title="Test", file="a.stl", unit_mm=1.0, provenance="made up here")
    described = {"from", "title", "provenance"}
    assert set(to_si(block.plain())) - described == names(SurfaceSource)


def test_device_block_is_the_device_model():
    study = load_study([CONFIGS / "studies" / "demo.yaml"]).study
    device = study.arms["flow_diverter"].device
    assert set(device.catalogue()) == names(FlowDiverter)
    assert FlowDiverter(**device.catalogue()).wires == device.wires
    assert set(Placement().to_si()) == names(DeployOptions) - {"closure"}
    assert set(Screen().to_si()) == names(ScreenClosure) - {"viscosity", "density"}


STENTS = [
    (study.study.name, name, study)
    for path in sorted((CONFIGS / "studies").glob("*.yaml"))
    if (study := load_study([path]).study).study.kind == "bench"
    for name in study.arms
]


@pytest.mark.parametrize(("name", "arm", "study"), STENTS, ids=[f"{s}-{a}" for s, a, _ in STENTS])
def test_every_design_of_a_study_can_be_made_and_crimped(name, arm, study):
    drawing = study.arms[arm].device.drawing()
    assert set(drawing) == names(StentDesign) - BEYOND_STUDIES
    design = device(study.arms[arm].device.kind, drawing)
    for diameter in study.arm_course(arm).crimped_diameters():
        check_crimped(design, diameter)


def test_solver_block_of_the_bench_is_its_settings():
    package, block = asdict(SolverSettings()), Bench().solver()
    different = {"time_budget", "checkpoint_minutes"}
    assert block | dict.fromkeys(different, 0.0) == pytest.approx(package)


@pytest.mark.parametrize(("name", "arm", "study"), STENTS, ids=[f"{s}-{a}" for s, a, _ in STENTS])
def test_procedures_and_law_of_a_study_are_those_of_the_solver(name, arm, study):
    course = study.arm_course(arm)
    made = make_procedures(course.to_list())
    assert [(one.name, one.kind) for one in made] == [
        (key, one.kind) for key, one in course.procedures.items()
    ]
    law = study.arms[arm].device.material.law
    assert make_law(as_alloyed(law.to_si(), {})).young == pytest.approx(1e9 * law.young_gpa)


def test_every_procedure_has_the_keys_of_the_solver():
    blocks = get_args(get_args(Procedure)[0])
    assert {get_args(block.model_fields["kind"].annotation)[0] for block in blocks} == set(KINDS)
    for block in blocks:
        kind = get_args(block.model_fields["kind"].annotation)[0]
        keys = {split_unit(key)[0] for key in block.model_fields}
        assert keys - {"kind"} == names(KINDS[kind]) - {"name"} - BEYOND_STUDIES


def test_bench_thresholds_become_the_settings_of_the_endpoints():
    values = BenchEndpoints(tool_diameters_mm=(2.0, 2.5)).to_si()
    assert bench_settings(values | {"fatigue": None}) == bench_fields.BenchSettings(
        tool_diameters=(2e-3, 2.5e-3)
    )


def test_fatigue_limits_become_the_criteria_of_the_material():
    found = {}
    for _, arm, study in STENTS:
        fatigue = study.arms[arm].device.material.fatigue
        settings = bench_settings(study.endpoints.to_si() | {"fatigue": fatigue.limits()})
        found[fatigue.kind] = settings.fatigue
    assert isinstance(found["stress"], AlloyFatigue)
    assert found["stress"].strengths.ultimate > found["stress"].strengths.endurance > 1e8
    assert found["strain"] == SuperelasticFatigue()
