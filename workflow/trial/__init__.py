# SPDX-License-Identifier: BSD-3-Clause
"""The trial around the physics: configuration, sampling, outcomes, statistics, report."""
