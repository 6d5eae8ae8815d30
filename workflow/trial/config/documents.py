# SPDX-License-Identifier: BSD-3-Clause
"""Files generated from the models: the defaults, schema.json and the tables of every option."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel, TypeAdapter

from trial.config.kinds import DEFAULTS, MODELS
from trial.config.load import CONFIGS, DISCRIMINATORS, allowed_range

_BEGIN = "<!-- generated: options of {kind} studies -->"
_END = "<!-- end of generated part -->"


def documents(configs: Path = CONFIGS) -> dict[Path, str]:
    """Text of every generated file."""
    readme = configs / "README.md"
    text = readme.read_text(encoding="utf-8")
    for kind in MODELS:
        text = _with_table(text, kind)
    schema = TypeAdapter(reduce(or_, MODELS.values())).json_schema(by_alias=True)
    return {
        **{configs / name: default_yaml(kind) for kind, name in DEFAULTS.items()},
        configs / "schema.json": json.dumps(schema, indent=1) + "\n",
        readme: text,
    }


def default_yaml(kind: str) -> str:
    """Every key that has a default, with a comment that says what it means and what it allows."""
    lines = [
        "# SPDX-License-Identifier: BSD-3-Clause",
        "# GENERATED from trial.config by `silitrial config --write`: edit the models instead.",
        f"# A study file of kind {kind} holds only what differs from this.",
    ]
    for name, field in MODELS[kind].model_fields.items():
        if field.is_required():
            lines += ["", f"# {name}: required; {field.description}"]
            continue
        lines += ["", f"# {field.description}"]
        default = field.get_default()
        if isinstance(default, BaseModel):
            lines += [f"{name}:", *_block_lines(default, "  ")]
        else:
            lines.append(f"{name}: {_scalar(default)}")
    return "\n".join(lines) + "\n"


def option_table(kind: str) -> str:
    """Markdown table of every option of a kind of study."""
    rows = ["| key | default | allowed | meaning |", "|---|---|---|---|"]
    rows += [" | ".join(("", *row, "")).strip() for row in _rows(MODELS[kind], "")]
    return "\n".join(rows)


def _block_lines(block: BaseModel, indent: str) -> Iterator[str]:
    for name, field in type(block).model_fields.items():
        value = getattr(block, name)
        allowed = allowed_range(field).removeprefix("must be ")
        note = f"{field.description}" + (f"; {allowed}" if allowed else "")
        if isinstance(value, BaseModel):
            yield f"{indent}# {note}"
            yield f"{indent}{name}:"
            yield from _block_lines(value, indent + "  ")
        else:
            yield f"{indent}{name}: {_scalar(value)}  # {note}"


def _scalar(value: Any) -> str:
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, width=1000)
    return text.removesuffix("...\n").strip()


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        default = None if field.is_required() else field.get_default()
        inner, suffix = _inner(field.annotation)
        if not inner or "distribution" in inner[0].model_fields:
            shown = "required" if field.is_required() else f"`{_scalar(default)}`"
            allowed = "a distribution" if inner else _allowed_cell(field)
            yield f"`{key}`", shown, allowed, field.description or ""
            continue
        shown = "required" if field.is_required() else ""
        yield f"`{key}`", shown, "", field.description or ""
        if len(inner) == 1:
            yield from _rows(inner[0], f"{key}{suffix}.")
            continue
        for block in inner:
            name, tag = _tag(block)
            yield f"`{key}{suffix}`", "", tag, (block.__doc__ or "").split("\n")[0].rstrip(".")
            for row in _rows(block, f"{key}{suffix}."):
                if row[0] != f"`{key}{suffix}.{name}`":
                    yield row[0], row[1], row[2], f"{tag}: {row[3]}"


def _inner(annotation: Any) -> tuple[list[type[BaseModel]], str]:
    """Blocks inside a type, and how their place is written: ``arms.NAME``, ``surfaces[]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation], ""
    suffix = {dict: ".NAME", tuple: "[]"}.get(get_origin(annotation), "")
    found: list[type[BaseModel]] = []
    further = ""
    for argument in get_args(annotation):
        blocks, below = _inner(argument)
        found += blocks
        further = further or below
    return found, suffix + further


def _tag(block: type[BaseModel]) -> tuple[str, str]:
    """Key that says which of several blocks is meant, and its value for this one."""
    key = next(key for key in DISCRIMINATORS if key in block.model_fields)
    return key, ", ".join(get_args(block.model_fields[key].annotation))


def _allowed_cell(field: Any) -> str:
    words = allowed_range(field).removeprefix("must be ")
    if words:
        return words
    options = get_args(field.annotation)
    if options and all(isinstance(option, str | int) for option in options):
        return ", ".join(str(option) for option in options)
    return ""


def _with_table(text: str, kind: str) -> str:
    begin = _BEGIN.format(kind=kind)
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(_END)
    return f"{before}{begin}\n{option_table(kind)}\n{_END}{after}"
