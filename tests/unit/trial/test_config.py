# SPDX-License-Identifier: BSD-3-Clause
import difflib

import pytest
import yaml

from trial.config import load_study
from trial.config.documents import documents
from trial.config.load import CONFIGS, read_recorded
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
