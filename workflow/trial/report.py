# SPDX-License-Identifier: BSD-3-Clause
"""One self-contained HTML page per study, written also when patients failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from trial import bench_report, vascular_report
from trial.computation import revisions, software, wall_times
from trial.config import Study
from trial.page import digest, environment, merge_lost
from trial.patients import read_json

PAGES = {"vascular": vascular_report, "bench": bench_report}
"""By kind of study: ``SECTIONS`` (anchor, heading and template), and ``context``, which reads the
results and returns what the templates need; its ``records`` hold the outcomes of all steps."""


def write_report(study_root: Path, study: Study) -> Path:
    """Write ``report/index.html`` from ``statistics.json``, the tables and the result tree.

    Args:
        study_root: folder of the study.
        study: resolved configuration.

    Returns:
        The file written.
    """
    kind = study.study.kind
    page = PAGES[kind]
    statistics = read_json(study_root / "statistics.json")
    table = pd.read_parquet(study_root / "endpoints.parquet")
    labels = {name: arm.label for name, arm in study.arms.items()}
    lost = merge_lost(statistics["flow"]["lost"], labels)
    own = page.context(study_root, study, statistics, table, lost)
    context = {
        "study": study,
        "sections": page.SECTIONS,
        "noun": page.NOUN,
        "labels": labels,
        "statistics": statistics,
        "lost": lost,
        "provenance": provenance(study_root, study, own["records"]),
        **own,
    }
    text = environment().get_template("report.html.j2").render(context)
    path = study_root / "report" / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def provenance(study_root: Path, study: Study, records: list[Any]) -> dict[str, Any]:
    """What computed the study and the digests of what it left."""
    names = ("config.yaml", "endpoints.csv", "endpoints.parquet", "missing.tsv", "statistics.json")
    return {
        "files": {n: digest(study_root / n) for n in names if (study_root / n).exists()},
        "software": software(records),
        "revisions": revisions(records),
        "wall_times": wall_times(records, study.study.kind),
        "config": yaml.safe_dump(
            study.plain(), sort_keys=False, allow_unicode=True, default_flow_style=None, width=96
        ),
    }
