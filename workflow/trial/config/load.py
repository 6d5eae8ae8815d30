# SPDX-License-Identifier: BSD-3-Clause
"""From files to a validated study; every fault is one sentence."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from trial.config.kinds import DEFAULTS, kind_of, model_of
from trial.config.study import Study
from trial.config.tables import read_waveforms
from trial.errors import ConfigError
from trial.overlay import Layer, Overlay, read_yaml
from trial.provenance import PROJECT

CONFIGS = PROJECT / "configs"
DEMO = CONFIGS / "studies" / "demo.yaml"

DISCRIMINATORS = ("distribution", "kind")
"""Keys that say which of several blocks is meant."""

_LIMITS = {Ge: ("at least", "ge"), Gt: ("above", "gt"), Le: ("at most", "le"), Lt: ("below", "lt")}


@dataclass(frozen=True)
class Resolved:
    """A validated study and where each of its values was set.

    Attributes:
        study: the configuration.
        overlay: the layers it was merged from.
    """

    study: Study
    overlay: Overlay


def load_study(
    files: Sequence[Path], overrides: Mapping[str, Any] | None = None, configs: Path = CONFIGS
) -> Resolved:
    """Merge default, extended, study and command-line layers, and validate the result.

    Args:
        files: study files, later ones laid over earlier ones; the demo study when empty.
        overrides: keys given on the command line.
        configs: folder with default.yaml and the libraries.

    Raises:
        ConfigError: one sentence per fault.
    """
    layers = [
        layer
        for path in files or [configs / "studies" / DEMO.name]
        for layer in _study_layers(Path(path), configs)
    ]
    if overrides:
        layers.append(Layer(overrides, "the command line"))
    kind = kind_of(layers)
    default = configs / DEFAULTS[kind]
    overlay = Overlay(configs)
    for layer in [Layer(read_yaml(default), shown(default)), *layers]:
        overlay.add(layer)
    values = overlay.values()
    read_waveforms(values, overlay)
    study = _validated(model_of(kind), values, overlay, ())
    for arm in study.arms:
        for block in study.arm_blocks(arm):
            _validated(block.model, block.values, overlay, ("arms", arm, *block.prefix))
    for path, file in study.missing_files(PROJECT):
        name = ".".join(map(str, path))
        raise ConfigError(
            f"{name} is {file!r}, but no such file exists (set in {overlay.source(path)})"
        )
    return Resolved(study, overlay)


def read_recorded(path: Path) -> Study:
    """Read the resolved configuration kept beside the results."""
    values = read_yaml(path)
    return model_of(kind_of([Layer(values, str(path))])).model_validate(values)


def shown(path: Path) -> str:
    """Path as people write it: relative to the project where it lies inside."""
    path = Path(path).resolve()
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def _study_layers(path: Path, configs: Path) -> list[Layer]:
    """Layers of one study file: the study it extends, then its own."""
    content = read_yaml(path)
    base = content.pop("extends", None)
    if base is None:
        return [Layer(content, shown(path))]
    base_path = configs / "studies" / f"{base}.yaml"
    if not base_path.is_file():
        raise ConfigError(
            f"extends is {base!r}, but {shown(base_path)} does not exist ({shown(path)})"
        )
    base_content = read_yaml(base_path)
    if "extends" in base_content:
        raise ConfigError(
            f"extends is {base!r}, which itself extends {base_content['extends']!r}; "
            f"one level is allowed ({shown(path)})"
        )
    return [Layer(base_content, shown(base_path)), Layer(content, shown(path))]


def _validated(
    model: type[BaseModel], values: Mapping[str, Any], overlay: Overlay, prefix: tuple[str, ...]
) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_sentences(error, model, overlay, prefix)) from None


def _sentences(
    error: ValidationError, model: type[BaseModel], overlay: Overlay, prefix: tuple[str, ...]
) -> str:
    lines = []
    faults = error.errors(include_url=False)
    for fault in faults:
        if fault["type"] == "too_short" and any(_inside(f["loc"], fault["loc"]) for f in faults):
            continue  # short only because one of its items is at fault
        keys, field, owner = _locate(model, fault["loc"])
        path = (*prefix, *keys)
        name = ".".join(str(part) for part in path)
        source = overlay.source(path)
        place = f" (set in {source})" if source else ""
        lines.append(_sentence(name, fault, field, owner) + place)
    return "\n".join(dict.fromkeys(lines))


def _inside(inner: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _sentence(
    name: str, fault: Mapping[str, Any], field: FieldInfo | None, owner: type[BaseModel] | None
) -> str:
    kind = fault["type"]
    if kind == "extra_forbidden":
        known = [f.alias or key for key, f in owner.model_fields.items()] if owner else []
        close = difflib.get_close_matches(name.rpartition(".")[2], known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
        return f"{name} is not a known key; {hint}"
    if kind == "missing":
        about = f": {field.description}" if field and field.description else ""
        return f"{name} is missing{about}"
    if kind == "value_error":
        return f"{name}: {fault['ctx']['error']}" if name else str(fault["ctx"]["error"])
    if kind.startswith("union_tag"):
        tag, allowed = fault["ctx"].get("tag"), fault["ctx"].get("expected_tags", "")
        key = fault["ctx"]["discriminator"].strip("'")
        return (
            f"{name} has {key} {tag!r}, allowed: {allowed}" if allowed else f"{name} needs a {key}"
        )
    allowed = allowed_range(field) if field else ""
    message = fault["msg"][0].lower() + fault["msg"][1:]
    return f"{name} is {fault['input']!r}, but {allowed or message}"


def allowed_range(field: FieldInfo) -> str:
    """Allowed range of a number field in words; empty for other kinds."""
    bounds = [
        f"{_LIMITS[type(m)][0]} {getattr(m, _LIMITS[type(m)][1]):g}"
        for m in field.metadata
        if type(m) in _LIMITS
    ]
    if not bounds:
        return ""
    kind = "a whole number" if field.annotation is int else "a number"
    return f"must be {kind} {' and '.join(bounds)}"


def _locate(
    model: type[BaseModel], loc: tuple[int | str, ...]
) -> tuple[tuple[int | str, ...], FieldInfo | None, type[BaseModel] | None]:
    """Follow an error location: the configuration keys, the field and the block that owns it."""
    keys: list[int | str] = []
    kind: Any = model
    field: FieldInfo | None = None
    owner: type[BaseModel] | None = None
    for part in loc:
        kind, is_tag = _enter_union(kind, part)
        if is_tag:
            continue
        keys.append(part)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            owner = kind
            field = next(
                (f for key, f in kind.model_fields.items() if part in (key, f.alias)), None
            )
            kind = field.annotation if field else None
        else:
            arguments = [a for a in get_args(kind) if a is not Ellipsis]
            kind = _strip(arguments[-1]) if arguments else None
    return tuple(keys), field, owner


def _enter_union(kind: Any, part: int | str) -> tuple[Any, bool]:
    """Resolve optional and tagged types; the second value says that ``part`` was only the tag."""
    kind = _strip(kind)
    if get_origin(kind) is Union or type(kind).__name__ == "UnionType":
        members = [m for m in map(_strip, get_args(kind)) if m is not type(None)]
        for member in members:
            fields = getattr(member, "model_fields", {})
            tags = [fields[key].annotation for key in DISCRIMINATORS if key in fields]
            if len(members) > 1 and any(part in get_args(tag) for tag in tags):
                return member, True
        if len(members) == 1:
            return _enter_union(members[0], part)
    return kind, False


def _strip(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind
