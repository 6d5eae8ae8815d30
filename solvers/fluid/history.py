# SPDX-License-Identifier: BSD-3-Clause
"""One JSON line per time step, in a file that a restarted solve goes on with."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self, TextIO

from mpi4py import MPI

from solvers.fluid.problem import StepReport


class History:
    """The history file; rank 0 writes. A context: lines are written inside it only.

    Attributes:
        lines: steps recorded so far, counted on every rank.
    """

    def __init__(self, path: Path | None, comm: MPI.Comm) -> None:
        """Take the file; None writes nothing."""
        self._path = path if comm.rank == 0 else None
        self._stream: TextIO | None = None
        self.lines = 0

    def rewind(self, lines: int) -> None:
        """Go on after that many lines of the existing file; later ones are dropped."""
        self.lines = lines

    def __enter__(self) -> Self:
        if self._path:
            kept: list[str] = []
            if self.lines and self._path.exists():
                with self._path.open() as stream:
                    kept = list(itertools.islice(stream, self.lines))
            self._stream = self._path.open("w")
            self._stream.writelines(kept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    def write(self, report: StepReport, more: Mapping[str, float] = MappingProxyType({})) -> None:
        """Add one step, with ``more`` values where the step was sampled."""
        self.lines += 1
        if self._stream:
            self._stream.write(json.dumps(vars(report) | dict(more)) + "\n")

    def flush(self) -> None:
        """Hand what was written to the system, before a checkpoint refers to it."""
        if self._stream:
            self._stream.flush()
