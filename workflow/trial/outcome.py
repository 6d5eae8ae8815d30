# SPDX-License-Identifier: BSD-3-Clause
"""How a step of one patient ended.

An expected failure is written down and exits 0, so that the trial goes on and counts the patient;
anything else is a bug: it leaves no outcome and a non-zero exit code.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from trial.provenance import versions

log = logging.getLogger(__name__)

Status = Literal["ok", "failed", "skipped"]
CODES = (
    "sampling_rejected",
    "surface_invalid",
    "mesh_failed",
    "mesh_quality",
    "deployment_failed",
    "design_infeasible",
    "solver_diverged",
    "non_physical",
    "time_budget",
    "quarantined",
)


class Communicator(Protocol):
    """What is used of an MPI communicator."""

    rank: int
    size: int

    def Abort(self, errorcode: int = 1) -> None:
        """End all ranks."""

    def Barrier(self) -> None:
        """Wait for all ranks."""


@dataclass(frozen=True)
class Outcome:
    """End of one step.

    Attributes:
        status: ok, failed, or skipped because an earlier step failed.
        stage: name of the step.
        code: one of CODES, empty when ok.
        message: one sentence, empty when ok.
        where: step, opening, time the message refers to.
        cause: stage that failed first, when skipped.
        numerics_revision: revision of the methods that computed it.
        versions: packages that computed it.
        wall_time_s: duration of the step.
        metrics: numbers worth keeping.
    """

    status: Status
    stage: str
    code: str = ""
    message: str = ""
    where: str = ""
    cause: str = ""
    numerics_revision: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    wall_time_s: float = 0.0
    metrics: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the step produced its results."""
        return self.status == "ok"

    def line(self) -> str:
        """One line for people."""
        if self.ok:
            return f"{self.stage}: ok in {self.wall_time_s:.1f} s"
        if self.cause:
            return f"{self.stage}: skipped ({self.code} at {self.cause})"
        return f"{self.stage}: {self.status} ({self.code}): {self.message}"

    def write(self, path: Path) -> None:
        """Write as JSON, in one step."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> Outcome:
        """Read an outcome file, or the outcome inside a patient or endpoint file."""
        content = json.loads(path.read_text())
        return cls(**content.get("outcome", content))


def skipped(stage: str, upstream: Outcome, revision: int) -> Outcome:
    """Outcome of a step whose input failed; keeps the first code and stage."""
    return Outcome(
        "skipped",
        stage,
        code=upstream.code,
        message=upstream.message,
        where=upstream.where,
        cause=upstream.cause or upstream.stage,
        numerics_revision=revision,
    )


def guard(
    work: Callable[[], dict[str, Any]],
    stage: str,
    *,
    expected: tuple[type[Exception], ...] = (),
    upstream: Sequence[Path] = (),
    revision: int = 0,
    comm: Communicator | None = None,
) -> Outcome:
    """Run a step and say how it ended.

    Args:
        work: does the step and returns its metrics; under MPI every rank calls it.
        stage: name of the step.
        expected: exceptions that mean "this patient fails"; they carry ``code`` and ``where``.
        upstream: outcome files of the steps whose results are needed.
        revision: NUMERICS_REVISION.
        comm: communicator of the step; a bug on one rank ends them all.

    Returns:
        The outcome; equal on every rank but for the wall time.

    Raises:
        Exception: whatever ``work`` raises that is not expected (with one rank).
    """
    for path in upstream:
        before = Outcome.read(path)
        if not before.ok:
            return skipped(stage, before, revision)
    start = time.perf_counter()
    try:
        metrics = work()
        outcome = Outcome("ok", stage, metrics=metrics)
    except expected as error:
        log.info("expected failure", exc_info=True)
        outcome = Outcome(
            "failed",
            stage,
            code=_code(error),
            message=str(error),
            where=str(getattr(error, "where", "")),
        )
    except BaseException:
        if comm is None or comm.size == 1:
            raise
        log.exception("rank %d stopped", comm.rank)
        comm.Abort(1)
        raise
    return Outcome(
        **{
            **asdict(outcome),
            "numerics_revision": revision,
            "versions": versions(),
            "wall_time_s": round(time.perf_counter() - start, 3),
        }
    )


def write_json(path: Path, content: Any) -> None:
    """Write JSON aside and rename, so that a killed job leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")
    aside.replace(path)


def _code(error: Exception) -> str:
    code = getattr(error, "code", None)
    if code not in CODES:
        raise TypeError(f"{type(error).__name__} has code {code!r}, not one of {CODES}") from error
    return code
