# SPDX-License-Identifier: BSD-3-Clause
"""What one measurement is asked and what it answers; needs NumPy only."""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

TIME_STEP = 5.0e-4
"""Time step of every measurement [s]."""
WARM_UP = 5
"""Steps at the start that are not timed."""
PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Job:
    """One measurement.

    Attributes:
        mesh: folder with ``mesh.msh`` and ``markers.json``.
        degree: of the velocity (0 for finite volumes).
        steps: time steps, of which the first ``WARM_UP`` are not timed.
        out: file that receives the record.
    """

    mesh: Path
    degree: int
    steps: int
    out: Path

    @property
    def case(self) -> str:
        """Name of the case: that of its folder."""
        return self.mesh.name

    @property
    def exact(self) -> bool:
        """Whether the case has an exact solution."""
        return self.case.startswith("tube")

    @property
    def element(self) -> str:
        """Name of the pair of elements."""
        return {0: "FV", 1: "P1-P1", 2: "P2-P1"}[self.degree]

    @property
    def samples(self) -> list[int]:
        """Steps after which errors are taken."""
        return sorted({max(1, round(share * self.steps)) for share in (0.6, 0.8, 1.0)})

    def arguments(self) -> list[str]:
        """Command line that ``read`` understands."""
        return [str(self.mesh), str(self.degree), str(self.steps), str(self.out)]

    @classmethod
    def read(cls, arguments: Sequence[str] | None = None) -> Job:
        """From the command line."""
        parser = argparse.ArgumentParser()
        parser.add_argument("mesh", type=Path)
        parser.add_argument("degree", type=int, choices=(0, 1, 2))
        parser.add_argument("steps", type=int)
        parser.add_argument("out", type=Path)
        return cls(**vars(parser.parse_args(arguments)))


@dataclass
class ErrorSum:
    """Root-mean-square relative errors over the sampled instants.

    Attributes:
        wrong, right: squared error and squared exact value, summed, by quantity.
    """

    wrong: dict[str, float] = field(default_factory=dict)
    right: dict[str, float] = field(default_factory=dict)

    def add(self, quantity: str, wrong: float, right: float) -> None:
        """Add the squared error and the squared exact value of one instant."""
        self.wrong[quantity] = self.wrong.get(quantity, 0.0) + wrong
        self.right[quantity] = self.right.get(quantity, 0.0) + right

    def add_value(self, quantity: str, found: float, exact: float) -> None:
        """Add one instant of a scalar."""
        self.add(quantity, (found - exact) ** 2, exact**2)

    def relative(self) -> dict[str, float]:
        """Relative error by quantity."""
        return {name: float(np.sqrt(self.wrong[name] / self.right[name])) for name in self.wrong}


@dataclass
class Record:
    """Result of one measurement.

    Attributes:
        code: ours, plain, oasisx, ngsolve, openfoam.
        element: P1-P1, P2-P1, FV, or hexahedra for finite volumes on those.
        case: name of the case.
        cells: of the mesh.
        ranks: MPI ranks (or threads).
        steps: time steps computed, of ``time_step`` [s].
        seconds: median wall time of a step.
        phases: mean wall time of a step by phase [s].
        iterations: mean per linear solve.
        memory: peak resident memory beyond that of the imported program, bytes per cell.
        errors: relative, by quantity (velocity, pressure_drop, wall_force).
        values: at the last instant, by quantity: pressure_drop [Pa], wall_force [N].
    """

    code: str
    element: str
    case: str
    cells: int
    ranks: int
    steps: int
    seconds: float
    phases: dict[str, float] = field(default_factory=dict)
    iterations: dict[str, float] = field(default_factory=dict)
    memory: float | None = None
    errors: dict[str, float] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    time_step: float = TIME_STEP

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> Record:
        """Read what ``write`` wrote."""
        return cls(**json.loads(path.read_text()))


def typical(seconds: Sequence[float]) -> float:
    """Median of the step times [s] after the warm-up; of all when there are too few."""
    return float(np.median(seconds[WARM_UP:] if len(seconds) > WARM_UP else seconds))


def resident() -> int:
    """Resident memory of this process [bytes]."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def peak() -> int:
    """Largest resident memory of this process so far [bytes]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
