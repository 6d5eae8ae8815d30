# SPDX-License-Identifier: BSD-3-Clause
"""Kinds of study: which model a file must fit, and which file holds its defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trial.config.bench.study import BenchStudy
from trial.config.study import Study
from trial.config.vascular import VascularStudy
from trial.errors import ConfigError
from trial.overlay import Layer

MODELS: Mapping[str, type[Study]] = {"vascular": VascularStudy, "bench": BenchStudy}
DEFAULTS: Mapping[str, str] = {"vascular": "default.yaml", "bench": "default_bench.yaml"}


def kind_of(layers: Sequence[Layer]) -> str:
    """Kind of the study that the layers describe; later layers win.

    Raises:
        ConfigError: there is no such kind.
    """
    for layer in reversed(layers):
        identity = layer.values.get("study")
        if isinstance(identity, Mapping) and "kind" in identity:
            kind = identity["kind"]
            if kind not in MODELS:
                raise ConfigError(
                    f"study.kind is {kind!r}, allowed: {', '.join(MODELS)} (set in {layer.source})"
                )
            return kind
    return "vascular"


def model_of(kind: str) -> type[Study]:
    """Model of a kind of study."""
    return MODELS[kind]
