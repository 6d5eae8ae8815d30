# SPDX-License-Identifier: BSD-3-Clause
"""Pieces that the pages of all kinds of study are made with."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from PIL import Image

from trial.endpoints import lookup
from trial.formats import FILTERS
from trial.statistics import ALL

TEMPLATES = Path(__file__).resolve().parents[1] / "report"

PICTURE_WIDTH = 640
"""Width of an embedded picture in pixels; the files keep their full size."""


def environment() -> jinja2.Environment:
    """Template environment that escapes everything and refuses undefined names."""
    result = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    result.filters |= FILTERS
    result.filters["picture"] = picture
    result.globals |= {"lookup": lookup, "ALL": ALL}
    return result


def merge_lost(
    lost: Sequence[Mapping[str, Any]], labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Losses with equal patient and reason as one row that lists its arms."""
    merged: dict[tuple[str, ...], dict[str, Any]] = {}
    for item in lost:
        key = tuple(item[k] for k in ("patient", "stage", "code", "message"))
        row = merged.setdefault(key, {**item, "arms": []})
        row["arms"].append(labels[item["arm"]])
    return list(merged.values())


def digest(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def svg_uri(svg: str) -> str:
    """SVG text as a data URI."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def picture(path: Path) -> str:
    """Picture file as a data URI, reduced to the width shown."""
    with Image.open(path) as image:
        image = image.convert("RGB")
        height = round(image.height * PICTURE_WIDTH / image.width)
        if image.width > PICTURE_WIDTH:
            image = image.resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        image.save(stream, "webp", quality=82, method=6)
    return f"data:image/webp;base64,{base64.b64encode(stream.getvalue()).decode()}"
