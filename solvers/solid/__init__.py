# SPDX-License-Identifier: BSD-3-Clause
"""Solids at finite strain: material laws, bodies, load stepping."""
