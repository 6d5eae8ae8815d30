# SPDX-License-Identifier: BSD-3-Clause
"""Exact solutions that tests and verification runs compare with."""
