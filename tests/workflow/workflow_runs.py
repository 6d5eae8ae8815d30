# SPDX-License-Identifier: BSD-3-Clause
"""Running the workflow from tests, in a folder of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]
STUDIES = PROJECT / "configs" / "studies"


@dataclass
class Workflow:
    """The workflow in a working directory.

    Attributes:
        folder: working directory; results land below it.
    """

    folder: Path

    def command(self, *arguments: str) -> list[str]:
        """Command line of a run."""
        snakefile = str(PROJECT / "Snakefile")
        start = [sys.executable, "-m", "snakemake", "--snakefile", snakefile]
        return [*start, "--directory", str(self.folder), "--cores", "2", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run to the end and keep the output."""
        return subprocess.run(
            self.command(*arguments), cwd=PROJECT, capture_output=True, text=True, timeout=600
        )

    def jobs(self, *arguments: str) -> Counter[str]:
        """Number of jobs of each rule that a run would start."""
        done = self.run("--dry-run", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        text = done.stdout + done.stderr
        table = re.search(r"^job\s+count\n[- ]+\n((?:\w+\s+\d+\n)+)", text, re.MULTILINE)
        rows = table.group(1).splitlines() if table else []
        counts = {name: int(n) for name, n in map(str.split, rows)}
        return Counter({name: n for name, n in counts.items() if name not in ("total", "all")})

    def study(self, name: str, base: str = "tiny", **changes) -> Path:
        """Write a study file that is a tiny study with changes."""
        content = yaml.safe_load((STUDIES / f"{base}.yaml").read_text())
        content["study"]["name"] = name
        for block, values in changes.items():
            if isinstance(values, dict):
                content[block] = content.get(block, {}) | values
            else:
                content[block] = values
        path = self.folder / f"{name}-{len(list(self.folder.glob('*.yaml')))}.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        return path
