# SPDX-License-Identifier: BSD-3-Clause
"""Trial statistics: paired differences, patient flow, success of the flow-reduction surrogate.

In a study of flow diverters, success means that the STAV reduction of a patient reaches a
threshold. It is a flow-reduction surrogate, not a clinical outcome. Nothing is imputed; every
success rate carries the rates that would follow if all missing patients had failed (worst case) or
succeeded (best case). Other studies have no success rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trial.cohort import Cohort
from trial.config import Study
from trial.config.statistics import SurrogateStatistics
from trial.endpoints import REDUCTION, lookup
from trial.intervals import ROUNDING, bootstrap_mean, mean_difference, proportion, pseudomedian
from trial.outcome import write_json
from trial.tables import (
    ANALYSED,
    collect_attrition,
    collect_endpoints,
    endpoint_columns,
    patient_kind,
    write_tables,
)

ALL = "all"


@dataclass(frozen=True)
class AnalysisPlan:
    """What is compared with what, fixed before the results are read.

    Attributes:
        cohort: patients and arms, lost and quarantined ones included.
        reference: arm the others are compared with.
        confidence: level of every interval.
        bootstrap_samples: resamplings of the patients.
        seed: of the resampling.
        threshold: STAV reduction that counts as success, 0..1; None without a success rule.
        curve: thresholds of the success curve, 0..1.
    """

    cohort: Cohort
    reference: str
    confidence: float
    bootstrap_samples: int
    seed: int
    threshold: float | None = None
    curve: tuple[float, ...] = ()

    @classmethod
    def of(cls, study: Study, cohort: Cohort) -> AnalysisPlan:
        """Plan of a study."""
        block = study.statistics
        plan = cls(
            cohort=cohort,
            reference=study.reference_arm,
            confidence=block.confidence_percent / 100.0,
            bootstrap_samples=block.bootstrap_samples,
            seed=study.study.seed,
        )
        if not isinstance(block, SurrogateStatistics):
            return plan
        first, last, step = block.threshold_curve_percent
        curve = np.arange(first, last + 0.5 * step, step) / 100.0
        threshold = block.success_threshold_percent / 100.0
        return replace(plan, threshold=threshold, curve=tuple(float(t) for t in curve))


def summarise(study_root: Path, plan: AnalysisPlan) -> None:
    """Write ``endpoints.csv``, ``endpoints.parquet`` and ``missing.tsv`` of a study."""
    attrition = collect_attrition(study_root, plan.cohort)
    table = collect_endpoints(study_root, attrition, plan.cohort, plan.reference)
    write_tables(table, attrition, study_root)


def compare(study_root: Path, plan: AnalysisPlan) -> None:
    """Write ``statistics.json`` of a study from its result tree."""
    attrition = collect_attrition(study_root, plan.cohort)
    table = collect_endpoints(study_root, attrition, plan.cohort, plan.reference)
    write_json(study_root / "statistics.json", analyse(table, attrition, plan))


def analyse(table: pd.DataFrame, attrition: pd.DataFrame, plan: AnalysisPlan) -> dict[str, Any]:
    """All numbers of the report, JSON-serialisable, SI.

    Args:
        table: from :func:`trial.tables.collect_endpoints`.
        attrition: from :func:`trial.tables.collect_attrition`.
        plan: what is compared.

    Returns:
        ``plan``; ``flow`` (counts per arm and stage, codes, lost patient-arms); ``arms`` (summary
        per arm, group and endpoint); ``comparisons`` (per arm other than the reference: reductions
        per patient and, per group of patients, success, curve and paired differences).
    """
    groups = patient_groups(plan)
    return {
        "plan": _plan_record(plan, groups),
        "flow": patient_flow(attrition, plan),
        "arms": {
            arm: {name: _arm_summary(table, arm, ids) for name, ids in groups.items()}
            for arm in plan.cohort.arms
        },
        "comparisons": {
            arm: compare_arm(table, arm, plan) for arm in plan.cohort.arms if arm != plan.reference
        },
    }


def patient_groups(plan: AnalysisPlan) -> dict[str, tuple[str, ...]]:
    """Patients of each reported group; the first is the group of the primary result.

    A cohort that mixes synthetic patients with surfaces is reported for the synthetic patients
    alone, who share one population, and for all.
    """
    synthetic = tuple(p for p in plan.cohort.patients if patient_kind(p) == "synthetic")
    if synthetic and len(synthetic) < len(plan.cohort.patients):
        return {"synthetic": synthetic, ALL: plan.cohort.patients}
    return {ALL: plan.cohort.patients}


def patient_flow(attrition: pd.DataFrame, plan: AnalysisPlan) -> dict[str, Any]:
    """Patients that passed each stage per arm, losses per code and arm, and who was lost."""
    counts, codes = {}, {}
    for arm in plan.cohort.arms:
        rows = attrition[attrition["arm"] == arm]
        counts[arm] = {"planned": len(rows)}
        counts[arm] |= {
            stage.passed: int((rows["passed"] > position).sum())
            for position, stage in enumerate(plan.cohort.stages)
        }
        lost = rows[rows["code"] != ""]
        codes[arm] = {code: int(n) for code, n in lost["code"].value_counts().items()}
    lost = attrition[attrition["code"] != ""].drop(columns=["passed"])
    return {"counts": counts, "codes": codes, "lost": lost.to_dict("records")}


def compare_arm(table: pd.DataFrame, arm: str, plan: AnalysisPlan) -> dict[str, Any]:
    """Paired differences of one arm against the reference arm; success where there is a rule."""
    groups = {
        name: {"patients": len(ids), "paired": paired_differences(table, arm, ids, plan)}
        for name, ids in patient_groups(plan).items()
    }
    result = {"arm": arm, "reference": plan.reference, "groups": groups}
    return result if plan.threshold is None else _with_success(result, table, plan)


def _with_success(
    comparison: dict[str, Any], table: pd.DataFrame, plan: AnalysisPlan
) -> dict[str, Any]:
    """A comparison with the reduction of every patient and the success of every group."""
    rows = table[table["arm"] == comparison["arm"]].set_index("patient")
    reductions = rows[REDUCTION.name].dropna()
    return {
        **comparison,
        "reductions": [
            {
                "patient": patient,
                "kind": rows.loc[patient, "kind"],
                "reduction": float(value),
                "success": bool(succeeds(value, plan.threshold)),
            }
            for patient, value in reductions.sort_values(ascending=False).items()
        ],
        "groups": {
            name: {
                **comparison["groups"][name],
                "success": success(reductions, ids, plan.threshold, plan.confidence),
                "curve": [success(reductions, ids, t, plan.confidence) for t in plan.curve],
            }
            for name, ids in patient_groups(plan).items()
        },
    }


def succeeds(reduction: Any, threshold: float) -> Any:
    """Whether a STAV reduction (number or array) reaches the threshold, rounding aside."""
    return reduction >= threshold - ROUNDING


def success(
    reductions: pd.Series, ids: tuple[str, ...], threshold: float, confidence: float
) -> dict[str, Any]:
    """Success at one threshold: analysed patients, and the bounds set by the missing ones.

    Args:
        reductions: STAV reduction by patient, analysed patients only.
        ids: patients of the group, missing ones included.
        threshold: reduction that counts as success, 0..1.
        confidence: level of the Wilson interval.
    """
    known = reductions[reductions.index.isin(ids)]
    n, total = len(known), len(ids)
    successes = int(succeeds(known, threshold).sum())
    return {
        "threshold": threshold,
        "successes": successes,
        "analysed": n,
        "missing": total - n,
        "rate": asdict(proportion(successes, n, confidence)),
        "worst_case": asdict(proportion(successes, total, confidence)),
        "best_case": asdict(proportion(successes + total - n, total, confidence)),
    }


def paired_differences(
    table: pd.DataFrame, arm: str, ids: tuple[str, ...], plan: AnalysisPlan
) -> dict[str, Any]:
    """Arm minus reference for every endpoint, over patients with both values, SI."""
    result = {}
    chosen = table[table["patient"].isin(ids)]
    for name in endpoint_columns(table):
        if name in (REDUCTION.name, "sac_volume"):
            continue
        pairs = chosen.pivot(index="patient", columns="arm", values=name)
        pairs = pairs.reindex(columns=[plan.reference, arm]).dropna()
        before, after = pairs[plan.reference].to_numpy(), pairs[arm].to_numpy()
        if len(pairs) == 0:
            continue
        change = (after - before) / before if (before > 0).all() else np.empty(0)
        result[name] = {
            "label": lookup(name).label,
            "unit": lookup(name).unit,
            "n": len(pairs),
            "reference_mean": float(before.mean()),
            "arm_mean": float(after.mean()),
            "difference": asdict(mean_difference(after - before, plan.confidence)),
            "pseudomedian": asdict(pseudomedian(after - before, plan.confidence)),
            "relative_change": asdict(
                bootstrap_mean(change, plan.confidence, plan.bootstrap_samples, plan.seed)
            ),
        }
    return result


def _arm_summary(table: pd.DataFrame, arm: str, ids: tuple[str, ...]) -> dict[str, Any]:
    rows = table[(table["arm"] == arm) & table["patient"].isin(ids)]
    analysed = rows[rows["status"] == ANALYSED]
    summary = {}
    for name in endpoint_columns(table):
        values = analysed[name].dropna().to_numpy(dtype=float)
        if len(values) == 0:
            continue
        low, median, high = np.percentile(values, [25, 50, 75])
        summary[name] = {
            "label": lookup(name).label,
            "unit": lookup(name).unit,
            "n": len(values),
            "missing": len(rows) - len(values),
            "mean": float(values.mean()),
            "sd": float(values.std(ddof=1)) if len(values) > 1 else None,
            "quartiles": [float(low), float(median), float(high)],
            "range": [float(values.min()), float(values.max())],
        }
    return summary


def _plan_record(plan: AnalysisPlan, groups: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    record = asdict(plan)
    record["groups"] = {name: list(ids) for name, ids in groups.items()}
    record["primary_group"] = next(iter(groups))
    return record
