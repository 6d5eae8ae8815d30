# SPDX-License-Identifier: BSD-3-Clause
"""What a study file may say."""

from trial.config.bench.study import BenchStudy
from trial.config.load import Resolved, load_study
from trial.config.study import Study
from trial.config.vascular import VascularStudy

__all__ = ["BenchStudy", "Resolved", "Study", "VascularStudy", "load_study"]
