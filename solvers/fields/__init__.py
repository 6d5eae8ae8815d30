# SPDX-License-Identifier: BSD-3-Clause
"""Quantities derived from solutions: averages, wall shear, endpoints, pictures."""
