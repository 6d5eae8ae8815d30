# SPDX-License-Identifier: BSD-3-Clause
import pytest

from trial.config.load import CONFIGS
from trial.config.population import Population
from trial.overlay import Layer, Overlay


def population(name: str, **changes) -> Population:
    overlay = Overlay(CONFIGS)
    overlay.add(Layer({"population": {"from": name, **changes}}, "test"))
    return Population.model_validate(overlay.values()["population"])


@pytest.fixture(scope="session")
def ica_sidewall() -> Population:
    return population("ica_sidewall")


@pytest.fixture(scope="session")
def premier() -> Population:
    return population("premier")
