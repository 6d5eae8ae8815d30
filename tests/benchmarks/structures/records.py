# SPDX-License-Identifier: BSD-3-Clause
"""What one measurement of a solid is asked and what it answers; needs NumPy only."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Job:
    """One measurement.

    Attributes:
        mesh: folder with ``mesh.msh`` and ``markers.json``.
        out: file that receives the record; the displacement goes beside it as ``.npy``.
    """

    mesh: Path
    out: Path

    @property
    def case(self) -> str:
        """Name of the case: that of its folder."""
        return self.mesh.name

    def arguments(self) -> list[str]:
        """Command line that ``read`` understands."""
        return [str(self.mesh), str(self.out)]

    @classmethod
    def read(cls, arguments: Sequence[str] | None = None) -> Job:
        """From the command line."""
        parser = argparse.ArgumentParser()
        parser.add_argument("mesh", type=Path)
        parser.add_argument("out", type=Path)
        return cls(**vars(parser.parse_args(arguments)))


@dataclass
class SolidRecord:
    """Result of one measurement.

    Attributes:
        code: ours, plain, ngsolve, calculix.
        case: name of the case.
        cells, unknowns: of the mesh and of the displacement.
        ranks: MPI ranks (or threads).
        seconds: wall time from the mesh file to the last converged step.
        processor: processor time of all ranks in ``seconds`` [s]; a busy machine changes it less.
        newton: iterations of Newton's method over all load steps.
        linear: iterations of the linear solver over all of these; 0 for a direct one.
        phases: wall time by name [s].
        compilation: wall time of compiling the forms with an empty cache [s], not in ``seconds``.
        memory: peak resident memory beyond that of the imported program [bytes].
        difference: of the displacement from ours on one rank, see ``difference``.
    """

    code: str
    case: str
    cells: int
    unknowns: int
    ranks: int
    seconds: float
    newton: int
    linear: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    compilation: float | None = None
    memory: float | None = None
    difference: float | None = None
    processor: float | None = None

    def write(self, job: Job, displacement: NDArray[np.float64]) -> None:
        """Write as JSON, and the displacement (vertices, 3) [m] in the order of the mesh file.

        States of a course stand one below the other.
        """
        job.out.parent.mkdir(parents=True, exist_ok=True)
        np.save(job.out.with_suffix(".npy"), displacement)
        job.out.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @property
    def body(self) -> str:
        """What is deformed: tube or crown."""
        return self.case.partition("_")[0]

    @classmethod
    def load(cls, path: Path) -> SolidRecord:
        """Read what ``write`` wrote."""
        return cls(**json.loads(path.read_text()))


def difference(found: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Largest distance between two displacements of the vertices over the largest displacement."""
    lengths = np.linalg.norm(reference, axis=1)
    return float(np.linalg.norm(found - reference, axis=1).max() / lengths.max())
