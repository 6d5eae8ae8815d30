# SPDX-License-Identifier: BSD-3-Clause
"""Files generated from the models: default.yaml, schema.json and the table of every option."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from trial.config.load import CONFIGS, allowed_range
from trial.config.study import Study

_BEGIN = "<!-- generated: options -->"
_END = "<!-- end of generated part -->"


def documents(configs: Path = CONFIGS) -> dict[Path, str]:
    """Text of every generated file."""
    readme = configs / "README.md"
    return {
        configs / "default.yaml": default_yaml(),
        configs / "schema.json": json.dumps(Study.model_json_schema(by_alias=True), indent=1)
        + "\n",
        readme: _with_table(readme.read_text(encoding="utf-8")),
    }


def default_yaml() -> str:
    """Every key that has a default, with a comment that says what it means and what it allows."""
    lines = [
        "# SPDX-License-Identifier: BSD-3-Clause",
        "# GENERATED from trial.config by `silitrial config --write`: edit the models instead.",
        "# A study file holds only what differs from this.",
    ]
    for name, field in Study.model_fields.items():
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


def option_table() -> str:
    """Markdown table of every option."""
    rows = ["| key | default | allowed | meaning |", "|---|---|---|---|"]
    rows += [" | ".join(("", *row, "")).strip() for row in _rows(Study, "")]
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
        if inner is None or "distribution" in inner.model_fields:
            shown = "required" if field.is_required() else f"`{_scalar(default)}`"
            allowed = "a distribution" if inner else _allowed_cell(field)
            yield f"`{key}`", shown, allowed, field.description or ""
        else:
            shown = "required" if field.is_required() else ""
            yield f"`{key}`", shown, "", field.description or ""
            yield from _rows(inner, f"{key}{suffix}.")


def _inner(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """Block inside a type, and how its place is written: ``arms.NAME``, ``surfaces[]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    suffix = {dict: ".NAME", tuple: "[]"}.get(get_origin(annotation), "")
    for argument in get_args(annotation):
        inner, further = _inner(argument)
        if inner is not None:
            return inner, suffix + further
    return None, ""


def _allowed_cell(field: Any) -> str:
    words = allowed_range(field).removeprefix("must be ")
    if words:
        return words
    options = get_args(field.annotation)
    if options and all(isinstance(option, str | int) for option in options):
        return ", ".join(str(option) for option in options)
    return ""


def _with_table(text: str) -> str:
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{option_table()}\n{_END}{after}"
