# SPDX-License-Identifier: BSD-3-Clause
"""The benchmarks are scripts beside their modules, not a package of the project."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
