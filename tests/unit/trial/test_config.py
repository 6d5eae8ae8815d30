# SPDX-License-Identifier: BSD-3-Clause
import difflib

import numpy as np
import pytest
import yaml

from trial.config import load_study
from trial.config.documents import documents
from trial.config.load import CONFIGS, read_recorded
from trial.config.population import Population
from trial.errors import ConfigError
from trial.units import to_si

STUDY = {
    "study": {"name": "trial_a", "title": "A trial", "seed": 1},
    "population": {"from": "ica_sidewall", "synthetic": 3},
    "arms": {"untreated": {"label": "Untreated"}, "stiff": {"label": "Stiff"}},
}


@pytest.fixture
def study_file(tmp_path):
    def write(name="trial_a", **changes):
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(STUDY | changes, sort_keys=False))
        return path

    return write


def fault(path, **overrides) -> str:
    with pytest.raises(ConfigError) as error:
        load_study([path], overrides)
    return str(error.value)


def test_generated_files_are_current():
    for path, text in documents().items():
        drift = difflib.unified_diff(
            path.read_text().splitlines(), text.splitlines(), "on disk", "generated", lineterm=""
        )
        assert not list(drift), f"{path.name} is out of date: run `silitrial config --write`"


@pytest.mark.parametrize("path", sorted((CONFIGS / "studies").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_study_is_valid_and_named_like_its_file(path):
    assert load_study([path]).study.study.name == path.stem


def test_number_out_of_range(study_file):
    path = study_file(flow={"steps_per_cycle": 3})
    assert fault(path) == (
        "flow.steps_per_cycle is 3, but must be a whole number at least 10 and at most 20000 "
        f"(set in {path})"
    )


def test_tracer_must_start_in_a_cycle_that_is_computed(study_file):
    late = {"scalar": {"kind": "washout", "washout_cycle": 3}}
    assert "washout_cycle 3 is above minimum_cycles 2" in fault(study_file(flow=late))
    late["scalar"]["kind"] = "residence_time"
    assert load_study([study_file(flow=late)]).study.flow.scalar.washout_cycle == 3


def test_unknown_key_is_named_with_the_nearest(study_file):
    path = study_file(flow={"steps_per_cicle": 100})
    assert fault(path) == (
        f"flow.steps_per_cicle is not a known key; did you mean steps_per_cycle? (set in {path})"
    )


def test_every_fault_has_its_own_sentence(study_file):
    path = study_file(flow={"cycles": 0, "viscosity_pa_s": 1.0}, reference_arm="nobody")
    text = fault(path)
    assert "flow.cycles is 0" in text
    assert "flow.viscosity_pa_s is 1.0" in text


def test_wrong_type(study_file):
    path = study_file(flow={"cycles": "many"})
    assert fault(path).startswith("flow.cycles is 'many', but must be a whole number at least 1")


def test_missing_block_says_what_it_is(study_file):
    path = study_file(population={"from": "ica_sidewall"} | {"synthetic": 1}, study={"name": "a"})
    assert "study.seed is missing: seed of every random draw of the study" in fault(path)


def test_unknown_distribution(study_file):
    anatomy = {"bulge": {"distribution": "gauss", "source": "test"}}
    path = study_file(population=STUDY["population"] | {"anatomy": anatomy})
    text = fault(path)
    assert text.startswith("population.anatomy.bulge has distribution 'gauss', allowed: ")
    assert str(path) in text


def test_library_file_is_named_as_the_culprit(study_file, tmp_path):
    configs = tmp_path / "configs"
    (configs / "populations").mkdir(parents=True)
    (configs / "default.yaml").write_text((CONFIGS / "default.yaml").read_text())
    library = yaml.safe_load((CONFIGS / "populations" / "ica_sidewall.yaml").read_text())
    library["anatomy"]["bulge"]["max"] = 0.5
    (configs / "populations" / "ica_sidewall.yaml").write_text(yaml.safe_dump(library))
    with pytest.raises(
        ConfigError, match=r"bulge: min 1.05 must be below max 0.5 \(set in configs/"
    ):
        load_study([study_file()], configs=configs)


def test_arm_overrides_are_checked(study_file):
    arms = STUDY["arms"] | {"stiff": {"label": "Stiff", "flow": {"cycles": 99}}}
    path = study_file(arms=arms)
    assert fault(path) == (
        "arms.stiff.flow.cycles is 99, but must be a whole number at least 1 and at most 20 "
        f"(set in {path})"
    )


def test_arm_overrides_apply_to_that_arm_only(study_file):
    arms = STUDY["arms"] | {
        "stiff": {"label": "Stiff", "flow": {"outlets": {"kind": "resistance"}}}
    }
    study = load_study([study_file(arms=arms)]).study
    assert study.arm_flow("stiff").outlets.kind == "resistance"
    assert study.arm_flow("stiff").outlets.split_exponent == study.flow.outlets.split_exponent
    assert study.arm_flow("untreated") == study.flow


def test_reference_arm_must_exist(study_file):
    text = fault(study_file(reference_arm="placebo"))
    assert text == "reference_arm is 'placebo', but the arms are untreated, stiff"


def test_command_line_wins_and_is_named(study_file):
    path = study_file(flow={"cycles": 4})
    assert load_study([path], {"flow": {"cycles": "5"}}).study.flow.cycles == 5
    assert "(set in the command line)" in fault(path, flow={"cycles": "0"})


def test_later_files_win(study_file, tmp_path):
    second = tmp_path / "second.yaml"
    second.write_text("flow: {cycles: 7}\narms: {extra: {label: Extra}}\n")
    resolved = load_study([study_file(flow={"cycles": 4, "steps_per_cycle": 50}), second])
    assert resolved.study.flow.cycles == 7
    assert resolved.study.flow.steps_per_cycle == 50
    assert list(resolved.study.arms) == ["untreated", "stiff", "extra"]
    assert resolved.overlay.source(("flow", "cycles")) == str(second)


def test_source_of_every_value(study_file):
    path = study_file(flow={"cycles": 4})
    overlay = load_study([path]).overlay
    assert overlay.source(("flow", "cycles")) == str(path)
    assert overlay.source(("flow", "tolerance")) == "configs/default.yaml"
    bulge = ("population", "anatomy", "bulge", "max")
    assert overlay.source(bulge) == "configs/populations/ica_sidewall.yaml"


def test_population_file_over_another():
    premier = load_study([CONFIGS / "studies" / "premier_small.yaml"])
    anatomy = ("population", "anatomy")
    assert premier.overlay.source((*anatomy, "sac_length_mm", "max")).endswith("premier.yaml")
    assert premier.overlay.source((*anatomy, "bulge", "max")).endswith("ica_sidewall.yaml")
    assert premier.study.population.anatomy.sac_length_mm.max == 12


def test_variant_keeps_the_patients_of_its_base():
    base = load_study([CONFIGS / "studies" / "demo.yaml"]).study
    fine = load_study([CONFIGS / "studies" / "demo--fine.yaml"]).study
    assert fine.study.name == "demo--fine"
    assert (fine.study.seed, fine.population) == (base.study.seed, base.population)
    assert fine.flow.steps_per_cycle > base.flow.steps_per_cycle


def test_extends_is_one_level(tmp_path, study_file):
    for content, message in (
        (
            "extends: nowhere",
            "extends is 'nowhere', but configs/studies/nowhere.yaml does not exist",
        ),
        ("extends: demo--fine", "which itself extends 'demo'; one level is allowed"),
    ):
        path = tmp_path / "variant.yaml"
        path.write_text(content)
        assert message in fault(path)


def test_from_names_an_existing_file(study_file):
    text = fault(study_file(population={"from": "martians", "synthetic": 1}))
    assert text.startswith("from: martians names no file in configs/populations")
    assert "there are: ica_sidewall, premier" in text


def test_text_that_is_not_yaml(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("study: [1,\n  2")
    assert fault(path).startswith(f"{path} is not YAML at line")


def test_recorded_study_reads_back(study_file, tmp_path):
    study = load_study([study_file()]).study
    recorded = tmp_path / "config.yaml"
    recorded.write_text(yaml.safe_dump(study.plain(), sort_keys=False))
    assert read_recorded(recorded) == study


def test_units_are_converted_once():
    values = {
        "edge_mm": 0.4,
        "wire": {"diameter_um": 30.0},
        "angle_deg": 180.0,
        "points_mm": [1, 2],
    }
    assert to_si(values | {"kind": "x", "none_mm": None, "share_percent": 35.0}) == {
        "edge": pytest.approx(4e-4),
        "wire": {"diameter": pytest.approx(3e-5)},
        "angle": pytest.approx(3.141592653589793),
        "points": [pytest.approx(1e-3), pytest.approx(2e-3)],
        "kind": "x",
        "none": None,
        "share": pytest.approx(0.35),
    }


def test_rank_correlations_must_be_possible(study_file):
    impossible = {
        "variables": ["bulge", "inlet_taper", "outlet_taper"],
        "spearman": [[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]],
        "source": "test",
    }
    path = study_file(population=STUDY["population"] | {"correlation": impossible})
    assert "population.correlation: spearman leads to a normal-score matrix" in fault(path)


def groups(waveform, **changes):
    """Population with one age group of that waveform."""
    group = {"up_to_years": 150, "waveform": {"source": "test"} | waveform} | changes
    return STUDY["population"] | {"physiology": {"age_groups": [group]}}


def rows(count=41):
    return "".join(
        f"{i / (count - 1)}, {2 + np.cos(2 * np.pi * i / (count - 1))}\n" for i in range(count)
    )


def test_waveform_file_is_read_beside_the_study(study_file, tmp_path):
    (tmp_path / "flow.csv").write_text("# carotid\ntime_s,flow_ml_s\n" + rows())
    path = study_file(population=groups({"file": "flow.csv"}))
    population = load_study([path]).study.population
    series = population.physiology.age_groups[0].waveform.series(None)
    assert series.cosine[0] == pytest.approx(0.5, abs=1e-5)
    # What is recorded and handed on needs no file.
    assert Population.model_validate(population.plain()) == population


def test_waveform_from_coefficients(study_file):
    waveform = {"cosine": [0.2, 0.1], "sine": [0.0, -0.1]}
    index = {"distribution": "constant", "value": 0.8, "source": "test"}
    path = study_file(population=groups(waveform, pulsatility_index=index))
    group = load_study([path]).study.population.physiology.age_groups[0]
    assert group.waveform.series(0.8).pulsatility_index() == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("waveform", "message"),
    [
        ({}, "needs one of bumps, cosine and sine, table or file; found nothing"),
        ({"cosine": [0.1]}, "cosine has 1 coefficients, sine 0"),
        ({"bumps": [{"centre": 0.2, "width": 0.1, "height": 1}]}, "bumps need a pulsatility_index"),
        ({"table": {"time": [0, 1], "value": [1, 1]}}, "a table of 2 rows resolves 0 harmonics"),
        ({"file": "nowhere.csv"}, "nowhere.csv does not exist"),
        ({"file": "bad.csv"}, "line 2 of {folder}/bad.csv is not two numbers"),
        ({"file": "bad.csv", "table": {"time": [], "value": []}}, "both a table and a file"),
    ],
)
def test_waveforms_that_cannot_be_used(study_file, tmp_path, waveform, message):
    (tmp_path / "bad.csv").write_text("0 1\n0.5 high\n")
    text = fault(study_file(population=groups(waveform)))
    assert message.format(folder=tmp_path) in text
    assert text.startswith("population.physiology.age_groups.0")
    assert "\n" not in text


def test_blood_and_outlets_reach_the_solver(study_file):
    flow = {
        "rheology": {"kind": "casson", "haematocrit": "patient"},
        "outlets": {"kind": "windkessel", "each": {"outlet_2": {"kind": "resistance"}}},
    }
    block = load_study([study_file(flow=flow)]).study.flow
    assert block.to_si()["rheology"]["casson"]["lowest_shear_rate"] == 0.315
    assert block.to_si()["outlets"]["each"]["outlet_2"]["distal"] is None
    flow["rheology"]["haematocrit"] = 0.35
    assert load_study([study_file(flow=flow)]).study.flow.rheology.haematocrit == 0.35


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        (
            {"rheology": {"haematocrit": 45}},
            "flow.rheology.haematocrit: must be none, patient or a number from 0.1 to 0.65, not 45",
        ),
        ({"rheology": {"kind": "cason"}}, "flow.rheology.kind is 'cason', but"),
        (
            {"rheology": {"carreau_yasuda": {"zero_shear_viscosity_pa_s": 0.002}}},
            "flow.rheology.carreau_yasuda: zero_shear_viscosity_pa_s 0.002 is below the infinite",
        ),
        (
            {"outlets": {"distal_pressure_pa": 20000}},
            "flow.outlets: a distal pressure of 20000 Pa is not below mean_pressure_pa 12000",
        ),
        (
            {"outlets": {"each": {"outlet_1": {"kind": "windkessel", "distal_pa_s_m3": 1e9}}}},
            "flow.outlets.each.outlet_1: windkessel takes proximal_pa_s_m3 and capacitance_m3_pa "
            "and distal_pa_s_m3, or none of its own, not distal_pa_s_m3",
        ),
        ({"outlets": {"time_constant_s": 0}}, "flow.outlets.time_constant_s is 0, but"),
    ],
)
def test_blood_and_outlets_that_cannot_be_used(study_file, flow, message):
    text = fault(study_file(flow=flow))
    assert text.startswith(message)
    assert "\n" not in text
