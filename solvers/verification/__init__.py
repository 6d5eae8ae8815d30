# SPDX-License-Identifier: BSD-3-Clause
"""Exact solutions and published benchmarks that tests and verification runs compare with."""
